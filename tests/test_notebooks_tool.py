"""tools/notebooks.py stores what ran well, always in the same form, and nothing else."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def write(tmp_path):
    """Write a notebook with the given code cells and return its path."""

    def write(*sources):
        path = tmp_path / "lesson.ipynb"
        cells = [new_markdown_cell("# A lesson"), *map(new_code_cell, sources)]
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write


def test_refresh_stores_a_clean_notebook_that_ran_in_its_own_folder(write):
    path = write("from pathlib import Path\nPath('lesson.ipynb').exists()", "print('a')\nprint(2)")
    assert (
        len(notebooks.check(path)) == 3
    )  # two cells never ran, and the form is not the stored one
    assert notebooks.refresh(path) == []
    assert notebooks.check(path) == []
    first = path.read_bytes()
    assert nbformat.read(path, as_version=4).cells[1].outputs[0].data["text/plain"] == "True"
    assert notebooks.refresh(path) == []
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("source", "complaint"),
    [("1 / 0", "ZeroDivisionError"), ("import sys\nprint('oh', file=sys.stderr)", "oh")],
)
def test_refresh_refuses_errors_and_stderr_and_leaves_the_file_alone(write, source, complaint):
    path = write(source)
    before = path.read_bytes()
    assert complaint in notebooks.refresh(path)[0]
    assert path.read_bytes() == before


def test_the_command_counts_what_is_not_in_order(write, capsys):
    path = write("1 + 1")
    assert notebooks.main(["--check", str(path)]) == 1
    assert "FAILED" in capsys.readouterr().out


def test_clean_gives_ids_from_sources_and_keeps_only_known_metadata():
    cells = [new_code_cell("x", metadata={"collapsed": True, "tags": ["a"]}) for _ in range(2)]
    cells[0].outputs = [
        new_output("stream", name="stdout", text="a"),
        new_output("stream", name="stdout", text="b"),
        new_output("display_data", {notebooks.WIDGET: {"model_id": "7"}}),
        new_output("display_data", {notebooks.WIDGET: {"model_id": "8"}, "text/plain": "Slider"}),
    ]
    kernel = {"name": "other", "display_name": "Other"}
    book = new_notebook(cells=cells, metadata={"widgets": {}, "kernelspec": kernel})
    notebooks.clean(book)
    assert book.metadata == notebooks.METADATA
    assert [cell.metadata for cell in book.cells] == [{"tags": ["a"]}] * 2
    first, second = (cell.id for cell in book.cells)
    assert first != second
    notebooks.clean(book)
    assert [cell.id for cell in book.cells] == [first, second]
    assert [out.get("text", out.get("data")) for out in book.cells[0].outputs] == [
        "ab",
        {"text/plain": "Slider"},
    ]


def test_no_picture_is_hidden_from_who_reads_without_running(write):
    """GitHub, nbviewer and exports show the HTML of an output, and then nothing else of it."""
    path = write(
        "from rmsprop_lesson import Parabola, RMSprop, descend, plots, predict\n"
        "run = descend(Parabola(), RMSprop(0.1), start=2.0, steps=5)\n"
        "picture = plots.lines(range(6), {'θ & η': run.positions}, 't', 'θ')",
        "predict('first-taste', picture)",
        "picture",
    )
    assert notebooks.refresh(path) == []
    (asked,), (shown,) = (cell.outputs for cell in nbformat.read(path, as_version=4).cells[2:])
    page = asked.data["text/html"]
    (tag,) = re.findall("<img [^>]*>", page)
    assert f'src="data:image/png;base64,{"".join(shown.data["image/png"].split())}"' in tag
    assert unescape(re.search('alt="([^"]*)"', tag)[1]) == shown.metadata["image/png"]["alt"]
    assert page.index("<summary>Answer</summary>") < page.index(tag) < page.index("</details>")
    assert "image/png" not in asked.data
    assert notebooks.check(path) == []


def test_nbval_compares_what_is_stored_with_what_a_kernel_says(write):
    """The picture's bytes may differ on another machine; everything else is compared."""
    path = write(
        "from rmsprop_lesson import plots, predict, Valley", "predict('first-taste', 'no')"
    )
    source = "predict('first-taste', plots.paths(Valley(condition=10)))"
    book = nbformat.read(path, as_version=4)
    book.cells[2].source = source
    nbformat.write(book, path)
    assert notebooks.refresh(path) == []
    stored = path.read_text(encoding="utf-8")
    changed = {
        stored: 0,
        stored.replace("base64,iVBOR", "base64,iVBORw0KGgo"): 0,
        stored.replace("long valley", "wide valley"): 1,
    }
    assert len(changed) == 3
    for text, code in changed.items():
        path.write_text(text, encoding="utf-8")
        run = [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            "pyproject.toml",
            "--nbval",
            "--nbval-current-env",
        ]
        done = subprocess.run([*run, path], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == code, done.stdout
