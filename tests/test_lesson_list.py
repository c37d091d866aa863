"""A lesson less, a lesson more: docs/change.md's paragraph, followed on a copy of the course."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from tools import lessons

ROOT = Path(__file__).resolve().parents[1]
# The tests that read the list; of the guide those that don't judge every catalogued mistake.
READERS = ["lesson_map", "lessons", "project", "teach"]
SLOW = ["pages_are_up", "command", "mistakes", "exercise", "folded", "clone", "torch", "slip"]
SLIDE, SKIP = {"slideshow": {"slide_type": "slide"}}, {"slideshow": {"slide_type": "skip"}}
QUESTION = {
    "question": "Does a lesson of one's own count?",
    "choices": [
        {"text": "No", "feedback": "It is in the list, so it does."},
        {"text": "Yes", "feedback": "The list decides.", "right": True},
    ],
}
OWN_QUESTIONS = {
    "predictions": {"own-first": QUESTION, "own-second": QUESTION},
    "quiz": [QUESTION | {"id": f"own-quiz-{i}"} for i in range(3)],
}
OWN_GUIDE = """
- lesson: 12
  point: One's own lesson.
  say:
    - {minutes: 5, text: Section 1. Ask.}
  board: a line
  board_text: >-
    A line of text on the board that is described here in enough words for somebody who can't
    see it.
  class: {}
  home: {}
  exam: {}
  written: {question: 'Why?', answer: Because.}
  typical: {}
"""
OWN_CELLS = [
    (SLIDE, "# 12 · A lesson of one's own\n\n**Time** 10 minutes · **You will be able to** add "
            "one · **You need** [lesson 3](03_rmsprop_mathematics.ipynb)."),
    (SKIP, "from rmsprop_lesson import predict, quiz"),
    (SLIDE, "## 1 · A question"),
    (SLIDE, 'predict("own-first", "It does.")'),
    (SLIDE, 'predict("own-second", "It does.")'),
    (SLIDE, "## In five lines\n\n1. One.\n2. Two.\n3. Three.\n4. Four.\n5. Five."),
    (SLIDE, "## Quiz"),
    (SLIDE, "quiz(12)"),
    (SLIDE, "## What comes next\n\nNothing."),
    (SLIDE, "## References\n\nNone."),
]  # fmt: skip


@pytest.fixture
def copy(tmp_path):
    """A copy of the course without what was built, to which a change can be made."""
    built = shutil.ignore_patterns(
        ".git", ".venv*", "_build", "__pycache__", ".hypothesis", ".*_cache", "_frozen"
    )
    return shutil.copytree(ROOT, tmp_path / "course", ignore=built)


def run(copy, *arguments):
    environment = os.environ | {"PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def follow(copy):
    """What the paragraph says after a change, and the tests that read the list."""
    run(copy, "-c", "from tools import teaching; teaching.follow_the_list()")
    files = [f"tests/test_{name}.py" for name in READERS]
    run(copy, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files,
        "-k", " and ".join(f"not {name}" for name in SLOW))  # fmt: skip


def test_a_lesson_can_be_left_out(copy):
    toc = copy / "_toc.yml"
    lines = toc.read_text(encoding="utf-8").splitlines(keepends=True)
    stem = lessons.NOTEBOOKS[9].stem
    toc.write_text("".join(line for line in lines if stem not in line), encoding="utf-8")
    follow(copy)
    start = (copy / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8")
    assert f"| 9 | [{lessons.title(9)}]" not in start


def test_a_lesson_of_ones_own_can_be_added(copy):
    toc = copy / "_toc.yml"
    last = f"file: notebooks/{list(lessons.NOTEBOOKS.values())[-1].stem}\n"
    added = f"{last}      - file: notebooks/12_own\n"
    toc.write_text(toc.read_text(encoding="utf-8").replace(last, added), encoding="utf-8")
    bank = copy / "rmsprop_lesson" / "course" / "questions" / "lesson_12.yaml"
    bank.write_text(yaml.safe_dump(OWN_QUESTIONS, allow_unicode=True), encoding="utf-8")
    with (copy / "docs" / "teach_lessons.yaml").open("a", encoding="utf-8") as guide:
        guide.write(OWN_GUIDE)
    make = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
    cells = [make[source[0] == "#"](source, metadata=about) for about, source in OWN_CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), copy / "notebooks" / "12_own.ipynb")
    run(copy, "-m", "tools.notebooks", "notebooks/12_own.ipynb")
    follow(copy)
    start = (copy / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8")
    assert "| 12 | [A lesson of one's own](12_own.ipynb) | 10 | " in start
