"""The court of lesson 10: ``trial("A7")`` asks for a verdict, then shows the experiment's.

``explore("court")`` shows all claims as a board; what it needs is put together here, too.
"""

from dataclasses import asdict
from html import escape

from ..studies import claims
from ..studies.claims import WORDS
from .questions import Option, Question, ask

__all__ = ["board", "question", "trial"]


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
    claim, finding = claims.claim(name), claims.experiment(name)
    return ask(_question(claim, finding), _Judgement(claim, finding))


def question(name):
    """Return what `trial` asks, with the feedback to each verdict.

    Parameters
    ----------
    name : str

    Returns
    -------
    rmsprop_lesson.course.questions.Question

    Raises
    ------
    ValueError
        If there is no such claim.
    """
    return _question(claims.claim(name), claims.experiment(name))


def board():
    """Return all claims with the questions to them and the findings, as plain JSON.

    Makes every experiment that wasn't made yet.
    """
    return {
        "documents": claims.documents(),
        "claims": [_tile(name) for name in claims.claims()],
    }


def _tile(name):
    c, finding = claims.claim(name), claims.experiment(name)
    return {
        "id": c.id,
        "claim": c.claim,
        "choices": [asdict(option) for option in _question(c, finding).choices],
        "rows": finding.rows(),
        "holds": c.right,
        "shown": c.shown,
        "reference": c.reference,
    }


def _question(claim, finding):
    text = f"{claim.id} ({claim.source}): “{claim.claim}” Your verdict?"
    choices = tuple(
        Option(words, _feedback(finding, verdict), verdict == claim.verdict)
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
    return "It held in no case that was tried, and no other reading of it holds either."


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
            f"<pre>{escape(claims.code(c.id))}</pre></details>"
        )
