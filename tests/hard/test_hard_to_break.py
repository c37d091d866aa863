"""What a class does to the lessons: cells run twice, odd folders, no network, no home, old locale.

make test-hard
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import lessons

ROOT = Path(__file__).resolve().parents[2]
LESSONS = list(lessons.NOTEBOOKS.values())

pytestmark = pytest.mark.skipif("HARD" not in os.environ, reason="takes minutes: make test-hard")

# Executes a notebook in a process of its own, whose surroundings the test decides.
RUN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
if sys.argv[3] == "twice":
    notebook.cells = [cell for cell in notebook.cells for _ in range(2)]
resources = {"metadata": {"path": sys.argv[2]}}
NotebookClient(notebook, kernel_name="python3", timeout=300, resources=resources).execute()
said = [o.text for c in notebook.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
said = [text for text in said if "matplotlib" not in text]  # that it has no place for its fonts
sys.exit("\\n".join(said) if said else 0)
"""


def execute(path, folder, how="once", prefix=(), **surroundings):
    """Run a lesson with `folder` as its working directory; fail with what it said."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RMSPROP_LESSON_DATA")
    }
    run = subprocess.run(
        [*prefix, sys.executable, "-c", RUN, path, folder, how],
        env=environment | {"PYTHONPATH": str(ROOT), "HOME": str(folder)} | surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]


@pytest.fixture
def read_only_course(tmp_path):
    """A copy of the course, package and lessons, that nobody may write to."""
    course = tmp_path / "course"
    for part in ("notebooks", "rmsprop_lesson"):
        shutil.copytree(ROOT / part, course / part, ignore=shutil.ignore_patterns("__pycache__"))
    files = [course, *course.rglob("*")]
    for file in files:
        file.chmod(0o555 if file.is_dir() else 0o444)
    before = {file: file.stat().st_mtime_ns for file in files}
    yield course
    assert {file: file.stat().st_mtime_ns for file in [course, *course.rglob("*")]} == before
    for file in files:
        file.chmod(0o755)


# Cuts a command off from the network. Root may write everything everywhere, so it also loses that.
ALONE = ["unshare", "--net", "setpriv", "--bounding-set=-dac_override,-dac_read_search"]
ALONE += ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


@each_lesson
def test_every_cell_may_be_run_twice_in_a_row(path, tmp_path):
    execute(path, tmp_path, "twice")


@each_lesson
def test_hostile_surroundings(path, read_only_course, tmp_path):
    """A read-only course and home, another working folder, no network, a plain C locale."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "ip"))):
        pytest.skip("needs root on Linux, with util-linux and iproute2")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    execute(
        read_only_course / "notebooks" / path.name,
        elsewhere,
        prefix=ALONE,
        PYTHONPATH=str(read_only_course),
        HOME=str(read_only_course),
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        JUPYTER_RUNTIME_DIR=str(elsewhere),
        RMSPROP_LESSON_DATA="",
    )
