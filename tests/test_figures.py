"""The figures of the site: SVG with text as text, in colours that the page decides."""

import itertools
import re

import numpy as np
import pytest
from nbformat import v4

from rmsprop_lesson import GradientDescent, RMSprop, Valley, descend, plots
from tools import figures


def paths(title="a valley"):
    runs = [descend(Valley(), method, steps=9) for method in (GradientDescent(0.01), RMSprop(0.1))]
    return plots.paths(Valley(), *runs, title=title)


@pytest.fixture(scope="module")
def drawn():
    return figures.drawings(paths())


@pytest.fixture
def numbered(tmp_path):
    return figures.Numbered(tmp_path, "figures", lesson=3)


def about(title):
    return {"alt": "A map: with paths.", "wide": "<svg></svg>", "narrow": "<svg></svg>"} | {
        "title": title
    }


def size(svg):
    return [float(number) for number in re.search(r'viewBox="([^"]*)"', svg)[1].split()[2:]]


def letters(svg):
    return [
        float(number)
        for number in re.findall(r"font-size: ([\d.]+)px|font: ([\d.]+)px", svg)[0]
        if number
    ]


def test_text_is_text_and_the_title_is_left_to_the_caption(drawn):
    for kind in ("wide", "narrow"):
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn[kind])
        assert {"RMSprop", "gradient descent", "θ₁"} <= set(texts)
        assert "a valley" not in texts
    assert drawn["title"] == "a valley"


def test_on_a_phone_letters_are_large_enough(drawn):
    width, _ = size(drawn["narrow"])
    assert min(letters(drawn["narrow"])) * 358 / width >= 11


def test_a_key_of_many_names_fits_a_phone():
    run = descend(Valley(), RMSprop(0.1), steps=9)
    picture = plots.paths(Valley(), dict.fromkeys(plots.STYLE, run))
    figures.for_a_phone(picture.figure)
    picture.figure.draw_without_rendering()
    width, _ = picture.figure.get_size_inches() * picture.figure.dpi
    assert picture.figure.legends[0].get_window_extent().x1 <= width


@pytest.mark.parametrize("names", [("η = 0.1", "η = 0.01"), ("one of many runs", "their mean")])
def test_names_leave_most_of_a_phone_to_the_curves(names):
    figure = plots.lines([1, 2, 3], {name: [1, 2, 3] for name in names}, "step", "θ").figure
    figures.for_a_phone(figure)
    figure.draw_without_rendering()
    assert figure.axes[0].get_position().width >= 0.5
    drawn = figures.svg(figure)
    assert all(drawn.count(f">{name}<") == 1 for name in names)


def test_a_map_with_equal_units_leaves_no_gap_on_a_phone():
    run = descend(Valley(), RMSprop(0.1), steps=9)
    figure = plots.paths(Valley(), run, equal=True).figure
    figures.for_a_phone(figure)
    figure.draw_without_rendering()
    gap = figure.legends[0].get_window_extent().y0 - figure.axes[0].get_tightbbox().y1
    assert 0 <= gap / figure.dpi < 0.25
    assert figure.axes[0].get_position().width >= 0.75


def test_a_square_map_is_as_wide_as_the_phone():
    run = descend(Valley(), RMSprop(0.1), steps=9)
    turned = plots.paths(Valley(angle=90), run, equal=True).figure
    figures.for_a_phone(turned)
    turned.draw_without_rendering()
    assert turned.axes[0].get_position().width >= 0.7


@pytest.mark.parametrize("names", [["one"], ["as PyTorch", "as Keras"]])
@pytest.mark.parametrize("least", [1e-12, 1e-8])
def test_powers_of_ten_below_an_axis_keep_apart_on_a_phone(names, least):
    x = np.geomspace(least, 1, 9)
    curves = dict.fromkeys(names, x)
    figure = plots.lines(x, curves, "√S", "a name as long as this one, outside", log="xy").figure
    figures.for_a_phone(figure)
    figure.draw_without_rendering()
    labels = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    shown = [box for box in labels if 0 <= box.x0 <= box.x1 <= figure.bbox.x1]
    assert len(shown) >= 3
    assert all(one.x1 < other.x0 for one, other in itertools.pairwise(shown))
    name = figure.axes[0].yaxis.label.get_window_extent()
    assert name.height <= figure.bbox.height


def test_numbers_with_an_exponent_are_written_as_in_print():
    x = np.arange(3)
    drawn = figures.svg(plots.lines(x, {"ε = 1e-08": x, "η = 2.5e+03": x + 1}, "t", "θ").figure)
    assert ">ε = 10⁻⁸<" in drawn
    assert ">η = 2.5×10³<" in drawn


def test_a_card_shows_the_figure_that_is_asked_for():
    def cell(wide, hidden=False):
        about = {"image/png": {"wide": wide}}
        output = v4.new_output("display_data", {"text/html": ""} if hidden else {}, metadata=about)
        return v4.new_code_cell(outputs=[output])

    notebook = v4.new_notebook(cells=[cell("first", hidden=True), cell("second"), cell("third")])
    assert figures.of_a_card(notebook) == "second"
    assert figures.of_a_card(notebook, 3) == "third"


def test_panels_stand_below_each_other_on_a_phone():
    figure, panels = plots.style.start_figure((9.2, 4.2), ncols=2, sharey=True)
    for axes in panels:
        axes.plot([1, 2], [3, 4])
        axes.set(xlabel="η", title="a race")
    svg = figures.drawings(plots.Picture(figure, "Two races."))
    (wide, low), (narrow, high) = size(svg["wide"]), size(svg["narrow"])
    assert wide > 2 * low
    assert high > 1.5 * narrow
    assert svg["title"] == ""  # each panel keeps its own
    assert svg["narrow"].count(">a race</text>") == 2


def test_colours_are_variables_with_the_colour_on_paper(drawn):
    assert "var(--c-0072b2, #0072b2)" in drawn["wide"]
    assert not re.search(r"[^(,] #0072b2", drawn["wide"])


def luminance(color):
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    ]
    return sum(part * c for part, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "color", [*plots.style.RAMP, *(color for color, *_ in plots.STYLE.values())]
)
def test_lines_can_be_seen_on_both_grounds(color):
    assert contrast(color, "#FFFFFF") >= 3
    assert contrast(figures.dark()[color], figures.GROUND_IN_THE_DARK) >= 3


def test_explorers_and_pictures_give_an_optimizer_the_same_colour():
    light, _ = figures.explorers_colors()
    for name, (color, *_) in plots.STYLE.items():
        own = light[{"gradient descent": "gd"}.get(name, name.lower())].lstrip("#").upper()
        assert (own * 2)[:6] == color[1:]


def test_black_that_matplotlib_leaves_out_follows_the_page(drawn):
    assert "fill: var(--c-000000, #000000)" in drawn["wide"].split(">")[0]


def test_figures_are_numbered_as_they_come(numbered):
    first, second = numbered.tag("", about("a map")), numbered.tag("", about(""))
    assert 'id="figure-3-1"' in first
    assert "<b>Figure 3.1.</b> A map</figcaption>" in first
    assert "<b>Figure 3.2.</b> A map</figcaption>" in second  # from its words
    assert 'role="img" aria-label="A map: with paths."' in first


def test_a_caption_without_a_title_says_whose_lines_are_there(numbered):
    x = np.arange(3)
    curves = {"RMSprop, ε = 1e-08": x, "learnt from": 1 - x}
    drawn = plots.lines(x, curves, "t", "step, in units of η", reference={"half": x / 2})
    caption = numbered.tag("", about("") | {"alt": drawn.alt})
    names = "RMSprop, ε\u00a0=\u00a010⁻⁸; learnt from; half</figcaption>"
    assert f"Step, in units of η, against t: {names}" in caption


def test_a_title_may_state_the_number_and_a_wrong_one_ends_the_build(numbered):
    assert "<b>Figure 3.1.</b> Two ways" in numbered.tag("", about("Figure 3.1: two ways"))
    with pytest.raises(ValueError, match=r"lesson 3: 'Figure 3.1: two ways' is figure 3.2"):
        numbered.tag("", about("Figure 3.1: two ways"))


def test_what_is_black_on_white_is_ink_and_a_scale_of_colours_is_not():
    pixels = np.linspace(0, 1, 784)
    digits = figures.drawings(plots.digits(pixels.reshape(1, 784), [3]))
    scale = figures.drawings(plots.pixels(pixels, "grey"))
    for kind in ("wide", "narrow"):
        assert digits[kind].count('<image class="ink"') == digits[kind].count("<image") == 1
        assert 'class="ink"' not in scale[kind]
        assert "<image" in scale[kind]


def test_two_drawings_of_a_page_share_no_name(drawn):
    pair = [figures.unique(drawn[kind], f"f3.1{kind[0]}") for kind in ("wide", "narrow")]
    names = [set(re.findall(r' id="([^"]*)"', svg)) for svg in pair]
    assert names[0]
    assert not names[0] & names[1]
    for svg, own in zip(pair, names, strict=True):
        assert set(re.findall(r'(?:url\(|href=")#([^")]*)', svg)) <= own
