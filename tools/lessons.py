"""The one list of lessons: what _toc.yml names in notebooks/, in its order.

Tests, guide, plans, decks, the site and the map in lesson 0 follow it. A lesson's number is the
first two digits of its file's name; a lesson that is left out leaves a gap.
"""

import re
from functools import cache
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[([^]]*)\]\([^)\s]*?(\d\d_\w+)\.ipynb[^)]*\)")


def listed(toc):
    """The notebooks that a table of contents names, by number.

    Parameters
    ----------
    toc : dict
        _toc.yml, read.

    Raises
    ------
    ValueError
        If a lesson isn't there, or two have the same number.
    """
    pages = [toc["root"]] + [c["file"] for part in toc["parts"] for c in part["chapters"]]
    paths = [ROOT / f"{page}.ipynb" for page in pages if page.startswith("notebooks/")]
    found = {int(path.stem[:2]): path for path in paths}
    for path in paths:
        if not path.exists():
            raise ValueError(f"_toc.yml lists {path.stem}, but notebooks/ has no such lesson")
        if found[int(path.stem[:2])] != path:
            raise ValueError(f"_toc.yml lists two lessons with the number of {path.stem}")
    return found


NOTEBOOKS = listed(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


@cache
def notebook(number):
    """The stored notebook of a lesson."""
    return nbformat.read(NOTEBOOKS[number], as_version=4)


def title(number):
    """A lesson's title, without its number."""
    return re.match(r"# \d+ · (.*)", notebook(number).cells[0].source)[1]


def minutes(number):
    """The minutes that a lesson states."""
    return int(re.search(r"\*\*Time\*\* (\d+) minutes", notebook(number).cells[0].source)[1])


def sections(number):
    """A lesson's sections, each with the places of its cells.

    Returns
    -------
    dict
        By number; by title where a section has none. What comes before the first is "".
    """
    found, name = {}, ""
    for place, cell in enumerate(notebook(number).cells):
        heading = cell.cell_type == "markdown" and re.match(r"## (?:(\d+) · )?(.*)", cell.source)
        if heading:
            name = int(heading[1]) if heading[1] else heading[2]
        found.setdefault(name, []).append(place)
    return found


def without_dead_links(text):
    """Markdown in which a link to a lesson that isn't in the list is plain text."""
    names = {path.stem for path in NOTEBOOKS.values()}
    return LINK.sub(lambda link: link[0] if link[2] in names else link[1], text)
