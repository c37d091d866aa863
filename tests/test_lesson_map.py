"""The map in lesson 0 agrees with the lessons: titles, minutes, order, and the ways through."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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


def test_the_map_lists_the_lessons_of_the_site_in_order():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    pages = [toc["root"]] + [c["file"] for part in toc["parts"] for c in part["chapters"]]
    assert [f"notebooks/{file}" for file in ROWS] == [p for p in pages if p.startswith("notebooks")]
    assert list(MINUTES) == list(range(len(ROWS)))


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
    assert re.search(r"Lessons 0 to 10, (\d+) minutes, about (\d+) hours", text).groups() == (
        str(total),
        str(round(total / 60)),
    )
    sessions, length = map(int, re.search(r"(\d+) sessions of (\d+) minutes", text).groups())
    assert (sessions - 1) * length < total <= sessions * length
    chosen, minutes = re.search(r"Lessons ([\d, and]+), complete: (\d+) minutes", text).groups()
    assert int(minutes) == sum(MINUTES[int(n)] for n in re.findall(r"\d+", chosen)) <= 5 * 60
    idea = re.search(r"\*\*45 minutes(.*?)\*\*Half a day", text)[1]
    assert sum(map(int, re.findall(r"\((\d+)(?: minutes)?\)", idea))) == 45
