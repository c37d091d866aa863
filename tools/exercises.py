"""Put the exercises into the lessons, or bring those that are there up to date.

    python -m tools.exercises notebooks/*.ipynb

A Markdown cell that is only `<!-- exercise: name -->` becomes the exercise's cells. Afterwards
tools/notebooks.py executes and stores the lesson.
"""

import sys
from pathlib import Path

import nbformat

from rmsprop_lesson import checks
from rmsprop_lesson.course.checks.notebook_cells import placed


def place(path):
    """Update one notebook; return whether anything changed."""
    notebook = nbformat.read(path, as_version=4)
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    before = list(notebook.cells)
    notebook.cells = [
        cell
        if isinstance(cell, nbformat.NotebookNode)
        else make[cell["cell_type"]](cell["source"], metadata=cell["metadata"])
        for cell in placed(before, checks.exercises())
    ]
    if notebook.cells == before:
        return False
    nbformat.write(notebook, path)
    return True


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(f"{name}  {'changed' if place(Path(name)) else 'up to date'}")
