"""What a check answers, and how it shows itself."""

import sys
from dataclasses import dataclass, field
from html import escape

# A symbol and words say how it went; the colour of the edge only repeats it.
_STATUS = {
    "right": ("✓", "right", "#009E73"),
    "variant": ("✓", "right, as a variant", "#0072B2"),
    "wrong": ("✗", "not yet", "#D55E00"),
    "open": ("…", "still to do", "#999999"),
}


@dataclass(eq=False)
class Verdict:
    """The answer of a check.

    Attributes
    ----------
    exercise : str
        The exercise's name.
    passed : bool
        Whether the function does what was asked.
    mistake : str or None
        Short name of the mistake; ``"unknown"`` if it isn't in the catalogue; None if passed.
    message : str
        What was seen, and what usually causes it.
    mistakes : tuple of str
        The names of all mistakes, the first to be mended first; `mistake` is the first.
    variant : str or None
        Name of the published variant that the function follows, if it isn't the form asked for.
    mistakes : tuple of str
        All mistakes, in the order in which one should mend them; `mistake` is the first.
    """

    exercise: str
    passed: bool
    mistake: str | None
    message: str
    variant: str | None = None
    mistakes: tuple = ()
    _shown: object = field(default=None, repr=False)

    def __post_init__(self):
        if self.mistake and not self.mistakes:
            self.mistakes = (self.mistake,)

    @property
    def status(self):
        """ "right", "variant", "wrong" or "open" (still the stub)."""
        if self.passed:
            return "variant" if self.variant else "right"
        return "open" if self.mistake == "still the stub" else "wrong"

    @property
    def heading(self):
        """The first line: symbol, exercise, how it went, and the name of mistake or variant."""
        symbol, words, _ = _STATUS[self.status]
        name = self.variant if self.passed else "; ".join(self.mistakes)
        tail = f" ({name})" if name and self.status != "open" else ""
        return f"{symbol} {self.exercise}: {words}{tail}"

    def __repr__(self):
        return f"{self.heading}\n{self.message}"

    def _repr_markdown_(self):
        return f"**{escape(self.heading, quote=False)}**\n\n{escape(self.message, quote=False)}"

    def _repr_html_(self):
        colour = _STATUS[self.status][2]
        lines = "".join(f"<div>{escape(line)}</div>" for line in self.message.splitlines())
        return (
            '<div style="border:1px solid currentColor;border-left:0.5em solid '
            f'{colour};border-radius:0.3em;padding:0.4em 0.8em;margin:0.4em 0">'
            f"<strong>{escape(self.heading)}</strong>{lines}</div>"
        )

    def _ipython_display_(self):
        """Show in a cell once, however often the cell asks: by the check, and as its result."""
        cell = _running_cell()
        if self._shown is None or self._shown != cell:
            self._shown = cell
            self._publish()

    def _publish(self):
        from IPython.display import display

        bundle = {"text/plain": repr(self), "text/html": self._repr_html_()}
        display(bundle, raw=True)


def show(verdict):
    """Display a verdict if a notebook cell is running; elsewhere the caller prints it."""
    if _running_cell() is not None:
        verdict._ipython_display_()
    return verdict


def _running_cell():
    """The number of the cell that runs in a Jupyter kernel, or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell.execution_count if getattr(shell, "kernel", None) else None
