"""A missing name is answered with the cell that makes it."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from rmsprop_lesson.course.guide import names_bound
from tools import lessons

ROOT = Path(__file__).resolve().parents[1]
LESSONS = list(lessons.NOTEBOOKS.values())
MARKDOWN, CODE = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
CELLS = [
    MARKDOWN("# 3 · A lesson"),
    CODE("import numpy as np"),
    CODE("from rmsprop_lesson import predict"),
    MARKDOWN("## The valley\n\nText."),
    CODE("valley = 3\nother = [valley for valley in ()]"),
    CODE("def inner():\n    return valley\n\n\ninner()"),
    CODE("unheard_of"),
]


def error_of(folder, *numbers, cells=CELLS, extension=None):
    """Run some cells in a fresh kernel, in a folder that holds the notebook; the last one fails.

    The kernel loads this extension or none, whatever its environment says.
    """
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "lesson.ipynb")
    some = nbformat.v4.new_notebook(cells=[cells[number] for number in numbers])
    loaded = [extension] if extension else []
    client = NotebookClient(
        some,
        kernel_name="python3",
        resources={"metadata": {"path": folder}},
        extra_arguments=[f"--InteractiveShellApp.extensions={loaded}"],
    )
    with pytest.raises(CellExecutionError):
        client.execute()
    (output,) = some.cells[-1].outputs
    return "\n".join(output.traceback)


def test_installing_the_course_puts_nothing_outside_of_its_own_folder():
    """So nothing of Jupyter or IPython changes for the other courses of a hub."""
    own = metadata.distribution("rmsprop-lesson")
    folder = own.locate_file("").resolve()
    for file in own.files:
        assert own.locate_file(file).resolve().is_relative_to(folder), file


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_lesson_loads_the_guide_with_its_first_imports(path):
    sources = [c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
    first = sources[1 if path.stem == "00_start_here" else 0]  # cell 0 looks at the installation
    code = f"import sys; exec({first!r}); print('rmsprop_lesson.course.guide' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == "True\n", run.stderr


def test_the_message_names_the_cell_once_the_course_is_imported(tmp_path):
    message = error_of(tmp_path, 2, 5)
    assert "name 'valley' is not defined" in message
    assert "'valley' is made in cell 5 of lesson.ipynb, in the section “The valley”" in message
    assert "    valley = 3\n" in message
    assert "Run that cell first" in message


def test_the_message_comes_even_if_nothing_ran_before_where_the_kernel_loads_it(tmp_path):
    message = error_of(tmp_path, 5, extension="rmsprop_lesson.course.guide")
    assert "'valley' is made in cell 5 of lesson.ipynb" in message


def test_a_kernel_that_does_not_import_the_course_is_left_alone(tmp_path):
    message = error_of(tmp_path, 1, 5)
    assert "name 'valley' is not defined" in message
    assert "Run that cell first" not in message


def test_an_answer_of_somebody_else_is_left_in_place(tmp_path):
    other = CODE(
        "def theirs(shell, kind, error, trace, tb_offset=None):\n"
        "    shell._showtraceback(kind, error, ['theirs'])\n\n"
        "get_ipython().set_custom_exc((NameError,), theirs)"
    )
    assert error_of(tmp_path, -1, 2, 5, cells=[*CELLS, other]) == "theirs"


def test_a_name_that_no_cell_makes_is_an_ordinary_error(tmp_path):
    message = error_of(tmp_path, 2, 6)
    assert "name 'unheard_of' is not defined" in message
    assert "Run that cell first" not in message


def test_a_damaged_notebook_beside_it_does_not_hide_the_error(tmp_path):
    (tmp_path / "a_damaged.ipynb").write_text("{")
    assert "name 'valley' is not defined" in error_of(tmp_path, 2, 5)


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
