"""Runs: what is recorded, where they end, and the figures of the lessons that need no more."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmsprop_lesson import (
    Adadelta,
    Adagrad,
    Adam,
    DoubleWell,
    GradientDescent,
    LinearRegression,
    Momentum,
    Noisy,
    Parabola,
    Plateau,
    RMSprop,
    Rosenbrock,
    Saddle,
    Trajectory,
    Valley,
    descend,
)
from rmsprop_lesson.descent import MOST_NUMBERS
from rmsprop_lesson.studies.frameworks import LibraryRMSprop

pytestmark = pytest.mark.filterwarnings("error")

OPTIMIZERS = [
    lambda: GradientDescent(0.001),
    lambda: Momentum(0.001),
    lambda: Adagrad(0.1),
    lambda: RMSprop(0.1),
    lambda: Adadelta(),
    lambda: Adam(0.1),
    lambda: LibraryRMSprop(0.1, centered=True, momentum=0.9, initial_S=1.0),
]
each_optimizer = pytest.mark.parametrize("make", OPTIMIZERS, ids=lambda make: repr(make()))
OBJECTIVES = [
    Parabola(3),
    Valley(20, 30),
    Saddle(),
    Plateau(),
    DoubleWell(),
    Rosenbrock(),
    LinearRegression([0, 1, 2], [1, 0, 4]),
    Noisy(Valley(), 0.3),
]


class Own:
    """What a learner might write: nothing but a step."""

    def step(self, theta, grad):
        return theta - 0.1 * grad


# What is recorded


@each_optimizer
@pytest.mark.parametrize("objective", OBJECTIVES, ids=repr)
def test_trajectory_is_consistent(make, objective):
    optimizer = make()
    run = descend(objective, optimizer, steps=12)
    shape = np.shape(objective.start)
    assert isinstance(run, Trajectory)
    assert len(run) == 12
    assert run.positions.shape == (13, *shape)
    assert run.gradients.shape == run.step.shape == (12, *shape)
    assert run.losses.shape == (13,)
    assert run.diverged_at is None
    assert (run.objective, run.optimizer) == (objective, optimizer)
    assert np.array_equal(run.positions[0], objective.start)
    np.testing.assert_allclose(run.positions[:-1] - run.step, run.positions[1:], atol=1e-15)
    assert np.array_equal(run.losses, [objective(theta) for theta in run.positions])
    if not isinstance(objective, Noisy):
        assert np.array_equal(run.gradients, [objective.gradient(p) for p in run.positions[:-1]])
    # Made by hand it is the same.
    other = make()
    theta = np.array(objective.start)
    for t in range(12):
        before = other.state if other.t else other.initial_state(shape, np.dtype(float))
        for name, value in before.items():
            assert np.array_equal(run.state[name][t], value)
        theta = np.asarray(other.step(theta, run.gradients[t]))
        assert np.array_equal(run.positions[t + 1], theta)
    assert list(run.state) == list(other.state)
    for name, value in other.state.items():
        assert run.state[name].shape == (13, *shape)
        assert np.array_equal(run.state[name][12], value)


def test_worked_table():
    table = descend(Parabola(), RMSprop(0.1), steps=5).table()
    assert list(table.columns) == ["t", "θ_t", "∇L", "S_t", "S_{t+1}", "step", "θ_{t+1}"]
    theta, S = 2.0, 0.0
    for t, row in enumerate(table.itertuples(index=False)):
        S_new = 0.9 * S + 0.1 * theta**2
        step = 0.1 * theta / math.sqrt(S_new + 1e-8)
        expected = (t, theta, theta, S, S_new, step, theta - step)
        assert tuple(row) == pytest.approx(expected, rel=0, abs=1e-12)
        theta, S = theta - step, S_new
    assert theta == pytest.approx(1.0489273083, abs=6e-11)
    assert len(table) == 5
    assert table["t"].dtype.kind == "i"


def test_columns_of_other_tables():
    def columns(optimizer, objective=None):
        return list(descend(objective or Parabola(), optimizer, steps=2).table().columns)

    ends = ["step", "θ_{t+1}"]
    assert columns(GradientDescent(0.1)) == ["t", "θ_t", "∇L", *ends]
    assert columns(Momentum(0.1)) == ["t", "θ_t", "∇L", "v_t", "v_{t+1}", *ends]
    adadelta = ["E_g_t", "E_g_{t+1}", "E_x_t", "E_x_{t+1}"]
    assert columns(Adadelta()) == ["t", "θ_t", "∇L", *adadelta, *ends]
    plane = descend(Valley(), RMSprop(0.1), steps=3)
    assert list(plane.table().columns) == ["t"] + [
        f"{name}[{i}]"
        for name in ("θ_t", "∇L", "S_t", "S_{t+1}", "step", "θ_{t+1}")
        for i in (1, 2)
    ]
    np.testing.assert_array_equal(plane.table()["∇L[2]"], plane.gradients[:, 1])
    np.testing.assert_array_equal(plane.table()["θ_t[1]"], plane.positions[:-1, 0])


def test_no_steps():
    run = descend(Parabola(), RMSprop(0.1), steps=0)
    assert len(run) == 0
    assert run.positions.tolist() == [2]
    assert run.losses.tolist() == [2]
    assert run.state["S"].tolist() == [0]
    assert run.gradients.shape == run.step.shape == (0,)
    assert len(run.table()) == 0
    assert run._repr_html_().startswith("<table")
    assert descend(Valley(), RMSprop(0.1), steps=0).table().shape == (0, 13)


def test_defaults():
    run = descend(Parabola(), GradientDescent(0.1))
    assert len(run) == 100
    assert run.positions[0] == 2
    assert run.losses[-1] < 1e-8


def test_start():
    def first(start, objective):
        return descend(objective, GradientDescent(0.1), start, 1).positions[0]

    assert first(3, Parabola()) == 3
    assert first([1, 2], Valley()).tolist() == [1, 2]
    assert first(3, Parabola()).dtype == float
    single = descend(Valley(7, 20), RMSprop(0.1), np.float32([1, 2]), 3)
    assert {single.positions.dtype, single.losses.dtype, single.gradients.dtype} == {
        np.dtype(np.float32)
    }
    assert single.state["S"].dtype == np.float32
    start = np.array([1.0, 2.0])
    descend(Valley(), GradientDescent(0.01), start)
    assert start.tolist() == [1, 2]
    valley = Valley()
    descend(valley, GradientDescent(0.01))
    assert valley.start.tolist() == [3, 1]


def test_a_run_can_be_repeated():
    """The optimiser and the noise are reset first, also after steps made by hand."""
    optimizer, objective = RMSprop(0.1), Noisy(Valley(), 1.0)
    optimizer.step(1.0, 1.0)
    objective.gradient(np.zeros(2))
    first = descend(objective, optimizer, steps=20)
    again = descend(objective, optimizer, steps=20)
    fresh = descend(Noisy(Valley(), 1.0), RMSprop(0.1), steps=20)
    for other in (again, fresh):
        assert np.array_equal(first.positions, other.positions)
        assert np.array_equal(first.gradients, other.gradients)
    noise = np.random.default_rng(0).standard_normal((20, 2))
    exact = Valley().gradient(first.positions[:-1])
    np.testing.assert_allclose(first.gradients - exact, noise, atol=1e-9)
    assert optimizer.t == 20


# Grids


@pytest.mark.parametrize(
    ("objective", "rates"),
    [
        (DoubleWell(), [0.01, 0.1, 0.5]),
        (Rosenbrock(), [[0.001], [0.01], [0.1]]),
        (Valley(), [[[0.01]], [[0.1]]]),
    ],
    ids=repr,
)
def test_grid_equals_single_runs(objective, rates):
    rates = np.array(rates)
    grid = descend(objective, RMSprop(rates), steps=15)
    runs = rates.shape[:-1] if objective.dimension == 2 else rates.shape
    assert grid.losses.shape == (16, *runs)
    assert grid.diverged_at.shape == runs
    assert np.isnan(grid.diverged_at).all()
    assert not grid.diverged.any()
    for index in np.ndindex(runs):
        rate = float(rates[index].item())
        alone = descend(objective, RMSprop(rate), steps=15)
        one = grid.run(*index)
        assert len(one) == 15
        assert one.diverged_at is None
        for a, b in (
            (one.positions, alone.positions),
            (one.gradients, alone.gradients),
            (one.losses, alone.losses),
            (one.state["S"], alone.state["S"]),
            (one.step, alone.step),
        ):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-14)
        assert list(one.table().columns) == list(alone.table().columns)


def test_grid_of_starts_and_of_both():
    starts = np.linspace(-2, 2, 5)
    run = descend(DoubleWell(), RMSprop(0.1), starts, 10)
    assert run.positions.shape == (11, 5)
    assert np.array_equal(run.positions[0], starts)
    both = descend(DoubleWell(), RMSprop([[0.1], [0.2]]), starts, 10)
    assert both.losses.shape == (11, 2, 5)
    np.testing.assert_allclose(both.run(0, 3).positions, run.run(3).positions, rtol=1e-12)


def test_run_refuses_wrong_places():
    grid = descend(Parabola(), GradientDescent([0.1, 0.2]), steps=2)
    for index in ((), (0, 0)):
        message = re.escape(f"index must have 1 numbers, got {index}")
        with pytest.raises(IndexError, match=message):
            grid.run(*index)
    with pytest.raises(IndexError):
        grid.run(2)
    assert grid.run(-1).positions[1] == pytest.approx(1.6)
    with pytest.raises(ValueError, match=re.escape("table() shows one run, here are (2,)")):
        grid.table()
    alone = descend(Parabola(), GradientDescent(0.1), steps=2)
    assert np.array_equal(alone.run().positions, alone.positions)
    with pytest.raises(IndexError, match="index must have 0 numbers"):
        alone.run(0)


# Divergence


def first_unusable(rate, theta=2.0):
    """Step at which gradient descent on θ²/2 leaves |g| ≤ 1e150 or θ²/2 < ∞, in plain floats."""
    t = 0
    while abs(theta) <= 1e150 and math.isfinite(theta * theta / 2):
        theta -= rate * theta
        t += 1
    return t


@pytest.mark.parametrize("rate", [2.5, 10.0, 1e9, 1e200])
def test_diverged_run_is_cut(rate):
    run = descend(Parabola(), GradientDescent(rate), steps=1500)
    assert run.diverged_at == first_unusable(rate)
    assert type(run.diverged_at) is int
    assert len(run.positions) == len(run.losses) == run.diverged_at
    assert (
        len(run) == len(run.gradients) == len(run.step) == len(run.table()) == len(run.losses) - 1
    )
    for values in (run.positions, run.losses, run.gradients):
        assert np.isfinite(values).all()
    assert f"diverged at step {run.diverged_at}" in repr(run)
    html = run._repr_html_()
    assert html.startswith("<table")
    assert html.endswith(f"</table><p>diverged at step {run.diverged_at}</p>")
    with pytest.raises(AttributeError):
        run.losses = None  # what happened can't be changed


def test_divergence_at_the_very_last_step_counts():
    last = first_unusable(10.0)
    assert descend(Parabola(), GradientDescent(10.0), steps=last).diverged_at == last
    run = descend(Parabola(), GradientDescent(10.0), steps=last - 1)
    assert run.diverged_at is None
    assert len(run) == last - 1
    assert "loss from 2 to " in repr(run)


def test_diverging_runs_of_a_grid():
    rates = np.array([0.5, 10.0, 1.0, 1e200])
    grid = descend(Parabola(), GradientDescent(rates), steps=300)
    ends = [None, first_unusable(10.0), None, first_unusable(1e200)]
    np.testing.assert_equal(grid.diverged_at, np.array(ends, float))
    assert grid.diverged.tolist() == [False, True, False, True]
    assert len(grid) == 300
    for i, end in enumerate(ends):
        one = grid.run(i)
        assert one.diverged_at == end
        assert one.diverged == (end is not None)
        if end is None:
            assert np.isfinite(grid.positions[:, i]).all()
            assert len(one) == 300
        else:
            assert len(one) == end - 1
            assert len(one.positions) == len(one.losses) == len(one.state.get("S", one.losses))
            for values in (grid.positions, grid.losses):
                assert np.isfinite(values[:end, i]).all()
                assert np.isnan(values[end:, i]).all()
            assert (grid.gradients[end:, i] == 0).all()
            assert np.isfinite(one.gradients).all()
    assert "4 runs, 2 diverged>" in repr(grid)
    assert grid._repr_html_() is None


def test_grid_in_the_plane_that_diverges():
    rates = np.array([[0.001], [1.0]])
    grid = descend(Valley(), GradientDescent(rates), steps=200)
    assert grid.diverged.tolist() == [False, True]
    end = int(grid.diverged_at[1])
    assert 0 < end < 200
    assert np.isnan(grid.positions[end:, 1]).all()
    assert np.isnan(grid.losses[end:, 1]).all()
    assert np.isfinite(grid.positions[:, 0]).all()
    assert (grid.gradients[end:, 1] == 0).all()
    all_gone = descend(Valley(), GradientDescent(np.array([[1.0], [2.0]])), steps=200)
    assert len(all_gone) == all_gone.diverged_at.max() - 1 < 200
    alone = descend(Valley(), GradientDescent(1.0), steps=200)
    assert alone.diverged_at == end


def test_loss_that_overflows_in_float32():
    """The loss leaves float32 long before its float64 value overflows; no warning on the way."""
    regression = LinearRegression([0.0, 100.0], [1.0, 2.0])
    run = descend(regression, GradientDescent(1.0), np.float32([0, 0]), 50)
    assert run.diverged_at is not None
    assert run.losses.dtype == np.float32
    assert np.isfinite(run.losses).all()


def test_zero_over_zero_is_divergence():
    run = descend(Parabola(), RMSprop(0.1, epsilon=0), 0.0, 5)
    assert run.diverged_at == 1
    assert len(run) == 0
    assert run.positions.tolist() == [0]


# Schedules


def test_schedule():
    optimizer = GradientDescent(0.5)
    seen = []

    def schedule(t):
        seen.append(t)
        return 1 / (t + 2)

    run = descend(Parabola(), optimizer, 2.0, 3, schedule=schedule)
    assert seen == [0, 1, 2]
    np.testing.assert_allclose(run.positions, [2, 1, 1 * 2 / 3, 2 / 3 * 3 / 4])
    assert optimizer.learning_rate == 0.5


def test_schedule_gives_the_rate_back_after_an_error():
    optimizer = GradientDescent(0.5)
    for bad, error, message in (
        (lambda t: 0.1 if t < 2 else -1, ValueError, "learning_rate must be .*got -1"),
        (lambda t: "fast", TypeError, "learning_rate must be .*'fast'"),
        (lambda t: 1 / (2 - t), ZeroDivisionError, "division"),
        (lambda t: "a" + t, TypeError, "^can only concatenate"),  # its own error stays as it is
    ):
        with pytest.raises(error, match=message):
            descend(Parabola(), optimizer, steps=5, schedule=bad)
        assert optimizer.learning_rate == 0.5
    for warm_up, step in ((lambda t: 0.1 * t / 10, 0), (lambda t: 0.3 - 0.1 * t, 3)):
        with pytest.raises(ValueError, match=f"step t = {step}: learning_rate .*\\(t \\+ 1\\)/n"):
            descend(Parabola(), optimizer, steps=5, schedule=lambda t, f=warm_up: max(f(t), 0.0))
        assert optimizer.learning_rate == 0.5
    with pytest.raises(TypeError, match="schedule must be a function of t or None, got 0"):
        descend(Parabola(), optimizer, schedule=0)
    adadelta = Adadelta()
    with pytest.raises(TypeError, match=r"schedule must be None for Adadelta\(\), which has no"):
        descend(Parabola(), adadelta, schedule=lambda t: 0.1)
    assert not hasattr(adadelta, "learning_rate")


def test_schedule_cures_the_limit_cycle():
    run = descend(Parabola(), RMSprop(0.1), steps=2000, schedule=lambda t: 0.1 * 0.99**t)
    assert abs(run.positions[-1]) < 1e-8


# What learners bring along


def test_own_optimizer():
    run = descend(Parabola(), Own(), steps=3)
    np.testing.assert_allclose(run.positions, [2, 1.8, 1.62, 1.458])
    assert run.state == {}
    assert list(run.table().columns) == ["t", "θ_t", "∇L", "step", "θ_{t+1}"]
    grid = descend(Valley(2), Own(), np.ones((4, 2)), 3)
    assert grid.losses.shape == (4, 4)


def test_own_optimizer_with_state_and_reset():
    class WithState(Own):
        def __init__(self):
            self.reset()

        def reset(self):
            self.state = {}

        def step(self, theta, grad):
            S = self.state["S"] = 0.9 * self.state.get("S", 0) + 0.1 * grad**2
            theta -= 0.1 * grad / np.sqrt(S + 1e-8)  # in place, as beginners write it
            return theta

    own = descend(Valley(), WithState(), steps=6)
    ours = descend(Valley(), RMSprop(0.1), steps=6)
    np.testing.assert_allclose(own.positions, ours.positions, rtol=1e-12)
    assert np.isnan(own.state["S"][0]).all()  # it has none before its first step
    np.testing.assert_allclose(own.state["S"][1:], ours.state["S"][1:], rtol=1e-12)
    odd = WithState()
    odd.reset = lambda: None
    odd.state = 3
    odd.step = lambda theta, grad: float(theta) - grad
    assert descend(Parabola(), odd, steps=1).state == {}


class Bowl:
    """An objective of one's own: a vector θ, one number as its loss."""

    start = np.array([1.0, -2.0, 3.0])

    def loss_and_gradient(self, theta):
        return float((theta**4).sum()), 4 * theta**3


def test_own_objective_of_many_parameters():
    run = descend(Bowl(), GradientDescent(0.01), steps=4)
    assert run.losses.shape == (5,)
    assert run.losses[0] == 98
    assert run.diverged_at is None
    assert list(run.table().columns)[1:4] == ["θ_t[1]", "θ_t[2]", "θ_t[3]"]
    wild = descend(Bowl(), GradientDescent(1e6), steps=40)  # its powers overflow, in silence
    assert 1 < wild.diverged_at < 10
    assert np.isfinite(wild.losses).all()
    matrix = descend(Bowl(), GradientDescent(0.01), np.ones((2, 2)), 2)
    assert len(matrix.table().columns) == 1 + 4 * 4


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (RMSprop(0.1), Parabola()),
            TypeError,
            r"objective must have loss_and_grad.*got RMSprop\(",
        ),
        ((Parabola, RMSprop(0.1)), TypeError, "objective must have loss_and_grad.*got <class"),
        ((lambda theta: theta, RMSprop(0.1)), TypeError, "objective must have loss_and_gradient"),
        ((None, RMSprop(0.1)), TypeError, "objective must .*None"),
        ((Parabola(), RMSprop), TypeError, "optimizer must have step.*got <class"),
        ((Parabola(), 0.1), TypeError, "optimizer must have step.*got 0.1"),
        ((Parabola(), RMSprop(0.1), "here"), TypeError, "start must be .*'here'"),
        ((Parabola(), RMSprop(0.1), True), TypeError, "start must be .*True"),
        ((Parabola(), RMSprop(0.1), 1j), TypeError, "start must be "),
        ((Parabola(), RMSprop(0.1), [[1.0], [1.0, 2.0]]), TypeError, "start must be "),
        ((Parabola(), RMSprop(0.1), math.nan), ValueError, "start must be a point.*got nan"),
        ((Parabola(), RMSprop(0.1), math.inf), ValueError, "start must be a point.*got inf"),
        ((Parabola(), RMSprop(0.1), 1e151), ValueError, r"start must be a point.*1e\+151"),
        ((Parabola(), RMSprop(0.1), [1.0, math.inf]), ValueError, "start must be a point"),
        ((Valley(), RMSprop(0.1), 1.0), ValueError, r"theta must have shape \(\.\.\., 2\)"),
        (
            (Valley(), RMSprop([0.1, 0.2, 0.3])),
            ValueError,
            r"start must broadcast.*shape \(2,\) and \[\(3,\)\]; n settings in the plane have "
            r"shape \(n, 1\)",
        ),
        ((Parabola(), RMSprop(0.1), None, -1), ValueError, "steps must be at least 0.*got -1"),
        ((Parabola(), RMSprop(0.1), None, 1.0), TypeError, "steps must be a whole.*got 1.0"),
        ((Parabola(), RMSprop(0.1), None, True), TypeError, "steps must be a whole.*got True"),
        ((Parabola(), RMSprop(0.1), None, "5"), TypeError, "steps must be a whole.*got '5'"),
        ((Parabola(), RMSprop(0.1), None, 10**30), ValueError, "steps must be .*at most 50000000"),
        ((Valley(), RMSprop(0.1), None, 10**8), ValueError, "at most 25000000, got 100000000"),
        (
            (Noisy(Parabola(), [0.1, 0.2]), RMSprop(0.1)),
            ValueError,
            r"gradient must have theta's shape \(\), got shape \(2,\)",
        ),
    ],
)
def test_bad_arguments(arguments, error, message):
    optimizer = arguments[1]
    used = isinstance(optimizer, RMSprop) and np.ndim(optimizer.learning_rate) == 0
    if used:
        optimizer.step(5.0, 5.0)
        state = optimizer.state["S"]
    with pytest.raises(error, match=message):
        descend(*arguments)
    if used:
        assert (optimizer.t, optimizer.state["S"]) == (1, state)
        optimizer.reset()


@pytest.mark.parametrize(
    ("result", "error", "message"),
    [
        (None, TypeError, r"what step\(\) returns must be a float.*None"),
        (1, TypeError, r"what step\(\) returns must be a float.*got 1"),
        ("1", TypeError, r"what step\(\) returns must be a float.*'1'"),
    ],
)
def test_own_step_that_returns_nonsense(result, error, message):
    class Nonsense:
        def step(self, theta, grad):
            return result

    with pytest.raises(error, match=message):
        descend(Parabola(), Nonsense())


@pytest.mark.parametrize(
    ("loss", "gradient", "error", "message"),
    [
        (None, 1.0, TypeError, "the loss must be made of real numbers, got None"),
        (1j, 1.0, TypeError, "the loss must be made of real numbers, got 1j"),
        (1.0, "up", TypeError, "the gradient must be made of real numbers, got 'up'"),
        (1.0, [1.0, 2.0], ValueError, r"the gradient must have theta's shape \(\), got .*\(2,\)"),
        ([1.0], 1.0, ValueError, r"the loss of theta of shape \(\) has shape \(1,\)"),
    ],
)
def test_own_objective_that_returns_nonsense(loss, gradient, error, message):
    class Nonsense:
        def loss_and_gradient(self, theta):
            return loss, gradient

    with pytest.raises(error, match=message):
        descend(Nonsense(), RMSprop(0.1), 1.0)


def test_every_objective_of_ours_follows_the_protocol():
    for objective in OBJECTIVES:
        objective.reset()
        loss, gradient = objective.loss_and_gradient(objective.start)
        objective.reset()
        assert loss == objective(objective.start)
        assert np.array_equal(gradient, objective.gradient(objective.start))


def test_reprs_can_be_printed_anywhere():
    """A script's output that goes to a file has the encoding of the machine: cp1252, say."""
    for run in (
        descend(Parabola(), RMSprop(0.1), steps=3),
        descend(Valley(), Adam([[0.1], [0.2]]), steps=3),
        descend(Parabola(), GradientDescent(10.0), steps=500),
    ):
        for thing in (run, run.objective, run.optimizer):
            repr(thing).encode("ascii")


def test_the_most_that_is_recorded():
    assert MOST_NUMBERS == 5 * 10**7
    empty = descend(Parabola(), RMSprop(0.1), np.empty(0), 2)
    assert empty.positions.shape == (3, 0)
    assert "0 runs, 0 diverged" in repr(empty)


def test_repr():
    run = descend(Parabola(), RMSprop(0.1), steps=5)
    assert repr(run) == (
        "<5 steps of RMSprop(learning_rate=0.1) on Parabola(curvature=1): loss from 2 to 0.550124>"
    )
    html = run._repr_html_()
    assert html.count("<tr") == 6
    assert "<td>1.68377</td>" in html
    assert "θ_{t+1}" in html
    assert "diverged" not in html
    long = descend(Parabola(), RMSprop(0.1), steps=50)._repr_html_()
    assert 11 <= long.count("<tr") <= 13  # the middle is left out


# Figures of the lessons


def steps_until(run, reached):
    return int(np.argmax(reached(run.positions)))


def test_saddle():
    def escape(optimizer, start=(1.0, 1e-8)):
        run = descend(Saddle(), optimizer, start, 400)
        away = np.abs(run.positions[:, 1]) > 0.5
        return int(np.argmax(away)) if away.any() else None

    assert escape(GradientDescent(0.1)) == 188
    assert escape(RMSprop(0.1)) == 4
    assert escape(Adam(0.1)) == 7
    for make in OPTIMIZERS[:-1]:
        assert escape(make(), (1.0, 0.0)) is None  # on the ridge nothing pushes


def test_stable_if_and_only_if_rate_times_curvature_below_two():
    products = np.array([0.5, 0.9, 1.5, 1.9, 1.99, 2.1])
    for curvature in (1.0, 40.0):
        run = descend(Parabola(curvature), GradientDescent(products / curvature), 1.0, 20)
        np.testing.assert_allclose(np.abs(run.positions[-1]), np.abs(1 - products) ** 20, rtol=1e-9)
    printed = [9.5e-7, 1e-20, 9.5e-7, 0.12, 0.82, 6.7]
    np.testing.assert_allclose(np.abs(run.positions[-1]), printed, rtol=0.02)


def test_ravine_along_and_across_the_axes():
    along, across = (
        descend(Valley(100, angle), RMSprop(0.1), steps=40).losses[-1] for angle in (0, 45)
    )
    assert along == pytest.approx(0.00127, rel=0.01)
    assert across == pytest.approx(1.82, rel=0.01)


def test_plateau():
    def steps(optimizer, start, most):
        run = descend(Plateau(), optimizer, float(start), most)
        return steps_until(run, lambda theta: np.abs(theta) < 0.5)

    assert steps(GradientDescent(0.1), 4, 3000) == 2212
    assert [steps(RMSprop(0.1), start, 2500) for start in (4, 5, 6)] == [15, 29, 1959]
    outside = [steps(RMSprop(0.1, epsilon_inside=False), start, 50) for start in (4, 5, 6)]
    assert outside == [15, 18, 22]


@pytest.mark.parametrize("curvature", [0.5, 1.0, 30.0])
@pytest.mark.parametrize(("rate", "half"), [(0.1, 0.0499999), (0.01, 0.004999), (0.001, 0.00049)])
def test_limit_cycle(rate, half, curvature):
    """With a constant rate θ ends up flipping between about ±η/2, whatever the curvature."""
    # Symmetric about 0, with S = g²: 2|θ| = η |g|/√(g² + ε), so θ² = η²/4 − ε/λ².
    ends = descend(Parabola(curvature), RMSprop(rate), 20 * rate, 700).positions[-2:]
    exact = math.sqrt(rate**2 / 4 - 1e-8 / curvature**2)
    np.testing.assert_allclose(np.sort(ends), [-exact, exact], rtol=1e-6)
    if curvature == 1:
        assert exact == pytest.approx(half, rel=1e-3)


@pytest.mark.parametrize(("beta", "landing"), [(0.9, -0.266), (0.99, -0.95), (0.999, -3.106)])
def test_jump_from_near_the_optimum(beta, landing):
    assert descend(Parabola(), RMSprop(0.1, beta), 0.05, 1).positions[1] == pytest.approx(
        landing, abs=0.002
    )
    corrected = RMSprop(0.1, beta, bias_correction=True)
    assert descend(Parabola(), corrected, 0.05, 1).positions[1] == pytest.approx(-0.05, abs=1e-6)


def test_rmsprop_under_noise_is_worse_only_when_the_noise_is_small():
    sigma = np.array([0.01, 0.1, 1.0, 10.0, 100.0])

    def spread(optimizer):
        # Twenty runs for each σ, each with noise of its own.
        objective = Noisy(Parabola(), sigma[:, None])
        run = descend(objective, optimizer, np.zeros((5, 20)), 4000)
        return run.positions[1000:].std(axis=(0, 2))

    rmsprop, sgd = spread(RMSprop(0.01)), spread(GradientDescent(0.01))
    # At σ = 100 it takes σ/η = 10⁴ steps to settle, more than are made here.
    np.testing.assert_allclose(rmsprop[:4], [0.0078, 0.022, 0.070, 0.224], rtol=0.1)
    np.testing.assert_allclose(sgd, sigma * math.sqrt(0.01 / 1.99), rtol=0.08)
    assert (rmsprop > 1.2 * sgd).tolist() == [True, True, False, False, False]
    assert (sgd > 1.2 * rmsprop).tolist() == [False, False, False, True, True]


def test_wells():
    starts = np.random.default_rng(0).uniform(-2, 2, 400)
    well = DoubleWell()
    barrier = np.sort(np.roots([1, 0, -1, 0.2]).real)[1]
    for optimizer in (GradientDescent(0.05), RMSprop(0.01)):
        ends = descend(well, optimizer, starts, 400).positions[-1]
        near = np.abs(starts - barrier) < 0.05
        assert np.array_equal((ends < barrier)[~near], (starts < barrier)[~near])


@settings(max_examples=40)
@given(
    start=st.floats(-100, 100),
    rate=st.floats(1e-3, 1e3),
    beta=st.floats(0, 0.999),
)
def test_any_run_stays_within_the_bound(start, rate, beta):
    run = descend(DoubleWell(), RMSprop(rate, beta), start, 10)
    assert run.diverged_at is None
    bound = rate / math.sqrt(1 - beta)
    slack = 1e-9 * bound + 1e-12 * (1 + np.abs(run.positions).max())
    assert (np.abs(run.step) <= bound + slack).all()


# What an objective, an optimiser or a schedule of somebody's own must give


def test_an_objective_without_start_needs_one():
    class Bare:
        def loss_and_gradient(self, theta):
            return theta**2 / 2, theta

    with pytest.raises(TypeError, match="start must be given"):
        descend(Bare(), RMSprop(0.1))
    assert len(descend(Bare(), RMSprop(0.1), start=1.0, steps=3)) == 3


@pytest.mark.parametrize("given", [lambda x: x, lambda x: None, lambda x: (x, x, x)])
def test_loss_and_gradient_that_is_no_pair_is_named(given):
    class Half:
        def loss_and_gradient(self, theta):
            return given(theta)

    with pytest.raises(TypeError, match="must return loss and gradient"):
        descend(Half(), RMSprop(0.1), start=np.ones(2))


@pytest.mark.parametrize("start", [1.0, np.ones(2)])
def test_a_step_or_a_schedule_that_changes_the_shape_is_named(start):
    class Wide:
        def step(self, theta, grad):
            return np.ones((3, 1)) * theta

    class Bowl:
        def loss_and_gradient(self, theta):
            return np.sum(theta**2) / 2, theta

    with pytest.raises(ValueError, match=r"step\(\) must keep theta's shape"):
        descend(Bowl(), Wide(), start=start)
    with pytest.raises(ValueError, match="the learning rate that a schedule gives"):
        descend(Bowl(), RMSprop(0.1), start, schedule=lambda t: np.full((3, 1), 0.1))
