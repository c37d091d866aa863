"""The lessons' larger studies: races, tuning, frameworks, claims and experiments, bug hunt."""
