"""The map in lesson 0 agrees with the lessons: titles, minutes, order, and the ways through."""

import re
from pathlib import Path

import nbformat
import pytest

from tools import lessons, plans

ROOT = Path(__file__).resolve().parents[1]
LESSONS = list(lessons.NOTEBOOKS.values())


def markdown(path):
    return [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]


START = markdown(ROOT / "notebooks" / "00_start_here.ipynb")
ROWS = {
    file: (int(number), title, int(minutes), needs)
    for number, title, file, minutes, needs in re.findall(
        r"^\| (\d+) \| \[([^]]*)\]\((\w+)\.ipynb\) \| (\d+) \| ([^|]*) \|$",
        "\n".join(START),
        re.MULTILINE,
    )
}
MINUTES = {number: minutes for number, _, minutes, _ in ROWS.values()}


def test_the_map_lists_the_lessons_in_order():
    assert list(ROWS) == [path.stem for path in lessons.NOTEBOOKS.values()]
    assert list(MINUTES) == list(lessons.NOTEBOOKS)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_title_and_minutes_are_those_that_the_lesson_states(path):
    first = markdown(path)[0]
    number, title, minutes, _ = ROWS[path.stem]
    assert re.match(r"# (.*)", first)[1] == f"{number} · {title}"
    assert int(re.search(r"\*\*Time\*\* (\d+) minutes", first)[1]) == minutes


def test_no_lesson_builds_on_a_later_one():
    for number, _, _, needs in ROWS.values():
        assert all(int(other) < number for other in re.findall(r"\d+", needs))


def test_the_sums_are_right():
    text = " ".join("\n".join(START).split())
    total = sum(MINUTES.values())
    assert int(re.search(r"\*\*Together\*\* \| \*\*(\d+)\*\*", text)[1]) == total
    said = re.search(r"Lessons (\d+) to (\d+), (\d+) minutes, about (\d+) hours", text).groups()
    assert tuple(map(int, said)) == (min(MINUTES), max(MINUTES), total, round(total / 60))
    sessions, length = map(int, re.search(r"(\d+) sessions of (\d+) minutes", text).groups())
    assert (sessions, length) == (len(plans.sessions()), plans.sessions()[0].minutes)
    idea = re.search(r"\*\*45 minutes(.*?)\*\*Half a day", text)[1]
    assert re.findall(r"Lesson (\d+)", idea) == [str(p.lesson) for p in plans.plans()[0].parts]
