"""The pictures: what they draw, and what they say to those who can't see them."""

import base64
import gc
import inspect
import io
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_hex
from PIL import Image

from rmsprop_lesson import (
    Adadelta,
    Adagrad,
    Adam,
    GradientDescent,
    Momentum,
    Parabola,
    RMSprop,
    Valley,
    descend,
    plots,
    race,
)
from rmsprop_lesson.plots import style
from rmsprop_lesson.studies.races import sensitivity

OPTIMIZERS = [
    GradientDescent(0.01), Momentum(0.01), Adagrad(0.1), RMSprop(0.1), Adadelta(), Adam(0.1),
]  # fmt: skip


@pytest.fixture(scope="module")
def runs():
    return [descend(Valley(), optimizer, steps=30) for optimizer in OPTIMIZERS]


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((12, 784), dtype=np.float32)


def curves(picture, axis=0):
    return {line.get_label(): line for line in picture.figure.axes[axis].lines}


def test_each_optimizer_has_its_own_colour_dash_and_marker():
    assert set(plots.STYLE) == {optimizer.name for optimizer in OPTIMIZERS}
    for kind in zip(*plots.STYLE.values(), strict=True):
        assert len(set(kind)) == len(plots.STYLE)


def test_an_optimizer_looks_as_its_style_says(runs):
    lines = curves(plots.paths(Valley(), *runs))
    for name, (color, _, marker) in plots.STYLE.items():
        assert to_hex(lines[name].get_color()).upper() == color
        assert lines[name].get_marker() == marker


def test_twins_are_told_apart_by_dash_and_by_what_differs():
    runs = [descend(Valley(), RMSprop(0.1, beta), steps=9) for beta in (0.9, 0.99)]
    drawn = curves(plots.paths(Valley(), *runs))
    lines = {label: line for label, line in drawn.items() if label.startswith("RMSprop")}
    assert list(lines) == ["RMSprop β=0.9", "RMSprop β=0.99"]
    assert (
        len({(line.get_color(), str(line._unscaled_dash_pattern)) for line in lines.values()}) == 2
    )


def test_a_picture_carries_its_text_alternative_into_the_notebook(runs):
    picture = plots.paths(Valley(), *runs, title="valley")
    data, about = picture._repr_mimebundle_()
    assert data["text/plain"] == about["image/png"]["alt"] == repr(picture) == picture.alt
    png = base64.b64decode(data["image/png"])
    width = int.from_bytes(png[16:20])
    assert png.startswith(b"\x89PNG")
    assert width == 2 * about["image/png"]["width"] == 1400


def test_a_stored_picture_is_small_and_looks_as_it_was_drawn(runs):
    picture = plots.lines(
        range(len(runs[0].losses)),
        {run.optimizer.name: run.losses for run in runs},
        "step t",
        "loss",
        log="y",
    )
    stored = base64.b64decode(picture._repr_mimebundle_()[0]["image/png"])
    drawn = io.BytesIO()
    picture.figure.savefig(drawn, format="png", dpi=200)
    assert len(stored) < len(drawn.getvalue()) / 2
    packed, full = Image.open(io.BytesIO(stored)), Image.open(drawn)
    assert packed.text["Description"] == picture.alt
    shift = np.abs(np.asarray(packed.convert("RGB"), int) - np.asarray(full.convert("RGB"), int))
    assert np.mean(shift.max(axis=-1) > 16) < 0.005
    often = full.convert("RGB").getcolors(1 << 20)
    for _, color in sorted(often, reverse=True)[:5]:  # the ground and the lines
        assert color in {c for _, c in packed.convert("RGB").getcolors()}


def test_a_picture_that_was_shown_keeps_no_canvas(runs):
    picture = plots.paths(Valley(), *runs)
    picture._repr_mimebundle_()
    gc.collect()
    canvases = [one for one in gc.get_objects() if isinstance(one, RendererAgg)]
    assert not canvases  # 4 MB each, and a notebook keeps every picture


def test_a_run_that_diverges_says_so():
    run = descend(Parabola(), GradientDescent(1e200), start=2.0, steps=9)
    assert f"diverged at step {run.diverged_at}" in plots.on_curve(Parabola(), run).alt


def test_paths_show_the_window_the_minimum_and_letters():
    run = descend(Valley(condition=50), GradientDescent(0.03), steps=5)
    picture = plots.paths(Valley(condition=50), run, mark="ABC")
    axes = picture.figure.axes[0]
    assert {text.get_text() for text in axes.texts} == {"A", "B", "C"}
    assert axes.get_xlim() == tuple(Valley(condition=50).window[0])
    assert "in 5 steps" in picture.alt


@pytest.mark.parametrize("angle", [0, 90])
def test_a_letter_is_nearest_to_its_own_point(angle):
    valley = Valley(condition=20, angle=angle)
    start = [1.0, 3.0] if angle else [3.0, 1.0]
    run = descend(valley, GradientDescent(0.09), start=start, steps=40)
    figure = plots.paths(valley, run, mark="ABC", equal=True).figure
    figure.draw_without_rendering()
    axes = figure.axes[0]
    points = axes.transData.transform(run.positions)
    for i, text in enumerate(axes.texts):
        box = text.get_window_extent()
        away = np.hypot(*(points - [(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2]).T)
        assert np.argmin(away) == i
        assert not any(box.contains(*point) for point in points)


def test_a_map_with_a_title_still_says_what_is_mapped(runs):
    picture = plots.paths(Valley(), *runs, title="all of them")
    assert picture.alt.startswith("Contour map of the elongated valley (all of them) with paths: ")


def test_a_reference_is_ink_without_markers_and_is_told():
    x = np.arange(40)
    picture = plots.lines(x, {"a": x, "b": 2 * x}, "t", "S", reference={"theory": 3 * x})
    line = curves(picture)["theory"]
    assert line.get_color() == style.INK
    assert line.get_marker() == "None"
    assert picture.alt.endswith("theory from 0 to 117.")
    assert "theory" in {text.get_text() for text in picture.figure.axes[0].texts}


def test_a_line_that_is_alone_has_no_markers_that_look_like_steps():
    x = np.arange(40)
    assert curves(plots.lines(x, {"loss": x}, "t", "loss"))["loss"].get_markevery() == []
    assert curves(plots.lines(x, {"a": x, "b": x}, "t", "loss"))["a"].get_markevery()


def test_lines_gives_an_optimizer_its_colour_whatever_follows_the_comma():
    picture = plots.lines([0, 1], {"RMSprop, β = 0.99": [1, 2], "other": [3, np.inf]}, "t", "loss")
    assert to_hex(curves(picture)["RMSprop, β = 0.99"].get_color()).upper() == "#0072B2"
    assert picture.alt == (
        "loss against t from 0 to 1: RMSprop, β = 0.99 from 1 to 2; "
        "other from 3 to beyond all bounds."
    )


def test_the_worked_table_marks_what_was_printed_otherwise():
    table = descend(Parabola(), RMSprop(0.1), start=2.0, steps=3).table()
    printed = pd.DataFrame({"θ_t": [2, 1.683, 1.449], "S_{t+1}": [0.4, 0.526, 0.612]})
    shown = plots.worked_table(table, printed)
    texts = re.findall(r"<td>([^<]*)<br/><mark>✗ (.*?)</mark></td>", shown._repr_html_())
    assert sorted(texts) == [("0.6435", "0.526"), ("0.7964", "0.612"), ("1.4739", "1.449")]
    assert "3 cells differ" in repr(shown)
    assert "differ" not in plots.worked_table(table).alt


def test_a_printed_zero_at_the_end_counts_as_a_digit():
    table = descend(Parabola(), RMSprop(0.1), start=2.0, steps=2).table()
    printed = pd.DataFrame({"S_{t+1}": [0.410, 0.644]})
    page = plots.worked_table(table, printed)._repr_html_()
    assert re.findall(r"<td>[^<]*<br/><mark>.*?</mark></td>", page) == [
        "<td>0.4000<br/><mark>✗ 0.410</mark></td>"
    ]


def test_digits_are_named_and_mistakes_are_told(images):
    labels, guesses = np.arange(12) % 10, (np.arange(12) % 10).copy()
    guesses[3] = 8
    picture = plots.digits(images, labels, guesses)
    titles = [ax.get_title() for ax in picture.figure.axes]
    assert titles[:5] == ["0", "1", "2", "3 → 8", "4"]
    assert len(titles) == 20
    assert "3 taken for 8" in picture.alt


def test_wrong_guesses_shows_only_those(images):
    class Guesser:
        def predict(self, images):
            return np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1])

    picture = plots.wrong_guesses(Guesser(), images, np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 1]))
    assert picture.alt.endswith(": 0 taken for 9, 0 taken for 1.")


@pytest.mark.parametrize("values", [np.arange(784), 1 + np.arange(784)[::-1]])
def test_pixels_shows_the_first_row_on_top(values):
    axes = plots.pixels(values, "rate").figure.axes[0]
    assert axes.yaxis_inverted()
    assert axes.get_aspect() == 1
    np.testing.assert_array_equal(axes.collections[0].get_array().ravel(), values)


def test_pixels_compares_border_and_middle():
    values = np.ones((28, 28))
    values[8:20, 8:20] = 5
    assert "median 1 at the border, 5 in the middle" in plots.pixels(values.ravel(), "rate").alt


def test_training_smooths_the_loss_and_takes_accuracies_as_they_are():
    history = pd.DataFrame(
        {
            "step": [1, 2, 3, 4],
            "loss": [4.0, 2.0, 3.0, 1.0],
            "test_accuracy": [np.nan, 0.5, np.nan, 0.75],
        }
    )
    smooth = plots.training({"Adam": history}, window=2)
    np.testing.assert_array_equal(curves(smooth)["Adam"].get_ydata(), [4, 3, 2.5, 2])
    accuracy = plots.training({"Adam": history}, "test_accuracy")
    np.testing.assert_array_equal(curves(accuracy)["Adam"].get_xdata(), [2, 4])
    assert accuracy.alt == "test accuracy in training: Adam ends at 0.75."


def test_sensitivity_has_a_panel_a_race_and_names_the_best_rates():
    small = race(Parabola(), {"RMSprop": RMSprop}, rates=[0.01, 0.1], steps=30)
    picture = sensitivity(small, small, titles=["left", "right"])
    assert [axes.get_title() for axes in picture.figure.axes] == ["left", "right"]
    assert "at η=0.1" in picture.alt


def test_saving_writes_the_picture(tmp_path, runs):
    plots.paths(Valley(), *runs).save(tmp_path / "curves.svg")
    assert "<svg" in (tmp_path / "curves.svg").read_text(encoding="utf-8")


def test_every_public_plot_says_that_it_returns_a_picture():
    functions = [getattr(plots, name) for name in plots.__all__ if name[0].islower()]
    assert functions
    for function in functions:
        shown = "MarkedTable" if function is plots.worked_table else "Picture"
        assert f"Returns\n-------\n{shown}" in inspect.getdoc(function), function.__name__


def test_a_setting_never_has_the_colour_of_an_optimizer():
    settings = {f"β = {beta}": [beta, 1] for beta in (0.1, 0.5, 0.9, 0.99, 0.999)}
    lines = curves(plots.lines([0, 1], settings | {"PyTorch": [0, 0]}, "t", "step"))
    drawn = {to_hex(line.get_color()).upper() for line in lines.values()}
    of_methods = {style.shade(color, k) for color, *_ in plots.STYLE.values() for k in range(5)}
    assert drawn == set(style.RAMP)
    assert not drawn & of_methods


def test_a_method_and_its_corrected_twin_differ_in_colour_dash_and_filling():
    names = ("RMSprop", "RMSprop, corrected")
    lines = curves(plots.lines([0, 1], {name: [1, 2] for name in names}, "t", "loss"))
    looks = [
        (to_hex(line.get_color()), str(line._unscaled_dash_pattern), line.get_fillstyle())
        for line in map(lines.get, names)
    ]
    assert all(one != other for one, other in zip(*looks, strict=True))


def ends(axes):
    """Height and words of each name beside the lines, lowest first."""
    return sorted((text.get_position()[1], text.get_text()) for text in axes.texts)


def test_names_stand_at_the_ends_of_the_lines_and_not_on_each_other():
    same = {f"η = {k}": [0, 1 + k / 1000] for k in range(6)} | {"far": [0, -1]}
    axes = plots.lines([0, 1], same, "t", "θ").figure.axes[0]
    heights, names = zip(*ends(axes), strict=True)
    assert names == ("far", *(f"η = {k}" for k in (5, 4, 3, 2, 1, 0)))  # as in the list
    assert min(np.diff(heights)) >= 0.057
    assert axes.get_legend() is None


def test_no_key_lies_on_the_data(runs):
    for picture in (plots.paths(Valley(), *runs), plots.on_curve(Parabola(), *runs[:0])):
        figure = picture.figure
        figure.draw_without_rendering()
        assert figure.legends[0].get_window_extent().y0 >= figure.axes[0].get_window_extent().y1
        assert figure.axes[0].get_legend() is None


def test_markers_of_a_run_that_alternates_are_on_both_sides():
    marked = style.marked(np.arange(401))
    assert {k % 2 for k in marked} == {0, 1}
    assert 8 <= len(marked) <= 12
    assert style.marked(np.arange(21)) is None  # each step has its own


def test_markers_on_a_logarithmic_axis_are_as_far_apart_as_they_look():
    x = np.arange(1, 10_001)
    places = np.log(x[style.marked(x, log=True)])
    assert max(np.diff(places)) < 2 * np.log(10_000) / 11


def test_a_logarithmic_axis_ends_where_the_message_does():
    axes = plots.lines([0, 1, 2], {"|θ|": [1, 1e-19, 0.05]}, "t", "|θ|", log="y").figure.axes[0]
    assert 1e-9 < axes.get_ylim()[0] < 0.05


def test_memory_shades_each_square_by_its_weight():
    run = descend(Parabola(), RMSprop(0.1, beta=0.5), start=2.0, steps=6)
    picture = plots.memory(run, t=4)
    panels = picture.figure.axes
    shades = [bar.get_alpha() for bar in panels[0].patches[6:12]]
    np.testing.assert_allclose(shades, [1 / 8, 1 / 4, 1 / 2, 1, 0, 0])
    np.testing.assert_array_equal(curves(picture)["Sₜ"].get_ydata(), run.state["S"][1:])
    np.testing.assert_allclose(curves(picture, 1)["√Sₜ"].get_ydata() ** 2, run.state["S"][1:])
    np.testing.assert_allclose(
        curves(picture, 2)["step"].get_ydata(), np.abs(np.diff(run.positions)) / 0.1
    )
    assert f"at step 4, S is {run.state['S'][4]:.3g}" in picture.alt
    assert "the last 1 of the 4 squares" in picture.alt  # 8 of 15 parts


@pytest.mark.parametrize("t", [0, 7])
def test_memory_knows_the_steps_of_its_run(t):
    run = descend(Parabola(), RMSprop(0.1), steps=6)
    with pytest.raises(ValueError, match="t must be at least 1 and at most 6"):
        plots.memory(run, t=t)


@pytest.mark.parametrize("picture", [plots.paths, plots.on_curve])
def test_an_objective_without_a_window_is_named(picture):
    class Bare:
        def loss_and_gradient(self, theta):
            return theta**2 / 2, theta

    with pytest.raises(TypeError, match="objective must have window"):
        picture(Bare())
