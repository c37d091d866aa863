"""The files around the package agree with each other and with what lies in the repository."""

import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tools import notebooks, picture

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
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
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    assert requirements(own) == requirements(wanted)
    assert pip == {"pip": ["-e ."]}


def test_environment_has_a_python_that_pyproject_allows():
    conda = load_yaml("environment.yml")["dependencies"]
    assert "python=3.12" in conda
    assert "3.12" in requirements([f"python{PROJECT['requires-python']}"])["python"]


@pytest.mark.parametrize("line", PROJECT["dependencies"])
def test_each_dependency_has_a_floor_and_a_major_bound(line):
    operators = {s.operator: s.version for s in Requirement(line).specifier}
    assert set(operators) == {">=", "<"}
    assert Version(operators["<"]).release[1:] in ((), (0,))


def test_version_is_the_same_everywhere():
    assert load_yaml("CITATION.cff")["version"] == PROJECT["version"]


def test_toc_lists_every_lesson_in_order():
    toc = load_yaml("_toc.yml")
    pages = [toc["root"]] + [c["file"] for part in toc["parts"] for c in part["chapters"]]
    listed = [page for page in pages if page.startswith("notebooks/")]
    assert len(set(listed)) == len(listed)
    assert [p for p in listed if (ROOT / f"{p}.ipynb").exists()] == [
        f"notebooks/{path.stem}" for path in LESSONS
    ]


@each_lesson
def test_lesson_is_stored_executed_and_clean(path):
    assert notebooks.check(path) == []


@each_lesson
def test_lesson_names_no_folder_of_the_machine_it_ran_on(path):
    cells = nbformat.read(path, as_version=4).cells
    outputs = str([cell.outputs for cell in cells if cell.cell_type == "code"])
    assert not re.search(r"[ '\"(](/(home|root|Users|tmp|work|opt)/|[A-Z]:\\\\)", outputs)


def committed_files():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git repository")
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_committed_names_a_package_registry():
    hosts = {
        "pypi": ("org",),
        "pythonhosted": ("org",),
        "npmjs": ("org", "com"),
        "yarnpkg": ("com",),
        "anaconda": ("org", "com"),
        "prefix": ("dev",),
        "unpkg": ("com",),
        "jsdelivr": ("net",),
        "download.pytorch": ("org",),
    }
    names = [f"{host}.{end}" for host, ends in hosts.items() for end in ends]
    forbidden = re.compile("|".join(map(re.escape, names)).encode(), re.IGNORECASE)
    found = {
        str(path.relative_to(ROOT)): match.group().decode()
        for path in committed_files()
        if (match := forbidden.search(path.read_bytes()))
    }
    assert found == {}


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
