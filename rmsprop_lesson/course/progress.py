"""What a learner has done in this course, kept in a small file of their own.

Nothing is sent anywhere and no time is kept: only names of exercises, predictions, quizzes and
challenges, and how many questions were right. It belongs to the learner and not to a folder, so it
survives when the course is moved, copied or installed anew. The environment variable
``RMSPROP_LESSON_PROGRESS`` is ``off`` for someone who wants no file, or the path of another one.
Without a place to write, it is kept in memory until the kernel stops.
"""

import json
import os
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

VARIABLE = "RMSPROP_LESSON_PROGRESS"
KINDS = ("exercises", "predictions", "quizzes", "challenges")

# What this kernel recorded. It is written with every change, so that a change which another kernel
# overwrote in the same moment comes back with the next one.
_memory = {}


def record(kind, name, value=True):
    """Remember that something is done. Never raises, whatever the file is like.

    Parameters
    ----------
    kind : {"exercises", "predictions", "quizzes", "challenges"}
    name : str
    value : bool or int
        True, or how many questions of a quiz are right.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if _off():
        return
    mine = _memory.setdefault(kind, {})
    mine[name] = max(mine.get(name, 0), value)
    if (path := place()) is not None:
        _write(path, _merged(_read(path), _memory))


def done():
    """Return what is done in this course: ``{kind: {name: value}}``."""
    kept = {} if _off() or place() is None else _read(place())
    return {kind: {} for kind in KINDS} | _merged(kept, _memory)


def place():
    """Return the path of the file; None where there is no home or the file is not wanted."""
    if _off():
        return None
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen)
    from platformdirs import user_data_path

    try:
        path = user_data_path("rmsprop_lesson", appauthor=False) / "progress.json"
    except RuntimeError:  # newer versions say so, older ones return something relative
        return None
    return path if path.is_absolute() else None


def _off():
    return os.environ.get(VARIABLE, "").strip().lower() == "off"


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


def _read(path):
    """The file's content; a damaged one is put aside, and a new one begins."""
    try:
        return _checked(json.loads(path.read_text(encoding="utf-8")))
    except OSError:  # not there yet, or not ours to read
        return {}
    except (ValueError, RecursionError):
        aside = path.with_name(path.name + ".damaged")
        with suppress(OSError):
            os.replace(path, aside)
        text = f"the file of your progress was damaged; it is now {aside}, and a new one begins"
        warnings.warn(text, stacklevel=4)
        return {}


def _checked(content):
    """What a file of the form ``{"courses": {name: {kind: {name: number}}}}`` tells; or ValueError.

    Edition 1 named the folders that the course lay in; all of them are this course.
    """
    courses = content["courses"] if isinstance(content, dict) and "courses" in content else None
    levels = [[courses]]
    for _ in range(3):
        if not all(isinstance(entry, dict) for entry in levels[-1]):
            raise ValueError("not a file of progress")
        levels.append([value for entry in levels[-1] for value in entry.values()])
    if not all(isinstance(value, int) for value in levels[-1]):
        raise ValueError("not a file of progress")
    return _merged(*courses.values())


def _write(path, finished):
    """Put the file in place, whole or not at all; silently nothing where that is impossible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix="part-", dir=path.parent)
    except OSError:
        return
    content = {"courses": {"rmsprop_lesson": finished}}
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(content, stream, ensure_ascii=False, indent=1, sort_keys=True)
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            os.unlink(part)


def _merged(*entries):
    """All of them together; of two numbers the larger."""
    together = {}
    for entry in entries:
        for kind, names in entry.items():
            target = together.setdefault(kind, {})
            for name, value in names.items():
                target[name] = max(target.get(name, 0), value)
    return together


# ── what is shown ────────────────────────────────────────────────────────────────────────────────


class Overview:
    """What is done and what is open, lesson by lesson; shows itself as a table.

    Attributes
    ----------
    table : pandas.DataFrame
        A row for each lesson; exercises, predictions and quiz as "done of all", and the names of
        the exercises that are open.
    """

    def __init__(self, exercises, lessons, finished):
        import pandas as pd

        numbers = sorted({e.lesson for e in exercises} | set(lessons))
        rows = [_row(number, exercises, lessons.get(number), finished) for number in numbers]
        self.table = pd.DataFrame(rows).set_index("lesson")
        self._finished = sum(e.name in finished["exercises"] for e in exercises)
        self._all = len(exercises)
        self._met = len(finished["challenges"])

    @property
    def _heading(self):
        challenges = f", {self._met} challenges of the explorers are met" if self._met else ""
        return f"{self._finished} of {self._all} exercises are done{challenges}"

    @property
    def _where(self):
        if _off():
            return f"Nothing is kept: {VARIABLE} is off."
        path = place()
        if path is not None and path.is_file():
            return f"Kept in {path}, sent nowhere."
        if _memory:
            return "Kept in memory only, until the kernel stops: there is no place to write to."
        return f"Nothing is kept yet; it will be in {path}, and sent nowhere."

    def __repr__(self):
        return (
            f"{self._heading}\n\n{self.table.reset_index().to_string(index=False)}\n\n{self._where}"
        )

    def _repr_html_(self):
        from html import escape

        table = self.table.reset_index().to_html(index=False)
        return f"<p><strong>{escape(self._heading)}</strong></p>{table}<p>{escape(self._where)}</p>"


def _row(number, exercises, lesson, finished):
    names = [exercise.name for exercise in exercises if exercise.lesson == number]
    left = [name for name in names if name not in finished["exercises"]]
    predictions = lesson.predictions if lesson else ()
    predicted = sum(name in finished["predictions"] for name in predictions)
    questions = len(lesson.quiz) if lesson else 0
    right = min(questions, finished["quizzes"].get(str(number), 0))
    return {
        "lesson": number,
        "exercises": _of(len(names) - len(left), len(names)),
        "predictions": _of(predicted, len(predictions)),
        "quiz": _of(right, questions),
        "open exercises": ", ".join(left),
    }


def _of(n, everything):
    tick = " ✓" if n == everything else ""
    return f"{n} of {everything}{tick}" if everything else "–"
