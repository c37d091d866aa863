"""The checks of arguments one by one, then wild calls of everything the core offers.

``CORE_FUZZ=10000 pytest tests/test_validate.py`` makes the wild calls many more.
"""

import copy
import math
import os
import pickle
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rmsprop_lesson as rl
from rmsprop_lesson import _settings, _validate
from rmsprop_lesson._latex import tex_number

pytestmark = pytest.mark.filterwarnings("error")


# One by one


def positive(value):
    return _validate.check_number("η", value, lambda x: x > 0, "positive")


def test_numbers():
    for value in (2, 2.0, np.float32(2), np.int8(2), np.array(2), np.array(2.0)):
        number = positive(value)
        assert number == 2
        assert type(number) is float
    grid = positive([[1, 2], [3, 4]])
    assert grid.dtype == np.float64
    assert grid.tolist() == [[1, 2], [3, 4]]
    assert not grid.flags.writeable
    mine = np.array([1.0, 2.0])
    assert not np.shares_memory(positive(mine), mine)
    assert mine.flags.writeable


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0, ValueError, "η must be positive, got 0.0"),
        (math.nan, ValueError, "η must be positive, got nan"),
        ([1, 2, -3], ValueError, "η must be positive, got -3.0 at index 2"),
        ([[1, 2], [-3, -4]], ValueError, "η must be positive, got -3.0 at index (1, 0)"),
        ([[math.inf]], ValueError, "η must be positive, got inf at index (0, 0)"),
        ("1", TypeError, "η must be a number, positive, got '1'"),
        ([], TypeError, "η must be a number, positive, got []"),
        (10**30, TypeError, f"η must be a number, positive, got {10**30}"),
        ("x" * 58, TypeError, f"got '{'x' * 58}'"),
        ("x" * 59, TypeError, f"got '{'x' * 56}..."),
        (np.array(["2020-01-01"], "M8[D]"), TypeError, "η must be a number"),
    ],
)
def test_bad_numbers(value, error, message):
    with pytest.raises(error, match=re.escape(message) + "$" * ("number" not in message)):
        positive(value)


def test_number_that_python_refuses_to_print():
    with pytest.raises(TypeError, match="η must be a number, positive, got a very long int"):
        positive(10**5000)


def test_long_double_beyond_float64():
    huge = np.finfo(np.longdouble).max
    if np.isinf(np.float64(0) + float(huge) if huge < np.inf else np.inf):
        with pytest.raises(ValueError, match="η must be positive, got inf"):
            positive(huge)


def test_counts():
    check = _validate.check_count
    assert check("n", 3) == check("n", np.int64(3)) == check("n", np.uint8(3)) == 3
    assert type(check("n", np.int64(3))) is int
    assert check("n", 0) == 0
    assert check("n", 1, 1) == 1
    assert check("n", 5, most=5) == 5
    for value, error, message in (
        (-1, ValueError, "n must be at least 0, got -1"),
        (True, TypeError, "n must be a whole number of at least 0, got True"),
        (1.0, TypeError, "n must be a whole number of at least 0, got 1.0"),
        (None, TypeError, "n must be a whole number of at least 0, got None"),
    ):
        with pytest.raises(error, match=f"^{re.escape(message)}$"):
            check("n", value)
    with pytest.raises(ValueError, match=r"^n must be at least 2, got 1$"):
        check("n", 1, 2)
    with pytest.raises(ValueError, match=r"^n must be at least 0 and at most 5, got 6$"):
        check("n", 6, most=5)
    with pytest.raises(ValueError, match=r"^n must be at least 0 and at most 0, got 1$"):
        check("n", 1, most=0)
    with pytest.raises(ValueError, match="n must be at least 0, got a very long int"):
        check("n", -(10**5000))


def test_parameters():
    check = _validate.check_parameters
    for value in (1.0, [1.0, 2.0], np.ones(2, np.float32), np.float64(2), []):
        assert np.array_equal(check("start", value), value)
    mine = np.ones((2, 3), np.float32)
    assert check("start", mine) is mine
    with pytest.raises(TypeError) as caught:
        check("start", np.arange(2))
    assert str(caught.value) == (
        "start must be a float or an array of float64 or float32, got array([0, 1]) (int64); "
        "write 2.0 instead of 2"
    )
    with pytest.raises(TypeError, match=r"got array\(\[0, 1\], dtype=uint8\) \(uint8\); write"):
        check("start", np.arange(2, dtype=np.uint8))
    with pytest.raises(TypeError, match=r"got 'a' \(<U1\)$"):
        check("start", "a")
    with pytest.raises(TypeError, match=r"\(object\)$"):
        check("start", [[1.0], [1.0, 2.0]])


def test_gradients():
    check = _validate.check_gradient
    theta = np.ones(2, np.float32)
    single, double = np.array([1, -2], np.float32), np.array([1.0, -2.0])
    assert check(single, theta) is single
    assert check(double, double) is double
    assert check(double, theta).dtype == np.float32
    assert check([1, 2], theta).tolist() == [1, 2]
    assert check(np.array([1, 2], np.uint8), theta).dtype == np.float32
    # Both ways of checking end alike: the quick one by Σg², the thorough one by each element.
    for dtype, limit in ((np.float32, 1e15), (np.float64, 1e150)):
        theta = np.zeros(3, dtype)
        for grad in ([limit, limit, -limit], [limit / 2, 0, 0], [-limit, 0, 0]):
            assert check(np.array(grad, dtype), theta).tolist() == np.array(grad, dtype).tolist()
        for bad in (1.01 * limit, -1.01 * limit, math.inf, -math.inf, math.nan):
            with pytest.raises(ValueError, match=f"up to {limit:g}".replace("+", r"\+")) as caught:
                check(np.array([0, limit, bad], dtype), theta)
            assert str(caught.value).endswith(" at index 2")
            assert f"in {np.dtype(dtype)}, got {dtype(bad)}" in str(caught.value)
    assert {np.dtype("f8"): 1e150, np.dtype("f4"): 1e15} == _validate.GRADIENT_LIMIT


def test_settings_belong_to_their_object():
    a, b = rl.RMSprop(0.1), rl.RMSprop(0.2)
    a.learning_rate = 0.3
    assert (a.learning_rate, b.learning_rate) == (0.3, 0.2)
    assert isinstance(rl.RMSprop.learning_rate, _settings.Number)
    assert isinstance(rl.RMSprop.bias_correction, _settings.Flag)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (2.0, "2"),
        (1e-8, "10^{-8}"),
        (2.5e6, r"2.5 \cdot 10^{6}"),
        (-3e20, r"-3 \cdot 10^{20}"),
        (1 - 0.9, "0.1"),
        (1234567.0, r"1.23457 \cdot 10^{6}"),
        (123456, "123456"),
    ],
)
def test_numbers_in_latex(number, text):
    assert tex_number(number) == text


# Wild calls. Each must end in a right result or in TypeError or ValueError (IndexError for a place
# outside a grid, RuntimeError for a rate before the first step), without a warning, and after an
# error everything must be as before.

EXAMPLES = int(os.environ.get("CORE_FUZZ", 500))
wild_runs = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

SPECIAL = [0.0, -0.0, 1.0, 0.9, 0.1, -1.0, 2.0, 1e-8, 5e-324, 1e-160, 1e15, 1e150, 1e200, 1e308]
numbers = st.sampled_from([*SPECIAL, -1e308, math.nan, math.inf, -math.inf]) | st.floats()
shapes = st.sampled_from([(), (1,), (2,), (3,), (0,), (2, 2), (3, 1), (1, 2), (3, 2), (0, 2)])


@st.composite
def arrays(draw):
    shape = draw(shapes)
    dtype = draw(st.sampled_from([np.float64] * 4 + [np.float32] * 3 + [np.float16, int, complex]))
    values = draw(st.lists(numbers, min_size=3, max_size=3))
    with np.errstate(all="ignore"):
        real = np.resize(np.array(values), shape)
        if dtype is int:
            real = np.nan_to_num(real, nan=0, posinf=9, neginf=-9).clip(-9, 9)
        array = np.array(real, dtype)
    if draw(st.integers(0, 9)) == 0:
        array.flags.writeable = False
    return array


oddities = st.sampled_from(
    [
        "0.1",
        "",
        None,
        True,
        False,
        1j,
        [],
        {},
        (),
        [[1.0], [1.0, 2.0]],
        [1.0, None],
        10**30,
        10**4000,
        -1,
        0,
        1,
        3,
        np.bool_(True),
        np.array("x"),
        np.array([None]),
        math.sin,
        float,
        b"1",
        slice(None),
        np.datetime64("2020-01-01"),
    ]
)
wild = numbers | numbers | arrays() | arrays() | oddities
tame = st.sampled_from([0.01, 0.1, 0.5, 0.9])
value = tame | tame | wild
METHODS = [rl.GradientDescent, rl.Momentum, rl.Adagrad, rl.RMSprop, rl.Adadelta, rl.Adam]


@st.composite
def some_of(draw, names):
    """Keyword arguments for some of the names, each tame or wild."""
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=4))
    return {name: draw(value) for name in chosen}


def attempt(call, *arguments, **named):
    """The result of a call, or its error where that is one of the documented ones."""
    try:
        return call(*arguments, **named), None
    except (TypeError, ValueError) as error:
        return None, error


def frozen(*things):
    """Bytes that change if anything in `things` does."""
    return pickle.dumps([vars(t) if hasattr(t, "step") else t for t in things])


def looks_right(theta, new, optimizer):
    """The result has the shape and precision of θ and the settings, and so has the state."""
    settings = [np.shape(v) for v in optimizer.hyperparameters.values()]
    shape = np.broadcast_shapes(np.shape(theta), *settings)
    assert np.shape(new) == shape
    assert np.asarray(new).dtype == np.asarray(theta).dtype
    for state in optimizer.state.values():
        assert (state.shape, state.dtype) == (shape, np.asarray(theta).dtype)


@wild_runs
@given(data=st.data(), method=st.sampled_from(METHODS))
def test_wild_optimizers(data, method):
    rate = {} if method is rl.Adadelta else {"learning_rate": data.draw(value)}
    arguments = rate | data.draw(some_of([*method._parameters]))
    optimizer, error = attempt(method, **arguments)
    if error:
        assert any(name in str(error) for name in arguments)
        optimizer = method(**({} if method is rl.Adadelta else {"learning_rate": 0.1}))
    for _ in range(data.draw(st.integers(1, 4))):
        action = data.draw(st.sampled_from(["step"] * 4 + ["set", "rate", "show", "reset"]))
        before = frozen(optimizer)
        if action == "step":
            theta, grad = data.draw(value), data.draw(value)
            if data.draw(st.booleans()):  # make it likelier that they fit
                theta = np.ones(np.shape(grad) if isinstance(grad, np.ndarray) else ())
            out = data.draw(st.sampled_from([None, None, "theta", "wild"]))
            out = {"theta": theta, "wild": data.draw(value)}.get(out) if out else None
            kept = [copy.copy(x) for x in (theta, grad, out)]
            t = optimizer.t
            new, error = attempt(optimizer.step, theta, grad, out=out)
            if error is None:
                looks_right(kept[0], new, optimizer)
                assert optimizer.t == t + 1
                if out is not None:
                    assert new is out
                elif isinstance(kept[0], float) and np.ndim(new) == 0:
                    assert type(new) is float
            else:
                assert frozen(optimizer) == before
                np.testing.assert_equal(out, kept[2])
            if out is not theta or error:
                np.testing.assert_equal(theta, kept[0])
            if grad is not out:
                np.testing.assert_equal(grad, kept[1])
        elif action == "set":
            name = data.draw(st.sampled_from([*method._parameters]))
            bad = data.draw(value)
            _, error = attempt(setattr, optimizer, name, bad)
            if error:
                assert str(error).startswith(f"{name} must be ")
                assert frozen(optimizer) == before
        elif action == "rate":
            if optimizer.t or type(optimizer) in (rl.GradientDescent, rl.Momentum):
                _ = optimizer.rate
            else:
                with pytest.raises(RuntimeError, match="has no rate yet"):
                    _ = optimizer.rate
        elif action == "show":
            assert type(optimizer).__name__ in repr(optimizer)
            text = optimizer._repr_latex_()
            assert text.count("{") == text.count("}")
            assert frozen(optimizer) == before
        else:
            optimizer.reset()
            assert (optimizer.t, optimizer.state) == (0, {})


MAKERS = [
    (rl.Parabola, ["curvature"]),
    (rl.Valley, ["condition", "angle"]),
    (rl.Saddle, []),
    (rl.Plateau, []),
    (rl.DoubleWell, ["tilt"]),
    (rl.Rosenbrock, ["a", "b"]),
    (rl.LinearRegression, ["x", "y"]),
]


@st.composite
def objectives(draw):
    make, names = draw(st.sampled_from(MAKERS))
    arguments = {name: draw(value) for name in names}
    objective, error = attempt(make, **arguments)
    if error:
        assert any(name in str(error) for name in names)
        objective = rl.Valley() if draw(st.booleans()) else rl.Parabola()
    if draw(st.integers(0, 3)) == 0:
        sigma, seed = draw(value), draw(st.integers(0, 9) | wild)
        noisy, error = attempt(rl.Noisy, objective, sigma, seed)
        assert error is None or re.match("sigma|seed", str(error))
        objective = noisy or objective
    return objective


@wild_runs
@given(objective=objectives(), theta=value)
def test_wild_objectives(objective, theta):
    kept = copy.copy(theta)
    loss, error = attempt(objective, theta)
    if error is None:
        shape = np.shape(theta)
        assert np.shape(loss) == (shape if objective.dimension == 1 else shape[:-1])
    else:
        assert "theta" in str(error)
    gradient, gradient_error = attempt(objective.gradient, theta)
    if not isinstance(objective, rl.Noisy):
        assert str(gradient_error) == str(error)
        assert error or np.shape(gradient) == np.shape(theta)
    np.testing.assert_equal(theta, kept)
    assert type(objective).__name__ in repr(objective)
    text = objective._repr_latex_()
    assert text.count("{") == text.count("}")


@wild_runs
@given(data=st.data(), objective=objectives())
def test_wild_runs(data, objective):
    method = data.draw(st.sampled_from(METHODS))
    rate = {} if method is rl.Adadelta else {"learning_rate": data.draw(value)}
    optimizer, _ = attempt(method, **rate | data.draw(some_of([*method._parameters])))
    optimizer = optimizer or data.draw(value)
    start = data.draw(st.none() | value)
    steps = data.draw(st.integers(0, 12) | wild)
    constant = data.draw(value)
    schedule = data.draw(st.sampled_from([None, None, None, constant, lambda t: constant]))
    kept, own = copy.copy(start), getattr(optimizer, "learning_rate", None)
    run, error = attempt(rl.descend, objective, optimizer, start, steps, schedule)
    np.testing.assert_equal(start, kept)
    assert np.array_equal(getattr(optimizer, "learning_rate", None), own)
    if error:
        return
    n = len(run)
    assert n <= steps
    assert len(run.positions) == len(run.losses) == n + 1
    assert len(run.gradients) == len(run.step) == n
    assert all(len(values) == n + 1 for values in run.state.values())
    assert "steps of" in repr(run)
    if run.losses.ndim == 1:
        assert np.isfinite(run.positions).all()
        assert np.isfinite(run.losses).all()
        assert len(run.table()) == n
        assert run.diverged_at == (n + 1 if run.diverged else None)
    else:
        ended = run.diverged
        assert np.isfinite(run.losses[:, ~ended]).all()
        for index in np.ndindex(run.diverged_at.shape):
            assert np.isfinite(run.run(*index).losses).all()
