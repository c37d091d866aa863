"""What all pictures share: the `Picture`, the look of each optimiser, names beside the lines.

Colours are those of Okabe and Ito, told apart by
most colour-blind readers; each optimiser has its colour, line style and marker in every picture,
and no other line has one of these colours. What is no optimiser (the values of a setting, say)
takes its colours from a ramp of their own.
"""

import base64
import io
import textwrap

import matplotlib
import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.patches import ConnectionPatch
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation
from PIL import Image  # Matplotlib brings it
from PIL.PngImagePlugin import PngInfo

# Optimiser → colour, line style, marker.
STYLE = {
    "gradient descent": ("#000000", (0, (1, 1)), "s"),
    "momentum": ("#AD7700", (0, (5, 2)), "D"),
    "Adagrad": ("#009E73", (0, (3, 1, 1, 1)), "^"),
    "RMSprop": ("#0072B2", "-", "o"),
    "Adadelta": ("#CC79A7", (0, (7, 2, 1, 2)), "v"),
    "Adam": ("#D55E00", (0, (5, 1, 1, 1, 1, 1)), "P"),
}
# For lines that are no optimiser's: violet to coral, those of a picture far apart.
RAMP = ["#2D1160", "#6A1C81", "#A3307E", "#D3436E", "#EB5760"]
DASHES = ["-", "--", "-.", (0, (6, 1, 1, 1, 1, 1)), (0, (8, 3)), ":", (0, (1, 3))]
INK, CONTOUR = "#1C2128", "#8A939D"
REFERENCE = {"color": INK, "lw": 1.2, "ls": (0, (6, 3)), "zorder": 1.5}

_LOOK = {
    "font.size": 12.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
}


class Picture:
    """A figure and its text alternative; shows itself sharp (two pixels for one) in a notebook.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What is to be seen.
    """

    def __init__(self, figure, alt):
        self.figure, self.alt = figure, alt

    def save(self, path):
        """Write the figure to `path`; the format follows from the ending."""
        self.figure.savefig(path, dpi=200)

    def _repr_mimebundle_(self, include=None, exclude=None):
        width, height = (round(100 * inches) for inches in self.figure.get_size_inches())
        png = base64.b64encode(self._png()).decode()
        about = {"alt": self.alt, "width": width, "height": height}
        return {"image/png": png, "text/plain": self.alt}, {"image/png": about}

    def _png(self):
        """The PNG with a palette of 128 colours: a third of the size, no difference to be seen."""
        drawn, packed = io.BytesIO(), io.BytesIO()
        self.figure.savefig(drawn, format="png", dpi=200)
        for text in self.figure.findobj(Text):  # each would keep the whole canvas, 4 MB, for good
            text._renderer = None
        image = Image.open(drawn).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        words = PngInfo()
        words.add_itxt("Description", self.alt)
        image.save(packed, "PNG", optimize=True, pnginfo=words)
        return packed.getvalue()

    def __repr__(self):
        return self.alt


def start_figure(size=(7, 4), **subplots):
    """A figure of `size` inches in the course's look, and its axes."""
    with matplotlib.rc_context(_LOOK):
        figure = Figure(size, layout="constrained")
        axes = figure.subplots(**subplots)
    return figure, axes


def named(runs):
    """Runs as (label, run) pairs: given with labels, or named by what tells them apart."""
    if len(runs) == 1 and isinstance(runs[0], dict):
        return list(runs[0].items())
    names = [run.optimizer.name for run in runs]
    return [(_label(run, runs, names), run) for run in runs]


def _label(run, runs, names):
    name = run.optimizer.name
    if names.count(name) == 1:
        return name
    settings = run.optimizer.hyperparameters
    twins = [r.optimizer.hyperparameters for r in runs if r.optimizer.name == name]
    symbols = {"learning_rate": "η", "beta": "β", "epsilon": "ε", "bias_correction": "corrected"}
    parts = [
        f"{symbols.get(key, key)}={value:g}" if not isinstance(value, bool) else
        f"{symbols.get(key, key)}: {'yes' if value else 'no'}"
        for key, value in settings.items()
        if any(twin.get(key) != value for twin in twins)
    ]  # fmt: skip
    return " ".join([name, ", ".join(parts)]).strip()


def styles(pairs):
    """Colour, dash and marker for each (label, run): its optimiser's, a twin's in another shade."""
    names = [getattr(getattr(run, "optimizer", None), "name", k.split(",")[0]) for k, run in pairs]
    plain = [i for i, name in enumerate(names) if name not in STYLE]
    ramp = np.linspace(0, len(RAMP) - 1, max(len(plain), 2)).round().astype(int)
    styles = []
    for i, name in enumerate(names):
        if i in plain:
            k = plain.index(i)
            styles.append((RAMP[ramp[k]], DASHES[k % len(DASHES)], "osD^vP"[k % 6]))
            continue
        twin = names[:i].count(name)
        color, dash, marker = STYLE[name]
        style = shade(color, twin), DASHES[twin % len(DASHES)] if twin else dash
        styles.append((*style, MarkerStyle(marker, "none" if twin % 2 else "full")))
    return styles


def shade(color, twin):
    """The colour of a method's twin: the first is darker (black can't), the second lighter."""
    toward, share = ((0, 0), (0, 0.5), (1, 0.4), (0, 0.75), (1, 0.6))[min(twin, 4)]
    rgb = to_rgb(color)
    return to_hex([c + ((toward if any(rgb) else 1) - c) * share for c in rgb]).upper()


def marked(x, log=False):
    """Which of a line's points get a marker: all of a few; else ten, as far apart as they look.

    Every other one is shifted by a step, or a run that alternates would seem to stay on one side.
    """
    if len(x) <= 31:
        return None
    place = np.log(np.maximum(x, min(x[x > 0]))) if log else x
    found = np.searchsorted(place, np.linspace(place[0], place[-1], 12)[:-1])
    return sorted({int(i) for i in found + np.arange(len(found)) % 2})


def key(figure, columns=5):
    """Say above a map, where nothing is drawn, which line is whose."""
    known = [line for line in figure.axes[0].lines if line.get_label()[0] != "_"]
    figure.legend(handles=known, loc="outside upper left", ncols=columns, frameon=False)


def name_ends(axes):
    """Write each line's name beside its right end, and none on another."""
    axes.autoscale_view()
    lines = [line for line in axes.lines if line.get_label()[0] != "_"]
    names = [textwrap.fill(line.get_label(), 21) for line in lines]
    if names == [axes.get_ylabel()]:
        return
    _spread(axes, lines, names, [0.058 * (1 + name.count("\n")) for name in names])


def _spread(axes, lines, names, heights):
    """Place the names in the order of the ends, each as near to its own as the others let."""
    ends = np.clip([_end(axes, line) for line in lines], 0, 1)
    order = np.lexsort((np.arange(len(ends))[::-1], ends.round(2)))
    places, low = np.zeros(len(ends)), -np.inf
    for i in order:
        places[i] = low = max(ends[i], low + heights[i] / 2)
        low += heights[i] / 2
    high = max(1, 0.5 * (sum(heights) + 1))
    for i in order[::-1]:
        places[i] = min(places[i], high - heights[i] / 2)
        high = places[i] - heights[i] / 2
    for line, name, end, place in zip(lines, names, ends, places, strict=True):
        _name(axes, line, name, end, place)


def _name(axes, line, name, end, place):
    """Lead from a line's end to its marker and its name, which stand outside of the axes."""
    beside, behind = (
        axes.transAxes + ScaledTranslation(points / 72, 0, axes.figure.dpi_scale_trans)
        for points in (14, 21)
    )
    look = {"color": line.get_color(), "marker": line.get_marker(), "gid": "key"}
    look["fillstyle"] = line.get_fillstyle()
    way = ConnectionPatch((1, end), (1, place), axes.transAxes, beside, gid="key")
    axes.add_artist(way).set(color=look["color"], in_layout=False)
    axes.plot(1, place, transform=beside, clip_on=False, label="_", **look)
    axes.text(1, place, name, transform=behind, va="center", linespacing=1.05, gid="key")


def _end(axes, line):
    """The height of a line's last point, as a share of the axes."""
    points = line.get_xydata()
    last = points[np.isfinite(points).all(axis=1)][-1:]
    spot = axes.transAxes.inverted().transform(axes.transData.transform(last))
    return np.nan_to_num(spot[0, 1]) if len(spot) else 0.0


def cut(axes, decades=8):
    """Let a logarithmic axis begin no deeper than the eye needs: below is as good as nothing."""
    low, high = axes.get_ylim()
    axes.set_ylim(bottom=max(low, high * 10.0**-decades))


def number(value):
    return "beyond all bounds" if not np.isfinite(value) else f"{value:.3g}"


def ended(run):
    return f", diverged at step {run.diverged_at}" if run.diverged_at is not None else ""


def about(title):
    return f" ({title})" if title else ""
