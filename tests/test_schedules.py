"""Schedules start at η₀, fall as their formulas say, stay above 0, and mend RMSprop's end game."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmsprop_lesson import Parabola, RMSprop, Saddle, descend
from rmsprop_lesson.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseSquareRoot,
    StepDecay,
)

ALL = [
    Constant(0.1),
    StepDecay(0.1, every=20),
    Exponential(0.1, factor=0.95),
    Cosine(0.1, steps=100),
    InverseSquareRoot(0.1, delay=5),
]
each = pytest.mark.parametrize("schedule", ALL, ids=lambda s: type(s).__name__)


@pytest.mark.parametrize(
    ("schedule", "t", "rate"),
    [
        (Constant(0.3), 1000, 0.3),
        (StepDecay(0.8, every=10, factor=0.5), 9, 0.8),
        (StepDecay(0.8, every=10, factor=0.5), 10, 0.4),
        (StepDecay(0.8, every=10, factor=0.5), 39, 0.1),
        (Exponential(0.1, factor=0.99), 100, 0.1 * 0.99**100),
        (Cosine(0.2, steps=40), 20, 0.1),
        (Cosine(0.2, steps=40), 39, 0.1 * (1 + math.cos(math.pi * 39 / 40))),
        (InverseSquareRoot(0.1, delay=7), 21, 0.05),
        (InverseSquareRoot(0.1), 99, 0.01),
    ],
)
def test_the_rate_is_the_formula(schedule, t, rate):
    assert schedule(t) == pytest.approx(rate, rel=1e-14)


@each
@given(t=st.integers(0, 10**7))
def test_it_starts_at_the_rate_never_rises_and_never_reaches_zero(schedule, t):
    assert schedule(0) == 0.1
    assert 0 < schedule(t + 1) <= schedule(t) <= 0.1


@each
def test_numpy_integers_count_as_steps(schedule):
    assert schedule(np.int64(3)) == schedule(3)


@each
@pytest.mark.parametrize(("t", "error"), [(-1, ValueError), (0.5, TypeError), (True, TypeError)])
def test_t_must_be_a_step_number(schedule, t, error):
    with pytest.raises(error, match="t must be"):
        schedule(t)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Constant(0), ValueError, "learning_rate must be finite and greater than 0, got 0"),
        (lambda: Constant("0.1"), TypeError, "learning_rate must be a number"),
        (lambda: StepDecay(0.1, every=0), ValueError, "every must be at least 1, got 0"),
        (lambda: StepDecay(0.1, every=5, factor=2), ValueError, "factor must be greater than 0"),
        (lambda: Exponential(0.1, factor=0), ValueError, "at most 1, got 0"),
        (lambda: Exponential(0.1, factor=math.nan), ValueError, "got nan"),
        (lambda: Cosine(0.1, steps=2.5), TypeError, "steps must be a whole number"),
        (lambda: InverseSquareRoot(0.1, delay=-1), ValueError, "delay must be finite and"),
    ],
)
def test_bad_settings_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


@each
def test_it_shows_itself(schedule):
    assert eval(repr(schedule)).__dict__ == schedule.__dict__
    latex = schedule._repr_latex_()
    assert latex.startswith(r"$$\eta_t = 0.1")
    assert latex.count("{") == latex.count("}")


def test_a_grid_of_schedules_runs_at_once():
    rates = np.array([0.01, 0.1, 0.3])
    grid = descend(Parabola(), RMSprop(rates), steps=30, schedule=Exponential(rates, factor=0.9))
    for i, rate in enumerate(rates):
        alone = descend(Parabola(), RMSprop(rate), steps=30, schedule=Exponential(rate, factor=0.9))
        np.testing.assert_array_equal(grid.positions[:, i], alone.positions)


def test_the_optimiser_gets_its_own_rate_back():
    optimizer = RMSprop(0.5)
    descend(Saddle(), optimizer, steps=5, schedule=Constant(0.1))
    assert optimizer.learning_rate == 0.5


def test_a_constant_rate_ends_in_a_cycle_and_a_falling_one_does_not():
    def end(schedule):
        return abs(descend(Parabola(), RMSprop(0.1), steps=1000, schedule=schedule).positions[-20:])

    np.testing.assert_allclose(end(Constant(0.1)), 0.05, rtol=1e-4)
    assert end(Exponential(0.1, factor=0.99)).max() < 1e-5
    assert end(Cosine(0.1, steps=1000)).max() < 1e-3
    assert end(StepDecay(0.1, every=100)).max() < 1e-3
    assert 0.001 < end(InverseSquareRoot(0.1)).max() < 0.0025  # about η_t/2
