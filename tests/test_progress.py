"""What a learner has done is kept in one small file of their own, or not at all."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rmsprop_lesson import checks
from rmsprop_lesson.course import progress

ROOT = Path(__file__).parents[1]


@pytest.fixture
def path(monkeypatch, tmp_path):
    """A file of the test's own, and a kernel that knows of nothing yet."""
    path = tmp_path / "data" / "progress.json"
    monkeypatch.setenv(progress.VARIABLE, str(path))
    monkeypatch.setattr(progress, "_memory", {})
    return path


@pytest.fixture
def another_kernel(monkeypatch):
    return lambda: monkeypatch.setattr(progress, "_memory", {})


def _solution(name):
    return checks.exercises()[name].solution


def test_a_right_solution_is_remembered_and_a_wrong_one_is_not(path, another_kernel):
    checks.ewma(lambda values, beta: values)
    checks.heavy_ball_step(3)
    assert not path.exists()
    assert checks.ewma(_solution("ewma")).passed
    another_kernel()
    assert progress.done() == {
        "exercises": {"ewma": True},
        "predictions": {},
        "quizzes": {},
        "challenges": {},
    }


def test_judging_alone_remembers_nothing(path):
    assert checks.exercises()["ewma"].judge(_solution("ewma")).passed
    assert not path.exists()


def test_an_untouched_stub_is_not_remembered(path):
    space = {}
    exercise = checks.exercises()["rmsprop_step"]
    exec(exercise.stub, space)
    assert checks.rmsprop_step(space["rmsprop_step"]).status == "open"
    assert not path.exists()


def test_off_means_off(path, monkeypatch):
    for off in ("off", " OFF "):
        monkeypatch.setenv(progress.VARIABLE, off)
        progress.record("exercises", "ewma")
        assert progress.place() is None
        assert progress.done()["exercises"] == {}
        assert "Nothing is kept: RMSPROP_LESSON_PROGRESS is off." in repr(checks.progress())
    assert not Path("off").exists()


def test_the_tests_run_with_it_off():
    assert os.environ[progress.VARIABLE] == "off"


def test_the_best_score_of_a_quiz_counts(path, another_kernel):
    for score in (1, 3, 2):
        progress.record("quizzes", "3", score)
        another_kernel()
    assert progress.done()["quizzes"] == {"3": 3}


def test_a_course_that_is_moved_or_copied_keeps_its_progress(path, tmp_path, monkeypatch):
    """Each kernel runs in another folder, and imports the package from there."""
    for folder, name in (("one", "ewma"), ("two words/ü", "half_life")):
        notebooks = tmp_path / folder / "notebooks"
        notebooks.mkdir(parents=True)
        (notebooks / "00.ipynb").touch()
        shutil.copytree(ROOT / "rmsprop_lesson", tmp_path / folder / "rmsprop_lesson")
        code = f"from rmsprop_lesson.course import progress; progress.record('exercises', {name!r})"
        environment = os.environ | {"PYTHONPATH": str(tmp_path / folder)}
        subprocess.run([sys.executable, "-c", code], cwd=notebooks, env=environment, check=True)
    assert set(progress.done()["exercises"]) == {"ewma", "half_life"}


def test_what_edition_1_kept_for_each_folder_is_put_together(path):
    path.parent.mkdir()
    kept = {
        "/home/a/course": {"exercises": {"ewma": True}, "quizzes": {"3": 2}},
        "/home/a/moved": {"exercises": {"half_life": True}, "quizzes": {"3": 1}},
    }
    path.write_text(json.dumps({"courses": kept}))
    assert progress.done() == {
        "exercises": {"ewma": True, "half_life": True},
        "predictions": {},
        "quizzes": {"3": 2},
        "challenges": {},
    }
    progress.record("exercises", "softmax")
    (stored,) = json.loads(path.read_text())["courses"].values()
    assert set(stored["exercises"]) == {"ewma", "half_life", "softmax"}


def test_a_working_folder_that_is_gone_is_no_obstacle(path):
    gone = "import os, tempfile; folder = tempfile.mkdtemp(); os.chdir(folder); os.rmdir(folder)\n"
    there = [sys.executable, "-c", gone + "import pandas"]
    if subprocess.run(there, capture_output=True).returncode:
        pytest.skip("this Python cannot import anything there (3.13.0)")
    code = (
        f"from rmsprop_lesson import checks, predict, quiz; {gone}"
        "solution = checks.exercises()['ewma'].solution\n"
        "assert checks.ewma(solution).passed and not checks.ewma(lambda x, b: x).passed\n"
        "assert 'exercises are done' in repr(checks.progress())\n"
        "predict('first-taste', 'text'); quiz(0)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, check=True)
    assert progress.done()["exercises"] == {"ewma": True}


def test_two_kernels_that_write_at_once_lose_nothing(path, monkeypatch):
    """What another kernel overwrites comes back with this one's next change."""
    progress.record("exercises", "ewma")
    # By a kernel that read the file before we wrote:
    progress._write(path, {"exercises": {"half_life": True}})
    progress.record("exercises", "softmax")
    assert set(progress.done()["exercises"]) == {"ewma", "half_life", "softmax"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"{}",
        b'{"courses": []}',
        b'{"courses": {"a": 3}}',
        b'{"courses": {"a": {"exercises": ["ewma"]}}}',
        b'{"courses": {"a": {"exercises": {"ewma": "yes"}}}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_put_aside_and_a_new_one_begins(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.warns(UserWarning, match=r"damaged; it is now .*progress.json.damaged, and a new"):
        progress.record("exercises", "ewma")
    assert progress.done()["exercises"] == {"ewma": True}
    assert path.with_name("progress.json.damaged").read_bytes() == content
    assert json.loads(path.read_text())


def test_nothing_else_is_left_beside_the_file(path):
    for name in ("ewma", "half_life"):
        progress.record("exercises", name)
    assert [file.name for file in path.parent.iterdir()] == ["progress.json"]


def test_without_a_place_to_write_it_stays_in_memory(path, monkeypatch, recwarn):
    path.parent.write_text("a file where the folder should be")
    progress.record("exercises", "ewma")
    assert progress.done()["exercises"] == {"ewma": True}
    assert "Kept in memory only" in repr(checks.progress())
    assert not recwarn.list


def test_a_write_that_fails_leaves_the_old_file(path, monkeypatch):
    progress.record("exercises", "ewma")
    before = path.read_bytes()

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(progress.os, "replace", full)
    progress.record("exercises", "half_life")
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["progress.json"]
    assert set(progress.done()["exercises"]) == {"ewma", "half_life"}


def test_without_a_home_nothing_fails(tmp_path):
    """In a process without HOME or a user's name, as in some containers."""
    code = (
        "from rmsprop_lesson.course import progress; progress.record('exercises', 'ewma');"
        "print(progress.done()['exercises'])"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "HOME": "/nowhere/at/all", "PATH": os.environ["PATH"]},
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "{'ewma': True}\n", "")


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be one of exercises, predictions, quizzes, ch"):
        progress.record("exercise", "ewma")


def test_the_overview_says_where_it_is_kept(path):
    assert f"Nothing is kept yet; it will be in {path}" in repr(checks.progress())
    progress.record("exercises", "ewma")
    assert f"Kept in {path}, sent nowhere." in repr(checks.progress())


def test_the_overview_counts_lesson_by_lesson(path):
    for name in ("gradient_step", "valley_gradient", "largest_stable_rate", "ewma"):
        progress.record("exercises", name)
    progress.record("exercises", "an exercise that is gone")
    progress.record("quizzes", "0", 99)  # of a quiz that was longer once
    overview = checks.progress()
    table = overview.table
    assert table.loc[1, "exercises"] == "3 of 3 ✓"
    assert table.loc[2, "exercises"] == "1 of 3"
    assert table.loc[2, "open exercises"] == "heavy_ball_step, adagrad_step"
    assert table.loc[0, "exercises"] == "–"
    assert table.loc[0, "quiz"] == "3 of 3 ✓"
    total = sum(e.lesson is not None for e in checks.exercises().values())
    assert repr(overview).startswith(f"4 of {total} exercises are done")
    html = overview._repr_html_()
    assert str(path) in html
    assert "<td>3 of 3 ✓</td>" in html
