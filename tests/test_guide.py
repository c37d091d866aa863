"""A missing name is answered with the cell that makes it."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from rmsprop_lesson.course.guide import names_bound

MARKDOWN, CODE = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
CELLS = [
    MARKDOWN("# 3 · A lesson"),
    CODE("import numpy as np"),
    MARKDOWN("## The valley\n\nText."),
    CODE("valley = 3\nother = [valley for valley in ()]"),
    CODE("def inner():\n    return valley\n\n\ninner()"),
    CODE("unheard_of"),
]


def error_of(folder, number, cells=CELLS):
    """Run one cell alone in a fresh kernel, in a folder that holds the notebook."""
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "lesson.ipynb")
    alone = nbformat.v4.new_notebook(cells=[cells[number]])
    client = NotebookClient(alone, kernel_name="python3", resources={"metadata": {"path": folder}})
    with pytest.raises(CellExecutionError):
        client.execute()
    (output,) = alone.cells[0].outputs
    return "\n".join(output.traceback)


def test_the_environment_loads_the_guide_in_every_kernel():
    installed = Path(sysconfig.get_path("data"), "etc", "ipython", "ipython_config.py")
    assert "rmsprop_lesson.course.guide" in installed.read_text(encoding="utf-8")


def test_the_environments_jupyterlab_asks_nobody_for_news():
    folder = Path(sysconfig.get_path("data"), "share", "jupyter", "lab", "settings", "overrides.d")
    settings = json.loads((folder / "rmsprop_lesson.json").read_text(encoding="utf-8"))
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_the_message_names_the_cell_even_if_nothing_ran_before(tmp_path):
    message = error_of(tmp_path, 4)
    assert "name 'valley' is not defined" in message
    assert "'valley' is made in cell 4 of lesson.ipynb, in the section “The valley”" in message
    assert "    valley = 3\n" in message
    assert "Run that cell first" in message


def test_a_name_that_no_cell_makes_is_an_ordinary_error(tmp_path):
    message = error_of(tmp_path, 5)
    assert "name 'unheard_of' is not defined" in message
    assert "Run that cell first" not in message


def test_a_damaged_notebook_beside_it_does_not_hide_the_error(tmp_path):
    (tmp_path / "a_damaged.ipynb").write_text("{")
    assert "name 'valley' is not defined" in error_of(tmp_path, 4)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a.b, c as d\nfrom e import f, g as h", {"a", "d", "f", "h"}),
        ("def a(b):\n    c = 1", {"a"}),
        ("class A:\n    b = 1", {"A"}),
        ("a, (b, *c) = 1, (2,)\nd += 1\ne: int = 3", {"a", "b", "c", "d", "e"}),
        ("for i, j in ():\n    k = 1\nelse:\n    m = 2", {"i", "j", "k", "m"}),
        ("with open('x') as f:\n    a = 1", {"f", "a"}),
        ("try:\n    a = 1\nexcept OSError:\n    b = 2\nfinally:\n    c = 3", {"a", "b", "c"}),
        ("if (n := 3) > 2:\n    a = [x for x in range(n)]", {"n", "a"}),
        ("a[0] = b.c = 1", set()),
        ("%matplotlib inline", set()),
        ("", set()),
    ],
)
def test_names_that_a_cell_binds(source, names):
    assert names_bound(source) == names


def test_the_guide_is_quiet_outside_of_notebooks():
    code = "import rmsprop_lesson.course.guide\nunheard_of"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Run that cell first" not in run.stderr
