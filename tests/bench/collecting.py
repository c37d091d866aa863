"""A class of 120 made by a script, and how long it takes to judge: python -m tests.bench.collecting

Everybody hands in the learner's edition of one of six lessons; two thirds of the class did the
exercises, right or with mistakes of the catalogue, and the last third is what a class also is:
syntax errors, endless loops, memory hogs, files that are no notebooks, deleted cells.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path

import nbformat

from rmsprop_lesson import checks
from rmsprop_lesson.course import collecting
from rmsprop_lesson.course.checks.engine import as_tuple
from rmsprop_lesson.course.checks.source import source_of
from tools import handout

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ("01", "02", "03", "05", "06", "08")
ODD = (
    "syntax error",
    "endless loop inside",
    "endless loop outside",
    "endless loop in C",
    "memory outside",
    "memory inside",
    "no notebook",
    "no JSON",
    "deleted cells",
    "two cells",
    "error outside",
    "nothing",
)


def write_class(folder, learners):
    """Write the class into a folder, as Moodle hands it out; return what everybody is."""
    paths = [next((ROOT / "notebooks").glob(f"{number}_*.ipynb")) for number in LESSONS]
    editions = {path.name: handout.learner(nbformat.read(path, as_version=4)) for path in paths}
    kinds = {}
    for i in range(learners):
        kind = ODD[i // 3 % len(ODD)] if i % 3 == 2 else "at work"
        name = f"Learner {i:03}"
        kinds[name] = kind
        place = folder / f"{name}_{1000 + i}_assignsubmission_file_"
        place.mkdir()
        file, edition = list(editions.items())[i % len(editions)]
        if kind == "no notebook":
            (place / "essay.docx").write_bytes(b"PK")
        elif kind == "no JSON":
            (place / file).write_text("{", encoding="utf-8")
        elif kind != "nothing":
            nbformat.write(changed(edition, kind, i), place / file)
    return kinds


def changed(edition, kind, i):
    """One learner's copy."""
    notebook = nbformat.from_dict(json.loads(json.dumps(edition)))
    for place, cell in enumerate(list(notebook.cells)):
        mark = cell.metadata.get("rmsprop_lesson", {})
        if mark.get("part") == "stub":
            cell.source = written(
                checks.exercises()[mark["exercise"]], cell.source, kind, i + place
            )
    extra = {
        "endless loop outside": "while True:\n    pass",
        "endless loop in C": "10 ** 10 ** 9",
        "memory outside": "x = []\nwhile True:\n    x.append(bytes(10**8))",
        "error outside": "nothing_of_this_name",
        "two cells": next(c.source for c in notebook.cells if "def " in c.source),
    }.get(kind)
    if extra:
        notebook.cells.append(nbformat.v4.new_code_cell(extra))
    if kind == "deleted cells":
        notebook.cells = notebook.cells[::2]
    return notebook


def written(exercise, stub, kind, luck):
    """What stands in the cell of one exercise: right, a mistake of the catalogue, or worse."""
    head = stub[: stub.rindex("...")] if "..." in stub else ""
    if kind == "endless loop inside" and head:
        return f"{head}while True:\n        pass"
    if kind == "memory inside" and head:
        return f"{head}x = []\n    while True:\n        x.append(bytes(10**8))"
    mistakes = [as_tuple(made)[0] for made, _ in exercise.mistakes.values()]
    mistakes = [made for made in mistakes if hasattr(made, "__code__") and "\n" in source(made)]
    chosen = (
        exercise.solution
        if luck % 3
        else (mistakes or [exercise.solution])[luck % max(1, len(mistakes))]
    )
    code = source(chosen).replace(f"def {chosen.__name__}(", f"def {exercise.name}(", 1)
    return code.replace(")", "", 1) if kind == "syntax error" else f"import numpy as np\n{code}"


def source(function):
    """A function's source, empty where it can't be had."""
    try:
        return source_of(function)
    except (OSError, TypeError):
        return ""


def main():
    """Make a class, judge it, and print what was found and how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=120)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--out", type=Path, help="keep the table and the page here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kinds = write_class(Path(folder), options.learners)
        start = time.perf_counter()
        group = collecting.collect(folder, jobs=options.jobs)
        seconds = time.perf_counter() - start
    found = Counter((kinds[one.name], one.status) for one in group.learners)
    for (kind, status), number in sorted(found.items()):
        print(f"{number:4} {kind:22} {status}")
    print(f"{len(group.learners)} learners in {seconds:.0f} s")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        group.write_csv(options.out / "class.csv")
        group.write_page(options.out / "class.html")


if __name__ == "__main__":
    main()
