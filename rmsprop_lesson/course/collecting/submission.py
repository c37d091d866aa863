"""What stands in a returned notebook, without running any of it."""

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256

LARGEST = 50_000_000  # bytes; a lesson with all its pictures has less than two million
WRITTEN = re.compile(r"<!-- answer: (?P<key>.+?) -->(?P<text>.*?)(?=<!-- answer: |\Z)", re.DOTALL)
PROMPT = "**Your answer:**"
WIDGETS = "application/vnd.jupyter.widget-state+json"


class Broken(ValueError):
    """The file is no notebook; the message says why."""


@dataclass
class Submission:
    """A returned notebook.

    Attributes
    ----------
    lesson : int or None
    exercises : list of str
        The exercises whose cells are there, by the cells' metadata.
    cells : list of dict
        The code cells: ``number`` (from 1, Markdown cells counted), ``source``, and ``own``,
        whether the learner wrote or changed it.
    given : dict
        Answers that the widgets kept, by the question's id.
    written : dict of str to str
        Answers in words, by the question's key.
    """

    lesson: int | None
    exercises: list
    cells: list
    given: dict = field(default_factory=dict)
    written: dict = field(default_factory=dict)


def read(path):
    """Read a returned notebook.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Submission

    Raises
    ------
    Broken
        If it is no notebook.
    """
    if path.suffix != ".ipynb":
        raise Broken(f"{path.name} is no notebook")
    if path.stat().st_size > LARGEST:
        raise Broken(f"{path.name} is larger than {LARGEST // 1_000_000} MB")
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        cells = [_cell(i, cell) for i, cell in enumerate(content["cells"], start=1)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Broken(f"{path.name} can't be read as a notebook ({type(error).__name__})") from None
    written = {}
    for cell in cells:
        if cell["type"] == "markdown":
            for match in WRITTEN.finditer(cell["source"]):
                written[match["key"]] = match["text"].replace(PROMPT, "").strip()
    exercises = list(dict.fromkeys(cell["exercise"] for cell in cells if cell["exercise"]))
    code = [cell for cell in cells if cell["type"] == "code" and cell["source"].strip()]
    return Submission(_lesson(path), exercises, code, _kept(content), written)


def _cell(number, cell):
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    mark = cell.get("metadata", {}).get("rmsprop_lesson", {})
    return {
        "number": number,
        "type": cell["cell_type"],
        "source": source,
        "own": not _as_handed_out(cell, source),
        "exercise": mark.get("exercise") if isinstance(mark, dict) else None,
    }


def _as_handed_out(cell, source):
    """Whether a cell is as the lesson has it: its id is its source's hash (tools/notebooks.py).

    Of a cell that the lesson has twice, the second hashes on; it counts as the learner's.
    """
    text = f"{cell['cell_type']}\n{source}"
    return cell.get("id") == sha256(text.encode()).hexdigest()[:8]


def _lesson(path):
    """The lesson's number, from the name: "03_rmsprop…", also behind what a system puts before."""
    match = re.search(r"(?:^|_)(\d\d)_[a-z]", path.name)
    return int(match[1]) if match else None


def _kept(content):
    """The answers in the state of the widgets, where the notebook was saved with it."""
    kept = content.get("metadata", {}).get("widgets", {}).get(WIDGETS, {}).get("state", {})
    given = {}
    for model in kept.values():
        settings = model.get("state", {}).get("settings")
        if not isinstance(settings, dict):
            continue
        if isinstance(settings.get("question"), dict) and settings.get("given") is not None:
            given[settings["question"]["id"]] = settings["given"]
        if isinstance(settings.get("given"), dict):
            given |= settings["given"]
    return given
