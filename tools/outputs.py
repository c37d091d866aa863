"""A lesson's outputs as HTML for pages and slides that have no kernel.

What a notebook stores for JupyterLab is changed in two ways. A figure becomes an `<img>` with its
text alternative, and its PNG a file of few colours beside the pages. A widget keeps its still
version, which the pages' script brings to life; a prediction gets the figure that it reveals.
"""

import base64
import hashlib
import io
import re
from html import escape, unescape
from pathlib import Path

from PIL import Image

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
        packed = _few_colours(base64.b64decode(png))
        name = hashlib.sha256(packed).hexdigest()[:16] + ".png"
        (self.folder / name).write_bytes(packed)
        return (
            f'<img class="course-figure" src="{self.address}/{name}" alt="{escape(about["alt"])}" '
            f'width="{about["width"]}" height="{about["height"]}" loading="lazy">'
        )


def _few_colours(png):
    """The PNG with a palette of 128 colours, a third of the size and no difference to be seen."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    buffer = io.BytesIO()
    image.quantize(128, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def prepare(notebook, figures):
    """Change a notebook's outputs, in place, into what a page can show.

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
        for output in cell.get("outputs", []):
            if "data" in output:
                _prepare(output, figures)
    return notebook


def _prepare(output, figures):
    output.data.pop(WIDGET, None)
    png = output.data.pop("image/png", None)
    if png is None:
        if "text/html" in output.data:
            output.data["text/html"] = _filed(output.data["text/html"], figures)
        return
    tag = figures.tag(png, output.metadata["image/png"])
    page = output.data.get("text/html")
    output.data["text/html"] = PLACE.sub(lambda place: place[1] + tag, page) if page else tag
    del output.metadata["image/png"]


def _filed(page, figures):
    """HTML whose pictures, stored inside by tools/notebooks.py, are files as well."""

    def tag(stored):
        png, alt, width, height = stored.groups()
        return figures.tag(png, {"alt": unescape(alt), "width": width, "height": height})

    return STORED.sub(tag, page)
