"""The tables of the pages docs/races.md and docs/claims.md, from the package that computes them."""

import math
import re
from html import escape

from rmsprop_lesson import claims
from rmsprop_lesson.studies import programme
from rmsprop_lesson.studies.races import one_rate, winners

from . import outputs, spaces

WORDS = {"gap": "gap", "steps": "steps", "missed": "share that missed"}


# ── races ────────────────────────────────────────────────────────────────────────────────────────


def races():
    """Every race with its table, then who is good where, as Markdown."""
    parts = [_race(name, event) for name, event in programme.EVENTS.items()]
    return "\n".join([*parts, _summary(programme.hold())])


def _race(name, event):
    best = programme.held(name).best()
    rows = [
        [method, _rate(row.learning_rate), *map(_score, (row.median, row.low, row.high))]
        for method, row in zip(best.index, best.itertuples(), strict=True)
    ]
    score = WORDS[programme.held(name).score]
    head = ["method", "best rate", f"{score}, median", "low", "high"]
    title = event.title[0].upper() + event.title[1:]
    return f"## {title} (`{name}`)\n\n{event.text}\n\n{_table(head, rows)}\n"


def _summary(held):
    scores = [
        [name, WORDS[row["decided by"]], _score(row["best score"]), row["methods"],
         f"{row['times the best']:.3g}"]
        for name, row in winners(held).iterrows()
    ]  # fmt: skip
    head = ["race", "decided by", "best score", "methods", "RMSprop: times the best"]
    counts = [[name, _rate(row.iloc[0]), *map(int, row.iloc[1:])]
              for name, row in one_rate(held).iterrows()]  # fmt: skip
    return (
        "## For which trouble which method?\n\n`methods` are those within twice the best score.\n\n"
        f"{_table(head, scores)}\n\n"
        "How many of the races with a goal does a method finish, with one single rate for all of "
        "them, and at its own best rate in each?\n\n"
        + _table(["method", "the rate", "finished with it", "at own best rates", "of"], counts)
        + "\n"
    )


def _table(head, rows):
    align = ["---"] + [":-:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in (head, align, *rows))


def _rate(value):
    return "–" if math.isnan(value) else outputs.as_power(f"{value:.3g}")


def _score(value):
    if not math.isfinite(value):
        return "never"
    return "0" if abs(value) < 1e-12 else outputs.as_power(f"{value:.3g}")


# ── claims ───────────────────────────────────────────────────────────────────────────────────────


def claims_table():
    """All claims with verdict, what holds and the experiment, as a table in HTML."""
    head = "".join(
        f'<th scope="col">{word}</th>' for word in ("Name", "Claim", "Verdict", "What holds")
    )
    themes = claims.themes()
    rows = [
        _theme(themes[theme])
        + "".join(_claim(c) for c in claims.claims().values() if c.theme == theme)
        for theme in themes
    ]
    return (
        '<div class="course-filter" data-filter="course-claims"></div>\n'
        '<div class="pst-scrollable-table-container">'
        f'<table class="table" id="course-claims"><thead><tr>{head}</tr></thead>'
        f"{''.join(rows)}</table></div>\n"
        '<script src="../_static/filter.js" defer></script>\n'
    )


def _theme(title):
    cell = f'<th scope="rowgroup" colspan="4">{escape(title)}</th>'
    return f'<tbody><tr class="course-theme">{cell}</tr></tbody>'


def _claim(claim):
    place = re.sub(r"lesson (\d+)", lambda m: _lesson(int(m[1])), claim.shown)
    experiment = escape(f"{claims.experiment(claim.id)!r}\n\n{claims.code(claim.id)}")
    # Blank lines would end the block of HTML for Markdown.
    shown = experiment.replace("\n", "&#10;")
    said, right = (spaces.held(escape(text)) for text in (claim.claim, claim.right))
    return (
        f'<tbody><tr id="{claim.id}"><th scope="row">{claim.id}</th>'
        f"<td>{said}</td><td>{claim.verdict}</td>"
        f"<td>{right} <small>See {place}. {_linked(escape(claim.reference))}.</small>"
        f"<details><summary>Experiment for {claim.id}</summary><pre>{shown}</pre></details>"
        "</td></tr></tbody>"
    )


def _linked(reference):
    return outputs.PAPER.sub(lambda it: f'<a href="{outputs.paper(it)}">{it[0]}</a>', reference)


def _lesson(number):
    from .teaching import NOTEBOOKS

    if number not in NOTEBOOKS:  # left out of the course
        return f"lesson {number}"
    return f'<a href="../notebooks/{NOTEBOOKS[number].stem}.html">lesson {number}</a>'
