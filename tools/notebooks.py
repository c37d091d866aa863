"""Execute the lessons in place and store them clean, or say what is not clean.

    python -m tools.notebooks notebooks/03_*.ipynb           execute, clean, store
    python -m tools.notebooks --check notebooks/*.ipynb      only look

A notebook is stored only if it runs without an error and without a word on stderr. What is stored
depends on the notebook alone: cell ids come from the cells' sources, and whatever records a time, a
machine or a widget's random name is left out.
"""

import argparse
import hashlib
import os
import sys
import time
from html import escape
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"tags", "slideshow", "editable", "deletable", "jupyter", "rmsprop_lesson"}
WIDGET = "application/vnd.jupyter.widget-view+json"
EMPTY_PLACE = '<div class="rmsprop-reveal" data-picture></div>'


def execute(notebook, folder, *options):
    """Run all cells in a fresh kernel that starts in `folder`, as Jupyter does.

    What has been solved on this machine isn't used: the outputs are those of an untouched lesson.
    """
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        extra_arguments=list(options),
    )
    client.execute(env=os.environ | {"RMSPROP_LESSON_PROGRESS": "off"})


def clean(notebook):
    """Bring ids, metadata and outputs into their one stored form, in place."""
    notebook.nbformat_minor = 5
    notebook.metadata = nbformat.from_dict(METADATA)
    taken = set()
    for cell in notebook.cells:
        cell.id = _cell_id(cell, taken)
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in sorted(CELL_METADATA & set(cell.metadata))}
        )
        if cell.cell_type == "code":
            cell.outputs = _clean_outputs(cell.outputs)
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count


def problems(notebook):
    """List what must not be in a stored notebook, a line each."""
    found = []
    ran = 0
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code":
            continue
        where = f"cell {number} ({cell.source.strip().splitlines()[:1]})"
        if not cell.source.strip():
            found.append(f"{where}: is empty")
            continue
        ran += 1
        if cell.execution_count != ran:
            found.append(f"{where}: execution count {cell.execution_count}, should be {ran}")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{where}: error {output.ename}: {output.evalue}")
            elif output.get("name") == "stderr":
                found.append(f"{where}: wrote to stderr: {output.text.strip()}")
    return found


def check(path):
    """List everything that is not clean about a stored notebook, a line each."""
    stored = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(stored, as_version=4)
    found = problems(notebook)
    clean(notebook)
    if text(notebook) != stored:
        found.append("ids, metadata or outputs are not in their stored form")
    return found


def refresh(path):
    """Execute and clean a notebook; store it if nothing is wrong, and list what is."""
    notebook = nbformat.read(path, as_version=4)
    try:
        execute(notebook, path.parent)
    except CellExecutionError as error:
        return [str(error)]
    clean(notebook)
    found = problems(notebook)
    if not found:
        path.write_text(text(notebook), encoding="utf-8", newline="\n")
    return found


def _cell_id(cell, taken):
    """Hash the source; a cell that repeats an earlier one hashes on."""
    text = f"{cell.cell_type}\n{cell.source}"
    while (name := hashlib.sha256(text.encode()).hexdigest()[:8]) in taken:
        text += "\n"
    taken.add(name)
    return name


def _clean_outputs(outputs):
    """Join what one stream wrote in pieces, and drop the views of widgets that need a kernel."""
    kept = []
    for output in outputs:
        if output.get("data", {}).pop(WIDGET, None) and not output.data:
            continue
        _place_picture(output)
        last = kept[-1] if kept else {}
        if output.output_type == "stream" and output.name == last.get("name"):
            last.text += output.text
        else:
            kept.append(output)
    return kept


def _place_picture(output):
    """Put the picture that a prediction reveals into its HTML, under the folded answer.

    Who reads a notebook without running it (GitHub, nbviewer, an export) is shown the HTML of an
    output and none of its other forms. nbval leaves the picture out when it compares (nbval.cfg).
    """
    page = output.get("data", {}).get("text/html", "")
    if EMPTY_PLACE not in page or "image/png" not in output.data:
        return
    png = output.data.pop("image/png").replace("\n", "")
    about = output.metadata.pop("image/png")
    tag = (
        f'<img src="data:image/png;base64,{png}" alt="{escape(about["alt"])}" '
        f'width="{about["width"]}" height="{about["height"]}">'
    )
    output.data["text/html"] = page.replace(EMPTY_PLACE, f"{EMPTY_PLACE[:-6]}{tag}</div>")


def text(notebook):
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def main(arguments=None):
    """Treat each notebook named on the command line; return the number that is not in order."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say what is not clean")
    parser.add_argument("notebooks", nargs="*", type=Path)
    options = parser.parse_args(arguments)
    failed = 0
    for path in options.notebooks:
        start = time.perf_counter()
        found = check(path) if options.check else refresh(path.resolve())
        failed += bool(found)
        print(f"{path}  {time.perf_counter() - start:.1f} s  {'FAILED' if found else 'ok'}")
        for line in found:
            print(f"    {line}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
