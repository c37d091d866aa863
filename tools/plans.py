"""The plans of docs/plans.yaml: what is taught in which order, by the guide's clock."""

import math
from functools import cache
from typing import NamedTuple

import yaml

from . import clock, lessons

FILE = lessons.ROOT / "docs" / "plans.yaml"
OPENING = {"", "Before you start"}
CLOSING = ("Exercises", "In five lines", "Quiz", "What comes next", "References")


class Part(NamedTuple):
    """A stretch of a plan: sections of a lesson, or something of its own, such as a break."""

    minutes: int
    what: str = ""
    name: str = ""
    lesson: int | None = None
    sections: tuple = ()
    without: tuple = ()
    whole: bool = False


class Plan(NamedTuple):
    """Parts that together take at most `minutes`."""

    name: str
    minutes: int
    aim: str
    parts: tuple
    way: str = ""

    @property
    def taken(self):
        """The minutes that the parts take."""
        return sum(part.minutes for part in self.parts)

    @property
    def questions(self):
        """What is left for what the class asks: a part of its own."""
        return Part(self.minutes - self.taken, "What the class asks.", "Questions")


@cache
def entries():
    """docs/plans.yaml, without plans of lessons that are left out of the course."""
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [entry for entry in found if all(map(_is_there, entry.get("parts", ())))]


def _is_there(part):
    return "lesson" not in part or part["lesson"] in lessons.NOTEBOOKS


@cache
def plans():
    """Every plan with a list of parts, in the order of the file.

    Raises
    ------
    ValueError
        If a plan names a section that its lesson doesn't have, or leaves out what isn't there.
    """
    return [
        Plan(e["name"], e["minutes"], e["aim"], tuple(map(_part, e["parts"])), e.get("way", ""))
        for e in entries()
        if "parts" in e
    ]


def _part(entry):
    if "lesson" not in entry:
        return Part(entry["minutes"], entry.get("what", ""), entry["part"])
    number, all_sections = entry["lesson"], tuple(lessons.sections(entry["lesson"]))
    wanted, without = tuple(entry.get("sections", all_sections)), tuple(entry.get("without", ()))
    if missing := set(wanted) - set(all_sections):
        raise ValueError(
            f"docs/plans.yaml: lesson {number} has no section {missing}, but {all_sections}"
        )
    if missing := set(without) - clock.left_out(number, wanted):
        raise ValueError(
            f"docs/plans.yaml: lesson {number} has nothing called {missing} in sections {wanted}"
        )
    minutes = math.ceil(clock.of_part(number, wanted, without) - 0.01)
    whole = not {"sections", "without"} & set(entry)
    return Part(minutes, entry.get("what", ""), "", number, wanted, without, whole)


@cache
def sessions():
    """The sessions of the whole course: all lessons in order, cut between sections.

    No session is longer than the plan says, there are as few as that allows, and the fullest of
    them is as short as can be, so that each has its time for questions.
    """
    (entry,) = [entry for entry in entries() if "session" in entry]
    longest = entry["session"]
    made = _cut(longest)
    while len(shorter := _cut(longest - 1)) == len(made):
        longest, made = longest - 1, shorter
    found = [
        Plan(f"{entry['name']}, session {i} of {len(made)}", entry["session"], entry["aim"], parts)
        for i, parts in enumerate(map(_parts, made), 1)
    ]
    last, close = found[-1], _part(entry["close"])
    if close.minutes <= last.questions.minutes:
        found[-1] = last._replace(parts=(*last.parts, close))
    return found


def _cut(longest):
    """All sections in order, in sessions of at most so many minutes; a longer unit is alone."""
    made, passed = [[]], 0.0
    for number in lessons.NOTEBOOKS:
        for unit in _units(number):
            length = clock.of_part(number, unit)
            if made[-1] and passed + length > longest + 0.01:
                made.append([])
                passed = 0.0
            made[-1] += [(number, section) for section in unit]
            passed += length
    return made


def _units(number):
    """A lesson's sections, with what is never cut off: what opens it, and what closes it."""
    units = []
    for section in lessons.sections(number):
        if not units or set(units[-1]) <= OPENING or section in CLOSING:
            units = units or [[]]
            units[-1].append(section)
        else:
            units.append([section])
    return units


def described(part):
    """Which sections of its lesson a part has, in words; empty if all."""
    names = [f"*{name}*" if isinstance(name, str) else str(name) for name in part.sections if name]
    every = [name for name in lessons.sections(part.lesson) if name]
    if part.sections == tuple(lessons.sections(part.lesson)):
        return ""
    if part.sections[0] == "":
        return f"up to {_section(names[-1])}"
    if part.sections == tuple(every[every.index(part.sections[0]) :]):
        return f"from {_section(names[0])} on"
    numbers = [name for name in names if not name.startswith("*")]
    counted = [f"section{'s' * bool(numbers[1:])} {in_words(numbers)}"] if numbers else []
    return in_words([name for name in names if name.startswith("*")] + counted)


def in_words(names):
    """ "1, 2 and 3" """
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _section(name):
    return name if name.startswith("*") else f"section {name}"


def _parts(units):
    """Sections of lessons as parts, the sections of a lesson together."""
    by_lesson = {}
    for number, section in units:
        by_lesson.setdefault(number, []).append(section)
    return tuple(
        Part(
            round(clock.of_part(number, sections)),
            lessons.title(number),
            lesson=number,
            sections=tuple(sections),
            whole=sections == list(lessons.sections(number)),
        )
        for number, sections in by_lesson.items()
    )
