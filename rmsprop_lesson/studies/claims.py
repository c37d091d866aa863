"""The claims on trial in lesson 10: what three documents say about RMSprop, and what is true.

The list is in ``claims.yaml``, an experiment for each in `experiments`::

    experiment("A7")  # what was measured
    table()           # all of them
"""

import inspect
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .experiments import EXPERIMENTS

__all__ = [
    "WORDS",
    "Claim",
    "claim",
    "claims",
    "code",
    "documents",
    "experiment",
    "table",
    "themes",
]

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


def documents():
    """The documents that make the claims: letter → what it is."""
    return dict(_content()["documents"])


def claim(name):
    """Return one claim.

    Parameters
    ----------
    name : str
        Such as "A7".

    Returns
    -------
    Claim

    Raises
    ------
    ValueError
        If there is no such claim.
    """
    if not isinstance(name, str) or name not in claims():
        raise ValueError(f"name must be one of A1 … A30, B1 … B11, C1 … C12, got {name!r}")
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
    return _finding(claim(name).id)


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
    return inspect.getsource(EXPERIMENTS[claim(name).id]).rstrip()


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
