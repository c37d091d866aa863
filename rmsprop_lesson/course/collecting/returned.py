"""Whose a returned file is: names and folders as Moodle, Canvas and nbgrader hand them out."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

# "Ada Lovelace_4711_assignsubmission_file_" as a folder, or before the file's name.
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)")
# "lovelaceada_4711_1234567_03_lesson-1.ipynb"; "LATE" where it was.
CANVAS = re.compile(r"(?P<name>[^\W\d_]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<rest>.+)")
IGNORED = {"__MACOSX", ".ipynb_checkpoints", "timestamp.txt", ".DS_Store", "Thumbs.db"}


@dataclass(frozen=True)
class Returned:
    """What one learner handed in.

    Attributes
    ----------
    learner : str
        As the system writes the name.
    id : str
        The system's number for the learner, or empty.
    files : tuple of Path
        Everything of theirs; empty if nothing came.
    """

    learner: str
    id: str = ""
    files: tuple = ()


def returned(folder, roster=()):
    """Sort the files of a folder by learner.

    Parameters
    ----------
    folder : Path
        Moodle's download (with or without folders), Canvas's, nbgrader's ``submitted``, a folder
        for each learner, or a file for each.
    roster : iterable of str
        Everybody's names. Who is in it and handed in nothing gets an entry without files.

    Returns
    -------
    list of Returned
        By name.

    Raises
    ------
    NotADirectoryError
        If there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder; give the one with what was handed in")
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if IGNORED.isdisjoint(parts) and path.is_dir() and len(parts) == 1:
            found.setdefault(_owner(parts[0], is_file=False), [])
        elif IGNORED.isdisjoint(parts) and path.is_file():
            found.setdefault(_owner(parts[0], is_file=len(parts) == 1), []).append(path)
    there = [Returned(*owner, tuple(paths)) for owner, paths in found.items()]
    known = {key for one in there for key in _keys(one.learner) | {one.id}}
    missing = [Returned(name) for name in roster if not _keys(name) & known]
    return sorted([*there, *missing], key=lambda one: (one.learner.casefold(), one.id))


def _owner(part, is_file):
    """Name and number of the learner that a folder, or a file at the top, belongs to."""
    match = MOODLE.fullmatch(part) or (CANVAS.fullmatch(part) if is_file else None)
    return (match["name"], match["id"]) if match else (Path(part).stem if is_file else part, "")


def _keys(name):
    """The forms in which systems write a name: without marks and spaces, first or last name first.

    Moodle writes "Ada Lovelace", Canvas "lovelaceada", a list perhaps "Lovelace, Ada".
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))
    return {"".join(words[i:] + words[:i]) for i in range(len(words))}


def read_roster(path):
    """Read everybody's names: a line each, or a table with a column for the name.

    Parameters
    ----------
    path : Path
        Text or CSV. A first line with "name", "learner" or "student" in it is a heading, and says
        which column counts; "first name" and "last name" are put together. Else it is the first.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If no name is in it.
    """
    import csv

    text = Path(path).read_text(encoding="utf-8-sig")
    separator = max(";\t,", key=text.count)
    rows = [row for row in csv.reader(text.splitlines(), delimiter=separator) if any(row)]
    head = [cell.strip().casefold() for cell in rows[0]] if rows else []
    columns = [head.index(name) for name in ("first name", "last name", "surname") if name in head]
    columns = columns or [i for i, n in enumerate(head) if n in ("name", "learner", "student")][:1]
    if columns:
        rows = rows[1:]
    elif rows and separator == "," and all(len(row) == 2 for row in rows):
        columns = [1, 0]  # lines such as "Lovelace, Ada"
    names = [" ".join(row[i].strip() for i in columns or [0] if i < len(row)) for row in rows]
    names = [name for name in map(str.strip, names) if name]
    if not names:
        raise ValueError(f"{path} names nobody; write a name a line")
    return names
