"""What makes a lesson answer: checks, questions, explorers, progress, guide, worksheets."""
