"""Losses against their formulas, gradients against differences, minima against a grid."""

import math
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rmsprop_lesson import (
    DoubleWell,
    Jumping,
    LinearRegression,
    NewTask,
    Noisy,
    Parabola,
    Plateau,
    RareTruth,
    Rosenbrock,
    Saddle,
    Sparse,
    SteepThenFlat,
    Valley,
)
from rmsprop_lesson.objectives import Objective

pytestmark = pytest.mark.filterwarnings("error")

X, Y = [-1.0, 0.0, 2.0, 5.0], [0.5, 1.0, -1.0, 3.0]
OBJECTIVES = [
    Parabola(),
    Parabola(7.5),
    Valley(),
    Valley(condition=30, angle=25),
    Valley(condition=0.25, angle=-90),
    Saddle(),
    Plateau(),
    DoubleWell(),
    DoubleWell(tilt=0),
    DoubleWell(tilt=3),
    Rosenbrock(),
    Rosenbrock(a=-0.5, b=4),
    LinearRegression(X, Y),
    LinearRegression(2.0, 3.0),
]
each_objective = pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
ONE_DIMENSION = [o for o in OBJECTIVES if o.dimension == 1]
PLANE = [o for o in OBJECTIVES if o.dimension == 2]
point = st.floats(-4, 4)


def draw_point(data, objective):
    return np.array(data.draw(st.tuples(*[point] * objective.dimension))).reshape(
        () if objective.dimension == 1 else 2
    )


# Values


@settings(max_examples=25)
@given(x=point, y=point)
def test_losses_are_their_formulas(x, y):
    """Worked out exactly, in fractions, from the numbers that were drawn."""
    u, w = Fraction(x), Fraction(y)
    for objective, loss in (
        (Parabola(), u**2 / 2),
        (Parabola(7.5), Fraction(15, 2) * u**2 / 2),
        (DoubleWell(0.25), u**4 / 4 - u**2 / 2 + u / 4),
        (DoubleWell(0), u**4 / 4 - u**2 / 2),
    ):
        assert objective(x) == pytest.approx(float(loss), rel=1e-12, abs=1e-12)
    assert Plateau()(x) == pytest.approx(1 - math.exp(-x * x / 2), rel=1e-12, abs=1e-15)
    for objective, loss in (
        (Valley(100), (u**2 + 100 * w**2) / 2),
        (Valley(30, 90), (w**2 + 30 * u**2) / 2),
        (Valley(0.25, 180), (u**2 + w**2 / 4) / 2),
        (Saddle(), (u**2 - w**2) / 2 + w**4 / 4),
        (Rosenbrock(), (1 - u) ** 2 + 100 * (w - u**2) ** 2),
        (Rosenbrock(-0.5, 4), (Fraction(-1, 2) - u) ** 2 + 4 * (w - u**2) ** 2),
        (
            LinearRegression(X, Y),
            sum((u * Fraction(a) + w - Fraction(b)) ** 2 for a, b in zip(X, Y, strict=True)) / 8,
        ),
    ):
        assert objective([x, y]) == pytest.approx(float(loss), rel=1e-11, abs=1e-11)


def test_plateau_keeps_its_digits_near_the_minimum():
    assert Plateau()(1e-10) == pytest.approx(5e-21, rel=1e-12)


# Gradients


@each_objective
@settings(max_examples=25)
@given(data=st.data())
def test_gradient_against_central_differences(objective, data):
    theta = draw_point(data, objective)
    gradient = np.atleast_1d(objective.gradient(theta))
    h = 1e-5
    for i, unit in enumerate(np.eye(objective.dimension)):
        offset = h * (unit if objective.dimension == 2 else unit[0])
        forward, backward = objective(theta + offset), objective(theta - offset)
        rounding = 1e-15 * (abs(forward) + abs(backward)) / h
        slope = (forward - backward) / (2 * h)
        curving = h**2 / 6 * 24 * 100 * 5  # the third derivative of Rosenbrock's valley, 24·b·x
        assert gradient[i] == pytest.approx(slope, rel=1e-7, abs=10 * rounding + curving)


@each_objective
def test_gradient_vanishes_at_the_minimum(objective):
    """To rounding, measured by the gradient one unit away."""
    away = np.abs(objective.gradient(objective.minimum + np.ones(np.shape(objective.minimum))))
    assert np.abs(objective.gradient(objective.minimum)).max() <= 1e-13 * (1 + away.max())


@each_objective
def test_nothing_in_the_window_lies_below_the_minimum(objective):
    if objective.dimension == 1:
        grid = np.linspace(*objective.window, 2001)
    else:
        grid = np.stack(np.meshgrid(*(np.linspace(*w, 201) for w in objective.window)), axis=-1)
    losses = objective(grid)
    least = objective(objective.minimum)
    assert losses.min() >= least - 1e-12
    assert losses.min() <= least + 0.03 * (losses.max() - least)  # and it lies in the window


def test_minima():
    assert Parabola(3).minimum == Plateau().minimum == 0
    assert Valley(10, 30).minimum.tolist() == [0, 0]
    assert Saddle().minimum.tolist() == [0, 1]
    assert Saddle()([0, 1]) == Saddle()([0, -1]) == -0.25
    assert Rosenbrock(-3, 2).minimum.tolist() == [-3, 9]
    assert DoubleWell(0).minimum == pytest.approx(-1, rel=1e-14)
    assert DoubleWell(3).minimum == pytest.approx(-1.671699881657161, rel=1e-12)
    left, right = DoubleWell().minimum, 0.8788850662  # the roots of θ³ − θ + 0.2
    assert DoubleWell().gradient(right) == pytest.approx(0, abs=1e-9)
    assert left < -1
    assert DoubleWell()(left) < DoubleWell()(right) - 0.3
    W, b = LinearRegression(X, Y).minimum
    slope, intercept = np.polyfit(X, Y, 1)
    assert (W, b) == pytest.approx((slope, intercept), rel=1e-12)
    assert type(DoubleWell().minimum) is float


def test_windows_and_starts():
    for objective in OBJECTIVES:
        start = np.asarray(objective.start)
        assert start.shape == (() if objective.dimension == 1 else (2,))
        windows = np.reshape(objective.window, (-1, 2))
        assert len(windows) == objective.dimension
        assert (windows[:, 0] < windows[:, 1]).all()
        lowest = np.atleast_1d(objective.minimum)
        if isinstance(objective, Rosenbrock | Saddle | Valley | LinearRegression):
            assert (windows[:, 0] < lowest).all()
            assert (lowest < windows[:, 1]).all()
    assert (Parabola.start, Plateau.start, DoubleWell.start) == (2, 4, 1.5)
    lines = [(-2.5, 2.5), (-6.5, 6.5), (-2, 2)]
    assert [Parabola.window, Plateau.window, DoubleWell.window] == lines
    planes = [((-3.5, 3.5), (-2, 2)), ((-1.5, 1.5), (-1.5, 1.5)), ((-2, 2), (-1, 3))]
    assert [Valley.window, Saddle.window, Rosenbrock.window] == planes
    assert Saddle().start.tolist() == [1, 1e-8]
    assert Rosenbrock().start.tolist() == [-1.2, 1]
    assert LinearRegression(X, Y).start.tolist() == [0, 0]
    assert Valley().start.tolist() == [3, 1]
    assert Valley(angle=10).window == ((-3.5, 3.5), (-3.5, 3.5))
    regression = LinearRegression([0, 1, 2], [4, 6, 8])
    np.testing.assert_allclose(regression.window, [(2 - 7, 2 + 7), (4 - 7, 4 + 7)])


# The valley


@settings(max_examples=40)
@given(
    condition=st.floats(0.01, 1e4),
    angle=st.floats(-720, 720),
    own=st.tuples(point, point),
)
def test_turned_valley(condition, angle, own):
    """A turned valley at a turned point is the straight valley at the point."""
    straight, turned = Valley(condition), Valley(condition, angle)
    theta = turned.turn(own)
    scale = 1 + condition * 64
    assert turned(theta) == pytest.approx(straight(own), abs=1e-13 * scale)
    expected = turned.turn(straight.gradient(own))
    np.testing.assert_allclose(turned.gradient(theta), expected, atol=1e-13 * scale, rtol=0)
    assert math.hypot(*theta) == pytest.approx(math.hypot(*own), rel=1e-12)


def test_turn_is_anticlockwise():
    np.testing.assert_allclose(Valley(angle=90).turn([3, 1]), [-1, 3], atol=1e-15)
    np.testing.assert_allclose(Valley(angle=90).start, [-1, 3], atol=1e-15)
    np.testing.assert_allclose(Valley(angle=30).turn([1, 0]), [math.sqrt(3) / 2, 0.5])
    assert Valley(angle=45).turn(np.ones((4, 5, 2))).shape == (4, 5, 2)


# Many points at once


@each_objective
@settings(max_examples=15)
@given(data=st.data(), shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
def test_works_on_many_points(objective, data, shape):
    last = () if objective.dimension == 1 else (2,)
    theta = data.draw(hnp.arrays(float, shape + last, elements=st.floats(-10, 10)))
    before = np.array(theta)
    losses, gradients = np.asarray(objective(theta)), np.asarray(objective.gradient(theta))
    assert losses.shape == shape
    assert gradients.shape == np.shape(theta)
    assert not np.shares_memory(gradients, theta)
    for index in np.ndindex(shape):
        one = np.asarray(theta)[index]
        np.testing.assert_allclose(losses[index], objective(one), rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(
            gradients[index], objective.gradient(one), rtol=1e-12, atol=1e-12
        )
    assert np.array_equal(theta, before)


@each_objective
def test_numbers_in_numbers_out(objective):
    start = objective.start
    assert np.ndim(objective(start)) == 0
    assert isinstance(objective(start), np.float64)
    whole = 2 if objective.dimension == 1 else [2, 1]
    assert objective(whole) == objective(np.asarray(whole, float))
    assert np.array_equal(objective.gradient(whole), objective.gradient(np.asarray(whole, float)))
    if objective.dimension == 1:
        assert isinstance(objective.gradient(2), np.float64)


@pytest.mark.parametrize("objective", OBJECTIVES[:12], ids=repr)
def test_float32_stays_float32(objective):
    theta = np.asarray(objective.start, np.float32)
    assert objective(theta).dtype == np.float32
    assert objective.gradient(theta).dtype == np.float32


@each_objective
def test_far_away_is_infinite_and_silent(objective):
    for value in (1e200, -1e200, np.finfo(float).max, math.inf, math.nan):
        theta = np.full((3, objective.dimension), value).squeeze()
        loss, gradient = objective(theta), objective.gradient(theta)
        assert loss.shape == (3,)
        assert gradient.shape == theta.shape
    if not isinstance(objective, Plateau):
        huge = np.full((), 1e300) if objective.dimension == 1 else np.array([1e300, 1e290])
        assert objective(huge) == math.inf


def test_plateau_far_away_is_flat():
    plateau = Plateau()
    assert plateau(np.array([50.0, 1e300, -math.inf])).tolist() == [1, 1, 1]
    assert plateau.gradient(np.array([50.0, 1e300, -math.inf, math.inf])).tolist() == [0] * 4
    assert plateau.gradient(6.0) == pytest.approx(6 * math.exp(-18), rel=1e-13)
    assert math.isnan(plateau.gradient(math.nan))


# Noise


def test_noise_is_repeatable_and_additive():
    noisy, exact = Noisy(Valley(), 0.5, seed=3), Valley()
    theta = np.ones((4, 2))
    first = [noisy.gradient(theta) for _ in range(3)]
    noisy.reset()
    again = [noisy.gradient(theta) for _ in range(3)]
    assert np.array_equal(first, again)
    assert np.array_equal(
        first, [g for n in [Noisy(Valley(), 0.5, 3)] for g in map(n.gradient, [theta] * 3)]
    )
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], Noisy(Valley(), 0.5, seed=4).gradient(theta))
    noise = np.random.default_rng(3).standard_normal((4, 2))
    np.testing.assert_allclose(first[0], exact.gradient(theta) + 0.5 * noise, rtol=1e-14)
    assert np.array_equal(noisy(theta), exact(theta))
    assert np.array_equal(Noisy(Valley(), 0).gradient(theta), exact.gradient(theta))


def test_noise_has_its_size():
    noise = Noisy(Parabola(), 3.0).gradient(np.zeros(20_000))
    assert noise.std() == pytest.approx(3, rel=0.02)
    assert abs(noise.mean()) < 0.1
    levels = np.array([0.0, 1.0, 10.0])
    noise = Noisy(Parabola(), levels).gradient(np.zeros((20_000, 3)))
    np.testing.assert_allclose(noise.std(axis=0), levels, rtol=0.02)


def test_noise_takes_over_what_the_objective_is():
    valley = Valley(9, 10)
    noisy = Noisy(valley, 0.1, seed=7)
    assert (noisy.dimension, noisy.window) == (2, valley.window)
    assert noisy.start is valley.start
    assert noisy.minimum is valley.minimum
    assert noisy.name == "noisy elongated valley"
    assert repr(noisy) == "Noisy(Valley(condition=9, angle=10), sigma=0.1, seed=7)"
    assert noisy._repr_latex_() == (
        valley._repr_latex_().removesuffix("$$") + r" \quad\text{(noisy gradients)}$$"
    )
    huge = Noisy(Parabola(), 1e308).gradient(np.zeros(50))
    assert np.isinf(huge).any()  # and no warning
    with pytest.raises(TypeError, match="objective must be an Objective, got 'valley'"):
        Noisy("valley", 0.1)
    for seed, error in ((-1, ValueError), (1.5, TypeError), (None, TypeError), ("a", TypeError)):
        with pytest.raises(error, match="seed must be "):
            Noisy(valley, 0.1, seed)


# Other disturbances


def test_each_of_several_seeds_has_a_stream_of_its_own_along_the_last_axis():
    for objective, point in ((Valley(), (2,)), (Parabola(), ())):
        noisy = Noisy(objective, 0.5, seed=(3, 8))
        theta = np.ones((4, 2, *point))  # four runs with each seed
        for _ in range(2):  # and the same again after a reset
            noisy.reset()
            streams = [np.random.default_rng(seed) for seed in (3, 8)]
            for _ in range(3):
                noise = np.stack([stream.standard_normal(point) for stream in streams])
                expected = objective.gradient(theta) + 0.5 * noise
                np.testing.assert_allclose(noisy.gradient(theta), expected, rtol=1e-14)
    sparse = Sparse(Valley(), 0.5, seed=(3, 8))
    chance = np.stack([np.random.default_rng(seed).random(2) for seed in (3, 8)])
    expected = np.where(chance < 0.5, 2 * Valley().gradient(np.ones((2, 2))), 0.0)
    assert np.array_equal(sparse.gradient(np.ones((2, 2))), expected)
    with pytest.raises(ValueError, match="seed must be at least 0, got -1"):
        Noisy(Parabola(), 0.5, seed=(3, -1))


def test_the_seed_is_0_unless_another_is_given():
    theta = np.ones((5, 2))
    for make in (Noisy, Sparse):
        seeded = [make(Valley(), 0.5, seed).gradient(theta) for seed in (0, 1)]
        assert np.array_equal(make(Valley(), 0.5).gradient(theta), seeded[0])
        assert not np.array_equal(*seeded)


def test_sparse_gradients_are_drawn_by_the_seed():
    theta = np.full((50, 2), 3.0)
    present = np.random.default_rng(4).random((50, 2)) < (0.5, 0.25)
    expected = np.where(present, Valley(4).gradient(theta) / (0.5, 0.25), 0.0)
    assert np.array_equal(Sparse(Valley(4), (0.5, 0.25), seed=4).gradient(theta), expected)
    assert np.array_equal(Sparse(Valley(4), 1).gradient(theta), Valley(4).gradient(theta))
    assert isinstance(Sparse(Parabola(), 0.5).gradient(1.0), np.float64)
    assert Sparse(Parabola(), 1e-300).gradient(1e10) == 0  # and no warning of 1e310


@pytest.mark.parametrize("probability", [0, -0.1, 1.01, math.nan, [0.5, 2]])
def test_a_probability_lies_above_0_and_up_to_1(probability):
    with pytest.raises(ValueError, match=r"^probability must be in \(0, 1\], got "):
        Sparse(Parabola(), probability)


def test_the_scale_jumps_every_25_steps_by_100_unless_told_otherwise():
    jumping = Jumping(Parabola())
    gradients = [jumping.gradient(2.0) for _ in range(75)]
    assert gradients == [2.0] * 25 + [200.0] * 25 + [2.0] * 25
    huge = Jumping(Parabola(), factor=1e300, every=1)
    assert [huge.gradient(1e10), huge.gradient(1e10)] == [1e10, math.inf]  # and no warning


def test_steep_then_flat_has_these_slopes_and_no_jump():
    steep = SteepThenFlat(steep=30)
    assert steep.gradient(np.array([-7.0, 0.0, 99.0, 100.0, 101.0])).tolist() == [-1, 0, 1, 1, 30]
    assert steep(np.array([-7.0, 0.0, 100.0, 101.0])).tolist() == [7, 0, 100, 130]
    assert (SteepThenFlat().steep, steep.minimum, steep.start) == (100, 0, 200)
    assert steep.gradient(np.float32(150)).dtype == np.float32
    with pytest.raises(ValueError, match="steep must be finite and greater than 0, got 0"):
        SteepThenFlat(0)


def test_a_new_task_begins_after_its_steps_and_starts_anew():
    task = NewTask(factor=50, after=2)
    for _ in range(2):
        assert [float(task.gradient(12.0)) for _ in range(4)] == [100, 100, 12, 12]
        task.reset()
    assert task(4.0) == 8.0
    theta = np.array([3.0])
    assert task.gradient(theta) is not theta
    with pytest.raises(ValueError, match="factor must be finite and greater than 0, got -1"):
        NewTask(factor=-1)


def test_rare_truth_comes_first_and_then_once_a_period():
    objective = RareTruth(large=3, period=3)
    for _ in range(2):  # the second time after a reset in the middle
        assert [float(objective.gradient(0.5)) for _ in range(7)] == [3, -1, -1, 3, -1, -1, 3]
        objective.reset()
    assert objective.mean_gradient == pytest.approx(1 / 3)
    assert objective(0.6) == pytest.approx(0.2)
    gradient = objective.gradient(np.zeros((2, 1), np.float32))
    assert (gradient.shape, gradient.dtype) == ((2, 1), np.float32)
    assert isinstance(objective.gradient(0.5), np.float64)
    assert RareTruth().mean_gradient == pytest.approx((10 - 9) / 10)
    assert (objective.minimum, objective.start, objective.window) == (-1, 0, (-1, 1))
    four = RareTruth(large=4, period=4)
    assert [float(four.gradient(0.0)) for _ in range(6)] == [4, -1, -1, -1, 4, -1]
    assert RareTruth(1.5, 2).period == 2
    with pytest.raises(ValueError, match=r"period − 1 = 9, got 9\.0"):
        RareTruth(9.0)


@pytest.mark.parametrize(
    ("make", "name", "shown", "formula"),
    [
        (
            lambda: Sparse(Parabola(), 0.5, seed=3),
            "parabola, sparse gradients",
            "Sparse(Parabola(curvature=1), probability=0.5, seed=3)",
            r"\tfrac{1}{2}\theta^2 \quad\text{(sparse gradients)}",
        ),
        (
            lambda: Jumping(Parabola(), 50, 20),
            "parabola, jumping scale",
            "Jumping(Parabola(curvature=1), factor=50, every=20)",
            r"\tfrac{1}{2}\theta^2 \quad\text{(scale jumps)}",
        ),
        (RareTruth, "rare truth", "RareTruth(large=10, period=10)", r"0.1\,\theta"),
    ],
)
def test_disturbed_objectives_show_themselves(make, name, shown, formula):
    objective = make()
    assert (objective.name, repr(objective)) == (name, shown)
    assert objective._repr_latex_() == rf"$$L(\theta) = {formula}$$"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Jumping(Parabola(), 0), ValueError, "factor must be finite and greater than 0"),
        (lambda: Jumping(Parabola(), "a"), TypeError, "factor must be a number"),
        (lambda: Jumping(Parabola(), every=0), ValueError, "every must be at least 1, got 0$"),
        (lambda: Jumping(Parabola(), every=1.5), TypeError, "every must be a whole number"),
        (lambda: RareTruth(period=1), ValueError, "period must be at least 2, got 1$"),
        (lambda: RareTruth(period=2.0), TypeError, "period must be a whole number"),
        (lambda: RareTruth("a"), TypeError, "large must be a number, greater than period"),
        (lambda: RareTruth([10, 20]), TypeError, "large must be one number, greater than period"),
    ],
)
def test_bad_settings_of_disturbances(make, error, message):
    with pytest.raises(error, match="^" + message):
        make()


@pytest.mark.parametrize("make", [Sparse, lambda objective, p: Jumping(objective)])
def test_only_an_objective_can_be_disturbed(make):
    with pytest.raises(TypeError, match="objective must be an Objective, got 3"):
        make(3, 0.5)


# How they show themselves


@pytest.mark.parametrize(
    ("make", "name", "shown", "formula"),
    [
        (lambda: Parabola(), "parabola", "Parabola(curvature=1)", r"\tfrac{1}{2}\theta^2"),
        (
            lambda: Parabola(1e6),
            "parabola",
            "Parabola(curvature=1e+06)",
            r"\tfrac{1}{2}10^{6}\,\theta^2",
        ),
        (
            lambda: Valley(),
            "elongated valley",
            "Valley(condition=100, angle=0)",
            r"\tfrac{1}{2}(\theta_1^2 + 100\,\theta_2^2)",
        ),
        (
            lambda: Valley(2.5, 45),
            "elongated valley",
            "Valley(condition=2.5, angle=45)",
            r"\tfrac{1}{2}(u^2 + 2.5\,w^2) \quad\text{turned by 45°}",
        ),
        (
            lambda: Saddle(),
            "saddle",
            "Saddle()",
            r"\tfrac{1}{2}(\theta_1^2 - \theta_2^2) + \tfrac{1}{4}\theta_2^4",
        ),
        (lambda: Plateau(), "plateau", "Plateau()", r"1 - e^{-\theta^2/2}"),
        (
            lambda: DoubleWell(),
            "double well",
            "DoubleWell(tilt=0.2)",
            r"\tfrac{1}{4}\theta^4 - \tfrac{1}{2}\theta^2 + 0.2\,\theta",
        ),
        (
            lambda: DoubleWell(0),
            "double well",
            "DoubleWell(tilt=0)",
            r"\tfrac{1}{4}\theta^4 - \tfrac{1}{2}\theta^2",
        ),
        (
            lambda: Rosenbrock(),
            "Rosenbrock",
            "Rosenbrock(a=1, b=100)",
            r"(1 - \theta_1)^2 + 100\,(\theta_2 - \theta_1^2)^2",
        ),
        (
            lambda: LinearRegression(X, Y),
            "linear regression",
            "LinearRegression(n=4)",
            r"\frac{1}{2n}\sum_i (W x_i + b - y_i)^2",
        ),
    ],
)
def test_name_repr_and_latex(make, name, shown, formula):
    objective = make()
    assert objective.name == name
    assert repr(objective) == shown
    assert objective._repr_latex_() == rf"$$L(\theta) = {formula}$$"


# Bad input

NOT_NUMBERS = ["1", None, True, 1j, [], {}, [[1.0], [1.0, 2.0]]]


@pytest.mark.parametrize(
    ("make", "name", "allowed", "outside"),
    [
        (Parabola, "curvature", "finite and greater than 0", [0, -1, math.inf, math.nan]),
        (Valley, "condition", "finite and greater than 0", [0, -1, math.inf, math.nan]),
        (lambda angle: Valley(2, angle), "angle", "finite, in degrees", [math.inf, math.nan]),
        (DoubleWell, "tilt", "finite and at least 0", [-0.1, math.inf, math.nan]),
        (Rosenbrock, "a", "from -1e150 to 1e150", [2e150, -2e150, math.inf, math.nan]),
        (lambda b: Rosenbrock(1, b), "b", "finite and greater than 0", [0, -1, math.inf]),
        (
            lambda sigma: Noisy(Parabola(), sigma),
            "sigma",
            "finite and at least 0",
            [-0.1, math.inf, math.nan, [0.1, -1]],
        ),
        (lambda x: LinearRegression(x, 1.0), "x", "finite", [math.inf, [0.0, math.nan]]),
        (lambda y: LinearRegression(1.0, y), "y", "finite", [math.inf, [0.0, math.nan]]),
    ],
    ids=["curvature", "condition", "angle", "tilt", "a", "b", "sigma", "x", "y"],
)
def test_bad_settings(make, name, allowed, outside):
    for bad in NOT_NUMBERS:
        message = f"{name} must be a number, {allowed}, got {bad!r}"
        with pytest.raises(TypeError, match=re.escape(message)):
            make(bad)
    for bad in outside:
        with pytest.raises(ValueError, match=re.escape(f"{name} must be {allowed}, got ")):
            make(bad)
    if name not in ("sigma", "x", "y"):
        with pytest.raises(TypeError, match=rf"{name} must be one number.*got shape \(2,\)"):
            make([1.0, 2.0])


def test_settings_at_the_edge():
    assert Rosenbrock(1e150).minimum.tolist() == [1e150, 1e150**2]
    assert Rosenbrock(-1e150).a == -1e150
    assert DoubleWell(1e300).minimum < -1e99
    assert math.inf in np.abs(LinearRegression([0, 1], [1e308, -1e308]).window)
    assert Noisy(Parabola(), 0).sigma == 0
    assert Parabola(5e-324).curvature == 5e-324


def test_bad_data():
    with pytest.raises(ValueError, match="x and y must have the same length, got 2 and 3"):
        LinearRegression([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match=r"x must have one dimension, got shape \(2, 2\)"):
        LinearRegression(np.ones((2, 2)), [1, 2])
    data = np.array([1.0, 2.0])
    regression = LinearRegression(data, data)
    data[:] = 7
    assert regression.x.tolist() == [1, 2]


@each_objective
def test_bad_theta(objective):
    for call in (objective, objective.gradient):
        for bad in (*NOT_NUMBERS[:-3], {}, [[1.0], [1.0, 2.0]]):
            with pytest.raises(TypeError, match="theta must be a number or an array of numbers"):
                call(bad)
        if objective.dimension == 2:
            for bad in (1.0, [1.0], np.ones((2, 3)), []):
                shape = re.escape(str(np.shape(bad)))
                with pytest.raises(ValueError, match=rf"shape \(\.\.\., 2\), got {shape}"):
                    call(bad)


def test_an_objective_of_ones_own_with_both_at_once_is_called_and_shown():
    class Bowl(Objective):
        start = 2.0

        def loss_and_gradient(self, theta):
            return theta**2, 2 * theta

    assert Bowl()(3.0) == 9.0
    assert Bowl().gradient(3.0) == 6.0
    assert Bowl()._repr_latex_() is None
    assert repr(Bowl()) == "Bowl()"


@pytest.mark.parametrize(
    ("objective", "name"),
    [
        (Parabola(2.0), "curvature"),
        (Valley(), "angle"),
        (DoubleWell(), "tilt"),
        (Rosenbrock(), "a"),
        (LinearRegression(X, Y), "x"),
        (Noisy(Parabola(), 0.1), "sigma"),
    ],
)
def test_a_setting_that_minimum_and_formula_follow_from_is_fixed(objective, name):
    before = getattr(objective, name)
    with pytest.raises(AttributeError, match=f"{name} is fixed; make another"):
        setattr(objective, name, 3.0)
    assert getattr(objective, name) is before
