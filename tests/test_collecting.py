"""A class's notebooks are judged whatever learners do, and nothing of it gets out."""

import csv
import json
import socket
from pathlib import Path

import nbformat
import pytest

from rmsprop_lesson import RMSprop, checks, questions
from rmsprop_lesson.course import collecting
from rmsprop_lesson.course import commands as command
from rmsprop_lesson.course.collecting import report, submission
from rmsprop_lesson.course.collecting.returned import read_roster, returned
from tools import handout

pytest.importorskip("joblib", reason="joblib is not installed")

ROOT = Path(__file__).resolve().parents[1]
LESSON = "03_rmsprop_mathematics.ipynb"
HEAD = "def rmsprop_step(theta, grad, S, learning_rate, beta, epsilon):\n"
RIGHT = HEAD + (
    "    S = beta * S + (1 - beta) * grad**2\n"
    "    return theta - learning_rate * grad / np.sqrt(S + epsilon), S\n"
)
SWAPPED = RIGHT.replace("beta * S + (1 - beta)", "(1 - beta) * S + beta")


@pytest.fixture(scope="module")
def edition():
    """The learner's edition of lesson 3, with a question in words."""
    made = handout.learner(nbformat.read(ROOT / "notebooks" / LESSON, as_version=4))
    written = f"<!-- answer: lesson 3, question 1 -->\n{submission.PROMPT}"
    made.cells.append(nbformat.v4.new_markdown_cell(written))
    return made


def filled(edition, step=None, extra=None, given=None, written=None, without=()):
    """The edition with a learner's changes."""
    notebook = nbformat.from_dict(json.loads(json.dumps(edition)))
    for cell in notebook.cells:
        mark = cell.metadata.get("rmsprop_lesson", {})
        if step is not None and mark == {"exercise": "rmsprop_step", "part": "stub"}:
            cell.source = step
        for name, text in (given or {}).items():
            cell.source = cell.source.replace(f'answer("{name}", ""', f'answer("{name}", "{text}"')
        for key, text in (written or {}).items():
            cell.source = cell.source.replace(
                f"<!-- answer: {key} -->", f"<!-- answer: {key} -->\n{text}"
            )
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("rmsprop_lesson", {}).get("exercise") not in without
    ]
    if extra is not None:
        notebook.cells.append(nbformat.v4.new_code_cell(extra))
    return notebook


def hand_in(folder, name, notebook, file=LESSON):
    path = folder / name / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, str):
        path.write_text(notebook, encoding="utf-8")
    else:
        nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def judged(edition, tmp_path_factory):
    """A dozen and a half learners, judged: name → Learner."""
    folder = tmp_path_factory.mktemp("class")
    victim = tmp_path_factory.mktemp("outside") / "victim.txt"
    victim.write_text("mine")
    listener = socket.create_server(("127.0.0.1", 0))
    given = {"nine-and-one": "b", "what-gets-smoother": "a", "bound-099": "3.16"}
    work = {
        "untouched": {},
        "right": {"step": RIGHT, "given": given, "written": {"lesson 3, question 1": "=SIGN(g)"}},
        "swapped": {"step": SWAPPED, "given": given},
        "syntax": {"step": RIGHT.replace("epsilon), S", "epsilon, S")},
        "loop": {"step": HEAD + "    while True:\n        pass\n"},
        "loop outside": {"step": RIGHT, "extra": "while True:\n    pass"},
        "loop in C": {"step": RIGHT, "extra": "10 ** 10 ** 9"},
        "memory": {"step": RIGHT, "extra": "x = []\nwhile True:\n    x.append(bytes(10**8))"},
        "deleted": {"without": ("rmsprop_step",)},
        "two cells": {"step": HEAD + "    return theta, S\n", "extra": RIGHT},
        "solution above": {"step": RIGHT},  # and an untouched stub below, see there
        "borrowed": {"step": "from rmsprop_lesson.course.checks.rmsprop import rmsprop_step"},
        "exit": {"step": RIGHT, "extra": "import os\nos._exit(0)"},
        "error": {"step": RIGHT, "extra": "print(nothing_of_this_name)"},
        "magic": {"step": "%timeit 1\n!ls\n" + RIGHT},
        "mischief": {"step": RIGHT},
    }
    mischief = [
        f"open({str(victim)!r}, 'w')",
        f"import os\nos.remove({str(victim)!r})",
        f"import socket\nsocket.create_connection(('127.0.0.1', {listener.getsockname()[1]}))",
        "import subprocess\nsubprocess.run(['true'])",
    ]
    for name, changes in work.items():
        hand_in(folder, name, filled(edition, **changes))
    twice = filled(edition, RIGHT)
    stub = next(cell.source for cell in edition.cells if "def rmsprop_step" in cell.source)
    twice.cells.append(nbformat.v4.new_code_cell(stub))
    hand_in(folder, "solution above", twice)
    bad = filled(edition, RIGHT)
    bad.cells += [nbformat.v4.new_code_cell(source) for source in mischief]
    hand_in(folder, "mischief", bad)
    hand_in(folder, "no JSON", "{")
    hand_in(folder, "no notebook", "a text", "essay.docx")
    hand_in(folder, "no cells", '{"cells": 3}')
    (folder / "nothing").mkdir()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    group = collecting.collect(folder, ["Right", "Somebody Else"], jobs=2, seconds=3.0)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert victim.read_text() == "mine"
    listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        listener.accept()
    listener.close()
    return group


def learner(group, name):
    (found,) = (one for one in group.learners if one.name == name)
    return found


def test_everybody_has_one_row(judged):
    assert len(judged.learners) == len({one.name for one in judged.learners}) == 21
    assert all(set(row) == set(judged.rows()[0]) for row in judged.rows())


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("untouched", "ran", "to do"),
        ("right", "ran", "right"),
        ("swapped", "ran", "wrong: beta and 1-beta swapped"),
        ("syntax", "did not run", "did not run: syntax error"),
        ("loop", "endless loop", "wrong: endless loop"),
        ("loop outside", "endless loop", "right"),
        ("loop in C", "endless loop", "right"),
        ("memory", "did not run", "right"),
        ("deleted", "ran", "not there"),
        ("two cells", "ran", "right"),
        ("solution above", "ran", "right"),
        ("borrowed", "ran", "wrong: the course's own"),
        ("exit", "did not run", "right"),
        ("error", "did not run", "right"),
        ("magic", "ran", "right"),
        ("mischief", "did not run", "right"),
        ("no JSON", "broken", "broken"),
        ("no notebook", "broken", "broken"),
        ("no cells", "broken", "broken"),
        ("nothing", "not handed in", "not handed in"),
        ("Somebody Else", "not handed in", "not handed in"),
    ],
)
def test_the_row_says_how_it_went(judged, name, status, words):
    row = next(row for row in judged.rows() if row["learner"] == name)
    assert (row["status"], row["rmsprop_step"]) == (status, words), row


def test_each_thing_that_is_not_allowed_is_refused(judged):
    notes = learner(judged, "mischief").notes
    assert len(notes) == 4
    assert all("PermissionError" in note for note in notes)


def test_answers_are_read_and_judged(judged):
    row = next(row for row in judged.rows() if row["learner"] == "right")
    assert row["nine-and-one"] == "b (right)"
    assert row["what-gets-smoother"] == "a (wrong)"
    assert row["bound-099"] == "3.16 (wrong)"
    assert row["lesson 3, question 1"] == "=SIGN(g)"
    assert row["lost-weight"] == ""


def test_misconceptions_come_with_what_the_guide_says_the_commonest_first(judged):
    found = judged.misconceptions()
    counts = [len(one.learners) for one in found]
    assert counts == sorted(counts, reverse=True)
    said = {(one.where, one.what): one for one in found}
    step = checks.exercises()["rmsprop_step"]
    swapped = said["rmsprop_step", "beta and 1-beta swapped"]
    assert swapped.learners == ("swapped",)
    assert swapped.say == step.saying("beta and 1-beta swapped") != ""
    question = questions.find("bound-099")
    slip = said[question.question, "3.16 η"]
    assert slip.learners == ("right", "swapped")
    assert slip.say == next(w.feedback for w in question.wrong if w.number == 3.16)


def test_the_table_and_the_page_are_safe_to_open(judged, tmp_path):
    judged.write_csv(tmp_path / "class.csv")
    with open(tmp_path / "class.csv", encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(judged.learners)
    assert not [value for row in rows for value in row.values() if value[:1] in tuple("=+-@")]
    bad = report.Learner("<script>alert(1)</script>", written={"lesson 3, question 1": "<b>"})
    page = report.page(report.SchoolClass([*judged.learners, bad]))
    assert "<script" not in page
    assert "<b>" not in page
    assert all(one.name.replace("<", "&lt;").split(">")[0] in page for one in judged.learners)


# ── names and folders ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "name", "number"),
    [
        ("Ada Lovelace_4711_assignsubmission_file_/03_x.ipynb", "Ada Lovelace", "4711"),
        ("Ada Lovelace_4711_assignsubmission_file_03_x.ipynb", "Ada Lovelace", "4711"),
        ("Ada Lovelace_4711_assignsubmission_file/03_x.ipynb", "Ada Lovelace", "4711"),
        ("lovelaceada_12_3456_03_rmsprop-1.ipynb", "lovelaceada", "12"),
        ("lovelaceada_LATE_12_3456_03_rmsprop.ipynb", "lovelaceada", "12"),
        ("ada/lesson03/03_x.ipynb", "ada", ""),
        ("ada.ipynb", "ada", ""),
    ],
)
def test_systems_names_and_folders(tmp_path, path, name, number):
    hand_in(tmp_path, ".", "{}", path)
    (found,) = returned(tmp_path)
    assert (found.learner, found.id, len(found.files)) == (name, number, 1)
    roster = returned(tmp_path, ["Lovelace, Ada", "Ádá Lovelace", "Alan Turing"])
    missing = [one.learner for one in roster if not one.files]
    expected = (
        ["Alan Turing"]
        if "ovelace" in name
        else sorted(["Lovelace, Ada", "Ádá Lovelace", "Alan Turing"])
    )
    assert sorted(missing) == sorted(expected)


def test_what_systems_and_jupyter_leave_behind_is_nobody(tmp_path):
    hand_in(tmp_path, "ada", "{}")
    hand_in(tmp_path, "ada/.ipynb_checkpoints", "{}")
    hand_in(tmp_path, "__MACOSX", "{}")
    hand_in(tmp_path, "ada", "2026-01-01", "timestamp.txt")
    (found,) = returned(tmp_path)
    assert [path.name for path in found.files] == [LESSON]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace\n\nAlan Turing\n", ["Ada Lovelace", "Alan Turing"]),
        ("Lovelace, Ada\nTuring, Alan\n", ["Ada Lovelace", "Alan Turing"]),
        ("id;name\n1;Ada Lovelace\n", ["Ada Lovelace"]),
        ("First name,Surname,ID\nAda,Lovelace,1\n", ["Ada Lovelace"]),
    ],
)
def test_lists_of_names(tmp_path, text, names):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    assert read_roster(path) == names


def test_an_empty_list_is_an_error(tmp_path):
    (tmp_path / "roster.txt").write_text("\n")
    with pytest.raises(ValueError, match="names nobody"):
        read_roster(tmp_path / "roster.txt")


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def test_cells_as_handed_out_are_told_from_the_learners(edition, tmp_path):
    hand_in(tmp_path, "ada", filled(edition, RIGHT, extra="x = 1"))
    found = submission.read(tmp_path / "ada" / LESSON)
    assert [cell["source"] for cell in found.cells if cell["own"]] == [RIGHT, "x = 1"]
    assert found.exercises == ["rmsprop_step", "MyRMSprop"]


def test_answers_of_the_widgets_are_read_from_a_notebook_saved_with_its_state(edition, tmp_path):
    notebook = filled(edition)
    asked = questions.prediction("nine-and-one").plain()
    states = [
        {"state": {"settings": {"question": asked, "given": 1, "skipped": False}}},
        {"state": {"settings": {"questions": [], "given": {"bound-099": 10}}}},
        {"state": {}},
    ]
    state = {str(i): entry for i, entry in enumerate(states)}
    notebook.metadata["widgets"] = {submission.WIDGETS: {"state": state}}
    hand_in(tmp_path, "ada", notebook)
    assert submission.read(tmp_path / "ada" / LESSON).given == {"nine-and-one": 1, "bound-099": 10}


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("nine-and-one", "b", 1),
        ("nine-and-one", " B) because", 1),
        ("nine-and-one", "Away, the way that the nine push", 1),
        ("nine-and-one", "banana", None),
        ("nine-and-one", 7, None),
        ("bound-099", "10 η", 10.0),
        ("bound-099", "3,16", 3.16),
        ("bound-099", "−1e-3", -0.001),
        ("bound-099", "ten", None),
        ("bound-099", True, None),
    ],
)
def test_how_learners_write_answers(name, given, value):
    assert questions.find(name).meant(given) == value


def test_an_answer_reveals_once_it_is_given(capsys):
    assert questions.answer("nine-and-one", "", "picture") is None
    assert "a, b or c" in capsys.readouterr().out
    assert questions.answer("nine-and-one", "c", "picture") == "picture"
    with pytest.raises(ValueError, match="must be a, b or c"):
        questions.answer("nine-and-one", "z", "picture")
    with pytest.raises(questions.QuestionError, match="no question is called"):
        questions.answer("no-such-question", "a")


# ── handing in the course's own ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", list(checks.exercises()))
def test_the_courses_own_solution_is_recognised_and_a_copy_in_ones_own_code_is_not(name):
    exercise = checks.exercises()[name]
    assert checks.graded(name, exercise.solution).mistake == "the course's own"
    source = submission_source(exercise)
    assert checks.graded(name, source).passed


def submission_source(exercise):
    """The solution as if the learner had typed it."""
    import sys

    from rmsprop_lesson.course.checks.source import source_of

    names = dict(vars(sys.modules[exercise.solution.__module__]))
    exec(source_of(exercise.solution), names)
    return names[exercise.name]


def test_a_wrapped_solution_and_the_packages_optimiser_are_recognised():
    solution = checks.exercises()["rmsprop_step"].solution

    def wrapped(*arguments):
        return solution(*arguments)

    def rented(theta, grad, S, learning_rate, beta, epsilon):
        optimizer = RMSprop(learning_rate, beta, epsilon=epsilon)
        step, S = optimizer.update(grad, S)
        return theta - step, S

    assert checks.graded("rmsprop_step", wrapped).mistake == "the course's own"
    assert checks.graded("rmsprop_step", rented).mistake == "the course's own"
    assert checks.graded("MyRMSprop", Rented).mistake == "the course's own"


class Rented:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.step = RMSprop(learning_rate, beta, epsilon=epsilon).step


def test_only_an_exercise_can_be_graded():
    with pytest.raises(ValueError, match="name must be one of"):
        checks.graded("nothing", len)


# ── the command ──────────────────────────────────────────────────────────────────────────────────


def test_the_command_writes_table_and_page(edition, tmp_path, capsys):
    hand_in(tmp_path / "in", "ada", filled(edition, RIGHT))
    (tmp_path / "names.txt").write_text("Ada\nAlan\n")
    arguments = ["collect", str(tmp_path / "in"), "--out", str(tmp_path / "class.csv")]
    command.main([*arguments, "--roster", str(tmp_path / "names.txt"), "--jobs", "1"])
    assert capsys.readouterr().out.startswith("2 learners")
    assert "not handed in" in (tmp_path / "class.csv").read_text(encoding="utf-8")
    assert "<h2>What to repeat</h2>" in (tmp_path / "class.html").read_text(encoding="utf-8")


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    with pytest.raises(SystemExit):
        command.main(["collect", str(tmp_path / "nowhere")])
    assert "is no folder" in capsys.readouterr().err
