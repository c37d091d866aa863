"""Every lesson has the same bones, exercises in their newest form, and figures with words."""

import ast
import re
from html import unescape
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from rmsprop_lesson import checks, questions
from rmsprop_lesson.course.checks.notebook_cells import placed
from tools import lessons, minutes

ROOT = Path(__file__).resolve().parents[1]
LESSONS = list(lessons.NOTEBOOKS.values())
NOTEBOOKS = {path: nbformat.read(path, as_version=4) for path in LESSONS}
WIDGET_CALL = re.compile(r"^(\w+\.)*(predict|quiz|explore|trial)\(", re.MULTILINE)

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def number(path):
    return int(path.stem[:2])


def cells(path, kind):
    return [cell for cell in NOTEBOOKS[path].cells if cell.cell_type == kind]


def markdown(path):
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def is_exercise(cell):
    return "exercise" in cell.metadata.get("rmsprop_lesson", {})


def calls(path, name):
    """Arguments of the calls of a function, as source."""
    found = []
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                found.append(ast.unparse(node.args[0]))
    return found


@each_lesson
def test_the_first_cell_says_what_when_and_what_for(path):
    first = cells(path, "markdown")[0].source
    assert first.startswith(f"# {number(path)} · ")
    for part in ("**Time**", "minutes", "**You will be able to**", "**You need**"):
        assert part in " ".join(first.split())


@each_lesson
def test_the_minutes_it_states_are_those_that_are_counted(path):
    assert lessons.minutes(number(path)) == minutes.counted(number(path))


@each_lesson
def test_one_may_stop_every_half_hour_and_the_minutes_so_far_are_right(path):
    stops = minutes.stops(number(path))
    for said, passed in stops:
        assert abs(said - passed) <= 2.5
    places = [0, *(passed for _, passed in stops), minutes.counted(number(path))]
    assert max(b - a for a, b in pairwise(places)) <= 30 + 2.5


@each_lesson
def test_it_ends_with_five_lines_a_quiz_what_comes_next_and_references(path):
    titles = re.findall(r"^## (.*)$", markdown(path), re.MULTILINE)
    wanted = ["In five lines", "Quiz", "What comes next", "References"]
    assert [title for title in titles if title in wanted] == wanted
    (summary,) = re.findall(r"^## In five lines\n(.*?)(?=^## |\Z)", markdown(path), re.M | re.S)
    assert re.findall(r"^(\d)\. ", summary, re.MULTILINE) == list("12345")
    assert calls(path, "quiz") == [str(number(path))]


@each_lesson
def test_it_asks_before_it_shows(path):
    asked = [ast.literal_eval(name) for name in calls(path, "predict")]
    assert sorted(asked) == sorted(questions.lesson(number(path)).predictions)
    if number(path) != 10:  # there each claim asks for a verdict
        assert len(asked) >= (1 if number(path) == 0 else 2)


@each_lesson
def test_its_exercises_are_all_there_in_their_newest_form(path):
    wanted = {name for name, e in checks.exercises().items() if e.lesson == number(path)}
    found = [
        c.metadata["rmsprop_lesson"]["exercise"] for c in NOTEBOOKS[path].cells if is_exercise(c)
    ]
    assert set(found) == wanted
    assert len(found) == 4 * len(wanted)
    assert list(placed(NOTEBOOKS[path].cells, checks.exercises())) == NOTEBOOKS[path].cells


@each_lesson
def test_the_folded_solutions_pass_their_checks(path, capsys):
    solutions = 0
    for cell in cells(path, "markdown"):
        if cell.metadata.get("rmsprop_lesson", {}).get("part") != "help":
            continue
        (source,) = re.findall(
            r"<summary>Solution</summary>\n\n```python\n(.*?)```", cell.source, re.DOTALL
        )
        name = cell.metadata["rmsprop_lesson"]["exercise"]
        namespace = {}
        exec("import numpy as np\n" + source, namespace)
        assert checks.exercises()[name].check(namespace[name]).passed, name
        solutions += 1
    assert solutions == len([e for e in checks.exercises().values() if e.lesson == number(path)])


@each_lesson
def test_a_code_cell_has_one_job_and_few_lines(path):
    lines = [
        len([line for line in cell.source.splitlines() if line.strip()])
        for cell in cells(path, "code")
        if not is_exercise(cell)
    ]
    assert max(lines) <= 14
    assert sorted(lines)[len(lines) // 2] <= 6
    assert all(len(cell.source.splitlines()) <= 25 for cell in cells(path, "code"))


@each_lesson
def test_every_figure_has_a_text_alternative(path):
    for cell in cells(path, "code"):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                alt = output.metadata["image/png"]["alt"]
                assert len(alt) > 20, cell.source
                assert alt in output.data["text/plain"].replace("\n", " ")
            for tag in re.findall("<img [^>]*>", output.get("data", {}).get("text/html", "")):
                (alt,) = re.findall(r'alt="([^"]{20,})"', tag)
                assert unescape(alt) in output.data["text/plain"].replace("\n", " ")
    assert "](attachment:" not in markdown(path)


@each_lesson
def test_every_cell_says_what_it_is_on_a_slide(path):
    kinds = {"slide", "subslide", "fragment", "-", "notes", "skip"}
    assert {cell.metadata["slideshow"]["slide_type"] for cell in NOTEBOOKS[path].cells} <= kinds
    assert NOTEBOOKS[path].cells[0].metadata["slideshow"]["slide_type"] == "slide"


@each_lesson
def test_links_lead_somewhere_in_the_course(path):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", markdown(path)):
        if not re.match(r"https?://|mailto:", target):
            assert (path.parent / target).exists(), target


def test_every_numbered_equation_that_is_mentioned_exists_once():
    text = "\n".join(markdown(path) for path in LESSONS)
    tags = re.findall(r"\\tag\{(\d+\.\d+)\}", text)
    assert len(set(tags)) == len(tags) > 5
    for lesson, equation in re.findall(r"(?<![\w.$])\((\d{1,2})\.([1-9]\d?)\)", text):
        if int(lesson) in lessons.NOTEBOOKS:  # one that is left out is still in its folder
            assert f"{lesson}.{equation}" in tags
