"""What a deck tells its speaker: the guide's words and its clock, slide by slide."""

import json
import re
from html import unescape
from textwrap import dedent
from typing import NamedTuple

from rmsprop_lesson import checks
from rmsprop_lesson.course.questions import Option, Question, Wrong

from . import clock, handout
from .teaching import plain

ASKED = re.compile(r'data-explorer="(?:prediction|quiz)" data-settings="(.*?)"')


class Column(NamedTuple):
    """A section: its slides, lists of (mark, cell), and what is said to it."""

    name: str | int
    groups: list
    lesson: int | None
    begins: float  # minutes into the deck
    minutes: float
    says: tuple  # what the guide says from here on


class Deck:
    """A deck: columns of slides, with one clock from the first to the last."""

    def __init__(self, stem, title, minutes):
        self.stem, self.title, self.minutes = stem, title, minutes
        self.columns, self.said = [], set()

    def add(self, name, groups, lesson=None, length=None, say=(), without=()):
        """Put a column behind the others.

        Parameters
        ----------
        name : str or int
            The section, as `tools.lessons.sections` calls it.
        groups : list
            Its slides.
        lesson : int, optional
            Its guide says what to say.
        length : float, optional
            In minutes; otherwise the sum of its cells'.
        say : tuple of str
            What there is to say where there is no guide.
        without : iterable of str
            What a plan leaves out of the lesson; the guide's sentences on it aren't said.
        """
        begins = sum(column.minutes for column in self.columns)
        length = sum(map(minutes, groups)) if length is None else length
        if lesson is not None:
            say = [_without(text, without) for text in self._guide(lesson, name)]
        self.columns.append(Column(name, groups, lesson, begins, length, tuple(say)))

    def _guide(self, lesson, section):
        """What the guide says to the stretch of a section, the first time that it comes."""
        (stretch,) = [s for s in clock.stretches(lesson) if section in s.sections]
        if (lesson, stretch.sections) in self.said:
            return ()
        self.said.add((lesson, stretch.sections))
        return stretch.says

    def notes(self, column, place):
        """What the speaker reads at one slide, as Markdown."""
        before = sum(minutes(group) for group in column.groups[:place])
        begins = column.begins + before
        length = minutes(column.groups[place])
        if column.lesson is None:
            length = column.minutes
        lines = [f"**{_time(begins)}** to **{_time(begins + length)}** of {_time(self.minutes)}"]
        if place == 0:
            lines += [f"**Say.** {text}" for text in column.says if text]
            lines += self._board(column)
        for _, cell in column.groups[place]:
            lines += _answers(cell) + _mistakes(cell)
        return "\n\n".join(lines)

    def _board(self, column):
        """The board, where its lesson begins."""
        first = next(c for c in self.columns if c.lesson == column.lesson)
        if column is not first or column.lesson is None:
            return []
        note = clock.note(column.lesson)
        board = dedent(note["board"]).rstrip()
        if not board:
            return []
        return [f"**On the board.**\n\n```text\n{board}\n```\n\n{note['board_text']}"]


def _without(text, names):
    """The sentences of a text that name nothing of what is left out."""
    sentences = re.split(r"(?<=[.?!])\s+", text)
    return " ".join(s for s in sentences if not any(name.lower() in s.lower() for name in names))


def minutes(group):
    """The minutes of a slide."""
    return sum(cell.metadata.get("minutes", 0) for _, cell in group)


def _time(length):
    """Minutes and seconds, to ten seconds: 12:30."""
    tens = round(length * 6)
    return f"{tens // 6}:{tens % 6}0"


def asked(cell):
    """The questions that a cell asks, or whose answer it is."""
    html = "".join(o.get("data", {}).get("text/html", "") for o in cell.get("outputs", []))
    for settings in [*ASKED.findall(html), *cell.metadata.get("asked", [])]:
        found = json.loads(unescape(settings))
        for entry in found.get("questions", [found.get("question")]):
            choices = tuple(Option(**choice) for choice in entry.get("choices", ()))
            wrong = tuple(Wrong(**other) for other in entry.get("wrong", ()))
            yield Question(**{**entry, "choices": choices, "wrong": wrong})


def _answers(cell):
    return [f"**Answers to expect.**\n\n{_plain_lines(q)}" for q in asked(cell)]


def _plain_lines(question):
    return "\n".join(
        line[:2] + plain(line[2:]) if line.startswith("- ") else plain(line)
        for line in handout.replies(question).splitlines()
    )


def _mistakes(cell):
    """The mistakes to expect in an exercise, on the slide with its stub."""
    about = cell.metadata.get("rmsprop_lesson", {})
    if about.get("part") != "stub":
        return []
    exercise = checks.exercises()[about["exercise"]]
    note = clock.note(exercise.lesson)
    where = "In class" if exercise.name in note["class"] else "At home"
    lines = [
        f"- *{plain(name)}*: {plain(exercise.mistakes[name][1])}"
        for name in note["typical"].get(exercise.name, ())
    ]
    return [f"**{where}.** Typical mistakes, and what to say:\n\n" + "\n".join(lines)]
