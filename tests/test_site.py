"""What the site's build does to lessons and styles, without building it."""

import importlib.util
import io
from pathlib import Path

import matplotlib
import nbformat
import pytest
from fontTools.ttLib import TTFont

from tools import book, door

ROOT = Path(__file__).resolve().parents[1]
FONT = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")


@pytest.fixture(scope="module")
def light():
    spec = importlib.util.spec_from_file_location("light", ROOT / "docs" / "_ext" / "light.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ── plumbing ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("import numpy as np\nfrom rmsprop_lesson import RMSprop", True),
        ("quiz(1)", True),
        ("review(3)", True),
        ('trial("A1")', True),
        ('ewma = checks.mine("ewma")', True),
        ("from rmsprop_lesson import quiz\n\nquiz(1)", True),
        ("checks.ewma(ewma)", False),
        ("import numpy as np\nnp.sqrt(2)", False),
        ('predict("first-taste", picture)', False),
        ("x = quiz(1)", False),
    ],
)
def test_plumbing_is_folded_and_nothing_else(source, folded):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    book.fold_plumbing(notebook)
    assert ("hide-input" in notebook.cells[0].metadata.get("tags", [])) is folded


# ── the door ─────────────────────────────────────────────────────────────────────────────────────


def test_markdown_becomes_plain_words():
    source = r"say what $\eta$ and $\varepsilon$ do, *before* `step`, as in [lesson 1](01_x.ipynb)"
    assert door.plain(source) == "say what η and ε do, before step, as in lesson 1"


def test_cards_follow_the_table_of_contents():
    stems = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    course = [
        {"page": f"../notebooks/{stem}.html", "exercises": ["a"], "predictions": [], "quiz": []}
        for stem in reversed(stems)
    ]
    page = door.cards(course, dict.fromkeys(stems, '<svg id="x"></svg>'))
    places = [page.index(f'href="notebooks/{stem}.html"') for stem in stems]
    assert places == sorted(places)
    assert page.count(' id="x"') == 0


# ── light ────────────────────────────────────────────────────────────────────────────────────────


def test_rules_that_meet_nothing_are_left_out(light):
    style = (
        "/*! a licence */ .fa-bars:before{content:'\\f0c9'} .fa-bus:before{content:'\\f207'}"
        "/* .bars */ @media print{.bus{color:red}} @media print{.bars,.bus>a{color:red}}"
        "a:not(.bus){color:blue} @font-face{font-family:x}"
    )
    kept = light.used(style, {"fa-bars", "bars"})
    assert "/*! a licence */" in kept
    assert "f0c9" in kept
    assert "f207" not in kept
    assert "@media print{.bars{color:red}}" in kept
    assert kept.count("@media") == 1
    assert "a:not(.bus){color:blue}" in kept
    assert "@font-face{font-family:x}" in kept


def test_a_font_keeps_the_icons_that_are_used(light):
    small = light.few(FONT, {ord("a"), ord("θ")})
    assert len(small) < FONT.stat().st_size / 50
    assert set(TTFont(io.BytesIO(small)).getBestCmap()) == {ord("a"), ord("θ")}
