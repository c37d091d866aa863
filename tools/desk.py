"""The guide at the desk: a printed page for each lesson, with the numbers of its slides."""

from html import escape
from textwrap import dedent

from rmsprop_lesson import checks, questions

from . import clock, lessons, teaching
from .typeset import markdown

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>The guide at the desk</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/katex/katex.min.css">
<style>
@page { margin: 13mm 15mm; }
body { max-width: 46rem; margin: 1em auto; padding: 0 1em; font: 10pt/1.33 system-ui, sans-serif; }
section:not(:last-child) { break-after: page; }
h2 { font-size: 14pt; margin: 0 0 .3em; }
p { margin: .35em 0; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid #999; padding: .15em .5em; text-align: left;
  vertical-align: top; }
:is(td, th):not(:last-child) { white-space: nowrap; }
td p { margin: 0; }
pre { font: 8.5pt/1.2 ui-monospace, monospace; border: 1px solid #999; margin: .4em 0;
  padding: .4em; }
@media print { body { padding: 0; margin: 0 auto; } }
</style>
</head>
<body>
"""


def page(decks):
    """The whole page as HTML, with formulas still to be typeset.

    Parameters
    ----------
    decks : list of tools.spoken.Deck
        Those of the lessons first; the slides' numbers are taken from them.
    """
    parts = [_lesson(number, made) for number, made in zip(lessons.NOTEBOOKS, decks, strict=False)]
    return HEAD + "".join(parts)


def _lesson(number, made):
    note = clock.note(number)
    head = f"{number} · {lessons.title(number)}, {clock.minutes(number)} minutes"
    rows = "".join(_rows(number, made))
    parts = [
        markdown(note["point"]),
        f"<table><tr><th>When</th><th>Slides</th><th>What</th></tr>{rows}</table>",
        f"<pre>{escape(dedent(note['board']).rstrip())}</pre>",
        _question(number),
        _mistake(note),
    ]
    return f"<section><h2>{escape(head)}</h2>{''.join(parts)}</section>"


def _rows(number, made):
    """A row for each stretch of the guide: from when, which columns of slides, what to say."""
    passed = 0
    for stretch in clock.stretches(number):
        places = [i for i, c in enumerate(made.columns, 1) if c.name in stretch.sections]
        slides = "–".join(map(str, sorted({places[0], places[-1]}))) if places else ""
        words = markdown(" ".join(stretch.says))
        when = f"{passed // 60}:{passed % 60:02}"
        yield f"<tr><td>{when}</td><td>{slides}</td><td>{words}</td></tr>"
        passed += stretch.minutes


def _question(number):
    """The lesson's first question to the room, with its answer."""
    bank = questions.lesson(number)
    asked = next(iter(bank.predictions.values()), None) or bank.quiz[0]
    if asked.choices:
        answer = next(c for c in asked.choices if c.right)
        right, why = answer.text, answer.feedback
    else:
        right, why = f"{asked.number:g} {asked.unit}", asked.feedback
    text = f"**Ask.** {teaching.plain(asked.question)} **{teaching.plain(right.strip())}.** "
    return markdown(text + teaching.plain(why))


def _mistake(note):
    """The mistake to expect first, and what to say."""
    for name, (first, *_) in note["typical"].items():
        exercise = checks.exercises()[name]
        said = teaching.plain(exercise.mistakes[first][1])
        return markdown(f"**Expect**, in `{name}`: *{teaching.plain(first)}*. {said}")
    return ""
