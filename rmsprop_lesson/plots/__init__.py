"""The pictures of the lessons, one line each.

Every function returns a `Picture`: a matplotlib figure with a text that says what is to be seen,
which screen readers get in place of the image.
"""

from .curves import lines, memory, on_curve, paths, training
from .maps import digits, pixels, worked_table, wrong_guesses
from .style import STYLE, Picture

__all__ = [
    "STYLE",
    "Picture",
    "digits",
    "lines",
    "memory",
    "on_curve",
    "paths",
    "pixels",
    "training",
    "worked_table",
    "wrong_guesses",
]
