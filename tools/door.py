"""The site's first page: docs/door.md with a valley, a card for each lesson and the course itself.

What the page says of a lesson comes from the lesson's first cell, from _toc.yml and from the
questions; the page's script (docs/_static/door.js) brings the valley to life.
"""

import json
import re
import subprocess
import sys
import unicodedata
from html import escape
from pathlib import Path

import numpy as np
import yaml
from matplotlib.figure import Figure

from rmsprop_lesson import GradientDescent, RMSprop, Valley, descend, plots

from . import figures, lessons

ROOT = Path(__file__).resolve().parents[1]
VALLEY = Valley(condition=20)
STEPS = 70
PREVIEW = "preview.png"
# Lesson → which of its figures its card shows, where the first one looks like another lesson's.
SHOWN = {1: 3, 3: 4}
EQUATIONS = (
    r"S \leftarrow \beta S + (1-\beta)\,g^2",
    r"\theta \leftarrow \theta - \eta\,g\,/\sqrt{S+\varepsilon}",
)
WAYS = [
    ("With make", "Linux, macOS, WSL", "make lab"),
    (
        "With conda",
        "every system",
        "conda env create --file environment.yml && "
        "conda run --name rmsprop-lesson jupyter lab notebooks",
    ),
    (
        "With pip",
        "every system, Python 3.11 or newer",
        'python -m pip install -e ".[course]" && python -m jupyterlab notebooks',
    ),
]


def place(source, course, pictures):
    """Write index.md, the preview for links, and the course to take home.

    Parameters
    ----------
    source : Path
        Where the site's sources are put together.
    course : list of dict
        As `runtime.parts` returns it.
    pictures : dict of str to str
        Notebook's name → an SVG.
    """
    static = source / "docs" / "_static"
    preview(static / PREVIEW)
    page = (source / "docs" / "door.md").read_text(encoding="utf-8")
    parts = {
        "PREVIEW": _address() + f"_static/{PREVIEW}",
        "<!-- valley -->": still(),
        "<!-- cards -->": cards(course, pictures),
        "<!-- ways -->": ways(archive(static)),
    }
    for mark, part in parts.items():
        page = page.replace(mark, part)
    (source / "index.md").write_text(page, encoding="utf-8")
    (source / "docs" / "door.md").unlink()


def _address():
    """Where the site will be, if _config.yml says it: a link's preview needs the whole address."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    base = config["html"].get("baseurl")
    return f"{base.rstrip('/')}/" if base else ""


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────


def walks():
    """The two walks that the page shows, as its script computes them again."""
    methods = GradientDescent(0.09), RMSprop(0.1)
    return [descend(VALLEY, method, start=[3.0, 1.0], steps=STEPS) for method in methods]


def still():
    """The valley for places without scripts."""
    picture = plots.paths(VALLEY, *walks(), equal=True)
    drawn = figures.unique(figures.drawings(picture)["wide"], "door-")
    return f'<div class="course-figure" role="img" aria-label="{escape(picture.alt)}">{drawn}</div>'


def preview(path):
    """Draw what a link to the course shows: 1200 by 630 pixels, in the site's dark colours."""
    ink, ground, blue, grey = "#E9EDF1", "#14181E", "#3F9FE0", "#C4C9CF"
    figure = Figure((12, 6.3), facecolor=ground)
    axes = figure.add_axes((0, 0, 1, 1), facecolor=ground, xlim=(-4.4, 4.4), ylim=(-2.31, 2.31))
    axes.axis("off")
    x, y = np.meshgrid(np.linspace(-4.4, 4.4, 221), np.linspace(-2.31, 2.31, 221))
    loss = VALLEY(np.stack([x, y], axis=-1))
    axes.contour(x, y, loss, np.geomspace(0.02, 80, 13), colors="#4D6376", linewidths=1.2)
    for run, color, width in zip(walks(), (grey, blue), (2.5, 5), strict=True):
        axes.plot(*run.positions.T, "o-", color=color, lw=width, ms=2 * width)
    about = {"color": ink, "transform": axes.transAxes, "va": "top"}
    axes.text(0.05, 0.92, "RMSprop", size=58, weight="bold", **about)
    axes.text(0.05, 0.74, "a hands-on course", size=30, **about)
    axes.text(0.05, 0.2, r"$S \leftarrow \beta S + (1-\beta)\,g^2$", size=30, **about)
    axes.text(
        0.5, 0.2, r"$\theta \leftarrow \theta - \eta\,g\,/\sqrt{S+\varepsilon}$", size=30, **about
    )
    figure.savefig(path, dpi=100)


# ── cards ────────────────────────────────────────────────────────────────────────────────────────


def cards(course, pictures):
    """A card for each lesson, under the captions of _toc.yml."""
    entries = {Path(entry["page"]).stem: entry for entry in course}
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    sections = []
    for part in toc["parts"]:
        stems = [Path(chapter["file"]).name for chapter in part["chapters"]]
        shown = [card(stem, entries[stem], pictures[stem]) for stem in stems if stem in entries]
        if shown:
            sections.append(f'<h3>{escape(part["caption"])}</h3>\n<ul class="door-cards">')
            sections += [f"<li>{one}</li>" for one in shown] + ["</ul>"]
    return "\n".join(sections)


def card(stem, entry, picture):
    """One lesson: its picture, number, title, minutes, aim, and a place for what is done of it."""
    number = int(stem[:2])
    first = " ".join(lessons.notebook(number).cells[0].source.split())
    aim = re.search(r"\*\*You will be able to\*\* (.*?) · \*\*", first)[1]
    aim = plain(aim[0].upper() + aim[1:])
    parts = {name: entry[name] for name in ("exercises", "predictions", "quiz")}
    drawn = figures.unique(picture, f"card{number}-") if picture else ""
    return (
        f'<a class="door-card" href="notebooks/{stem}.html" '
        f'data-parts="{escape(json.dumps(parts))}">'
        f'<span class="door-picture course-figure" aria-hidden="true">{drawn}</span>'
        f'<span class="door-title"><b>{number}</b> {escape(plain(lessons.title(number)))}</span>'
        f'<span class="door-aim">{escape(aim)}</span>'
        f'<span class="door-minutes">{lessons.minutes(number)} minutes</span> '
        f'<span class="door-done"></span></a>'
    )


def plain(text):
    """Markdown without its marks: links as their words, Greek letters as letters."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\$\\(?:var)?([a-z]+)\$", lambda letter: _greek(letter[1]), text)
    return re.sub(r"[*`$]", "", text)


def _greek(name):
    return unicodedata.lookup(f"GREEK SMALL LETTER {name.upper()}")


# ── the course to take home ──────────────────────────────────────────────────────────────────────


def archive(folder):
    """Pack the whole course into a folder, without a network; return the archive's path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("rmsprop_lesson-*.tar.gz"))


def ways(packed):
    """Three ways to take the course, with one command each."""
    size = packed.stat().st_size / 1e6
    name = packed.name.removesuffix(".tar.gz")
    shown = "".join(
        f"<li><b>{escape(title)}</b> <span>{escape(where)}</span>"
        f"<pre><code>{escape(command)}</code></pre></li>"
        for title, where, command in WAYS
    )
    return (
        f'<p><a class="door-button" href="_static/{packed.name}" download>Get the course</a> '
        f"({size:.1f} MB), unpack it (<code>tar xf {packed.name}</code>), and in the folder "
        f"<code>{name}</code> give one of these commands:</p>\n"
        f'<ul class="door-ways">{shown}</ul>'
    )
