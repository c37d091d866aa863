"""What an experiment finds, and the rule by which a verdict follows from it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

import numpy as np

VERDICTS = ("true", "only if", "imprecise", "false")


@dataclass(frozen=True)
class Finding:
    """What an experiment found.

    Attributes
    ----------
    numbers : dict of str to float
        What was measured.
    holds : dict of str to bool
        Case → whether the claim, taken at its word, held there.
    meant : dict of str to bool
        What a loosely worded claim may have wanted to say → whether that holds.
    also : Finding, optional
        For a claim with two halves: what was found about the second.
    digits : int
        How many digits of the numbers are shown: few, so that they read the same everywhere.
    """

    numbers: dict
    holds: dict
    meant: dict = field(default_factory=dict)
    also: "Finding | None" = None
    digits: int = 3

    def __post_init__(self):
        if not self.holds:
            raise ValueError("holds must have at least one case, got none")

    @property
    def verdict(self):
        """What follows for the claim, by the same rule for all.

        It is "true" if the claim held in every case, "only if" if it held in some. If it held in
        none, it is "imprecise" if what was meant holds, else "false". A claim with two halves has
        two verdicts, such as "true / false".
        """
        held = list(self.holds.values())
        if all(held):
            verdict = "true"
        elif any(held):
            verdict = "only if"
        else:
            verdict = "imprecise" if self.meant and all(self.meant.values()) else "false"
        return f"{verdict} / {self.also.verdict}" if self.also else verdict

    def rows(self):
        """The finding as (name, value) pairs in words, both halves after one another."""
        rows = [(name, _show(value, self.digits)) for name, value in self.numbers.items()]
        rows += [(f"at its word: {case}", _yes(holds)) for case, holds in self.holds.items()]
        rows += [(f"meant: {case}", _yes(holds)) for case, holds in self.meant.items()]
        return rows + (self.also.rows() if self.also else [])

    def __repr__(self):
        rows = self.rows()
        width = max(len(name) for name, _ in rows)
        lines = [f"{name:{width}}  {value}" for name, value in rows]
        return "\n".join([*lines, f"→ {self.verdict}"])

    def _repr_html_(self):
        rows = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape(name)}</th>"
            f"<td>{escape(value)}</td></tr>"
            for name, value in self.rows()
        )
        return f"<table>{rows}</table><p><strong>Verdict: {self.verdict}</strong></p>"


def _show(value, digits):
    """A number in words, where that says more, or in a few digits."""
    if isinstance(value, int | np.integer | str):
        return str(value)
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "not in time"
    if 0 < abs(value) < 1e-12:
        return "below 1e-12"
    return f"{float(f'{value:.{digits}g}'):.{digits + 2}g}"


def _yes(holds):
    return "holds" if holds else "does not hold"


EXPERIMENTS: dict[str, Callable] = {}


def answers(claim):
    """Register a function as the experiment for a claim."""

    def register(function):
        EXPERIMENTS[claim] = function
        return function

    return register
