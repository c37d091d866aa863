"""An exercise as notebook cells: task, stub, check, folded hints and solution."""

import re

from .source import without_docstrings

PLACEHOLDER = re.compile(r"<!-- exercise: (\w+) -->")
_HINTS = ("Hint 1: a nudge", "Hint 2: a step further", "Hint 3: half of the code")


def cells(exercise):
    """The exercise's four cells, ready for a notebook.

    Returns
    -------
    list of dict
        With ``cell_type``, ``source`` and ``metadata``; the metadata name the exercise and the
        part, "task", "stub", "check" or "help".
    """
    name = exercise.name
    check = f"from rmsprop_lesson import checks\n\nchecks.{name}({name})"
    return [
        _cell(name, "task", "markdown", f"### Exercise: {exercise.title}\n\n{exercise.task}"),
        _cell(name, "stub", "code", exercise.stub),
        _cell(name, "check", "code", check),
        _cell(name, "help", "markdown", _help(exercise)),
    ]


def _help(exercise):
    nudge, step, code = exercise.hints
    hints = (nudge, step, _fenced(code))
    parts = [_folded(title, text) for title, text in zip(_HINTS, hints, strict=True)]
    solution = _fenced(without_docstrings(exercise.solution))
    parts.append(_folded("Solution", f"{solution}\n\n{exercise.explanation}"))
    return "\n\n".join(parts)


def _cell(name, part, cell_type, source):
    slide = {"task": "slide", "stub": "fragment", "check": "fragment", "help": "skip"}[part]
    metadata = {
        "rmsprop_lesson": {"exercise": name, "part": part},
        "slideshow": {"slide_type": slide},
    }
    return {"cell_type": cell_type, "source": source, "metadata": metadata}


def _folded(title, text):
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


def _fenced(code):
    return f"```python\n{code}\n```"


def placed(notebook_cells, exercises):
    """Replace a notebook's placeholders by exercises, and renew the exercise cells it has.

    Parameters
    ----------
    notebook_cells : iterable of dict-like
        Cells; a Markdown cell that is only ``<!-- exercise: name -->`` is a placeholder.
    exercises : dict
        The exercises by name.

    Yields
    ------
    dict-like
        The given cells, as they were if nothing had to change.

    Raises
    ------
    KeyError
        If a cell names an exercise that doesn't exist.
    """
    for cell in notebook_cells:
        match = PLACEHOLDER.fullmatch(cell["source"].strip())
        mark = cell["metadata"].get("rmsprop_lesson", {})
        if match:
            yield from cells(exercises[match[1]])
        elif "exercise" in mark and "part" in mark:
            fresh = {c["metadata"]["rmsprop_lesson"]["part"]: c for c in _of(mark, exercises)}
            source = fresh[mark["part"]]["source"]
            # Its tags and slide marks are the lesson's own.
            yield cell if cell["source"] == source else type(cell)({**cell, "source": source})
        else:
            yield cell


def _of(mark, exercises):
    return cells(exercises[mark["exercise"]])
