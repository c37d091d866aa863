"""A lesson's figures for its page: SVG drawn once, with text as text and the page's own colours.

As an extension of a lesson's kernel this makes every `Picture` bring two drawings along, one for a
page and one for a phone; `Numbered` makes of them a figure with a number and a caption. Notebooks
keep their PNG, which every viewer of notebooks shows.
"""

import base64
import io
import re
import textwrap
from html import escape

import matplotlib
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text
from PIL import Image

from rmsprop_lesson.course.explorers.bundle import JS
from rmsprop_lesson.plots import STYLE, Picture
from rmsprop_lesson.plots.style import CONTOUR, INK, RAMP, key, shade

from . import outputs
from .spaces import held

EXTENSION = __name__
PHONE = 3.9  # inches, shown 358 pixels wide or, in a card, 332: letters of 13 to 14 pixels
HIGHEST = 4.6  # inches, of a map
LONG = 22  # letters of a name beside which the key of a phone has no second column
ROUND_A_MAP = 0.2  # inches, below its key and below its axis
ROOM = 24  # letters of an axis's name beside it
DECADES = 5, 3  # ticks on a logarithmic axis, and with names beside the curves
BESIDE = 12  # letters of a name that has room beside its line on a phone
NAMES = re.compile(r"(?<=[:;] )[^;]+?(?= from (?:-?\d|beyond))")  # of lines, in an alternative
NUMBER = re.compile(r"Figure (\d+\.\d+)\s*[:·.–-]?\s*")


# ── in the kernel ────────────────────────────────────────────────────────────────────────────────


def load_ipython_extension(shell):
    """Let every picture of this kernel show itself as a page wants it."""
    png = Picture._repr_mimebundle_

    def with_drawings(picture, include=None, exclude=None):
        data, about = png(picture)
        about["image/png"] |= drawings(picture)
        return data, about

    Picture._repr_mimebundle_ = with_drawings


def drawings(picture):
    """Draw a picture for a page and for a phone, without its title, which stands in the caption.

    Parameters
    ----------
    picture : Picture

    Returns
    -------
    dict of str to str
        `title`, and the SVG `wide` and `narrow`.
    """
    figure = picture.figure
    panels = [axes for axes in figure.axes if axes.get_title()]
    title = panels[0].get_title() if len(panels) == 1 else ""
    if title:
        panels[0].set_title("")
    wide = svg(figure)
    for_a_phone(figure)
    return {"title": title, "wide": wide, "narrow": svg(figure)}


def for_a_phone(figure):
    """Make a figure narrow: its type gets larger, panels and keys stand below each other."""
    width, height = figure.get_size_inches()
    rows, columns = figure.axes[0].get_gridspec().get_geometry()
    grown = 1
    if len(figure.axes) == rows * columns:  # and none for a scale of colours
        grown = next((n for n in (1, 2, 3) if columns / n <= (1 if columns < 4 else 5)), 3)
    if grown > 1:
        places = GridSpec(rows * grown, -(-columns // grown), figure)
        for axes, place in zip(figure.axes, places, strict=False):
            axes.set_subplotspec(place)
            axes.tick_params(labelleft=True)
            axes.set_ylabel(figure.axes[0].get_ylabel())
    named = bool(figure.legends)
    beside = figure.findobj(lambda artist: artist.get_gid() == "key")
    longest = max((len(one.get_text()) for one in beside if isinstance(one, Text)), default=0)
    above = len(figure.axes) == 1 and longest > BESIDE
    decades = DECADES[bool(beside) and not above]
    for artist in [*figure.legends, *(beside if above else [])]:
        artist.remove()
    if named or above:
        lines = [line.get_label() for line in figure.axes[0].lines if line.get_label()[0] != "_"]
        key(figure, columns=1 if max(map(len, lines)) > LONG else 2)
    if width > PHONE:
        figure.set_size_inches(PHONE, 0.85 * height * grown)
    for axes in figure.axes:
        axes.set_ylabel(textwrap.fill(axes.get_ylabel(), ROOM))
        if axes.get_xscale() == "log":
            axes.xaxis.get_major_locator().set_params(numticks=decades)
    _fill_width(figure)
    _close_gap(figure)


def _fill_width(figure):
    """Give a map whose units are equal the height with which it is as wide as the phone."""
    axes = figure.axes[0]
    if axes.get_aspect() != "auto" and figure.legends:
        figure.draw_without_rendering()
        free = axes.get_position(original=True).width - axes.get_position().width
        box = axes.get_window_extent()
        grown = free * figure.get_figwidth() * box.height / box.width
        figure.set_figheight(min(HIGHEST, figure.get_figheight() + grown))


def _close_gap(figure):
    """Take away the height that a map whose units are equal leaves free."""
    axes = figure.axes[0]
    if axes.get_aspect() != "auto" and figure.legends:
        figure.draw_without_rendering()
        room = figure.legends[0].get_window_extent().y0
        free = (room - axes.get_tightbbox().height) / figure.dpi - ROUND_A_MAP
        figure.set_figheight(figure.get_figheight() - free)


def svg(figure):
    """Return a figure as SVG for the inside of a page: no names that could meet another figure's.

    Its colours are variables called after what they are on paper, --c-0072b2; `style` says what
    they are in the dark.
    """
    drawn = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "course"}):
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    return slim(drawn.getvalue())


_UNUSED = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_ROOT = re.compile(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', re.DOTALL)
_LONG = re.compile(r'(?<= )(?:d|x|y|width|height|transform|points)="[^"]*"', re.DOTALL)
_DIGITS = re.compile(r"(\d\.\d)\d+")
_COLOR = re.compile(r"(?<=[: ])(#[0-9a-f]{6})(?=[;\"])")
_FAMILY = re.compile(r" ?font-family: [^;\"]*;?")
_TEXT = re.compile(r">[^<>]*</text>")
_PIXELS = re.compile(r'<image (?=[^>]*base64,([^"]*)")')
_GROUP = re.compile(r'<g id="[^"]*">')


def slim(drawn):
    """Take out of Matplotlib's SVG what a page doesn't need."""
    drawn = _UNUSED.sub("", drawn)
    drawn = _ROOT.sub(_root, drawn)
    drawn = _PIXELS.sub(_ink, drawn)
    drawn = _LONG.sub(lambda found: _DIGITS.sub(r"\1", found[0]), drawn)
    drawn = re.sub('<g id="(legend_1|key)">', '<g class="key">', drawn)
    drawn = _TEXT.sub(lambda text: outputs.as_raised_power(text[0]), drawn)
    drawn = _FAMILY.sub("", _GROUP.sub("<g>", drawn))
    drawn = _COLOR.sub(lambda found: _variable(found[1]), drawn)
    drawn = drawn.replace("xlink:href", "href").replace(' type="text/css"', "")
    drawn = re.sub(r"<style>.*?</style>", "", drawn, flags=re.DOTALL)
    return re.sub(r">\s+<", "><", drawn.strip())


def _root(found):
    """The outermost element: as wide as the figure is on paper at 100 pixels an inch, or less.

    Matplotlib leaves out what SVG does by itself: filling with black.
    """
    width = float(found[1].split()[2]) / 0.72
    style = f"max-width: {width:.0f}px; fill: {_variable('#000000')}"
    return f'<svg viewBox="{found[1]}" style="{style}" aria-hidden="true" focusable="false">'


def _ink(found):
    """Mark what is black on white: that is turned in the dark, a scale of colours isn't."""
    pixels = Image.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGB")
    colors = pixels.getcolors(pixels.width * pixels.height)
    grey = all(max(color) == min(color) for _, color in colors)
    return '<image class="ink" ' if grey else found[0]


def _variable(color):
    return f"var(--c-{color[1:]}, {color})" if color.upper() in dark() else color


# ── colours ──────────────────────────────────────────────────────────────────────────────────────

_RULE = re.compile(r"\.rx(\[data-mode=\"dark\"\])? \{(.*?)\}", re.DOTALL)
_KEYS = {"gradient descent": "gd"}  # in the explorers' style; the others are as their names
RAMP_IN_THE_DARK = ["#B9A5F0", "#D08BE8", "#F07FC0", "#FF9EB0", "#FFC3A0"]
INK_IN_THE_DARK, GROUND_IN_THE_DARK = "#E9EDF1", "#14181E"


def explorers_colors():
    """The colours of the explorers in light and in the dark, read from their style."""
    rules = _RULE.findall((JS / "ui.mjs").read_text(encoding="utf-8"))[:2]
    light, dark_ones = (dict(re.findall(r"--rx-([\w-]+): (#\w+)", rule)) for _, rule in rules)
    return light, light | dark_ones


def dark():
    """Each colour of the pictures → what it is in the dark; the optimisers' as in the explorers."""
    _, there = explorers_colors()
    found = dict(zip(RAMP, RAMP_IN_THE_DARK, strict=True))
    for name, (color, *_) in STYLE.items():
        pale = there[_KEYS.get(name, name.lower())].upper()
        found |= {shade(color, twin): _shade_in_the_dark(pale, twin) for twin in range(5)}
    return found | {"#000000": INK_IN_THE_DARK, INK: INK_IN_THE_DARK, CONTOUR: "#76808B",
                    "#FFFFFF": GROUND_IN_THE_DARK}  # fmt: skip


def _shade_in_the_dark(color, twin):
    """The other way round: what is darker on white is lighter on black."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    toward, share = ((0, 0), (255, 0.5), (0, 0.3), (255, 0.75), (0, 0.45))[twin]
    return "#{:02X}{:02X}{:02X}".format(
        *(round(c + (toward - c) * share) for c in (red, green, blue))
    )


def style():
    """The rules that give the figures' colours in the dark and where the reader forces colours."""
    changed = "; ".join(f"--c-{light[1:].lower()}: {other}" for light, other in dark().items())
    forced = "; ".join(
        f"--c-{light[1:].lower()}: {'Canvas' if light == '#FFFFFF' else 'CanvasText'}"
        for light in ("#000000", INK, CONTOUR, "#FFFFFF")
    )
    return (
        f'@media screen {{ html[data-theme="dark"] {{ {changed} }} }}\n'
        f"@media (forced-colors: active) {{ html:root {{ {forced} }} }}\n"
    )


# ── on the page ──────────────────────────────────────────────────────────────────────────────────


class Numbered(outputs.Figures):
    """The figures of one lesson's page, numbered as they come.

    Parameters
    ----------
    folder : Path
        For pictures that have no drawing.
    address : str
        How the page reaches the folder.
    lesson : int
    """

    def __init__(self, folder, address, lesson):
        super().__init__(folder, address)
        self.lesson, self.count = lesson, 0

    def tag(self, png, about):
        """Return the figure with its number and caption.

        Raises
        ------
        ValueError
            If a title says another number than the one that the figure has on the page.
        """
        if "wide" not in about:
            return super().tag(png, about)
        self.count += 1
        number = f"{self.lesson}.{self.count}"
        title, said = about["title"], NUMBER.match(about["title"])
        if said and said[1] != number:
            raise ValueError(f"lesson {self.lesson}: {title!r} is figure {number} of its page")
        title = NUMBER.sub("", title, count=1) or _said(about["alt"])
        parts = [
            f'<div class="course-{kind}">{unique(about[kind], f"f{number}{kind[0]}")}</div>'
            for kind in ("wide", "narrow")
        ]
        return (
            f'<figure class="course-figure" id="figure-{number.replace(".", "-")}">'
            f'<div role="img" aria-label="{escape(about["alt"])}">{"".join(parts)}</div>'
            f"<figcaption><b>Figure {number}.</b> {held(escape(_capital(title)))}</figcaption>"
            "</figure>"
        )


def _said(alt):
    """What a picture without a title shows: the names of its axes, and whose lines are in it."""
    axes, names = re.split(r": |\. | from ", alt)[0], NAMES.findall(alt)
    if "," in axes:  # "θ₂, across" against "step t"
        axes = axes.replace(" against ", ", against ", 1)
    between = "; " if any("," in name for name in names) else ", "
    return outputs.as_raised_power(f"{axes}: {between.join(names)}") if names else axes


def _capital(title):
    """Begin with a capital letter, if that is a word and not a symbol."""
    return title[0].upper() + title[1:] if re.match(r"[a-z]{2}|a ", title) else title


def unique(drawn, prefix):
    """Give the names inside a drawing a prefix, so that two drawings of a page share none."""
    names = {name: f"{prefix}-{i}" for i, name in enumerate(re.findall(r' id="([^"]*)"', drawn))}
    for name, new in names.items():
        drawn = drawn.replace(f' id="{name}"', f' id="{new}"').replace(f"#{name}", f"#{new}")
    return drawn


def of_a_card(notebook, number=None):
    """The figure that stands for an executed lesson.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    number : int, optional
        Which one, from 1. By default it is the first that no prediction hides, or the first one.

    Returns
    -------
    str or None
        Its SVG.
    """
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            about = output.get("metadata", {}).get("image/png", {})
            if "wide" in about:
                found.append(("text/html" in output.data, about["wide"]))
    if number:
        return found[number - 1][1]
    return min(found, key=lambda one: one[0])[1] if found else None
