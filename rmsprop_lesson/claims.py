"""The claims on trial in lesson 10: what three documents say about RMSprop, and what is true.

The list is in ``claims.yaml``, an experiment for each in `rmsprop_lesson.experiments`::

    trial("A7")       # asks for your verdict, then shows the experiment's
    experiment("A7")  # what it measured
    table()           # all of them
"""

import inspect
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from .experiments import EXPERIMENTS

__all__ = ["Claim", "claims", "code", "experiment", "question", "table", "themes", "trial"]

_FILE = Path(__file__).with_name("claims.yaml")
WORDS = {
    "true": "true",
    "only if": "only under conditions",
    "imprecise": "imprecise: the thought is right, the words are not",
    "false": "false",
}


@dataclass(frozen=True)
class Claim:
    """A claim of one of the documents, and what holds.

    Attributes
    ----------
    id : str
        The document's letter and a number, such as "A7".
    theme : str
        Key of one of the `themes`.
    claim : str
        In our words.
    verdict : str
        One of "true", "only if", "imprecise", "false", or two of them for two halves.
    right : str
        The right statement.
    shown : str
        The lesson where the matter is explained.
    reference : str
    """

    id: str
    theme: str
    claim: str
    verdict: str
    right: str
    shown: str
    reference: str

    @property
    def source(self):
        """The document."""
        return f"document {self.id[0]}"


@cache
def _content():
    import yaml

    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


@cache
def claims():
    """All claims by id, in the order of the lesson.

    Returns
    -------
    dict of str to Claim
    """
    references = _content()["references"]
    entries = ({**e, "reference": references[e["reference"]]} for e in _content()["claims"])
    return {entry["id"]: Claim(**entry) for entry in entries}


def themes():
    """The themes under which the claims are grouped: key → title."""
    return dict(_content()["themes"])


def _claim(name):
    if not isinstance(name, str) or name not in claims():
        raise ValueError(f"claim must be one of A1 … A30, B1 … B11, C1 … C12, got {name!r}")
    return claims()[name]


@cache
def _finding(name):
    return EXPERIMENTS[name]()


def experiment(name):
    """Make the experiment for a claim, or look it up if it was made before.

    Parameters
    ----------
    name : str
        Such as "A7".

    Returns
    -------
    Finding
        Its numbers, in which cases the claim holds, and the verdict that follows.

    Raises
    ------
    ValueError
        If there is no such claim.
    """
    return _finding(_claim(name).id)


def code(name):
    """The source of a claim's experiment.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no such claim.
    """
    return inspect.getsource(EXPERIMENTS[_claim(name).id]).rstrip()


def table(theme=None):
    """The claims with their verdicts, one row each.

    Parameters
    ----------
    theme : str, optional
        Key of one of the `themes`; all by default.

    Returns
    -------
    pandas.DataFrame
        Index: the id; columns ``source``, ``claim``, ``verdict``, ``what holds``, ``shown in``.

    Raises
    ------
    ValueError
        If there is no such theme.
    """
    import pandas as pd

    if not (theme is None or theme in themes()):
        raise ValueError(f"theme must be one of {[*themes()]}, got {theme!r}")
    rows = {
        c.id: {
            "source": c.source,
            "claim": c.claim,
            "verdict": c.verdict,
            "what holds": c.right,
            "shown in": c.shown,
        }
        for c in claims().values()
        if theme in (None, c.theme)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("id")


# ── a trial ──────────────────────────────────────────────────────────────────────────────────────


def trial(name):
    """Put a claim on trial: ask for a verdict, then show the experiment and what holds.

    Parameters
    ----------
    name : str

    Returns
    -------
    Prediction
        Displays itself as the cell's result.

    Raises
    ------
    ValueError
        If there is no such claim.
    """
    from .questions import ask

    claim, finding = _claim(name), experiment(name)
    return ask(_question(claim, finding), _Judgement(claim, finding))


def question(name):
    """Return what `trial` asks, with the feedback to each verdict.

    Parameters
    ----------
    name : str

    Returns
    -------
    rmsprop_lesson.questions.Question

    Raises
    ------
    ValueError
        If there is no such claim.
    """
    return _question(_claim(name), experiment(name))


def _question(claim, finding):
    from .questions import Choice, Question

    text = f"{claim.id} ({claim.source}): “{claim.claim}” Your verdict?"
    choices = tuple(
        Choice(words, _feedback(finding, verdict), verdict == claim.verdict)
        for verdict, words in _options(claim.verdict).items()
    )
    return Question(f"claim-{claim.id.lower()}", text, choices)


def _options(verdict):
    """The verdicts to choose from, in words."""
    if " / " not in verdict:
        return WORDS
    first, second = verdict.split(" / ")
    both = {
        f"{a} / {b}": f"the first half {WORDS[a]}, the second {WORDS[b]}"
        for a, b in sorted([(first, second), (second, first)])
    }
    return {"true / true": "both halves true", **both, "false / false": "both halves false"}


def _feedback(finding, given):
    """What to say to a verdict, from what the experiment found."""
    if given == finding.verdict:
        return "So it came out."
    if finding.also:
        first, second = finding.verdict.split(" / ")
        return f"The experiment says: the first half {WORDS[first]}, the second {WORDS[second]}."
    held = [case for case, holds in finding.holds.items() if holds]
    failed = [case for case, holds in finding.holds.items() if not holds]
    if not failed:
        return "It held in every case that was tried."
    if held and given == "true":
        return f"Not always. It failed here: {'; '.join(failed)}."
    if held:
        return f"There are cases in which it holds as it stands: {'; '.join(held)}."
    if finding.verdict == "imprecise":
        kept = "; ".join(finding.meant)
        return f"Taken at its word it held in no case. But what it may have meant holds: {kept}."
    return "It held in no case that was tried, and no kinder reading saves it."


class _Judgement:
    """What a trial reveals."""

    def __init__(self, claim, finding):
        self.claim, self.finding = claim, finding

    def __repr__(self):
        c = self.claim
        return f"{self.finding!r}\n{c.right}\nShown in {c.shown}. {c.reference}."

    def _repr_html_(self):
        c = self.claim
        return (
            f"{self.finding._repr_html_()}<p>{escape(c.right)}</p>"
            f"<p><small>Shown in {c.shown}. Reference: {escape(c.reference)}.</small></p>"
            "<details><summary>The experiment's code</summary>"
            f"<pre>{escape(code(c.id))}</pre></details>"
        )
