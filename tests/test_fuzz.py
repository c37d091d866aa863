# ruff: noqa: C408 — calls read better with keywords here
"""Every public function with wild arguments: a result, or the documented error, and nothing else.

`make fuzz` makes 10 000 calls of each; the ordinary tests make a few hundred. A call may not warn,
hang, print, or change its arguments or an optimiser that it refused.
"""

import contextlib
import copy
import os
import random
import signal
import warnings
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import rmsprop_lesson as lesson
from rmsprop_lesson import frameworks, worksheets
from rmsprop_lesson.studies.tuning import SearchFailed

CALLS = int(os.environ.get("FUZZ_CALLS", "200"))
SECONDS = 20  # for one call, on a busy machine


class Rude:
    """An object that answers nothing."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array here")


def wild(luck):
    """One wild value, made anew, so that no call can spoil it for the next."""
    number = luck.choice(
        [0, -1, 1, 2, 3, 7, 10**9, 10**30, -(10**400), 0.0, -0.0, -1.0, 1e-320, 1e-30, 0.5, 0.999,
         1.0, 1.5, 1e30, 1e308, float("nan"), float("inf"), -float("inf")]
    )  # fmt: skip
    shapes = [(), (0,), (1,), (2,), (3,), (2, 2), (1, 1, 2), (2, 0)]
    fill = luck.choice([0.0, 1.0, -1.0, 0.1, np.nan, np.inf, 1e200, 1e-300])
    types = [np.float64, np.float32, np.float16, np.longdouble, np.int64, np.uint8, bool, complex]
    makers = [
        lambda: number,
        lambda: number,
        lambda: np.full(luck.choice(shapes), fill).astype(luck.choice(types)),
        lambda: np.full(luck.choice(shapes), fill),
        lambda: luck.choice([True, None, "", "0.1", "sample", b"1", 1j, (), [], {}, set()]),
        lambda: luck.choice([[0.1], [0.1, "a"], [[1.0], [1.0, 2.0]], (1.0, 2.0), [None], ["x"]]),
        lambda: luck.choice([np.array(["a"]), np.array([None]), np.datetime64("2020-01-01")]),
        lambda: luck.choice([np.float32(0.1), np.int8(3), np.bool_(True), np.float64("nan")]),
        lambda: luck.choice([object(), Rude(), int, RuntimeError("x"), range(3), slice(1)]),
        lambda: luck.choice([len, lambda *a, **k: 0.1, lambda *a, **k: None, iter([1.0])]),
        lambda: pd.DataFrame({"a": [1.0]}),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return luck.choice(makers)()


# ── what is called, and with which good values ───────────────────────────────────────────────────


def small_data():
    images = np.random.default_rng(0).random((40, 6), np.float32)
    labels = np.arange(40) % 3
    return SimpleNamespace(
        train_images=images, train_labels=labels, test_images=images, test_labels=labels
    )


def net():
    return lesson.Network((6, 4, 3))


RATE = dict(learning_rate=[0.1, np.array([0.1, 1.0])])
QUIET = dict(n_jobs=[1], progress=[False])
OBJECTIVES = [
    lesson.Parabola(),
    lesson.Valley(),
    lesson.Plateau(),
    lesson.Noisy(lesson.Saddle(), 0.1),
]
OPTIMIZERS = [lesson.RMSprop(0.1), lesson.Adam(0.1), lesson.Adadelta(), lesson.Momentum(0.1)]
RACES = [{"a": lesson.race(lesson.Parabola(), steps=3, target=1.0)}]
BATCH = dict(x=[small_data().train_images[:5]], labels=[small_data().train_labels[:5]])

# Name → what is called, good values of its arguments, further documented errors.
TARGETS = {
    "AMSGrad": (lesson.AMSGrad, RATE | dict(beta=[0.9], epsilon=[1e-8])),
    "Adadelta": (lesson.Adadelta, dict(rho=[0.95], epsilon=[1e-6])),
    "Adagrad": (lesson.Adagrad, RATE | dict(epsilon=[1e-8])),
    "Adam": (lesson.Adam, RATE | dict(beta1=[0.9], beta2=[0.99], epsilon=[1e-8])),
    "Choice": (lesson.Choice, dict(values=[(1, 2)])),
    "Constant": (lesson.Constant, RATE),
    "Cosine": (lesson.Cosine, RATE | dict(steps=[10])),
    "DoubleWell": (lesson.DoubleWell, dict(tilt=[0.1])),
    "EarlyStopping": (lesson.EarlyStopping, dict(patience=[2], min_change=[0.1])),
    "Exponential": (lesson.Exponential, RATE | dict(factor=[0.9])),
    "GradientDescent": (lesson.GradientDescent, RATE),
    "InverseSquareRoot": (lesson.InverseSquareRoot, RATE | dict(delay=[2.0])),
    "Jumping": (lesson.Jumping, dict(objective=OBJECTIVES, factor=[10.0], every=[5])),
    "LinearRegression": (
        lesson.LinearRegression, dict(x=[np.arange(4.0)], y=[np.ones(4)]),
    ),
    "LogUniform": (lesson.LogUniform, dict(low=[0.1], high=[1.0])),
    "Momentum": (lesson.Momentum, RATE | dict(beta=[0.9], averaged=[True])),
    "Network": (lesson.Network, dict(sizes=[(4, 3, 2)], seed=[1], dtype=[np.float64])),
    "NewTask": (lesson.NewTask, dict(factor=[10.0], after=[5])),
    "Noisy": (lesson.Noisy, dict(objective=OBJECTIVES, sigma=[0.1], seed=[1])),
    "Parabola": (lesson.Parabola, dict(curvature=[2.0])),
    "Projected": (lesson.Projected, dict(optimizer=OPTIMIZERS, low=[-1.0], high=[1.0])),
    "RMSprop": (
        lesson.RMSprop,
        RATE | dict(beta=[0.9], epsilon=[0.0, 1e-8], epsilon_inside=[True], bias_correction=[True]),
    ),
    "RareTruth": (lesson.RareTruth, dict(large=[10.0], period=[10])),
    "Rosenbrock": (lesson.Rosenbrock, dict(a=[1.0], b=[10.0])),
    "Sparse": (lesson.Sparse, dict(objective=OBJECTIVES, probability=[0.5], seed=[1])),
    "SteepThenFlat": (lesson.SteepThenFlat, dict(steep=[10.0])),
    "StepDecay": (lesson.StepDecay, RATE | dict(every=[2], factor=[0.5])),
    "Uniform": (lesson.Uniform, dict(low=[0.1], high=[1.0])),
    "Valley": (lesson.Valley, dict(condition=[10.0], angle=[45.0])),
    "around": (lesson.around, dict(objective=OBJECTIVES, count=[3], spread=[0.1], seed=[1])),
    "cross_validate": (
        lesson.cross_validate,
        dict(data=[small_data()], axes=[{"learning_rate": [0.1]}], k=[2], seed=[1],
             score=[lambda data, learning_rate: 1.0]) | QUIET,
    ),
    "descend": (
        lesson.descend,
        dict(objective=OBJECTIVES, optimizer=OPTIMIZERS, start=[None, 1.0, [1.0, 1.0]], steps=[3],
             schedule=[None, lesson.Constant(0.1)]),
    ),
    "folds": (lambda data, k, seed: list(lesson.folds(data, k, seed)),
              dict(data=[small_data()], k=[2], seed=[1])),
    "grid_search": (lesson.grid_search, dict(function=[lambda a: a], axes=[{"a": [1, 2]}]) | QUIET),
    "league": (lesson.league, dict(races=RACES)),
    "load_mnist": (lesson.load_mnist, dict(which=["sample"])),
    "mnist_available": (lesson.mnist_available, dict(which=["sample"])),
    "network_score": (
        lesson.network_score,
        dict(data=[small_data()], learning_rate=[0.1], beta=[0.9], epsilon=[1e-8],
             sizes=[(6, 4, 3)], epochs=[1], batch_size=[16], seed=[1]),
    ),
    "one_rate": (lesson.one_rate, dict(races=RACES)),
    "race": (
        lesson.race,
        dict(objective=OBJECTIVES, entrants=[{"RMSprop": lesson.RMSprop}], rates=[[0.1, 1.0]],
             steps=[3], starts=[None], seeds=[1, (1, 2)], tail=[1], target=[None, 0.1],
             schedule=[None, lesson.Constant]),
    ),
    "race_network": (
        lesson.race_network,
        dict(data=[small_data()], entrants=[{"RMSprop": lesson.RMSprop}], rates=[[0.1]], seeds=[1],
             sizes=[(6, 4, 3)], epochs=[1], batch_size=[20]) | QUIET,
    ),
    "random_search": (
        lesson.random_search,
        dict(function=[lambda a: a], axes=[{"a": lesson.Uniform(0, 1)}], trials=[2], seed=[1])
        | QUIET,
    ),
    "rate_beta_map": (
        lesson.rate_beta_map,
        dict(objective=OBJECTIVES, rates=[[0.1, 1.0]], betas=[[0.5, 0.9]], steps=[3], tail=[1],
             start=[None]),
    ),
    "search": (lesson.search, dict(function=[lambda a: a], settings=[[{"a": 1}]]) | QUIET),
    "train": (
        lesson.train,
        dict(network=[net()], data=[small_data()], optimizer=OPTIMIZERS, epochs=[1],
             batch_size=[16], seed=[1], schedule=[None], progress=[False], stop=[None]),
    ),
    "train_until": (
        lesson.train_until,
        dict(network=[net()], data=[small_data()], optimizer=OPTIMIZERS, stopping=[None],
             max_epochs=[2], batch_size=[16], seed=[1], schedule=[None]),
    ),
    "winners": (lesson.winners, dict(races=RACES, factor=[2.0], floor=[1e-12])),
    "gradient_check": (
        lesson.gradient_check,
        dict(network=[lesson.Network((6, 4, 3), dtype=np.float64)],
             x=[np.ones((2, 6))], y=[np.array([0, 1])], coordinates=[3], h=[1e-5], seed=[1]),
    ),
    # beyond the top level
    "Network.loss": (lambda x, labels: net().loss(x, labels), BATCH),
    "Network.predict": (lambda x: net().predict(x), dict(x=BATCH["x"])),
    "Network.loss_and_gradient": (lambda x, labels: net().loss_and_gradient(x, labels), BATCH),
    "frameworks.to_ours": (
        frameworks.to_ours,
        dict(library=["torch", "keras"], learning_rate=[0.1], epsilon=[1e-8], momentum=[0.9]),
    ),
    "frameworks.translate": (
        frameworks.translate,
        dict(settings=[{"lr": 0.1}], source=["torch"], target=["keras", "optax"]),
    ),
    "worksheets.draw": (worksheets.draw, dict(students=[3], seed=[1])),
}  # fmt: skip
# Without arguments, containers that others return, or tested elsewhere with a learner's eyes.
NOT_CALLED = {"Plateau", "Saddle", "Trajectory"}


def test_every_public_name_is_fuzzed():
    names = {*lesson.__all__, *lesson._HOMES}
    public = {name for name in names if callable(getattr(lesson, name))}
    assert (
        public - set(TARGETS) - NOT_CALLED - {"explore", "predict", "quiz", "review", "trial"}
        == set()
    )


@contextlib.contextmanager
def no_hang():
    """Stop a call that takes too long, where the system has alarms."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_):
        raise TimeoutError(f"the call took more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def attempt(function, arguments, allowed):
    """Call; return the result and the error, one of which is None. Anything odd fails the test."""
    try:
        with warnings.catch_warnings(), no_hang():
            warnings.simplefilter("error")
            return function(**arguments), None
    except allowed as error:
        return None, error
    except BaseException as error:
        shown = {name: repr(value)[:80] for name, value in arguments.items()}
        raise AssertionError(f"{type(error).__name__}: {error} from {shown}") from error


def some_arguments(luck, good):
    """Good values with one or more wild ones among them; those with a default may be left out."""
    share = luck.choice([0.15, 0.5, 1.0])
    arguments = {}
    for name, values in good.items():
        arguments[name] = (
            wild(luck) if luck.random() < share else copy.deepcopy(luck.choice(values))
        )
    return arguments


@pytest.mark.parametrize("name", TARGETS)
def test_a_wild_call_ends_in_a_result_or_a_clear_error(name, capsys):
    function, good, *more = TARGETS[name]
    allowed = (TypeError, ValueError, SearchFailed, ArithmeticError, *more)
    if "n_jobs" in good and find_spec("joblib") is None:
        allowed += (ImportError,)  # the extra "studies" has joblib
    luck, errors = random.Random(name), 0
    for _ in range(CALLS):
        _, error = attempt(function, some_arguments(luck, good), allowed)
        errors += error is not None
        assert error is None or str(error), f"{type(error)} without a message"
    assert errors > 0
    assert capsys.readouterr() == ("", "")


MAKERS = {
    "RMSprop": lambda: lesson.RMSprop(0.1),
    "RMSprop, all options": lambda: lesson.frameworks.LibraryRMSprop(
        0.1, bias_correction=True, centered=True, momentum=0.9, weight_decay=0.1
    ),
    "GradientDescent": lambda: lesson.GradientDescent(0.1),
    "Momentum": lambda: lesson.Momentum(0.1),
    "Adagrad": lambda: lesson.Adagrad(0.1),
    "Adadelta": lambda: lesson.Adadelta(),
    "Adam": lambda: lesson.Adam(0.1),
    "AMSGrad": lambda: lesson.AMSGrad(0.1),
}


def memory(optimizer):
    return repr(optimizer), optimizer.t, {k: np.array(v) for k, v in optimizer.state.items()}


@pytest.mark.parametrize("name", MAKERS)
def test_a_wild_step_changes_nothing_or_makes_a_step(name):
    luck = random.Random(name)
    theta = np.array([1.0, -2.0])
    good = dict(theta=[theta, theta.astype(np.float32), 1.0], grad=[theta, theta * 0, 2.0])
    for _ in range(CALLS):
        optimizer = MAKERS[name]()
        if luck.random() < 0.5:
            optimizer.step(theta, theta)
        before, arguments = memory(optimizer), some_arguments(luck, good)
        kept = copy.deepcopy(arguments)
        result, error = attempt(optimizer.step, arguments, (TypeError, ValueError))
        after = memory(optimizer)
        if error is not None:
            assert before[:2] == after[:2], arguments
            for key, value in before[2].items():
                np.testing.assert_array_equal(after[2][key], value)
            continue
        assert after[1] == before[1] + 1
        assert np.shape(result) == np.shape(kept["theta"])
        assert np.isfinite(np.asarray(kept["grad"], float)).all()
        for key, value in kept.items():
            np.testing.assert_array_equal(np.asarray(arguments[key]), np.asarray(value))


@pytest.mark.parametrize("setting", ["learning_rate", "beta", "epsilon"])
def test_a_wild_setting_is_taken_whole_or_not_at_all(setting):
    luck = random.Random(setting)
    for _ in range(CALLS):
        optimizer = lesson.RMSprop(0.1)
        before, value = repr(optimizer), wild(luck)
        _, error = attempt(
            lambda optimizer, value: setattr(optimizer, setting, value),
            {"optimizer": optimizer, "value": value},
            (TypeError, ValueError),
        )
        if error is not None:
            assert repr(optimizer) == before
            assert setting in str(error)
