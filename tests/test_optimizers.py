"""The six optimisers against their published formulas, worked out again in 40-digit decimals."""

import copy
import math
import pickle
import re
import tracemalloc
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rmsprop_lesson import (
    Adadelta,
    Adagrad,
    Adam,
    GradientDescent,
    Momentum,
    Parabola,
    RMSprop,
    descend,
)
from rmsprop_lesson.optimizers import BLOCK, Optimizer
from rmsprop_lesson.schedules import StepDecay
from rmsprop_lesson.studies.frameworks import LibraryRMSprop

pytestmark = pytest.mark.filterwarnings("error")

# Each published formula for one parameter: (θ, g, what is remembered, t = 1, 2, …, settings) → θ.


def gradient_descent(theta, g, s, t, learning_rate):
    return theta - learning_rate * g


def momentum(theta, g, s, t, learning_rate, beta=0.9, averaged=False):
    s["v"] = beta * s.get("v", 0) + ((1 - beta) * g if averaged else g)
    return theta - learning_rate * s["v"]


def adagrad(theta, g, s, t, learning_rate, epsilon=1e-10):
    s["G"] = s.get("G", 0) + g * g
    return theta - learning_rate * g / (s["G"].sqrt() + epsilon)


def adadelta(theta, g, s, t, rho=0.95, epsilon=1e-6):
    s["E_g"] = rho * s.get("E_g", 0) + (1 - rho) * g * g
    change = (s.get("E_x", 0) + epsilon).sqrt() / (s["E_g"] + epsilon).sqrt() * g
    s["E_x"] = rho * s.get("E_x", 0) + (1 - rho) * change * change
    return theta - change


def adam(theta, g, s, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    s["m"] = beta1 * s.get("m", 0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0) + (1 - beta2) * g * g
    m_hat, v_hat = s["m"] / (1 - beta1**t), s["v"] / (1 - beta2**t)
    return theta - learning_rate * m_hat / (v_hat.sqrt() + epsilon)


def rmsprop(
    theta,
    g,
    s,
    t,
    learning_rate,
    beta=0.9,
    epsilon=1e-8,
    epsilon_inside=True,
    bias_correction=False,
    initial_S=0.0,
    centered=False,
    momentum=0.0,
    rate_inside_momentum=False,
    weight_decay=0.0,
):
    g = g + weight_decay * theta
    S = s["S"] = beta * s.get("S", initial_S) + (1 - beta) * g * g
    m = s["m"] = beta * s.get("m", 0) + (1 - beta) * g
    if bias_correction:
        S, m = S / (1 - beta**t), m / (1 - beta**t)
    if centered:
        S = S - m * m
    root = (S + epsilon).sqrt() if epsilon_inside else S.sqrt() + epsilon
    if rate_inside_momentum:
        s["b"] = momentum * s.get("b", 0) + learning_rate * g / root
        return theta - s["b"]
    s["b"] = momentum * s.get("b", 0) + g / root
    return theta - learning_rate * s["b"]


def published(formula, theta, gradient, steps, **hyperparameters):
    """θ₁ … θₙ in 40-digit arithmetic; `gradient(θ, t)` with t = 0, 1, …"""
    with localcontext(prec=40):
        exact = {k: v if isinstance(v, bool) else Decimal(v) for k, v in hyperparameters.items()}
        for name, value in zip(
            reversed(formula.__code__.co_varnames[: formula.__code__.co_argcount]),
            reversed(formula.__defaults__ or ()),
            strict=False,
        ):
            exact.setdefault(name, value if isinstance(value, bool) else Decimal(value))
        theta, memory, path = Decimal(theta), {}, []
        for t in range(steps):
            theta = formula(theta, Decimal(gradient(theta, t)), memory, t + 1, **exact)
            path.append(float(theta))
        return path


RATE = {"learning_rate": 0.1}
METHODS = [
    (GradientDescent, gradient_descent, RATE),
    (Momentum, momentum, RATE),
    (Momentum, momentum, RATE | {"beta": 0.7, "averaged": True}),
    (Adagrad, adagrad, RATE),
    (Adagrad, adagrad, RATE | {"epsilon": 0.3}),
    (Adadelta, adadelta, {}),
    (Adadelta, adadelta, {"rho": 0.6, "epsilon": 0.01}),
    (Adam, adam, RATE),
    (Adam, adam, RATE | {"beta1": 0.5, "beta2": 0.8, "epsilon": 0.2}),
    (RMSprop, rmsprop, RATE),
    (RMSprop, rmsprop, RATE | {"epsilon_inside": False}),
    (RMSprop, rmsprop, RATE | {"epsilon": 0.25}),
    (RMSprop, rmsprop, RATE | {"epsilon": 0.25, "epsilon_inside": False}),
    (RMSprop, rmsprop, RATE | {"beta": 0.99, "epsilon": 1e-7}),
    (RMSprop, rmsprop, RATE | {"bias_correction": True}),
    (RMSprop, rmsprop, RATE | {"bias_correction": True, "epsilon_inside": False, "beta": 0.5}),
    (LibraryRMSprop, rmsprop, RATE | {"initial_S": 1.0}),
    (LibraryRMSprop, rmsprop, RATE | {"centered": True, "epsilon_inside": False}),
    (LibraryRMSprop, rmsprop, RATE | {"centered": True, "bias_correction": True, "epsilon": 0.01}),
    (LibraryRMSprop, rmsprop, RATE | {"momentum": 0.9}),
    (LibraryRMSprop, rmsprop, RATE | {"momentum": 0.5, "rate_inside_momentum": True}),
    (LibraryRMSprop, rmsprop, RATE | {"weight_decay": 0.3}),
    (
        LibraryRMSprop,
        rmsprop,
        RATE | {"weight_decay": 0.3, "bias_correction": True, "momentum": 0.8},
    ),
]
each_variant = pytest.mark.parametrize(
    ("method", "formula", "hyperparameters"),
    METHODS,
    ids=[f"{m.__name__}-{'-'.join(f'{k}={v}' for k, v in h.items())}" for m, _, h in METHODS],
)
SIX = [
    lambda **h: GradientDescent(**{"learning_rate": 0.1} | h),
    lambda **h: Momentum(**{"learning_rate": 0.1} | h),
    lambda **h: Adagrad(**{"learning_rate": 0.1} | h),
    lambda **h: RMSprop(**{"learning_rate": 0.1} | h),
    lambda **h: Adadelta(**h),
    lambda **h: Adam(**{"learning_rate": 0.1} | h),
    lambda **h: LibraryRMSprop(
        0.1, centered=True, momentum=0.9, bias_correction=True, weight_decay=0.1
    ),
]
each_optimizer = pytest.mark.parametrize(
    "make", SIX, ids=[*(make().name for make in SIX[:-1]), "RMSprop with everything"]
)


def snapshot(optimizer):
    """Everything an optimiser holds, in bytes."""
    return pickle.dumps(vars(optimizer))


def run(optimizer, theta, grads):
    for g in grads:
        theta = optimizer.step(theta, g)
    return theta


# The worked table


@each_variant
def test_worked_table(method, formula, hyperparameters):
    optimizer, theta, path = method(**hyperparameters), 2.0, []
    for _ in range(5):
        theta = optimizer.step(theta, theta)  # L = θ²/2, so g = θ
        path.append(theta)
    exact = published(formula, 2, lambda theta, t: theta, 5, **hyperparameters)
    assert path == pytest.approx(exact, rel=0, abs=1e-12)
    assert optimizer.t == 5


@pytest.mark.parametrize(
    ("optimizer", "path"),
    [  # printed to ten digits by a separate calculation: they guard the reference above, too
        (RMSprop(0.1), [1.6837722379, 1.4738753188, 1.3087178730, 1.1698398174, 1.0489273083]),
        (
            RMSprop(0.1, epsilon_inside=False),
            [1.6837722390, 1.4738753208, 1.3087178756, 1.1698398206, 1.0489273119],
        ),
        (RMSprop(0.1, epsilon=0), [1.6837722340, 1.4738753135, 1.3087178669, 1.1698398109]),
        (RMSprop(0.1, bias_correction=True), [1.9000000001, 1.8024644880, 1.7073779157]),
        (GradientDescent(0.1), [1.8, 1.62, 1.458, 1.3122, 1.18098]),
        (Momentum(0.1), [1.8, 1.44, 0.972, 0.4536, -0.05832]),
        (Momentum(0.1, averaged=True), [1.98, 1.9422, 1.888758, 1.82177262, 1.743268052]),
        (Adagrad(0.1, epsilon=1e-8), [1.9, 1.831125055, 1.775821516, 1.728557039, 1.686761599]),
        (Adadelta(), [1.995527875, 1.991003721, 1.986447773, 1.981870112, 1.977276774]),
        (Adam(0.1), [1.9, 1.800166487, 1.700623393, 1.601504896, 1.502955783]),
        (LibraryRMSprop(0.1, epsilon=1e-10, initial_S=1), [1.8245883961]),
        (LibraryRMSprop(0.1, centered=True, epsilon_inside=False), [1.6666666722]),
        (LibraryRMSprop(0.1, epsilon_inside=False, momentum=0.9), [1.6837722390, 1.1892703359]),
    ],
    ids=lambda value: repr(value) if isinstance(value, Optimizer) else "",
)
def test_worked_table_as_printed(optimizer, path):
    theta = 2.0
    for expected in path:
        theta = optimizer.step(theta, theta)
        assert theta == pytest.approx(expected, rel=0, abs=6e-10)


def test_probe_with_given_gradients():
    """Zeros, both signs and three parameters: what a worked example in one dimension can't see."""
    optimizer = RMSprop(0.1)
    theta = np.array([1.0, -2.0, 0.5])
    theta = run(optimizer, theta, np.array([[3, 4, 0], [-2, 1.5, -1.5], [0, 2, 0.2], [0.5, 3, 2]]))
    np.testing.assert_allclose(theta, [0.81571743, -2.76337134, 0.51091746], atol=5e-9, rtol=0)


# The published formulas on any gradients

gradients = st.lists(
    st.floats(-1e3, 1e3).map(lambda g: g if abs(g) > 1e-6 else 0.0), min_size=1, max_size=8
)


@each_variant
@settings(max_examples=15)
@given(theta=st.floats(-10, 10), grads=gradients)
def test_published_formula(method, formula, hyperparameters, theta, grads):
    optimizer = method(**hyperparameters)
    if getattr(optimizer, "centered", False):
        # The variance is a difference: where all gradients are alike only rounding is left of it.
        assume(len(grads) > 1 and max(grads) - min(grads) > 1e-2 * max(map(abs, grads)))
        assume(abs(grads[0] - grads[1]) > 1)
    exact = published(formula, theta, lambda _, t: grads[t], len(grads), **hyperparameters)
    path = [theta]
    for g in grads:
        path.append(optimizer.step(path[-1], g))
    assert path[1:] == pytest.approx(exact, rel=1e-6, abs=1e-9 * (1 + max(map(abs, exact))))


@settings(max_examples=60)
@given(
    theta=st.floats(-5, 5),
    grads=gradients,
    beta=st.floats(0, 0.999),
    epsilon=st.floats(1e-8, 1),
    epsilon_inside=st.booleans(),
    bias_correction=st.booleans(),
    initial_S=st.floats(0, 10),
    momentum=st.floats(0, 0.95),
    rate_inside_momentum=st.booleans(),
    weight_decay=st.floats(0, 0.5),
)
def test_rmsprop_with_any_settings(theta, grads, **hyperparameters):
    optimizer = LibraryRMSprop(0.01, **hyperparameters)
    exact = published(
        rmsprop, theta, lambda _, t: grads[t], len(grads), learning_rate=0.01, **hyperparameters
    )
    path = [theta]
    for g in grads:
        path.append(optimizer.step(path[-1], g))
    assert path[1:] == pytest.approx(exact, rel=1e-8, abs=1e-9)


def test_defaults():
    assert RMSprop().hyperparameters == {
        "learning_rate": 0.001,
        "beta": 0.9,
        "epsilon": 1e-8,
        "epsilon_inside": True,
        "bias_correction": False,
    }
    assert LibraryRMSprop().hyperparameters == RMSprop().hyperparameters | {
        "initial_S": 0.0,
        "centered": False,
        "momentum": 0.0,
        "rate_inside_momentum": False,
        "weight_decay": 0.0,
    }
    assert Momentum(1).hyperparameters == {"learning_rate": 1.0, "beta": 0.9, "averaged": False}
    assert Adagrad(1).hyperparameters == {"learning_rate": 1.0, "epsilon": 1e-10}
    assert Adadelta().hyperparameters == {"rho": 0.95, "epsilon": 1e-6}
    adam = {"learning_rate": 1.0, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    assert Adam(1).hyperparameters == adam
    names = [make().name for make in SIX[:-1]]
    assert names == ["gradient descent", "momentum", "Adagrad", "RMSprop", "Adadelta", "Adam"]
    with pytest.raises(NotImplementedError):
        Optimizer().step(1.0, 1.0)


def test_rate_placement_differs_only_when_the_rate_changes():
    inside, outside = (
        LibraryRMSprop(0.1, momentum=0.9, rate_inside_momentum=i) for i in (True, False)
    )
    a, b = 2.0, 2.0
    for g in (1.0, -2.0, 0.5):
        a, b = inside.step(a, g), outside.step(b, g)
    assert a == pytest.approx(b, rel=1e-13)
    inside.learning_rate = outside.learning_rate = 0.01
    assert inside.step(a, 0.5) != pytest.approx(outside.step(b, 0.5), abs=1e-3)


# What the lessons say about RMSprop


@settings(max_examples=40)
@given(
    grads=gradients,
    exponent=st.integers(-60, 60),
    make=st.sampled_from(
        [
            lambda: RMSprop(0.1, epsilon=0),
            lambda: LibraryRMSprop(0.1, epsilon=0, bias_correction=True, momentum=0.5),
            lambda: Adagrad(0.1, epsilon=0),
            lambda: Adam(0.1, epsilon=0),
        ]
    ),
)
def test_scale_of_the_loss_does_not_matter(grads, exponent, make):
    """To the last bit, for scales that are powers of two and so multiply without rounding."""
    assume(grads[0] != 0)
    assert run(make(), 1.0, grads) == run(make(), 1.0, [2.0**exponent * g for g in grads])


def test_scale_matters_to_gradient_descent():
    grads = [1.0, -0.5]
    small, large = (run(GradientDescent(0.1), 1.0, [c * g for g in grads]) for c in (1, 4))
    assert large - 1 == pytest.approx(4 * (small - 1))


@settings(max_examples=60)
@given(
    grads=hnp.arrays(float, (20, 3), elements=st.floats(-1e100, 1e100)),
    beta=st.sampled_from([0.0, 0.5, 0.9, 0.99, 0.999]),
    inside=st.booleans(),
)
def test_bound_on_every_step(grads, beta, inside):
    optimizer, theta = RMSprop(0.1, beta, epsilon_inside=inside), np.zeros(3)
    for g in grads:
        new = optimizer.step(theta, g)
        assert (np.abs(new - theta) <= 0.1 / math.sqrt(1 - beta) * (1 + 1e-9)).all()
        theta = new


@pytest.mark.parametrize("g", [1e-3, -7.0, 1e100])
@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99, 0.999])
def test_first_step_and_its_correction(beta, g):
    first = -RMSprop(0.1, beta, epsilon=0).step(0.0, g)
    assert first == pytest.approx(math.copysign(0.1 / math.sqrt(1 - beta), g), rel=1e-12)
    corrected = -RMSprop(0.1, beta, epsilon=0, bias_correction=True).step(0.0, g)
    assert corrected == pytest.approx(math.copysign(0.1, g), rel=1e-12)


@pytest.mark.parametrize(("beta", "last_above"), [(0.9, 16), (0.99, 174), (0.999, 1750)])
def test_bias_under_a_constant_gradient(beta, last_above):
    """step/η = 1/√(1−βᵗ): too large early; within 10 % from the step after `last_above`."""
    optimizer, theta, ratios = RMSprop(0.1, beta, epsilon=0), 0.0, []
    for t in range(1, last_above + 2):
        ratios.append((theta - (theta := optimizer.step(theta, 3.0))) / 0.1)
        assert optimizer.state["S"] == pytest.approx((1 - beta**t) * 9, rel=1e-11)
    exact = [1 / math.sqrt(1 - beta**t) for t in range(1, last_above + 2)]
    assert ratios == pytest.approx(exact, rel=1e-9)
    assert ratios[-2] > 1.1 > ratios[-1]


def test_place_of_epsilon_for_tiny_gradients():
    def settled(**place):
        optimizer = RMSprop(0.1, **place)
        run(optimizer, 0.0, [1e-6] * 300)
        return -optimizer.step(0.0, 1e-6) / 0.1

    assert settled(epsilon_inside=True) == pytest.approx(0.01, rel=0.01)
    assert settled(epsilon_inside=False) == pytest.approx(0.99, rel=0.001)


def test_zero_gradient():
    for make in SIX:
        if "momentum" not in repr(make()) and make().name != "momentum":
            assert make().step(3.0, 0.0) == 3.0
    assert math.isnan(RMSprop(0.1, epsilon=0).step(3.0, 0.0))  # 0/0, as documented
    assert math.isnan(RMSprop(0.1, epsilon=0, epsilon_inside=False).step(3.0, 0.0))


def test_centred_variance_is_never_negative():
    """Under a constant gradient S − m² is all rounding; it must not become NaN."""
    for g in (1e5, 0.1, 1 / 3, 1e9):
        optimizer, theta = LibraryRMSprop(0.1, centered=True, epsilon_inside=False), 0.0
        theta = run(optimizer, theta, [g] * 500)
        assert math.isfinite(theta)
        assert 0 <= optimizer.rate <= 0.1 / 1e-8
    for g in (0.7, 1.1, 3.3):  # here the difference is rounded to less than 0
        optimizer = LibraryRMSprop(0.1, beta=0.5, centered=True, epsilon_inside=False)
        assert math.isfinite(run(optimizer, 0.0, [g] * 100))
        assert optimizer.rate == pytest.approx(0.1 / 1e-8)


def test_adagrad_dries_up_and_rmsprop_does_not():
    adagrad, rmsprop = Adagrad(1.0), RMSprop(1.0)
    for t in range(1, 1001):
        steps = -adagrad.step(0.0, 1.0), -rmsprop.step(0.0, 1.0)
        if t in (100, 1000):
            assert steps == pytest.approx((1 / math.sqrt(t), 1), rel=1e-4)


# Rates


@each_optimizer
def test_rate_is_what_the_equation_says(make):
    optimizer = make()
    theta = run(optimizer, np.array([1.0, 2.0]), [np.array([3.0, -1.0]), np.array([1.0, 0.5])])
    state, rate = optimizer.state, optimizer.rate
    before = snapshot(optimizer)
    expected = {
        "gradient descent": lambda: 0.1,
        "momentum": lambda: 0.1,
        "Adagrad": lambda: 0.1 / (np.sqrt(state["G"]) + 1e-10),
        "RMSprop": lambda: (
            0.1 / np.sqrt((state["S"] / 0.19 - (state["m"] / 0.19) ** 2) + 1e-8)
            if "m" in state
            else 0.1 / np.sqrt(state["S"] + 1e-8)
        ),
        "Adadelta": lambda: np.sqrt(state["E_x"] + 1e-6) / np.sqrt(state["E_g"] + 1e-6),
        "Adam": lambda: 0.1 / (np.sqrt(state["v"] / (1 - 0.999**2)) + 1e-8),
    }[optimizer.name]()
    np.testing.assert_allclose(rate, expected, rtol=1e-9)
    assert snapshot(optimizer) == before
    assert optimizer.step(theta, theta) is not None


def test_rate_is_what_the_step_used():
    for optimizer in (
        Adagrad(0.1, epsilon=0.5),
        RMSprop(0.1, epsilon=0.5),
        RMSprop(0.1, epsilon=0.5, epsilon_inside=False),
    ):
        optimizer.step(1.0, 3.0)
        assert 1.0 - optimizer.step(1.0, 2.0) == pytest.approx(2.0 * optimizer.rate, rel=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "name"),
    [(RMSprop(0.1), "S"), (Adagrad(0.1), "G"), (Adadelta(), "E_x"), (Adam(0.1), "v")],
)
def test_no_rate_before_the_first_step(optimizer, name):
    with pytest.raises(RuntimeError, match=f"{optimizer.name} has no rate yet.*{name}.*step"):
        _ = optimizer.rate
    assert optimizer.state == {}


def test_rate_with_hyperparameters_at_the_limit_does_not_warn():
    for optimizer in (
        RMSprop(1e308, epsilon=0),
        Adagrad(1e308, epsilon=0),
        Adam(1e308, epsilon=0),
        Adadelta(epsilon=0),
    ):
        optimizer.step(np.zeros(2), np.array([0.0, 1e-3]))
        _ = optimizer.rate
        optimizer.step(np.zeros(2, np.float32) if optimizer.t == 0 else np.zeros(2), np.zeros(2))


def test_rate_that_does_not_exist_is_nan_and_silent():
    optimizer = Adadelta()
    optimizer.step(1.0, 0.0)
    optimizer.epsilon = 0
    assert math.isnan(optimizer.rate)  # 0/0


# Numbers, shapes, precision


@each_optimizer
def test_python_floats_stay_python_floats(make):
    optimizer = make()
    theta = optimizer.step(2.0, 2)
    assert type(theta) is float
    assert type(optimizer.step(theta, np.float64(0.5))) is float


@each_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,), (2, 0, 3), (2, 1, 2)])
def test_shape_and_precision_are_kept(make, dtype, shape):
    random = np.random.default_rng(0)
    theta, grad = (random.standard_normal(shape).astype(dtype) for _ in range(2))
    before = theta.tobytes(), grad.tobytes()
    optimizer = make()
    for g in (grad, grad.astype(np.float64), grad.astype(np.float32)):
        new = optimizer.step(theta, g)
        assert (new.shape, new.dtype) == (shape, dtype)
    for name, value in optimizer.state.items():
        assert isinstance(value, np.ndarray), name
        assert (value.shape, value.dtype) == (shape, dtype), name
    assert (theta.tobytes(), grad.tobytes()) == before
    assert np.shape(optimizer.rate) in (shape, ())
    if shape:
        assert not np.shares_memory(new, theta)
        assert new is not optimizer.step(theta, grad)  # each result is an array of its own
        assert not any(np.shares_memory(new, value) for value in optimizer.state.values())


@each_optimizer
def test_float32_agrees_with_float64(make):
    random = np.random.default_rng(1)
    theta, grads = random.standard_normal(5), random.standard_normal((4, 5))
    double = run(make(), theta, grads)
    single = run(make(), theta.astype(np.float32), grads.astype(np.float32))
    np.testing.assert_allclose(single, double, rtol=2e-5, atol=2e-5)


@each_optimizer
@settings(max_examples=15)
@given(data=st.data(), shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
def test_works_elementwise(make, data, shape):
    numbers = hnp.arrays(float, shape, elements=st.floats(-100, 100))
    theta, grads = data.draw(numbers), [data.draw(numbers) for _ in range(3)]
    together = np.asarray(run(make(), theta, grads))
    for index in np.ndindex(shape):
        alone = run(make(), float(theta[index]), [g[index] for g in grads])
        np.testing.assert_allclose(together[index], alone, rtol=1e-9, atol=1e-12)


@each_optimizer
def test_layouts_of_memory(make):
    """Transposed, strided, read-only and list inputs give what plain arrays give."""
    random = np.random.default_rng(2)
    theta, grad = random.standard_normal((2, 4, 6))
    grad_locked = grad.copy()
    grad_locked.flags.writeable = False
    expected = run(make(), theta, [grad, grad])
    assert np.array_equal(run(make(), theta.T, [grad.T, grad.T]).T, expected)
    wide = np.repeat(theta, 2, axis=1)
    assert np.array_equal(run(make(), wide[:, ::2], [grad_locked] * 2), expected)
    assert np.array_equal(run(make(), theta.tolist(), [grad.tolist()] * 2), expected)


GRIDS = [
    ({"learning_rate": [0.01, 0.1, 1.0]}, GradientDescent),
    ({"learning_rate": [0.01, 0.1, 1.0], "beta": [0.5, 0.9, 0.0]}, Momentum),
    ({"learning_rate": 0.1, "beta": [0.5, 0.9, 0.0], "averaged": True}, Momentum),
    ({"learning_rate": [0.01, 0.1, 1.0], "epsilon": [1e-8, 0.1, 1.0]}, Adagrad),
    ({"rho": [0.5, 0.9, 0.0], "epsilon": [1e-8, 0.1, 1.0]}, Adadelta),
    (
        {
            "learning_rate": 0.1,
            "beta1": [0.5, 0.9, 0.0],
            "beta2": [0.5, 0.9, 0.0],
            "epsilon": [0.1, 0.01, 0.0],
        },
        Adam,
    ),
    (
        {"learning_rate": [0.01, 0.1, 1.0], "beta": [0.5, 0.9, 0.0], "bias_correction": True},
        RMSprop,
    ),
    (
        {
            "learning_rate": [0.01, 0.1, 1.0],
            "beta": [0.5, 0.9, 0.99],
            "epsilon": [0.01, 0.1, 1.0],
            "initial_S": [0.0, 1.0, 2.0],
            "momentum": [0.0, 0.5, 0.9],
            "weight_decay": [0.0, 0.1, 0.2],
            "centered": True,
            "bias_correction": True,
        },
        LibraryRMSprop,
    ),
    (
        {"learning_rate": 0.1, "weight_decay": [0.1, 0.2, 0.3], "epsilon_inside": False},
        LibraryRMSprop,
    ),
    (
        {
            "learning_rate": [0.1, 0.2, 0.3],
            "momentum": [0.5, 0.0, 0.9],
            "rate_inside_momentum": True,
        },
        LibraryRMSprop,
    ),
]


@pytest.mark.parametrize(("grid", "method"), GRIDS, ids=[m.__name__ for _, m in GRIDS])
@pytest.mark.parametrize(
    ("shape", "axis"), [((), ()), ((3,), ()), ((2, 1), (1, 1)), ((1,), (1,)), ((2,), (1,))]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_grid_equals_single_runs(grid, method, shape, axis, dtype):
    random = np.random.default_rng(3)
    theta = random.standard_normal(shape).astype(dtype)
    grads = random.standard_normal((3, *shape)).astype(dtype)
    arrays = {k: np.reshape(v, (3, *axis)) if isinstance(v, list) else v for k, v in grid.items()}
    together = method(**arrays)
    full = np.broadcast_shapes(shape, (3, *axis))
    path, new = [], np.asarray(theta)
    for g in grads:
        new = together.step(new, np.broadcast_to(g, np.shape(new)))
        assert (new.shape, new.dtype) == (full, dtype)
        path.append(new)
    for index in np.ndindex(full):

        def cell(value, index=index):
            return float(np.broadcast_to(value, full)[index])

        alone = method(
            **{k: cell(v) if isinstance(grid[k], list) else v for k, v in arrays.items()}
        )
        theta_1 = dtype(cell(theta))
        for t, g in enumerate(grads):
            theta_1 = alone.step(theta_1, dtype(cell(g)))
            tolerance = 1e-12 if dtype == np.float64 else 2e-5
            np.testing.assert_allclose(path[t][index], theta_1, rtol=tolerance, atol=tolerance)
    for name, value in together.state.items():
        assert (value.shape, value.dtype) == (full, dtype), name


def test_grid_stays_a_grid_with_a_python_float():
    theta = GradientDescent([0.1, 0.2]).step(1.0, 1.0)
    assert theta == pytest.approx([0.9, 0.8])
    assert isinstance(theta, np.ndarray)


def test_grid_that_does_not_broadcast():
    optimizer = RMSprop(0.1, beta=[0.5, 0.6, 0.7])
    with pytest.raises(ValueError, match=re.escape("theta's shape (2,), got {'beta': (3,)}")):
        optimizer.step(np.ones(2), np.ones(2))
    assert (optimizer.t, optimizer.state) == (0, {})


def test_settings_are_kept_apart_from_the_callers_array():
    rates = np.array([0.1, 0.2])
    optimizer = GradientDescent(rates)
    rates[:] = 5
    assert optimizer.learning_rate.tolist() == [0.1, 0.2]
    with pytest.raises(ValueError, match="read-only"):
        optimizer.learning_rate[0] = -1
    assert rates.flags.writeable


# out=


@each_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_in_place_equals_fresh_arrays(make, dtype):
    random = np.random.default_rng(4)
    theta, grads = random.standard_normal((2, 3)).astype(dtype), random.standard_normal((5, 2, 3))
    fresh, in_place = make(), make()
    here = theta.copy()
    for g in grads:
        theta = fresh.step(theta, g)
        assert in_place.step(here, g, out=here) is here
        assert here.tobytes() == theta.tobytes()
    elsewhere = np.full((2, 3), 7, dtype)
    before = here.tobytes()
    assert in_place.step(here, g, out=elsewhere) is elsewhere
    assert elsewhere.tobytes() == fresh.step(theta, g).tobytes()
    assert here.tobytes() == before


def test_out_for_a_scalar_and_for_a_grid():
    out = np.array(0.0)
    assert GradientDescent(0.5).step(2.0, 2.0, out=out) is out
    assert out == 1.0
    out = np.zeros(2)
    assert GradientDescent([0.5, 0.25]).step(2.0, 2.0, out=out) is out
    assert out.tolist() == [1.0, 1.5]


@each_optimizer
def test_in_place_needs_no_memory_of_the_size_of_theta(make):
    """Nor any piece of memory that malloc would map anew in each step (128 KiB)."""
    optimizer, theta, grad = make(), np.ones(1_000_000), np.ones(1_000_000)
    optimizer.step(theta, grad, out=theta)
    tracemalloc.start()
    optimizer.step(theta, grad, out=theta)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < theta.nbytes / 4


# What is large goes in blocks


@each_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("more", [0, 1, -1])
def test_blocks_equal_one_piece(make, dtype, more):
    """Whatever the layout, to the last bit; at the size of a block, and just beside it."""
    random, n = np.random.default_rng(5), 2 * BLOCK // np.dtype(dtype).itemsize + more
    theta, g = random.standard_normal((2, n)).astype(dtype)
    whole, parts, rows = make(), [make(), make()], make()
    cut, expected, found, tall = n // 2, theta, np.split(theta, [n // 2]), theta.reshape(1, n).T
    for t in range(3):
        grad = g / (t + 1)
        expected = whole.step(expected, grad)
        pieces = zip(parts, found, np.split(grad, [cut]), strict=True)
        found = [one.step(piece, slope) for one, piece, slope in pieces]
        tall = rows.step(tall, grad.reshape(1, n).T)
    assert np.concatenate(found).tobytes() == expected.tobytes() == tall.tobytes()
    assert tall.shape == (n, 1)


def test_blocks_where_out_overlaps():
    """The result is that of NumPy's own ufuncs: as if nothing overlapped."""
    memory = np.random.default_rng(6).standard_normal(BLOCK)
    n = memory.size - 1
    expected = RMSprop(0.1).step(memory[:n].copy(), memory[1:].copy())
    for theta_at, out_at in ((0, 1), (1, 0)):
        room = np.empty(n + 1)
        theta, out = room[theta_at : theta_at + n], room[out_at : out_at + n]
        theta[...] = memory[:n]
        RMSprop(0.1).step(theta, memory[1:].copy(), out=out)
        assert out.tobytes() == expected.tobytes()
    room = memory.copy()
    theta, grad = memory[:n].copy(), room[1:]
    RMSprop(0.1).step(theta, grad, out=room[:n])
    assert room[:n].tobytes() == expected.tobytes()
    strided = np.zeros(2 * n)[::2]
    RMSprop(0.1).step(memory[:n].copy(), memory[1:].copy(), out=strided)
    assert strided.tobytes() == expected.tobytes()


def test_gradient_may_be_theta_itself():
    theta = np.array([2.0, -1.0])
    GradientDescent(0.5).step(theta, theta, out=theta)
    assert theta.tolist() == [1.0, -0.5]


def read_only(array):
    array.flags.writeable = False
    return array


@each_optimizer
@pytest.mark.parametrize("used", [False, True])
@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        (
            np.zeros(2),
            ValueError,
            "out must be a writeable array of shape (3,) and dtype float64, "
            "got shape (2,) and dtype float64",
        ),
        (np.zeros((1, 3)), ValueError, "got shape (1, 3) and dtype float64"),
        (np.zeros(3, np.float32), ValueError, "got shape (3,) and dtype float32"),
        (read_only(np.zeros(3)), ValueError, "got shape (3,) and dtype float64, read-only"),
        ([0.0, 0.0, 0.0], TypeError, "out must be an array, got list"),
        (True, TypeError, "out must be an array, got bool"),
    ],
)
def test_bad_out(make, used, out, error, message):
    optimizer, theta = make(), np.ones(3)
    if used:
        optimizer.step(theta, theta)
    before = snapshot(optimizer), copy.deepcopy(out)
    with pytest.raises(error, match=re.escape(message) + "$"):
        optimizer.step(theta, np.ones(3), out=out)
    assert snapshot(optimizer) == before[0]
    assert np.array_equal(out, before[1])
    assert theta.tolist() == [1, 1, 1]


# Keeping and forgetting the state


@each_optimizer
def test_reset_starts_anew(make):
    optimizer, theta, grads = make(), 2.0, [1.0, -3.0, 0.5]
    first = run(optimizer, theta, grads)
    assert optimizer.t == 3
    assert run(optimizer, theta, grads) != first or optimizer.state == {}
    optimizer.reset()
    assert (optimizer.t, optimizer.state) == (0, {})
    assert run(optimizer, theta, grads) == first
    optimizer.reset()
    assert optimizer.step(np.ones((2, 2)), np.ones((2, 2))).shape == (2, 2)


@each_optimizer
def test_a_used_one_refuses_another_shape_or_precision(make):
    optimizer = make()
    optimizer.step(np.ones(3), np.ones(3))
    before = snapshot(optimizer)
    for other in (np.ones(2), np.ones((3, 1)), 1.0, np.ones((0,))):
        with pytest.raises(
            ValueError,
            match=re.escape(
                "theta must keep the shape (3,) and dtype float64 of the steps before, got "
                f"{np.shape(other)} and float64; call reset()"
            ),
        ):
            optimizer.step(other, other)
    with pytest.raises(ValueError, match=r"got \(3,\) and float32; call reset"):
        optimizer.step(np.ones(3, np.float32), np.ones(3, np.float32))
    assert snapshot(optimizer) == before
    optimizer.step(np.ones(3), np.ones(3))
    assert optimizer.t == 2


@each_optimizer
def test_copies_and_pickles_go_on_alike(make):
    optimizer = make()
    theta = optimizer.step(np.ones(2), np.array([1.0, -2.0]))
    g = np.array([0.3, 0.4])
    others = copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))
    expected = optimizer.step(theta, g)
    for other in others:
        assert np.array_equal(other.step(theta, g), expected)


def test_state_names():
    names = []
    for make in SIX:
        optimizer = make()
        optimizer.step(1.0, 1.0)
        names.append(list(optimizer.state))
        start = optimizer.initial_state((2,), np.dtype(np.float32))
        assert sorted(start) == sorted(optimizer.state)
        assert all(v.shape == (2,) and v.dtype == np.float32 for v in start.values())
        assert not any(v.any() for v in start.values())
    assert names == [[], ["v"], ["G"], ["S"], ["E_g", "E_x"], ["m", "v"], ["S", "m", "b"]]
    assert LibraryRMSprop(0.1, initial_S=2).initial_state((1,), np.float64)["S"] == 2


# A state that is saved and put back


def some_gradients(n=6, shape=(3,)):
    return np.random.default_rng(7).standard_normal((n, *shape))


@each_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_new_optimiser_goes_on_where_another_one_stopped(make, dtype):
    grads, old, new = some_gradients().astype(dtype), make(), make()
    theta = run(old, np.ones(3, dtype), grads[:3])
    new.state, new.t = old.state, old.t
    assert run(new, theta, grads[3:]).tobytes() == run(old, theta, grads[3:]).tobytes()
    assert new.t == old.t == 6
    new.t, new.state = 0, {}
    assert run(new, np.ones((2, 2)), [np.ones((2, 2))]).shape == (2, 2)  # as after reset()


@each_optimizer
def test_what_state_hands_out_stays_as_it_is(make):
    optimizer, seen, kept, theta = make(), [], [], np.ones(3)
    for g in some_gradients():
        theta = optimizer.step(theta, g)
        seen.append(optimizer.state)
        kept.append(copy.deepcopy(seen[-1]))
    for one, then in zip(seen, kept, strict=True):
        for name in one:
            assert np.array_equal(one[name], then[name])
            one[name][...] = 1e9  # and it is nobody else's
    other = make()
    assert np.array_equal(run(other, np.ones(3), some_gradients()), theta)
    assert all(np.array_equal(other.state[k], v) for k, v in kept[-1].items())


def test_what_is_put_back_is_copied():
    optimizer, S = RMSprop(0.1), np.ones(2)
    optimizer.state = {"S": S}
    S[:] = 1e9
    optimizer.step(np.ones(2), np.ones(2))
    assert optimizer.state["S"].tolist() == [1, 1]


def test_a_state_alone_is_where_the_averages_start():
    """It is used, never thrown away: here S₀ = 1, as in TensorFlow 1."""
    optimizer, other = RMSprop(0.1), LibraryRMSprop(0.1, initial_S=1)
    optimizer.state = {"S": 1.0}
    assert optimizer.step(2.0, 2.0) == other.step(2.0, 2.0)


@pytest.mark.parametrize(
    ("state", "error", "message"),
    [
        (None, TypeError, "state must be a dict of arrays, got None"),
        ({"s": np.ones(2)}, ValueError, "state must have S, got s"),
        ({"S": np.ones(2), "m": np.ones(2)}, ValueError, "state must have S, got S, m"),
        ({"S": np.ones(2, int)}, TypeError, "state['S'] must be .*int64"),
        ({"S": "1"}, TypeError, "state['S'] must be"),
    ],
)
def test_bad_state(state, error, message):
    optimizer = RMSprop(0.1)
    optimizer.step(np.ones(2), np.ones(2))
    before = snapshot(optimizer)
    with pytest.raises(error, match="^" + message.replace("[", r"\[").replace("]", r"\]")):
        optimizer.state = state
    for bad in (-1, 1.0, "1", None, True):
        with pytest.raises((TypeError, ValueError), match=r"^t must be"):
            optimizer.t = bad
    assert snapshot(optimizer) == before


def test_a_state_of_two_shapes():
    with pytest.raises(ValueError, match="state must be of one shape and precision"):
        Adam(0.1).state = {"m": np.ones(2), "v": np.ones(3)}
    optimizer = RMSprop(0.1)
    optimizer.state = {"S": np.ones(2)}
    with pytest.raises(ValueError, match=r"theta must keep the shape \(2,\)"):
        optimizer.step(np.ones(3), np.ones(3))


# Settings that change during a run


@pytest.mark.parametrize("betas", [[0.9] * 6, [0.5] * 3 + [0.999] * 3, [0.0, 0.99, 0.3] * 2])
def test_bias_correction_whatever_beta_does(betas):
    """A constant gradient makes every corrected average that gradient, so every step η."""
    rms, adam = RMSprop(0.1, epsilon=0, bias_correction=True), Adam(0.1, epsilon=0)
    grid = RMSprop(0.1, beta=[0.5, 0.5], epsilon=0, bias_correction=True)
    for beta in betas:
        rms.beta = adam.beta1 = beta
        adam.beta2 = 1 - beta / 2 - 1e-3
        grid.beta = [beta, 0.7]
        for optimizer in (rms, adam):
            assert optimizer.step(0.0, -3.0) == pytest.approx(0.1, rel=1e-12)
        assert grid.step(np.zeros(2), np.full(2, -3.0)) == pytest.approx([0.1, 0.1], rel=1e-12)
    rms.reset()
    assert rms.step(0.0, -3.0) == pytest.approx(0.1, rel=1e-12)


def test_a_copy_keeps_what_beta_was():
    optimizer = RMSprop(0.1, 0.5, epsilon=0, bias_correction=True)
    optimizer.step(0.0, 1.0)
    optimizer.beta = 0.9
    optimizer.step(0.0, 1.0)
    for other in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert other.step(0.0, -1.0) == pytest.approx(0.1, rel=1e-12)


def test_schedule_of_the_learning_rate():
    optimizer, theta = RMSprop(1.0, epsilon=0, bias_correction=True), 0.0
    for rate in (1.0, 0.1, 0.25):
        optimizer.learning_rate = rate
        new = optimizer.step(theta, -2.0)
        assert new - theta == pytest.approx(rate, rel=1e-12)
        theta = new


@pytest.mark.parametrize(
    ("name", "value", "key"), [("centered", True, "m"), ("momentum", 0.9, "b")]
)
def test_a_variant_switched_on_during_a_run(name, value, key):
    """Its state starts at zero then; the state that is there goes on."""
    switched, on = LibraryRMSprop(0.1), LibraryRMSprop(0.1, **{name: value})
    switched.step(1.0, 3.0)
    on.step(1.0, 3.0)
    setattr(switched, name, value)
    if name == "centered":
        assert switched.rate == pytest.approx(0.1 / math.sqrt(0.9 + 1e-8))
    switched.step(1.0, -1.0)
    on.step(1.0, -1.0)
    assert switched.state["S"] == on.state["S"]
    expected = {"m": -0.1, "b": -1.0 / math.sqrt(0.91 + 1e-8)}[key]
    assert switched.state[key] == pytest.approx(expected)
    setattr(switched, name, type(value)(0))
    assert switched.step(1.0, 2.0) == pytest.approx(1 - 0.2 / math.sqrt(1.219 + 1e-8))


def test_huge_numbers_do_not_warn():
    """Beyond the range of the dtype a step gives infinities or NaN, as IEEE has it, in silence."""
    for dtype, big in ((np.float64, 1e150), (np.float32, 1e15)):
        grad = np.array([big, -big, 1e-30, 0.0], dtype)
        theta = np.full(4, np.finfo(dtype).max)
        for optimizer in (
            GradientDescent(1e308),
            Momentum(1e308, 0.999),
            Adagrad(1e308, epsilon=0),
            Adadelta(epsilon=0),
            Adam(1e308, epsilon=0),
            LibraryRMSprop(1e308, epsilon=0, weight_decay=1e308, momentum=0.9),
            LibraryRMSprop(5e-324, 0.0, initial_S=1e308, centered=True, bias_correction=True),
        ):
            for _ in range(3):
                optimizer.step(theta, grad)
            _ = optimizer.rate


def test_largest_gradients_are_usable():
    for dtype, limit in ((np.float64, 1e150), (np.float32, 1e15)):
        grad = np.array([limit, -limit], dtype)
        theta = RMSprop(0.1, epsilon=0, bias_correction=True).step(np.zeros(2, dtype), grad)
        np.testing.assert_allclose(theta, [-0.1, 0.1], rtol=1e-6)


# Names of settings


@pytest.mark.parametrize(
    ("make", "named", "message"),
    [
        (RMSprop, {"lr": 0.1}, "RMSprop has no setting lr: it is called learning_rate here"),
        (RMSprop, {"alpha": 0.9}, "it is called learning_rate or beta here"),
        (Momentum, {"momentum": 0.9}, "it is called beta here"),
        (StepDecay, {"step_size": 9}, "it is called every here"),
        (RMSprop, {"rho": 0.9}, "it is called beta"),
        (RMSprop, {"decay": 0.9}, "it is called beta"),
        (RMSprop, {"eps": 0.1}, "it is called epsilon"),
        (RMSprop, {"momentum": 0.9}, "frameworks.LibraryRMSprop has it"),
        (RMSprop, {"sped": 1}, "its settings are learning_rate, beta, epsilon, epsilon_inside"),
        (GradientDescent, {"lr": 0.1}, "it is called learning_rate"),
        (GradientDescent, {"decay": 0.1}, "its settings are learning_rate$"),
        (Adam, {"lr": 1, "betas": (0.9, 0.99)}, "Adam has no setting lr"),
        (Adam, {"learning_rate": 1, "betas": (0.9, 0.99)}, "it is called beta1 and beta2"),
        (Adadelta, {"decay": 0.9}, "it is called rho"),
        (LibraryRMSprop, {"eps": 0.1}, "it is called epsilon"),
    ],
)
def test_another_librarys_name_gets_ours(make, named, message):
    with pytest.raises(TypeError, match=message):
        make(**named)


@pytest.mark.parametrize(
    ("make", "arguments", "takes"),
    [
        (RMSprop, (0.001, 0.9, 0.0), "learning_rate, beta, epsilon=…"),  # Keras: momentum
        (Adagrad, (0.1, 1e-8), "learning_rate, epsilon=…"),
        (Adadelta, (0.9, 1e-8), "rho, epsilon=…"),
        (Adam, (0.1, 0.9, 0.99, 1e-8), "learning_rate, beta1, beta2, epsilon=…"),
        (Momentum, (0.1, 0.9, True), "learning_rate, beta, averaged=…"),
    ],
)
def test_what_libraries_have_in_another_order_goes_by_name(make, arguments, takes):
    with pytest.raises(TypeError, match=f"{make.__name__} takes {takes}.*got {len(arguments)}"):
        make(*arguments)
    assert make(*arguments[:-1])


def test_labels_and_masks_are_not_lost_in_silence():
    import pandas as pd

    series, frame = pd.Series([1.0, 2.0], index=["w", "b"]), pd.DataFrame({"w": [1.0, 2.0]})
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False])
    optimizer, plain = RMSprop(0.1), np.ones(2)
    for labelled in (series, frame, masked):
        for theta, grad in ((labelled, plain), (plain, labelled), (labelled, labelled)):
            with pytest.raises(TypeError, match=r"(theta|grad) must be plain numbers, got "):
                optimizer.step(theta, grad)
    assert optimizer.t == 0
    assert optimizer.step(series.to_numpy(), plain).shape == (2,)


# Bad input: an error that says what, and nothing changed

NOT_NUMBERS = ["0.1", None, True, np.True_, 1j, {}, [], [[0.1], [0.1, 0.2]], [None], object, "η"]
NOT_FINITE = [math.nan, math.inf, -math.inf, [0.1, math.nan], np.float32("inf")]
NUMBERS = {
    "learning_rate": ("finite and greater than 0", [0, 0.0, -0.1, [0.1, 0], np.float64(-1)]),
    "beta": (r"in \[0, 1\)", [1, 1.0, -0.1, 1.5, [0.9, 1.0], -1e-300]),
    "epsilon": ("finite and at least 0", [-1e-8, [0, -1.0], -1]),
}
PLACES = [
    (GradientDescent, "learning_rate", "learning_rate"),
    (Momentum, "learning_rate", "learning_rate"),
    (Momentum, "beta", "beta"),
    (Adagrad, "learning_rate", "learning_rate"),
    (Adagrad, "epsilon", "epsilon"),
    (RMSprop, "learning_rate", "learning_rate"),
    (RMSprop, "beta", "beta"),
    (RMSprop, "epsilon", "epsilon"),
    (LibraryRMSprop, "initial_S", "epsilon"),
    (LibraryRMSprop, "momentum", "beta"),
    (LibraryRMSprop, "weight_decay", "epsilon"),
    (Adadelta, "rho", "beta"),
    (Adadelta, "epsilon", "epsilon"),
    (Adam, "learning_rate", "learning_rate"),
    (Adam, "beta1", "beta"),
    (Adam, "beta2", "beta"),
    (Adam, "epsilon", "epsilon"),
]


@pytest.mark.parametrize(
    ("method", "name", "kind"), PLACES, ids=[f"{m.__name__}.{n}" for m, n, _ in PLACES]
)
def test_bad_hyperparameters(method, name, kind):
    allowed, outside = NUMBERS[kind]
    fine = {} if method is Adadelta else RATE
    optimizer = method(**fine)
    optimizer.step(1.0, 1.0)
    before = snapshot(optimizer)
    for error, values in ((TypeError, NOT_NUMBERS), (ValueError, outside + NOT_FINITE)):
        for bad in values:
            with pytest.raises(error, match=f"^{name} must be .*{allowed}, got ") as caught:
                method(**fine | {name: bad})
            shown = np.asarray(bad).ravel()[-1] if error is ValueError else bad
            assert str(shown)[:40] in str(caught.value) or repr(bad)[:40] in str(caught.value)
            with pytest.raises(error, match=f"^{name} must be "):
                setattr(optimizer, name, bad)
            assert snapshot(optimizer) == before
    edge = {"beta": 0, "epsilon": 0, "learning_rate": 5e-324}[kind]
    setattr(optimizer, name, edge)
    assert getattr(optimizer, name) == edge
    assert type(getattr(optimizer, name)) is float


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (Momentum, "averaged"),
        (RMSprop, "epsilon_inside"),
        (RMSprop, "bias_correction"),
        (LibraryRMSprop, "centered"),
        (LibraryRMSprop, "rate_inside_momentum"),
    ],
)
def test_bad_flags(method, name):
    for bad in (1, 0, None, "yes", 1.0, [True], np.array([True])):
        with pytest.raises(TypeError, match=f"^{name} must be True or False, got "):
            method(0.1, **{name: bad})
    for fine in (True, False, np.True_, np.False_):
        assert getattr(method(0.1, **{name: fine}), name) is bool(fine)


BAD_STEPS = [
    (2, 2.0, TypeError, r"theta must be .*got 2 \(int64\); write 2.0 instead of 2"),
    (np.arange(3), np.ones(3), TypeError, r"theta must be .*int.*write 2.0"),
    (np.ones(3, np.float16), np.ones(3), TypeError, r"theta must be .*float16\)$"),
    (np.ones(3, np.longdouble), np.ones(3), TypeError, r"theta must be .*\)$"),
    (np.ones(3, complex), np.ones(3), TypeError, r"theta must be .*complex128\)$"),
    ("2.0", 1.0, TypeError, r"theta must be .*'2.0'"),
    (None, 1.0, TypeError, "theta must be .*None"),
    (True, 1.0, TypeError, "theta must be .*True"),
    ([[1.0], [1.0, 2.0]], 1.0, TypeError, r"theta must be .*\[\[1.0\]"),
    ([], np.ones(2), ValueError, r"grad must have theta's shape \(0,\), got shape \(2,\)"),
    (np.ones(3), np.ones(2), ValueError, r"shape \(3,\), got shape \(2,\)"),
    (np.ones(3), 1.0, ValueError, r"shape \(3,\), got shape \(\)"),
    (1.0, np.ones(1), ValueError, r"shape \(\), got shape \(1,\)"),
    (np.ones(3), np.ones((3, 1)), ValueError, r"shape \(3,\), got shape \(3, 1\)"),
    (1.0, "1.0", TypeError, "grad must be a number or an array of numbers, got '1.0'"),
    (1.0, None, TypeError, "grad must be .*None"),
    (1.0, True, TypeError, "grad must be .*True"),
    (1.0, 1j, TypeError, "grad must be .*1j"),
    (np.ones(2), [[1.0], [1.0, 2.0]], TypeError, r"grad must be .*\[\[1.0\]"),
    (1.0, math.nan, ValueError, "grad must be finite, with magnitudes up to 1e.150.*got nan$"),
    (1.0, -math.inf, ValueError, "got -inf$"),
    (1.0, 2e150, ValueError, r"got 2e\+150$"),
    (np.ones(3), np.array([1, math.nan, math.inf]), ValueError, "got nan at index 1$"),
    (np.ones((2, 2)), np.array([[1, 2], [math.inf, 0]]), ValueError, r"got inf at index \(1, 0\)"),
    (
        np.ones(2, np.float32),
        np.array([1, 2e15], np.float32),
        ValueError,
        r"1e.15 in float32, got 1999999973982208.0 at index 1",
    ),
    (np.ones(2, np.float32), np.array([1e300, 1]), ValueError, r"got 1e\+300 at index 0"),
]


@each_optimizer
@pytest.mark.parametrize("used", [False, True])
@pytest.mark.parametrize(("theta", "grad", "error", "message"), BAD_STEPS)
def test_bad_step(make, used, theta, grad, error, message):
    optimizer = make()
    if used:
        like = np.zeros(np.shape(theta) if isinstance(theta, np.ndarray) else (), float)
        optimizer.step(like, like + 1)
    before = snapshot(optimizer), copy.deepcopy(theta), copy.deepcopy(grad)
    with pytest.raises(error, match=message):
        optimizer.step(theta, grad)
    assert snapshot(optimizer) == before[0]
    np.testing.assert_equal(theta, before[1])
    np.testing.assert_equal(grad, before[2])


# A method of one's own, as docs/change.md says it is added


class Signum(Optimizer):
    """The example of docs/change.md."""

    def __init__(self, learning_rate=0.01, beta=0.9):
        self.learning_rate = learning_rate
        self.beta = beta

    def update(self, g, v):
        v = self.beta * v + (1 - self.beta) * g
        step = self.learning_rate * np.sign(v)
        return step, v


def test_the_example_of_the_docs():
    path = Path(__file__).parents[1] / "docs" / "change.md"
    example = re.search(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.S)[1]
    names = {}
    exec(example, names)
    theirs = names["Signum"]
    for optimizer in (Signum(), theirs()):
        assert run(optimizer, np.zeros(2), [np.array([1.0, -2.0])] * 3) == pytest.approx(
            [-0.03, 0.03]
        )
    assert repr(theirs(0.1, beta=0.5)) == "Signum(learning_rate=0.1, beta=0.5)"
    assert r"\operatorname{sign}" in theirs()._repr_latex_()


def test_a_method_of_ones_own_has_all_that_ours_have():
    optimizer = Signum()
    assert (optimizer.name, repr(optimizer)) == ("Signum", "Signum(learning_rate=0.01)")
    assert optimizer.hyperparameters == {"learning_rate": 0.01, "beta": 0.9}
    assert optimizer.rate == 0.01
    assert optimizer._repr_latex_() is None  # no equations, so a notebook shows the repr
    optimizer.step(1.0, 2.0)
    assert optimizer.state["v"] == pytest.approx(0.2)
    with pytest.raises(ValueError, match="beta must be in"):
        optimizer.beta = 1
    with pytest.raises(TypeError, match="Signum has no setting lr: it is called learning_rate"):
        Signum(lr=0.1)
    grid = Signum([[0.1], [0.2]], beta=[0.5, 0.9])
    assert repr(grid) == ("Signum(learning_rate=array of shape (2, 1), beta=array of shape (2,))")
    theta = grid.step(np.zeros(2), np.array([1.0, -1.0]))
    assert np.array_equal(theta, [[-0.1, 0.1], [-0.2, 0.2]])
    assert grid.state["v"].shape == (2, 2)
    other = Signum(beta=0.5)
    other.state, other.t = {"v": 1.0}, 3
    assert other.step(0.0, -0.5) == -0.01


def test_a_method_with_settings_of_its_own():
    class Clipped(Optimizer):
        """Neither a usual name nor a `learning_rate`; and something switched on."""

        name = "clipped descent"

        def __init__(self, pace, bound=1.0, *, centre=False):
            super().__init__()
            self.pace, self.bound, self.centre = pace, bound, centre

        def update(self, g):
            return self.pace * np.clip(g, -self.bound, self.bound)

    optimizer = Clipped(0.5)
    assert optimizer.step(1.0, 3.0) == 0.5
    assert (optimizer.name, repr(optimizer)) == ("clipped descent", "Clipped(pace=0.5)")
    with pytest.raises(TypeError, match="centre must be True or False"):
        optimizer.centre = 1
    assert Clipped([0.5, 0.25]).step(np.ones(2), np.ones(2)).tolist() == [0.5, 0.75]
    assert Clipped(np.array([[0.5], [0.25]])).step(np.ones(2), np.ones(2)).shape == (2, 2)
    with pytest.raises(AttributeError, match="learning_rate"):
        _ = optimizer.rate


def test_one_that_extends_ours():
    class Halved(RMSprop):
        def update(self, g, S):
            step, S = super().update(g, S)
            return step / 2, S

    optimizer = Halved(0.1)
    assert repr(optimizer) == "Halved(learning_rate=0.1)"
    assert 1 - optimizer.step(1.0, 2.0) == pytest.approx((1 - RMSprop(0.1).step(1.0, 2.0)) / 2)
    assert optimizer.rate == pytest.approx(0.1 / math.sqrt(0.4))


# How they show themselves


def test_repr():
    assert repr(RMSprop()) == "RMSprop(learning_rate=0.001)"
    assert repr(LibraryRMSprop(0.1, 0.99, epsilon_inside=False, momentum=0.5)) == (
        "LibraryRMSprop(learning_rate=0.1, beta=0.99, epsilon_inside=False, momentum=0.5)"
    )
    assert repr(Adadelta()) == "Adadelta()"
    assert repr(Adam(1, beta2=0.5)) == "Adam(learning_rate=1.0, beta2=0.5)"
    assert repr(GradientDescent(np.ones((2, 1)))) == (
        "GradientDescent(learning_rate=array of shape (2, 1))"
    )
    assert repr(RMSprop(0.1, beta=[0.9, 0.9])) == (
        "RMSprop(learning_rate=0.1, beta=array of shape (2,))"
    )


def latex(*lines):
    return r"$$\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}$$"


def test_latex_of_the_published_forms():
    S = r"S &\leftarrow 0.9\, S + 0.1\, g^2"

    def theta(denominator):
        return rf"\theta &\leftarrow \theta - \frac{{0.1}}{{{denominator}}}\, g"

    for optimizer, lines in (
        (GradientDescent(0.1), [r"\theta &\leftarrow \theta - 0.1\, g"]),
        (
            Momentum(0.1),
            [r"v &\leftarrow 0.9\, v + g", r"\theta &\leftarrow \theta - 0.1\, v"],
        ),
        (
            Momentum(0.1, averaged=True),
            [r"v &\leftarrow 0.9\, v + 0.1\, g", r"\theta &\leftarrow \theta - 0.1\, v"],
        ),
        (Adagrad(0.1), [r"G &\leftarrow G + g^2", theta(r"\sqrt{G} + 10^{-10}")]),
        (Adagrad(0.1, epsilon=0), [r"G &\leftarrow G + g^2", theta(r"\sqrt{G}")]),
        (RMSprop(0.1), [S, theta(r"\sqrt{S + 10^{-8}}")]),
        (RMSprop(0.1, epsilon_inside=False), [S, theta(r"\sqrt{S} + 10^{-8}")]),
        (RMSprop(0.1, epsilon=0), [S, theta(r"\sqrt{S}")]),
        (
            RMSprop(0.1, bias_correction=True),
            [S, r"\hat S &\leftarrow S / (1 - 0.9^t)", theta(r"\sqrt{\hat S + 10^{-8}}")],
        ),
        (
            LibraryRMSprop(0.1, centered=True),
            [S, r"m &\leftarrow 0.9\, m + 0.1\, g", theta(r"\sqrt{S - m^2 + 10^{-8}}")],
        ),
        (
            LibraryRMSprop(0.1, centered=True, bias_correction=True),
            [
                S,
                r"m &\leftarrow 0.9\, m + 0.1\, g",
                r"\hat S &\leftarrow S / (1 - 0.9^t)",
                r"\hat m &\leftarrow m / (1 - 0.9^t)",
                theta(r"\sqrt{\hat S - \hat m^2 + 10^{-8}}"),
            ],
        ),
        (
            LibraryRMSprop(0.1, momentum=0.5),
            [
                S,
                r"b &\leftarrow 0.5\, b + \frac{1}{\sqrt{S + 10^{-8}}}\, g",
                r"\theta &\leftarrow \theta - 0.1\, b",
            ],
        ),
        (
            LibraryRMSprop(0.1, momentum=0.5, rate_inside_momentum=True),
            [
                S,
                r"b &\leftarrow 0.5\, b + \frac{0.1}{\sqrt{S + 10^{-8}}}\, g",
                r"\theta &\leftarrow \theta -  b",
            ],
        ),
        (
            LibraryRMSprop(0.1, weight_decay=0.01),
            [
                r"g' &\leftarrow g + 0.01\, \theta",
                r"S &\leftarrow 0.9\, S + 0.1\, g'^2",
                theta(r"\sqrt{S + 10^{-8}}") + "'",
            ],
        ),
        (
            Adadelta(),
            [
                r"E_g &\leftarrow 0.95\, E_g + 0.05\, g^2",
                r"\Delta &\leftarrow \frac{\sqrt{E_x + 10^{-6}}}{\sqrt{E_g + 10^{-6}}}\, g",
                r"E_x &\leftarrow 0.95\, E_x + 0.05\, \Delta^2",
                r"\theta &\leftarrow \theta - \Delta",
            ],
        ),
        (
            Adam(0.1),
            [
                r"m &\leftarrow 0.9\, m + 0.1\, g",
                r"v &\leftarrow 0.999\, v + 0.001\, g^2",
                r"\hat m &\leftarrow m / (1 - 0.9^t)",
                r"\hat v &\leftarrow v / (1 - 0.999^t)",
                theta(r"\sqrt{\hat v} + 10^{-8}")[:-1] + r"\hat m",
            ],
        ),
    ):
        assert optimizer._repr_latex_() == latex(*lines), repr(optimizer)


def test_latex_of_a_grid_shows_symbols():
    text = LibraryRMSprop(
        [0.1, 0.2], [0.9, 0.8], epsilon=[0.1, 0], momentum=[0, 0.5], weight_decay=[1, 0]
    )
    assert text._repr_latex_() == latex(
        r"g' &\leftarrow g + \lambda\, \theta",
        r"S &\leftarrow \beta\, S + (1 - \beta)\, g'^2",
        r"b &\leftarrow \mu\, b + \frac{1}{\sqrt{S + \epsilon}}\, g'",
        r"\theta &\leftarrow \theta - \eta\, b",
    )
    adam = Adam([0.1, 0.2], [0.9, 0.8], [0.9, 0.8])._repr_latex_()
    assert r"m &\leftarrow \beta_1\, m + (1 - \beta_1)\, g" in adam
    assert r"v &\leftarrow \beta_2\, v + (1 - \beta_2)\, g^2" in adam
    assert r"E_g &\leftarrow \rho\, E_g + (1 - \rho)" in Adadelta(rho=[0.1, 0.2])._repr_latex_()


@given(
    rate=st.floats(1e-300, 1e300),
    flags=st.lists(st.booleans(), min_size=4, max_size=4),
    numbers=st.lists(st.floats(0, 0.9999), min_size=4, max_size=4),
)
@settings(max_examples=30)
def test_latex_is_balanced(rate, flags, numbers):
    optimizer = LibraryRMSprop(
        rate,
        numbers[0],
        epsilon=numbers[1],
        epsilon_inside=flags[0],
        bias_correction=flags[1],
        centered=flags[2],
        momentum=numbers[2],
        rate_inside_momentum=flags[3],
        weight_decay=numbers[3],
    )
    text = optimizer._repr_latex_()
    assert text.count("{") == text.count("}")
    assert text.startswith("$$")
    assert text.endswith("$$")
    lines = text.count(r"\leftarrow")
    assert lines == text.count("&") == text.count(r" \\ ") + 1
    assert not re.search(r"\d[eE]", text)  # 1e-08 is no LaTeX


# Somebody's own class on top of one of ours


class Fixed(RMSprop):
    def __init__(self, learning_rate):
        super().__init__(learning_rate, 0.95, bias_correction=True)


class PassedOn(RMSprop):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)


class Extended(Adam):
    def __init__(self, *args, clip=1.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.clip = clip


@pytest.mark.parametrize(
    ("own", "ours"),
    [
        (lambda rate: Fixed(rate), lambda rate: RMSprop(rate, 0.95, bias_correction=True)),
        (
            lambda rate: PassedOn(rate, 0.95, bias_correction=True),
            lambda rate: RMSprop(rate, 0.95, bias_correction=True),
        ),
        (lambda rate: Extended(rate, beta1=0.5), lambda rate: Adam(rate, beta1=0.5)),
    ],
)
@pytest.mark.parametrize("size", [(), (3,), (40_000,)])
def test_a_subclass_that_fixes_or_passes_on_settings_is_the_same_method(own, ours, size):
    rates = [0.1] if size != (3,) else [0.1, np.array([[0.1], [0.2]])]
    for rate in rates:
        mine, theirs = own(rate), ours(rate)
        theta, grad = np.full(size, 2.0), np.full(size, 0.5)
        for _ in range(3):
            assert np.array_equal(mine.step(theta, grad), theirs.step(theta, grad))
        for name, value in theirs.hyperparameters.items():
            assert np.array_equal(mine.hyperparameters[name], value)
        assert np.array_equal(mine.rate, theirs.rate)
    assert "learning_rate=0.1" in repr(own(0.1))


def test_every_decay_rate_of_the_class_has_a_product():
    mine = Fixed(0.1)
    for beta in (0.5, 0.8):
        mine.beta = beta
        mine.step(1.0, 1.0)
    assert mine.product("beta") == pytest.approx(0.4)


def test_one_with_an_update_of_its_own_has_its_own_name_and_shows_no_inherited_equation():
    class Rooted(RMSprop):
        def update(self, g, S):
            return self.learning_rate * np.sign(g), S

    class Named(Rooted):
        name = "by hand"

    assert Rooted.name == "Rooted"
    assert Named.name == "by hand"
    assert Rooted(0.1)._repr_latex_() is None
    assert Fixed(0.1).name == "RMSprop"
    assert Fixed(0.1)._repr_latex_() is not None


@pytest.mark.parametrize("theta", [1.0, np.ones(2), np.ones(3)])
@pytest.mark.parametrize(
    "given", [lambda g: g, lambda g: (g,), lambda g: (g, g, g), lambda g: None]
)
def test_an_update_that_returns_too_much_or_too_little_is_told_what_is_due(theta, given):
    class Short(RMSprop):
        def update(self, g, S):
            return given(g)

    optimizer = Short(0.1)
    with pytest.raises(ValueError, match="update of Short must return step, S; got"):
        optimizer.step(theta, theta)
    assert optimizer.t == 0
    assert optimizer.state == {}


def test_a_class_without_update_says_so():
    class Empty(Optimizer):
        def __init__(self, learning_rate):
            self.learning_rate = learning_rate

    with pytest.raises(NotImplementedError, match="Empty has no update"):
        Empty(0.1).step(1.0, 1.0)


def test_an_update_that_fails_leaves_the_optimiser_as_it_was():
    class Moody(RMSprop):
        fails = False

        def update(self, g, S):
            if self.fails:
                raise RuntimeError("not today")
            return super().update(g, S)

    moody, steady = (kind(0.1, bias_correction=True) for kind in (Moody, RMSprop))
    for optimizer in (moody, steady):
        optimizer.step(1.0, 2.0)
        optimizer.beta = 0.5
    moody.fails = True
    with pytest.raises(RuntimeError, match="not today"):
        moody.step(1.0, 2.0)
    moody.fails = False
    assert moody.t == 1
    assert moody.step(1.0, 3.0) == steady.step(1.0, 3.0)
    assert moody.products == steady.products


@pytest.mark.parametrize("extra", [(0.5, 0.9), abs, np.float64(3), "text", {"a": [1, 2]}, None])
def test_own_settings_that_are_no_numbers_are_no_grid(extra):
    class Extra(RMSprop):
        def __init__(self, learning_rate, extra=None):
            super().__init__(learning_rate)
            self.extra = extra

    theta, grad = np.ones(40_000), np.full(40_000, 2.0)
    sizes = []

    class Watched(Extra):
        def update(self, g, S):
            sizes.append(g.size)
            return super().update(g, S)

    optimizer = Watched(0.1, extra)
    assert np.array_equal(optimizer.step(theta, grad), RMSprop(0.1).step(theta, grad))
    assert max(sizes) < theta.size
    assert descend(Parabola(), Extra(0.1, extra), steps=2).losses.shape == (3,)
    assert optimizer.hyperparameters["extra"] is extra
    assert repr(optimizer).startswith("Watched(learning_rate=0.1")


# Copies and saved states


@each_optimizer
def test_a_copy_is_another_optimiser(make):
    optimizer = make()
    optimizer.step(1.0, 0.5)
    twin = copy.copy(optimizer)
    expected = snapshot(optimizer)
    twin.step(1.0, 9.0)
    assert snapshot(optimizer) == expected


@pytest.mark.parametrize("make", [lambda: RMSprop(0.1, bias_correction=True), lambda: Adam(0.1)])
def test_state_t_and_products_are_a_complete_copy_though_a_decay_rate_was_changed(make):
    old = make()
    name = next(iter(old.products))
    for value in (0.9, 0.5, 0.5, 0.99):
        setattr(old, name, value)
        old.step(1.0, 2.0)
    new = make()
    setattr(new, name, 0.99)
    new.state, new.t, new.products = old.state, old.t, old.products
    for _ in range(3):
        assert new.step(1.0, 3.0) == pytest.approx(old.step(1.0, 3.0), rel=1e-14)
    with pytest.raises(ValueError, match="products"):
        new.products = {"gamma": 0.5}
    with pytest.raises(ValueError, match=r"must be in \[0, 1\], got 1.5"):
        new.products = {name: 1.5}
