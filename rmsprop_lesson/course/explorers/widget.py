"""The explorers' one widget class: alive in a notebook, still where nothing can run."""

import html
import json

import anywidget
from traitlets import Dict, List, Unicode

from .. import progress
from .bundle import bundle


class Explorer(anywidget.AnyWidget):
    """A member of the family of ES modules, as a notebook widget.

    Its output also holds a still version, as HTML. JupyterLab shows the living one when a kernel
    made it; the site's pages turn the still one into a living one; GitHub shows the still one.

    Parameters
    ----------
    explorer : str
        The name of the member, as in ``js/explorers.mjs``.
    settings : dict
        What it starts with: plain JSON.
    still : str
        HTML for places without scripts.
    description : str
        What is to be seen, in plain text.
    data : dict
        What it shows besides: plain JSON, too.
    """

    _esm = bundle()
    explorer = Unicode().tag(sync=True)
    settings = Dict().tag(sync=True)
    data = Dict().tag(sync=True)
    met = List(Unicode()).tag(sync=True)  # the challenges that the learner has met

    def __init__(self, explorer, settings, still, description, data=None):
        done = [name.split("/", 1) for name in progress.done()["challenges"]]
        met = [challenge for where, challenge in done if where == explorer]
        super().__init__(explorer=explorer, settings=settings, data=data or {}, met=met)
        self.observe(self._keep, "met")
        self._placeholder = (
            f'<div class="rmsprop-explorer" data-explorer="{html.escape(explorer)}" '
            f'data-settings="{html.escape(json.dumps(settings, ensure_ascii=False))}">'
            f"{still}{_script(data)}</div>"
        )
        self._description = description

    def _keep(self, change):
        for challenge in set(change["new"]) - set(change["old"]):
            progress.record("challenges", f"{self.explorer}/{challenge}")

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        data |= {"text/html": self._placeholder, "text/plain": self._description}
        return data, metadata


def _script(data):
    """Data for a page's script, inside its HTML."""
    if not data:
        return ""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'
