"""Programs mutated from each solution: none that gives other numbers on fresh inputs passes.

PROGRAMS says how many for each exercise; `make mutated` takes 10 000.
"""

import os

import numpy as np
import pytest

from rmsprop_lesson import checks
from rmsprop_lesson.course.checks import network, tuning
from rmsprop_lesson.course.checks.engine import (
    Inferred,
    Probe,
    as_tuple,
    instantiate,
    observe,
    quiet,
)
from rmsprop_lesson.course.checks.mend import CHANGED, within_limits
from rmsprop_lesson.course.checks.observe import first_difference, record
from rmsprop_lesson.course.checks.probes import call, steps
from tools.mutated import mutants

PROGRAMS = int(os.environ.get("PROGRAMS", "8"))
LINES = 30_000  # of Python that a program may run
FRESH = 12  # probes with fresh numbers for each program that passes
EXERCISES = checks.exercises()


# ── fresh inputs ─────────────────────────────────────────────────────────────────────────────────


def beta(rng):
    return float(rng.choice([0.5, 0.9, 0.99, round(rng.uniform(0.05, 0.95), 3)]))


def parameters(rng, like=None):
    """An array, or a plain float, of ordinary size."""
    shape = like if like is not None else [(), (3,), (2, 2)][rng.integers(3)]
    values = np.round(rng.normal(0, 2, shape), 3)
    return float(values) if shape == () else values


def update(names, settings, counted=False, root=()):
    """A probe of several steps of an update from a state that isn't zero."""

    def make(rng):
        theta = parameters(rng)
        shape = np.shape(theta)
        states = [np.abs(parameters(rng, shape)) for _ in names]
        if "m" in names:  # centred: m² must not be above S; for Adam any m will do
            states = [s if name != "m" else 0.3 * s for s, name in zip(states, names, strict=True)]
            states = [s + (name in root) for s, name in zip(states, names, strict=True)]
        first = int(rng.integers(1, 5))
        values = [setting(rng) for setting in settings]
        grads = [parameters(rng, shape) for _ in range(3)]

        def run(recorder):
            now = [theta, *(float(s) if shape == () else s for s in states)]
            for t, grad in enumerate(grads, start=first):
                count = (t,) if counted else ()
                result = recorder.call(f"step {t}", now[0], grad, *now[1:], *count, *values)
                parts = list(result) if isinstance(result, np.ndarray | tuple) else []
                right = len(parts) == len(now) and all(np.shape(p) == shape for p in parts)
                if not right:
                    recorder.end()
                now = [float(p) if shape == () else p for p in parts]

        return Probe("fresh", "", run)

    return make


def full_matrix(rng):
    """A few steps from a symmetric S without negative eigenvalues."""
    size = int(rng.integers(1, 4))
    root = rng.normal(0, 1, (size, size))
    grads = [parameters(rng, (size,)) for _ in range(3)]
    settings = rate(rng), beta(rng), epsilon(rng)
    return steps(
        "fresh", parameters(rng, (size,)), grads, settings, start=[root @ root.T], text="x"
    )


def rate(rng):
    return float(np.round(rng.uniform(0.01, 0.5), 3))


def epsilon(rng):
    return float(10.0 ** rng.integers(-6, 0))


def optimizer(rng):
    theta = parameters(rng)
    settings = (rate(rng), beta(rng), epsilon(rng))[: rng.integers(1, 4)]
    grads = [parameters(rng, np.shape(theta)) for _ in range(4)]

    def run(recorder):
        step, here = recorder.method(recorder.make(*settings), "step"), theta
        for t, grad in enumerate(grads):
            here = recorder.call(f"step {t}", here, grad, function=step)
            if np.shape(here) != np.shape(theta):
                recorder.end()
            here = float(here) if np.shape(theta) == () else here

    return Probe("fresh", "", run)


def losses(rng):
    values = np.round(rng.uniform(0, 5, rng.integers(1, 12)), int(rng.integers(0, 2)))
    return np.sort(values)[::-1].tolist() if rng.random() < 0.2 else values.tolist()


def printed(rng):
    """A printed column: right, or off from some row on, or drifting."""
    settings = rate(rng), beta(rng), 10.0 ** -int(rng.integers(3, 9))
    column = EXERCISES["worked_table"].solution(parameters(rng, ()) or 1.0, *settings, 8)
    noise = rng.choice([0, 1e-4, 5e-3]) * rng.normal(size=9) + rng.choice([0, 4e-4]) * np.arange(9)
    noise[0] = 0
    return call("fresh", column.round(12).__add__(noise).tolist(), *settings, 0.002, text="x")


def sweep(rng):
    rates, seeds = int(rng.integers(2, 6)), int(rng.integers(1, 6))
    table = np.round(rng.lognormal(0, 2, (rates, seeds)), 3)
    table[rng.random(table.shape) < 0.3] = np.nan
    return call("fresh", rng.permutation(10.0 ** np.arange(-rates, 0.0)), table, text="x")


def probabilities(rng):
    n, k = rng.integers(1, 6), rng.integers(2, 6)
    p = rng.dirichlet(np.ones(k), n)
    return call("fresh", p, rng.integers(0, k, n), text="x")


def scores(rng):
    size = rng.choice([1.0, 30.0, 1000.0])
    z = rng.normal(0, size, (rng.integers(1, 5), rng.integers(2, 5)))
    return call("fresh", np.round(z, 2), text="x")


def gradient_check(rng):
    a, b, c = np.round(rng.normal(size=(3, 4)), 2)

    def loss(theta):
        return float(np.sum(a * theta**3) + np.prod(theta) + np.exp(0.3 * b @ theta) + c @ theta)

    theta = np.round(rng.normal(0, 2, 4), 2)
    return call("fresh", loss, theta, float(rng.choice([0.01, 0.1, 0.5])), text="x")


def one(*makers):
    return lambda rng: call("fresh", *(maker(rng) for maker in makers), text="x")


STEP = (rate, beta, epsilon)
INPUTS = {
    "gradient_step": lambda rng: (
        lambda theta: call("fresh", theta, parameters(rng, np.shape(theta)), rate(rng), text="x")
    )(parameters(rng)),
    "valley_gradient": one(
        lambda rng: parameters(rng, (2,)), lambda rng: float(rng.integers(1, 99))
    ),
    "largest_stable_rate": one(
        lambda rng: np.round(rng.lognormal(0, 2, rng.integers(1, 6)), 3).tolist()
    ),
    "ewma": one(lambda rng: parameters(rng, (rng.integers(1, 8),)), beta),
    "heavy_ball_step": update(("v",), (rate, beta)),
    "adagrad_step": update(("G",), (rate, epsilon)),
    "rmsprop_step": update(("S",), STEP),
    "mended_step": update(("S",), STEP),
    "half_life": one(beta),
    "past_weights": one(beta, lambda rng: int(rng.integers(1, 9))),
    "first_update": one(lambda rng: parameters(rng, ()), *STEP),
    "worked_table": one(lambda rng: parameters(rng, ()), *STEP, lambda rng: int(rng.integers(9))),
    "first_slip": printed,
    "corrected_average": one(
        lambda rng: np.abs(parameters(rng)), beta, lambda rng: int(rng.integers(1, 9))
    ),
    "first_step_factor": one(beta),
    "steps_until_unbiased": one(beta, lambda rng: float(rng.choice([0.001, 0.01, 0.1, 0.5, 2.0]))),
    "adam_step": update(("m", "v"), (rate, beta, beta, epsilon), counted=True),
    "adadelta_step": update(("E_g", "E_x"), (beta, epsilon)),
    "fair_winner": sweep,
    "sample_rates": lambda rng: tuning._sampling("fresh", *rng.choice(_RANGES), 2000),
    "cosine_rate": lambda rng: (
        lambda steps: call("fresh", int(rng.integers(0, steps + 1)), steps, rate(rng), text="x")
    )(int(rng.integers(1, 50))),
    "best_epoch": one(losses, lambda rng: int(rng.integers(1, 5))),
    "softmax": scores,
    "softmax_gradient": probabilities,
    "minibatches": lambda rng: network._batch_probe("fresh", *map(int, rng.integers(30, 99, 2))),
    "numerical_gradient": gradient_check,
    "centered_step": update(("S", "m"), STEP, root=("S",)),
    "MyRMSprop": optimizer,
    "MyCorrectedRMSprop": optimizer,
    "clip_gradient": one(lambda rng: parameters(rng, (3,)), lambda rng: float(rng.uniform(0.5, 4))),
    "full_matrix_step": full_matrix,
    "from_pytorch": one(rate, beta, epsilon),
    "count_flips": one(lambda rng: parameters(rng, (rng.integers(1, 7), rng.integers(1, 4)))),
    "steps_to_reach": one(losses, lambda rng: float(np.round(rng.uniform(0, 4), 1))),
}
_RANGES = [(1e-5, 1e-1), (0.003, 3.0), (1e-3, 10.0)]


# ── the programs ─────────────────────────────────────────────────────────────────────────────────


def made(source, name):
    namespace = {"np": np}
    try:
        exec(compile(source, CHANGED, "exec"), namespace)
    except Exception:
        return None
    return namespace[name]


def passes(exercise, function):
    """Whether a check lets a program pass; a program that never ends doesn't."""
    by_parts = getattr(exercise, "update", None)  # then more forms pass than are listed
    if not by_parts and not within_limits(lambda: exercise._works(function), LINES):
        return False
    seen = within_limits(lambda: observe(function, exercise.probes), LINES)
    return bool(seen) and exercise._compare(seen).passed


def differs(exercise, function, rng):
    """The fresh probe on which a program does what neither the solution nor a valid form does."""
    groups = [as_tuple(form) for form, _ in exercise.variants.values()]
    forms = [one for group in groups for one in group if not isinstance(one, Inferred)]
    for _ in range(FRESH):
        probe = INPUTS[exercise.name](rng)
        seen = record(function, probe)[0]
        right = [exercise.solution, *(instantiate(form, []) for form in forms)]
        if all(first_difference(seen, record(form, probe)[0]) is not None for form in right):
            return seen, record(exercise.solution, probe)[0]
    return None


def test_there_are_fresh_inputs_for_every_exercise():
    assert set(INPUTS) == set(EXERCISES)


@pytest.mark.parametrize("name", EXERCISES)
def test_no_program_that_gives_other_numbers_passes(name):
    exercise = EXERCISES[name]
    rng = np.random.default_rng(1)
    passed = 0
    with quiet():
        assert differs(exercise, exercise.solution, rng) is None
        for source in mutants(exercise.solution, PROGRAMS):
            function = made(source, name)
            if function is not None and passes(exercise, function):
                passed += 1
                difference = differs(exercise, function, rng)
                assert difference is None, f"{source}\n{difference}"
