"""The map in lesson 0, its table of lessons and the ways through, as the list of lessons has it."""

import re

import nbformat

from . import lessons, notebooks, plans

START = lessons.ROOT / "notebooks" / "00_start_here.ipynb"
ROW = re.compile(r"^\| (\d+) \| \[.*\| (.*) \|$", re.MULTILINE)
NEEDS = re.compile(r"\*\*You\s+need\*\*\s+(.*)", re.DOTALL)


def renewed(cells):
    """Lesson 0's cells, with the two of them renewed that follow the list of lessons.

    Parameters
    ----------
    cells : list of NotebookNode
        What a lesson builds on is kept as it is written there; for a new lesson it is taken from
        what the lesson says that one needs.
    """
    for cell in cells:
        if cell.source.startswith("## The map"):
            head = cell.source.partition("\n| ")[0]
            cell.source = f"{head}\n{_table(dict(ROW.findall(cell.source)))}"
        elif re.match(r"## \w+ ways through", cell.source):
            cell.source = cell.source.partition("\n")[0] + "\n\n" + "\n\n".join(_ways())
    return cells


def _table(known):
    rows = ["| No. | Lesson | Minutes | Builds on |", "|--:|---|--:|---|"]
    for number in lessons.NOTEBOOKS:
        needs = _listed(known.get(str(number)) or _needed(number))
        minutes = lessons.minutes(number)
        rows.append(f"| {number} | {_link(number, lessons.title(number))} | {minutes} | {needs} |")
    return "\n".join([*rows, f"| | **Together** | **{_together()}** | |"])


def _listed(needs):
    """What a lesson builds on, without lessons that are left out."""
    for number in set(re.findall(r"\d+", needs)):
        if int(number) not in lessons.NOTEBOOKS:
            needs = re.sub(rf"[,;](?: [a-z ]+)? {number}\b|\b{number}, ", "", needs)
    return needs


def _needed(number):
    """The lessons that a lesson says one needs, or a dash."""
    said = NEEDS.search(lessons.notebook(number).cells[0].source)[1]
    return ", ".join(re.findall(r"(?<![\w/])\d+(?!_)\b", said)) or "–"


def _together():
    return sum(map(lessons.minutes, lessons.NOTEBOOKS))


def _link(number, text):
    return f"[{text}]({lessons.NOTEBOOKS[number].name})"


def _ways():
    """The ways through, from the plans that say how they are called for a reader."""
    for plan in plans.plans():
        if plan.way:
            parts = [part for part in plan.parts if part.lesson is not None]
            yield f"**{plan.name} in a class: {plan.way}.** " + ";\n".join(map(_step, parts)) + "."
    course = next(entry for entry in plans.entries() if "session" in entry)
    first, last = list(lessons.NOTEBOOKS)[:: len(lessons.NOTEBOOKS) - 1]
    yield (
        f"**All of it: {course['way']}.** Lessons {first} to {last}, {_together()} minutes, about "
        f"{round(_together() / 60)} hours.\nIn a class that is {len(plans.sessions())} sessions of "
        f"{course['session']} minutes."
    )


def _step(part):
    link = _link(part.lesson, f"Lesson {part.lesson}")
    return f"{link}, {plans.described(part) or 'complete'}"


def main():
    """Renew the map in its notebook; outputs stay, since no code changes."""
    notebook = nbformat.read(START, as_version=4)
    renewed(notebook.cells)
    notebooks.clean(notebook)
    START.write_text(notebooks.text(notebook), encoding="utf-8", newline="\n")
