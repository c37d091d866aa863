"""The files around the package agree with each other and with what lies in the repository."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

import rmsprop_lesson
from tools import lessons, notebooks, picture

ROOT = Path(__file__).resolve().parents[1]
LESSONS = list(lessons.NOTEBOOKS.values())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def load_yaml(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def requirements(lines):
    """Name → version range."""
    parsed = [Requirement(line) for line in lines]
    assert len({r.name for r in parsed}) == len(parsed), "a package is listed twice"
    return {r.name: r.specifier for r in parsed}


def test_environment_lists_the_packages_of_pyproject():
    *conda, pip = load_yaml("environment.yml")["dependencies"]
    own = [line for line in conda if line.split("=")[0] not in ("python", "pip")]
    extras = PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] + extras["course"] + extras["test"]
    assert requirements(own) == requirements(wanted)
    assert pip == {"pip": ["-e ."]}


def test_environment_has_a_python_that_pyproject_allows():
    conda = load_yaml("environment.yml")["dependencies"]
    assert "python=3.12" in conda
    assert "3.12" in requirements([f"python{PROJECT['requires-python']}"])["python"]


# What Colab and many a hub have: to install the course must not replace it.
@pytest.mark.parametrize("line", ["numpy==2.0.2", "pandas==2.2.2", "matplotlib==3.10.0"])
def test_the_course_is_content_with_packages_that_are_there(line):
    there = Requirement(line)
    (version,) = (part.version for part in there.specifier)
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["course"]
    assert version in requirements(wanted)[there.name]


# Runs the package where nothing but NumPy can be imported, as after a plain `pip install`.
ALONE = """
import sys

class OnlyNumPy:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {"numpy", "rmsprop_lesson"} and top not in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, OnlyNumPy())
"""


def alone(code):
    run = [sys.executable, "-c", ALONE + code]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RMSPROP_LESSON_DATA": ""}
    return subprocess.run(run, env=environment, capture_output=True, text=True, check=False)


def test_the_small_package_works_with_numpy_alone():
    code = (
        "from rmsprop_lesson import Network, Parabola, RMSprop, descend, load_mnist\n"
        "from rmsprop_lesson import measures, mnist, network, schedules\n"
        "print(descend(Parabola(), RMSprop(0.1), start=2.0, steps=1).positions[1])\n"
        "digits = load_mnist(); model = Network((784, 10))\n"
        "model.loss_and_gradient(digits.train_images, digits.train_labels)\n"
        "network._somebody_watches = lambda: True\n"  # no bar is no reason to stop
        "assert list(network._progress_bar(range(3), 3, 'training')) == [0, 1, 2]"
    )
    done = alone(code)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(2 - 0.1 * 2 / np.sqrt(0.1 * 2**2), rel=1e-7)


def test_full_mnist_says_what_to_install_where_it_has_to_be_downloaded():
    done = alone("from rmsprop_lesson import load_mnist; load_mnist('full')")
    assert "MNISTUnavailable" in done.stderr.splitlines()[-1]
    assert "pip install pooch tqdm" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "line", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["course"]
)
def test_each_dependency_has_a_floor_and_a_major_bound(line):
    operators = {s.operator: s.version for s in Requirement(line).specifier}
    assert set(operators) == {">=", "<"}
    assert Version(operators["<"]).release[1:] in ((), (0,))


needs = {
    name: pytest.mark.skipif(shutil.which(name) is None, reason=f"needs {name}")
    for name in ("git", "make")
}


@needs["make"]
def test_only_a_change_in_the_lists_of_packages_makes_an_environment_stale(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    def lists(old, new):
        assert old in text
        (tmp_path / "pyproject.toml").write_text(text.replace(old, new), encoding="utf-8")
        run = ["make", "--silent", "--eval", "lists: ; @$(LISTS)", "lists"]
        return subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    before = lists("", "")
    assert all(f'"{line}"' in before for line in PROJECT["dependencies"])
    for group in PROJECT["optional-dependencies"].values():
        assert all(f'"{line}"' in before for line in group)
    assert lists("line-length = 100", "line-length = 101") == before
    assert lists('version = "', 'version = "9') == before
    assert lists("# progress bars", "# bars of progress") == before
    assert lists("numpy>=2", "numpy>=2.1") != before
    assert lists("ruff>=0.15", "ruff>=0.16") != before


@needs["git"]
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone")
def test_a_checkout_on_windows_keeps_the_line_ends(tmp_path):
    clone = ["git", "-c", "core.autocrlf=true", "clone", "--quiet", "--depth=1", ROOT.as_uri()]
    subprocess.run([*clone, tmp_path / "clone"], check=True)
    files = [path for path in (tmp_path / "clone").rglob("*") if path.is_file()]
    texts = [
        path for path in files if path.suffix not in (".png", ".npz") and ".git" not in path.parts
    ]
    assert {"run", "Makefile", "00_start_here.ipynb"} <= {path.name for path in texts}
    assert [path for path in texts if b"\r\n" in path.read_bytes()] == []


def test_an_editable_install_puts_no_path_where_the_locale_decides_how_it_is_read():
    """Python reads .pth files in the locale's encoding: an umlaut in a folder's name is fatal."""
    own = metadata.distribution("rmsprop-lesson")
    lines = [
        line for file in own.files if file.suffix == ".pth" for line in file.read_text().split("\n")
    ]
    assert all(line.startswith("import ") and line.isascii() for line in lines if line)


def test_pytorch_is_pinned_in_one_place():
    names = ["Makefile", ".ci/run", "environment.yml", "pyproject.toml"]
    text = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)
    assert len(re.findall(r"\btorch *[=<>~]=", text)) == 1


def test_version_is_the_same_everywhere():
    assert load_yaml("CITATION.cff")["version"] == rmsprop_lesson.__version__


@each_lesson
def test_lesson_is_stored_executed_and_clean(path):
    assert notebooks.check(path) == []


@each_lesson
def test_lesson_names_no_folder_of_the_machine_it_ran_on(path):
    cells = nbformat.read(path, as_version=4).cells
    outputs = str([cell.outputs for cell in cells if cell.cell_type == "code"])
    assert not re.search(r"[ '\"(](/(home|root|Users|tmp|work|opt)/|[A-Z]:\\\\)", outputs)


def test_the_readme_says_what_its_picture_shows():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ((alt, name),) = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", readme)
    assert (ROOT / name) == picture.FILE
    assert picture.FILE.read_bytes().startswith(b"\x89PNG")
    descent, rmsprop = (run.positions[:, 1] for run in picture.runs().values())
    ends = [np.linalg.norm(run.positions[-1]) for run in picture.runs().values()]
    assert "crosses the valley floor at every step" in alt.replace("\n", " ")
    assert (descent[1:] * descent[:-1] < 0).all()
    assert "glides down to it and ends ten times closer" in alt.replace("\n", " ")
    assert (np.diff(rmsprop[:19]) < 0).all()
    assert np.abs(rmsprop[19:]).max() < 1e-3
    assert 10 <= ends[0] / ends[1] < 11
