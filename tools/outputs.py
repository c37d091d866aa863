"""A lesson's outputs as HTML for pages and slides that have no kernel.

What a notebook stores for JupyterLab is changed in two ways. A figure becomes an `<img>` with its
text alternative, and its PNG a file beside the pages. A widget keeps its still version, which the
pages' script brings to life; a prediction gets the figure that it reveals.
"""

import base64
import hashlib
import re
from html import escape, unescape
from pathlib import Path

_NAME = re.compile(r"(?<=<th>)(\w+?)_(?:(\w)_)?(\w|\{[^}]+\})(?= |</th>)")
_WORDS = re.compile(r"<th>[^<]*_[^<]*</th>")
_POWER = re.compile(r"(-?)([\d.]+)e([+-]\d+)")
# A head whose second row only names what the rows are; a row's name such as "β = 0.999".
_HEADS = re.compile(
    r"<th></th>(\s*(?:<th>[^<]+</th>\s*)+</tr>)\s*<tr>\s*(<th>[^<]+</th>)\s*(?:<th></th>\s*)+</tr>"
)
_SETTING = re.compile(r"(?<=<th>)(\S{1,3}) = (\S{1,6})(?=</th>)")
_SHORT = re.compile(r"<td>(?=(?:[^<\s]|</?sup>)+</td>)")  # a number, or a word in its place
_NAMED = re.compile(rf"<th>[^<]*{_POWER.pattern}[^<]*</th>")
_BELOW_ZERO = re.compile(r"(?<=<td>)-(?=[\d.]+</td>)")
_CELL = re.compile(rf"(?<=<td>){_POWER.pattern}(?=</td>)")
# Where a paper is found: arXiv:1212.5701, doi:10.1038/323533a0.
PAPER = re.compile(r"\b(arXiv|doi):(\d{4}\.\d{4,5}|10\.\d{4,}/[\w./()-]*\w)")
_PLACES = {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
_VALUES = {"NaN": "–", "inf": "∞", "-inf": "−∞", "True": "yes", "False": "no"}  # NaN: there is none
_RAISED = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
IGNORED = "# NBVAL_IGNORE_OUTPUT\n"  # tells the tests something, and the reader nothing
WIDGET = "application/vnd.jupyter.widget-view+json"
STORED = re.compile(
    r'<img src="data:image/png;base64,([^"]*)" alt="([^"]*)" width="(\d+)" height="(\d+)">'
)
PLACE = re.compile(r'(<div class="rmsprop-reveal"[^>]*\bdata-picture\b[^>]*>)')


class Figures:
    """Writes figures into a folder and says how pages refer to them.

    Parameters
    ----------
    folder : Path
    address : str
        How the pages reach the folder.
    """

    def __init__(self, folder, address):
        self.folder, self.address = Path(folder), address
        self.folder.mkdir(parents=True, exist_ok=True)

    def tag(self, png, about):
        """Store a PNG (base64) and return the `<img>` that shows it."""
        image = base64.b64decode(png)
        name = hashlib.sha256(image).hexdigest()[:16] + ".png"
        (self.folder / name).write_bytes(image)
        return (
            f'<img class="course-figure" src="{self.address}/{name}" alt="{escape(about["alt"])}" '
            f'width="{about["width"]}" height="{about["height"]}" loading="lazy">'
        )


def prepare(notebook, figures):
    """Change a notebook's cells, in place, into what a page can show.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed.
    figures : Figures

    Returns
    -------
    NotebookNode
        The notebook given.
    """
    for cell in notebook.cells:
        cell.source = cell.source.removeprefix(IGNORED)
        for output in cell.get("outputs", []):
            if "data" in output:
                _prepare(output, figures)
    return notebook


def _prepare(output, figures):
    output.data.pop(WIDGET, None)
    page = output.data.get("text/html")
    if page:
        page = output.data["text/html"] = readable(page)
    png = output.data.pop("image/png", None)
    if png is None:
        if page:
            output.data["text/html"] = _filed(page, figures)
        return
    tag = figures.tag(png, output.metadata["image/png"])
    output.data["text/html"] = PLACE.sub(lambda place: place[1] + tag, page) if page else tag
    del output.metadata["image/png"]


def _filed(page, figures):
    """HTML whose pictures, stored inside by tools/notebooks.py, are files as well."""

    def tag(stored):
        png, alt, width, height = stored.groups()
        return figures.tag(png, {"alt": unescape(alt), "width": width, "height": height})

    return STORED.sub(tag, page)


def readable(page):
    """Write a pandas table's heads and numbers as in print: Sₜ₊₁, at edge, 2.8×10⁻¹²², ∞, yes."""
    page = _HEADS.sub(r"\2\1", page)
    page = _SETTING.sub("\\1\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}\\2", page)
    page = _NAME.sub(_with_subscript, page)
    page = _WORDS.sub(lambda head: head[0].replace("_", " "), page)
    page = _CELL.sub(_as_power, page)
    page = _NAMED.sub(lambda head: as_power(head[0]), page)
    page = _BELOW_ZERO.sub("−", page)
    for raw, shown in _VALUES.items():
        page = page.replace(f"<td>{raw}</td>", f"<td>{shown}</td>")
    return _SHORT.sub('<td class="short">', page)


def as_power(number):
    """Write a number that has an exponent, such as 4.9e-05, as in print: 4.9×10⁻⁵."""
    return _POWER.sub(_as_power, number)


def as_raised_power(text):
    """The same where there is no HTML: with raised digits."""
    plain = _POWER.sub(_as_power, text)
    return re.sub("<sup>(.*?)</sup>", lambda digits: digits[1].translate(_RAISED), plain)


def paper(found):
    """The address of a paper that `PAPER` found."""
    return _PLACES[found[1]] + found[2]


def _with_subscript(name):
    letter, middle, index = name.groups()
    index = index.strip("{}")
    return f"{letter}<sub>{f'{middle}, ' if middle else ''}{index}</sub>"


def _as_power(number):
    sign, mantissa, exponent = number.groups()
    if float(mantissa) == 0:
        return "0"
    exponent = str(int(exponent)).replace("-", "−")
    head = "" if float(mantissa) == 1 else f"{mantissa}×"
    return f"{'−' * len(sign)}{head}10<sup>{exponent}</sup>"
