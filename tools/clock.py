"""The one clock of guide, plans and decks: how many minutes of a class each cell of a lesson gets.

The guide (docs/teach_lessons.yaml) gives minutes to stretches of a lesson: a part of "say" begins
at the section that its first sentence names, or whose title stands in it, and ends where the next
one begins; a part that names none goes with the one before. Within a stretch the minutes are shared
out as tools/minutes.py counts them for a reader. What a class doesn't do takes no time: exercises
that the guide has for home, and cells that no slide shows. Somebody who works alone, reads all and
does every exercise takes longer: those are the minutes that the lesson states.
"""

import re
from functools import cache
from typing import NamedTuple

import yaml

from . import lessons
from .minutes import of_cell

GUIDE = lessons.ROOT / "docs" / "teach_lessons.yaml"


class Stretch(NamedTuple):
    """Some sections of a lesson, what the guide says to them, and for how long."""

    minutes: int
    says: tuple
    sections: tuple


@cache
def notes():
    """What docs/teach_lessons.yaml says, by lesson."""
    entries = yaml.safe_load(GUIDE.read_text(encoding="utf-8"))
    return {entry["lesson"]: entry for entry in entries}


def note(number):
    """What the guide says of a lesson; blank, with its minutes, as long as nothing is written."""
    blank = {"point": "", "say": [{"minutes": lessons.minutes(number), "text": ""}], "typical": {}}
    blank |= {"board": "", "board_text": "", "class": {}, "home": {}, "exam": {}}
    return notes().get(number, blank)


def minutes(number):
    """The minutes that a class takes for a lesson: those of the guide."""
    return sum(part["minutes"] for part in note(number)["say"])


@cache
def stretches(number):
    """The stretches of a lesson, in order; together they are the whole of it.

    Parameters
    ----------
    number : int

    Returns
    -------
    list of Stretch
    """
    names = list(lessons.sections(number))
    begun = [(0, [])]
    for part in note(number)["say"]:
        start = _start(part["text"], names, begun[-1][0])
        if start is not None:
            begun.append((start, []))
        begun[-1][1].append(part)
    if not begun[0][1]:  # the first part begins the lesson, whatever it names
        begun[:2] = [(0, begun[1][1])]
    ends = [start for start, _ in begun[1:]] + [len(names)]
    return [
        Stretch(
            sum(part["minutes"] for part in parts),
            tuple(part["text"] for part in parts),
            tuple(names[start:end]),
        )
        for (start, parts), end in zip(begun, ends, strict=True)
    ]


def _start(text, names, after):
    """The place of the section, behind another, at which a part of the guide begins, or None."""
    named = re.search(r"\b[Ss]ections? (\d+)", text.partition(". ")[0])
    for place, name in enumerate(names[after + 1 :], after + 1):
        if named and name == int(named[1]):
            return place
        if not named and isinstance(name, str):
            title = re.sub(r"^(in|the|a) ", "", name.lower())
            if re.search(rf"\b{re.escape(title)}(?!\w)", text.lower()):
                return place
    return None


@cache
def cells(number):
    """The minutes of each cell of a lesson, which add up to those that the guide has for it."""
    found = [0.0] * len(lessons.notebook(number).cells)
    where = lessons.sections(number)
    for stretch in stretches(number):
        places = [place for section in stretch.sections for place in where[section]]
        weights = [_weight(number, place) for place in places]
        for place, weight in zip(places, weights, strict=True):
            found[place] = stretch.minutes * weight / (sum(weights) or 1)
    return found


def _weight(number, place):
    cell = lessons.notebook(number).cells[place]
    if cell.metadata.get("slideshow", {}).get("slide_type") == "skip":
        return 0
    exercise = cell.metadata.get("rmsprop_lesson", {}).get("exercise")
    if exercise in note(number)["home"] or cell.source.startswith("## Exercises"):
        return 0
    return of_cell(cell, number)


def of_part(number, sections, without=()):
    """The minutes of some sections of a lesson, without what a plan leaves out of them.

    Parameters
    ----------
    number : int
    sections : iterable
        As `tools.lessons.sections` names them.
    without : iterable of str
        Names of exercises, and headings of the third level with what stands under them.
    """
    return sum(cells(number)[place] for place in places(number, sections, without))


def places(number, sections, without=()):
    """The places of the cells of some sections, without what a plan leaves out of them."""
    found = []
    for section in sections:
        found += [place for place, names in _named(number, section) if not names & set(without)]
    return found


def left_out(number, sections):
    """The names of what a plan can leave out of some sections: exercises and headings."""
    return {n for section in sections for _, names in _named(number, section) for n in names}


def _named(number, section):
    """The places of a section's cells, each with its exercise and the heading that it is under."""
    heading = ""
    for place in lessons.sections(number)[section]:
        cell = lessons.notebook(number).cells[place]
        if cell.cell_type == "markdown" and (head := re.match(r"###? (.*)", cell.source)):
            heading = head[1]
        yield place, {heading, cell.metadata.get("rmsprop_lesson", {}).get("exercise")}
