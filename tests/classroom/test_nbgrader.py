"""nbgrader's own commands take the edition that is made for it: from the source to the feedback."""

import html
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools import handout

pytest.importorskip("nbgrader", reason="nbgrader is not installed: make test-classroom")

ROOT = Path(__file__).resolve().parents[2]
LESSON = "03_rmsprop_mathematics"
RIGHT = """def rmsprop_step(theta, grad, S, learning_rate, beta, epsilon):
    S = beta * S + (1 - beta) * grad**2
    return theta - learning_rate * grad / np.sqrt(S + epsilon), S
"""
BORROWED = "from rmsprop_lesson.course.checks.rmsprop import rmsprop_step"
CONFIG = """
c = get_config()
c.CourseDirectory.root = {course!r}
c.CourseDirectory.course_id = "rmsprop"
c.Exchange.root = {exchange!r}
c.Exchange.course_id = "rmsprop"
c.ExecutePreprocessor.timeout = 120
"""


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """Scores of three learners by exercise, after the whole way through nbgrader's commands."""
    root = tmp_path_factory.mktemp("nbgrader")
    course, exchange = root / "course", root / "exchange"
    source = course / "source" / "lesson03"
    source.mkdir(parents=True)
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    stored = nbformat.read(ROOT / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    nbformat.write(handout.graded(stored), source / f"{LESSON}.ipynb")
    (course / "nbgrader_config.py").write_text(
        CONFIG.format(course=str(course), exchange=str(exchange)), encoding="utf-8"
    )

    tools_of_this_python = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def nbgrader(*arguments, folder=course):
        run = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PATH": tools_of_this_python},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr

    nbgrader("generate_assignment", "lesson03", "--create")
    nbgrader("release_assignment", "lesson03")
    home = root / "home"
    home.mkdir()
    (home / "nbgrader_config.py").write_text(
        CONFIG.format(course=str(home), exchange=str(exchange)), encoding="utf-8"
    )
    nbgrader("fetch_assignment", "lesson03", folder=home)
    change(home / "lesson03" / f"{LESSON}.ipynb", RIGHT)
    nbgrader("submit", "lesson03", folder=home)
    nbgrader("collect", "lesson03")
    (collected,) = (course / "submitted").iterdir()
    for name, step in (("borrower", BORROWED), ("untouched", None)):
        target = course / "submitted" / name / "lesson03"
        target.mkdir(parents=True)
        released = course / "release" / "lesson03" / f"{LESSON}.ipynb"
        (target / f"{LESSON}.ipynb").write_bytes(released.read_bytes())
        if step:
            change(target / f"{LESSON}.ipynb", step)
    nbgrader("autograde", "lesson03", "--create")
    nbgrader("generate_feedback", "lesson03")
    nbgrader("release_feedback", "lesson03", f"--student={collected.name}")
    nbgrader("export", "--to", str(root / "grades.csv"))
    return course, collected.name


def change(path, step):
    """Write a learner's code into the stub of rmsprop_step."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("rmsprop_lesson") == {"exercise": "rmsprop_step", "part": "stub"}:
            cell.source = step
    nbformat.write(notebook, path)


def scores(course, learner):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        submission = book.find_submission_notebook(LESSON, "lesson03", learner)
        return {grade.name: grade.score for grade in submission.grades}


def test_the_released_edition_keeps_stubs_checks_and_places_for_answers(marked):
    course, _ = marked
    text = (course / "release" / "lesson03" / f"{LESSON}.ipynb").read_text(encoding="utf-8")
    sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    assert any(source.startswith("def rmsprop_step(") for source in sources)
    assert any('checks.graded("rmsprop_step", rmsprop_step)' in source for source in sources)
    assert any("\nanswer(" in source for source in sources)


def test_right_work_gets_its_point_and_the_courses_own_none(marked):
    course, learner = marked
    assert scores(course, learner) == {"rmsprop_step": 1, "MyRMSprop": 0}
    assert set(scores(course, "borrower").values()) == {0}
    assert set(scores(course, "untouched").values()) == {0}


def test_the_feedback_names_the_mistake_and_shows_own_work_in_use(marked):
    course, learner = marked

    def said_to(name):
        page = course / "feedback" / name / "lesson03" / f"{LESSON}.html"
        return html.unescape(page.read_text("utf-8"))

    assert "does the work here. Write it yourself." in said_to("borrower")
    assert "rmsprop_step: right" in said_to(learner)
    assert "rmsprop_step: yours" in said_to(learner)
