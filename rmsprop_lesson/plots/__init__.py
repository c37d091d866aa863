"""The pictures of the lessons, one line each.

Every function returns a `Picture`: a matplotlib figure with a text that says what is to be seen,
which screen readers get in place of the image.
"""

from .curves import average, lines, memory, on_curve, paths, training
from .maps import confusion, digits, heat_map, pixels, worked_table, wrong_guesses
from .style import STYLE, Picture

__all__ = [
    "STYLE",
    "Picture",
    "average",
    "confusion",
    "digits",
    "heat_map",
    "lines",
    "memory",
    "on_curve",
    "paths",
    "pixels",
    "training",
    "worked_table",
    "wrong_guesses",
]
