"""One experiment for each of the 53 claims of lesson 10: numbers, and what follows from them.

An experiment measures, and then says in which cases its claim `holds`: each case is a comparison
of measured numbers. From this alone the verdict follows, by one rule for all claims
(`Finding.verdict`). Claims about names and definitions are answered by looking at the objects.
"""

# A module registers its experiments when it is imported.
from . import formula, landscape, memory, noise, practice, rates, relatives, zigzag
from .finding import EXPERIMENTS, VERDICTS, Finding
from .measured import noise_floor

__all__ = [
    "EXPERIMENTS",
    "VERDICTS",
    "Finding",
    "formula",
    "landscape",
    "memory",
    "noise",
    "noise_floor",
    "practice",
    "rates",
    "relatives",
    "zigzag",
]
