"""The guide at the desk: a printed page for each lesson, with the numbers of its slides."""

from html import escape
from textwrap import dedent

from rmsprop_lesson import checks, questions

from . import clock, lessons, teaching
from .typeset import markdown

STYLE = """
@page { size: A4; margin: 14mm 15mm; }
.desk { max-width: 46rem; margin: 0 auto; padding: 0 1em; font: 10pt/1.35 system-ui, sans-serif; }
.desk > section { break-after: page; }
.desk h2 { font-size: 14pt; margin: 0 0 .3em; }
.desk p { margin: .35em 0; }
.desk table { border-collapse: collapse; width: 100%; }
.desk :is(td, th) { border-bottom: 1px solid #999; padding: .2em .5em; text-align: left;
  vertical-align: top; }
.desk :is(td, th):not(:last-child) { white-space: nowrap; }
.desk td p { margin: 0; }
.desk pre { font: 8.5pt/1.25 ui-monospace, monospace; margin: .3em 0; padding: .4em; border: 1px solid #999; }
@media print { html { background: #fff; color: #000; } }
"""


def page(decks):
    """The page as HTML, with formulas still to be typeset.

    Parameters
    ----------
    decks : list of tools.spoken.Deck
        Those of the lessons first; the slides' numbers are taken from them.
    """
    parts = [_lesson(number, made) for number, made in zip(lessons.NOTEBOOKS, decks, strict=False)]
    return f'<style>{STYLE}</style><main class="desk">{"".join(parts)}</main>'


def _lesson(number, made):
    note = clock.notes()[number]
    head = f"{number} · {lessons.title(number)}, {lessons.minutes(number)} minutes"
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
