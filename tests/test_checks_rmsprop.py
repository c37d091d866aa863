"""The central exercise names every mistake, however it is written."""

import time

import numpy as np
import pytest

from rmsprop_lesson import checks
from rmsprop_lesson.course.checks import catalogue
from rmsprop_lesson.course.checks.engine import Fresh, as_tuple
from rmsprop_lesson.course.checks.observe import record

EXERCISE = checks.exercises()["rmsprop_step"]
ROOT = "\ntheta = theta - lr * grad / (S + eps) ** 0.5"
AVERAGE = "S = S + (1 - beta) * (grad * grad - S)"

# The catalogue's mistakes, written the way learners write: each in other words than there.
SECOND = {
    "beta and 1-beta swapped": "S = S + beta * (grad**2 - S)" + ROOT,
    "gradient not squared": "S = S + (1 - beta) * (grad - S)" + ROOT,
    "absolute value instead of square": "S += (1 - beta) * ((grad**2) ** 0.5 - S)" + ROOT,
    "square of the average": "m = S + (1 - beta) * (grad - S)\nS = m * m" + ROOT,
    "no square root": AVERAGE + "\ntheta = theta - lr / (eps + S) * grad",
    "root taken twice": AVERAGE + "\ntheta = theta - lr * grad * (S + eps) ** -0.25",
    "previous S used": "theta = theta - lr * grad / (S + eps) ** 0.5\n" + AVERAGE,
    "S restarted at each step": "S = 0 * S\n" + AVERAGE + ROOT,
    "sum instead of average": "S = grad * grad + S" + ROOT,
    "old S not decayed": "S = S + grad * grad * (1 - beta)" + ROOT,
    "1-beta left out": "S = grad * grad + S * beta" + ROOT,
    "bracket missing around 1-beta": "S = S * beta + 1 - grad * grad * beta" + ROOT,
    "beta applied twice": "for _ in range(2):\n    " + AVERAGE + ROOT,
    "1-beta squared": "new = (1 - beta) * grad\nS = S * beta + new * new" + ROOT,
    "mean over the parameters": (
        "g2 = np.sum(np.square(grad)) / np.size(grad)\nS = g2 * (1 - beta) + S * beta" + ROOT
    ),
    "norm of the gradient": (
        "length = np.sqrt(np.vdot(grad, grad))\nS = beta * S + (1 - beta) * length**2" + ROOT
    ),
    "largest gradient for all": (
        "S = S * beta + (1 - beta) * np.abs(grad).max() ** 2\n"
        "theta = theta - lr * grad / np.sqrt(eps + S)"
    ),
    "maximum instead of average": "S = np.where(grad**2 > beta * S, grad**2, beta * S)" + ROOT,
    "S never falls": "new = (1 - beta) * grad**2 + beta * S\nS = np.where(new < S, S, new)" + ROOT,
    "S starts from the gradient": (
        "if np.all(S == 0):\n    S = grad * grad\nelse:\n    " + AVERAGE + ROOT
    ),
    "epsilon kept in S": (
        "S = S * beta + grad * grad * (1 - beta) + eps\ntheta = theta - lr * grad / S**0.5"
    ),
    "plain gradient descent": AVERAGE + "\ntheta = theta + -lr * grad",
    "momentum instead": "S = S + (1 - beta) * (grad - S)\ntheta = theta - S * lr",
    "sign flipped": AVERAGE + "\ntheta = lr * grad / (S + eps) ** 0.5 + theta",
    "sign of the gradient": (
        AVERAGE + "\ntheta = theta - lr * (1.0 * (grad > 0) - 1.0 * (grad < 0))"
    ),
    "multiplied by the root": AVERAGE + "\ntheta = theta - (S + eps) ** 0.5 * grad * lr",
    "fraction upside down": AVERAGE + "\ntheta = theta - lr * (S + eps) ** 0.5 / grad",
    "square of g in the step": AVERAGE + "\ntheta = theta - lr * grad * grad / (S + eps) ** 0.5",
    "root of g instead of S": AVERAGE + "\ntheta = theta - lr / (eps + S) * abs(grad) ** 0.5",
    "logarithm instead of root": (
        AVERAGE + "\ntheta = theta - lr * grad * np.log(S + eps) ** -1.0"
    ),
    "1 added to S": AVERAGE + "\ntheta = theta - lr * grad * (S + 1) ** -0.5",
    "epsilon missing": AVERAGE + "\ntheta = theta - lr * grad / S**0.5",
    "epsilon replaced by a guard": (
        AVERAGE + "\nroot = np.where(S == 0, 1, np.sqrt(S))\ntheta = theta - lr * grad / root"
    ),
    "epsilon added to theta": AVERAGE + "\ntheta = theta - (lr * grad / S**0.5 + eps)",
    "epsilon squared": AVERAGE + "\ntheta = theta - lr * grad / (S + eps * eps) ** 0.5",
    "root of epsilon": AVERAGE + "\ntheta = theta - lr * grad / (eps**0.5 + S**0.5)",
    "epsilon twice": AVERAGE + "\ntheta = theta - lr * grad / (eps + (S + eps) ** 0.5)",
    "epsilon subtracted": AVERAGE + "\ntheta = theta - lr * grad / (S - eps) ** 0.5",
    "epsilon hard-coded": AVERAGE + "\ntheta = theta - lr * grad / (S + 1e-7) ** 0.5",
    "beta hard-coded": "S = S + 0.1 * (grad**2 - S)" + ROOT,
    "learning rate hard-coded": AVERAGE + "\ntheta = theta - grad / (S + eps) ** 0.5 / 1000",
    "learning rate left out": AVERAGE + "\ntheta = theta - grad * (S + eps) ** -0.5",
    "learning rate squared": AVERAGE + "\ntheta = theta - lr * (lr * grad / (S + eps) ** 0.5)",
    "learning rate under the root": AVERAGE + "\ntheta = theta - grad / (lr * S + lr * eps) ** 0.5",
    "divided by the learning rate": AVERAGE + "\ntheta = theta - grad / (S + eps) ** 0.5 / lr",
    "1-beta in the step": AVERAGE + "\ntheta = theta - lr * (1 - beta) * grad / (S + eps) ** 0.5",
    "theta decayed": AVERAGE + "\ntheta = theta * beta - lr * grad / (S + eps) ** 0.5",
    "theta in place of the gradient": "grad = theta\n" + AVERAGE + ROOT,
    "gradient clipped": "grad = np.maximum(np.minimum(grad, 1), -1)\n" + AVERAGE + ROOT,
    "step clipped": (
        AVERAGE + "\nratio = grad / (S + eps) ** 0.5\n"
        "theta = theta - lr * np.maximum(-1, np.minimum(1, ratio))"
    ),
    "rounded": AVERAGE + ROOT + "\ntheta, S = np.round(theta * 1000) / 1000, S",
    "momentum as well": (
        "if not np.any(S):\n    kept['v'] = 0\n"
        + AVERAGE
        + "\nkept['v'] = kept['v'] * 0.9 + grad / (S + eps) ** 0.5\ntheta = theta - kept['v'] * lr"
    ),
    "average of g in the numerator": (
        "if not np.any(S):\n    kept['m'] = 0\nkept['m'] += (1 - beta) * (grad - kept['m'])\n"
        + AVERAGE
        + "\ntheta = theta - lr * kept['m'] / (S + eps) ** 0.5"
    ),
    "centred": (
        "if not np.any(S):\n    kept['m'] = 0\nkept['m'] += (1 - beta) * (grad - kept['m'])\n"
        + AVERAGE
        + "\ntheta = theta - lr * grad / (S + eps - kept['m'] ** 2) ** 0.5"
    ),
    "bias correction from t = 0": (
        "t = kept['t'] = kept.get('t', -1) + 1 if np.any(S) else 0\n"
        + AVERAGE
        + "\ntheta = theta - lr * grad / (S / np.float64(1 - beta**t) + eps) ** 0.5"
    ),
    "S returned before the update": "old = S\n" + AVERAGE + ROOT + "\nS = old",
    "root of S returned": AVERAGE + ROOT + "\nS = S**0.5",
    "theta not updated": AVERAGE + "\nnew = theta - lr * grad / (S + eps) ** 0.5",
    "step instead of theta": AVERAGE + "\ntheta = lr * grad / (S + eps) ** 0.5",
    "wrong order returned": AVERAGE + ROOT + "\nreturn S, theta",
    "only theta returned": AVERAGE + ROOT + "\nreturn theta",
    "only S returned": AVERAGE + ROOT + "\nreturn S",
}

VARIANTS = {
    "epsilon outside the root": AVERAGE + "\ntheta = theta - lr * grad / (S**0.5 + eps)",
    "epsilon as a floor": AVERAGE + "\ntheta = theta - lr * grad / np.sqrt(np.maximum(eps, S))",
    "bias correction": (
        "t = kept['t'] = kept.get('t', 0) + 1 if np.any(S) else 1\n"
        + AVERAGE
        + "\ntheta = theta - lr * grad / ((S / (1 - beta**t)) ** 0.5 + eps)"
    ),
    "S starts at 1": "if not np.any(S):\n    S = S + 1\n" + AVERAGE + ROOT,
}


def written(body, kept=None):
    """A function with this body, made as a notebook cell makes it."""
    lines = "\n".join("    " + line for line in f"{body}\nreturn theta, S".splitlines())
    namespace = {"np": np, "kept": {} if kept is None else kept}
    exec(f"def rmsprop_step(theta, grad, S, lr, beta, eps):\n{lines}", namespace)
    return namespace["rmsprop_step"]


# Where the catalogue has several forms of an entry: the others.
FORGETTING = "if not np.any(S):\n    kept.clear()\n"
OUTSIDE = "\ntheta = theta - lr * grad / (S**0.5 + eps)"
V = "kept['v'] = kept.get('v', 0) * {} + grad / (S + eps) ** 0.5\ntheta = theta - lr * kept['v']"
M = "kept['m'] = kept.get('m', 0) * {0} + (1 - {0}) * grad\ntheta = theta - lr * {1}"
NUMERATOR = "kept['m'] / (S + eps) ** 0.5"
OTHER_FORMS = [
    *(
        ("momentum as well", f"{start}{AVERAGE}\n{V.format(decay)}")
        for start in ("", FORGETTING)
        for decay in ("beta", "0.9")
    ),
    *(
        ("average of g in the numerator", f"{start}{AVERAGE}\n{M.format(decay, NUMERATOR)}")
        for start in ("", FORGETTING)
        for decay in ("beta", "0.9")
    ),
    *(
        (
            "centred",
            f"{start}{AVERAGE}\n{M.format('beta', 'grad / (S + eps - kept[`m`]**2) ** 0.5')}",
        )
        for start in ("", FORGETTING)
    ),
    *(
        ("theta in place of the gradient", f"S = S + (1 - beta) * ({inside}**2 - S)\n{step}")
        for inside, step in (
            ("theta", "theta = theta - lr * grad / (S + eps) ** 0.5"),
            ("grad", "theta = theta - lr * theta / (S + eps) ** 0.5"),
            ("theta", "theta = theta - lr * theta / (S + eps) ** 0.5"),
        )
    ),
    ("S starts from the gradient", f"S = np.where(S == 0, grad**2, S)\n{AVERAGE}{ROOT}"),
    ("epsilon hard-coded", AVERAGE + "\ntheta = theta - lr * grad / (S**0.5 + 1e-7)"),
    ("beta hard-coded", "S = 0.1 * grad**2 + 0.9 * S" + OUTSIDE),
    ("learning rate hard-coded", AVERAGE + "\ntheta = theta - grad / (S**0.5 + eps) / 1000"),
    ("learning rate left out", AVERAGE + "\ntheta = theta - grad / (S**0.5 + eps)"),
    (
        "root kept in S",
        "S = np.hypot(S * beta**0.5, grad * (1 - beta) ** 0.5)\n"
        "theta = theta - lr * grad / (S + eps)",
    ),
    ("no square root", AVERAGE + "\ntheta = theta - lr * grad / (S**0.5 + eps) ** 2"),
    ("brackets missing in the power", AVERAGE + "\ntheta = theta - lr * grad * S**-1/2"),
    (
        "average of g in the numerator",
        f"{FORGETTING}{AVERAGE}\nkept['v'] = 0.9 * kept.get('v', 0) + lr * grad\n"
        "theta = theta - kept['v'] / (S + eps) ** 0.5",
    ),
]
OTHER_VARIANTS = [("S starts at 1", f"S = np.where(S == 0, 1.0, S)\n{AVERAGE}{ROOT}")]


@pytest.mark.parametrize(("name", "body"), OTHER_FORMS)
def test_every_form_of_a_mistake_gets_its_name(name, body):
    verdict = EXERCISE.judge(written(body.replace("`", "'")))
    assert (verdict.passed, verdict.mistake) == (False, name), verdict


def test_a_few_calls_that_are_alike_explain_nothing():
    """A loop around the whole step fails on floats, and the calls before them look like more."""
    step = "for _ in range(len(theta)):\n    theta = theta - lr * grad / (S + eps) ** 0.5"
    verdict = EXERCISE.judge(written(f"{AVERAGE}\n{step}"))
    assert not verdict.passed
    assert not {"learning rate under the root", "divided by the power"} & set(verdict.mistakes)


@pytest.mark.parametrize(("name", "body"), OTHER_VARIANTS)
def test_every_form_of_a_variant_passes_and_is_named(name, body):
    verdict = EXERCISE.judge(written(body))
    assert (verdict.passed, verdict.variant) == (True, name), verdict


def test_the_catalogue_is_as_large_as_promised_and_the_common_ones_have_a_second_version():
    assert len(EXERCISE.mistakes) >= 30
    assert set(SECOND) <= set(EXERCISE.mistakes)
    assert set(VARIANTS) == set(EXERCISE.variants)


@pytest.mark.parametrize("name", SECOND)
def test_a_mistake_in_other_words_gets_its_own_name(name):
    verdict = checks.rmsprop_step(written(SECOND[name]))
    assert (verdict.passed, verdict.mistake) == (False, name)
    said = verdict.message.partition("\nThen: The caller's ")[0]  # one of them works in place, too
    assert said.endswith(EXERCISE.mistakes[name][1])


@pytest.mark.parametrize("name", EXERCISE.mistakes)
def test_a_catalogued_mistake_gets_its_own_name(name):
    for implementation in as_tuple(EXERCISE.mistakes[name][0]):
        function = implementation.make() if isinstance(implementation, Fresh) else implementation
        assert checks.rmsprop_step(function).mistake == name


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_passes_and_is_named(name):
    verdict = checks.rmsprop_step(written(VARIANTS[name]))
    assert (verdict.passed, verdict.mistake, verdict.variant) == (True, None, name)
    assert name in verdict.heading


@pytest.mark.parametrize("calls_before", [0, 1, 7, 200, 3000])
@pytest.mark.parametrize("root", ["(S_hat + eps) ** 0.5", "(S_hat**0.5 + eps)"])
def test_bias_correction_is_seen_wherever_its_counter_stands(calls_before, root):
    body = (
        f"kept['t'] += 1\n{AVERAGE}\nS_hat = S / (1 - beta ** kept['t'])\n"
        f"theta = theta - lr * grad / {root}"
    )
    assert checks.rmsprop_step(written(body, {"t": calls_before})).variant == "bias correction"


def test_no_two_mistakes_are_confused():
    assert catalogue.confusions(EXERCISE) == []


def test_the_matrix_shows_that_every_mistake_is_seen_and_no_two_in_the_same_way():
    table = checks.matrix()
    assert table.any(axis=1).all()
    assert table.any(axis=0).all()  # no probe is idle
    assert list(table.columns) == [probe.name for probe in EXERCISE.probes]


def test_the_probes_of_rmsprop_step_say_from_where_they_start():
    probe = checks.exercises()["rmsprop_step"].probes[0]
    assert probe.text == "From θ = (1, -2, 0.5), S = 0, η = 0.1, β = 0.9, ε = 1e-8"
    assert checks.exercises()["rmsprop_step"].probes[2].text == (
        "From θ = (2, -1), S = 0, η = 0.5, β = 0.5, ε = 0.04"
    )


def test_a_probe_of_rmsprop_step_is_in_float32():
    seen = []

    def spy(theta, grad, S, learning_rate, beta, epsilon):
        seen.append({np.asarray(part).dtype for part in (theta, grad, S)})
        return theta, S

    probes = {probe.name: probe for probe in checks.exercises()["rmsprop_step"].probes}
    record(spy, probes["float32"])
    assert seen == [{np.dtype(np.float32)}] * 2


# ── right solutions ──────────────────────────────────────────────────────────────────────────────


def in_place_on_copies(theta, grad, S, learning_rate, beta, epsilon):
    theta, S = np.array(theta, float), np.array(S, float)
    S *= beta
    S += (1 - beta) * np.square(grad)
    theta -= learning_rate * grad / np.sqrt(S + epsilon)
    return theta, S


class Optimizer:
    def update(self, theta, grad, S, learning_rate, beta, epsilon):
        self.S = S * beta + grad * grad * (1.0 - beta)
        return theta - learning_rate / (self.S + epsilon) ** 0.5 * grad, self.S


def in_float32(theta, grad, S, learning_rate, beta, epsilon):
    f = np.float32
    theta, grad, S = (np.asarray(x, f) for x in (theta, grad, S))
    S = f(beta) * S + (f(1) - f(beta)) * grad * grad
    return [theta - f(learning_rate) * grad / np.sqrt(S + f(epsilon)), S]


def with_python_floats(theta, grad, S, learning_rate, beta, epsilon):
    if isinstance(theta, float):
        S = beta * S + (1 - beta) * grad**2
        return theta - learning_rate * grad / (S + epsilon) ** 0.5, S
    pairs = [
        with_python_floats(float(t), float(g), float(s), learning_rate, beta, epsilon)
        for t, g, s in zip(np.ravel(theta), np.ravel(grad), np.ravel(S), strict=True)
    ]
    new_theta, new_S = np.array(pairs).T
    return new_theta.reshape(theta.shape), new_S.reshape(theta.shape)


@pytest.mark.parametrize(
    "function",
    [
        EXERCISE.solution,
        in_place_on_copies,
        Optimizer().update,
        in_float32,
        with_python_floats,
        lambda *args: np.stack(EXERCISE.solution(*args)),
    ],
)
def test_a_right_solution_passes_in_any_style(function):
    verdict = checks.rmsprop_step(function)
    assert verdict.passed, verdict
    assert verdict.mistake is verdict.variant is None


# ── everything else ──────────────────────────────────────────────────────────────────────────────


def test_the_stub_is_recognised():
    namespace = {}
    exec(EXERCISE.stub, namespace)
    verdict = checks.rmsprop_step(namespace["rmsprop_step"])
    assert (verdict.passed, verdict.mistake) == (False, "still the stub")


def test_changing_the_callers_array_is_named():
    body = "S *= beta\nS += (1 - beta) * grad**2" + ROOT
    verdict = checks.rmsprop_step(written(body))
    assert verdict.mistake == "changes its arguments"
    assert "caller's S" in verdict.message


def test_state_between_calls_is_named():
    body = "kept['S'] = S = kept.get('S', 0) * beta + (1 - beta) * grad**2" + ROOT
    assert checks.rmsprop_step(written(body)).mistake == "keeps state"


@pytest.mark.parametrize(
    "body",
    [
        "S = S + (1 - beta) * (grad**2 - S)\ntheta = theta - 1.001 * lr * grad / (S + eps) ** 0.5",
        "S = beta * S + (1 - beta) * grad**5" + ROOT,
        AVERAGE + "\ntheta = theta - lr * grad / (S + 3 * eps) ** 0.5",
        AVERAGE + ROOT + "\nif np.ndim(theta) == 2:\n    theta = theta.T.reshape(theta.shape)",
    ],
)
def test_a_mistake_that_is_not_in_the_catalogue_gets_no_name_and_never_passes(body):
    verdict = checks.rmsprop_step(written(body))
    assert (verdict.passed, verdict.mistake) == (False, "unknown")
    assert "but should be" in verdict.message


def test_two_mistakes_at_once_are_both_named():
    verdict = checks.rmsprop_step(
        written("S = beta * S + grad**2\ntheta = theta - lr * grad / (S + eps)")
    )
    assert verdict.mistakes == ("1-beta left out", "no square root")
    assert verdict.mistake == "1-beta left out"
    for name in verdict.mistakes:
        assert EXERCISE.mistakes[name][1] in verdict.message


def test_a_part_that_is_known_is_named_beside_one_that_is_not():
    verdict = checks.rmsprop_step(written(SECOND["no square root"] + "\nS = S * 1.01"))
    assert set(verdict.mistakes) == {"no square root", "unknown"}


@pytest.mark.parametrize("seed", range(20))
def test_a_random_slip_never_passes_and_is_never_given_a_wrong_name(seed):
    """A right update spoilt by a random factor in one place that no catalogued mistake has."""
    rng = np.random.default_rng(seed)
    a, b, c, d = np.where(np.arange(4) == seed % 4, rng.uniform(1.01, 1.9), 1.0)
    body = (
        f"S = {a} * beta * S + {b} * (1 - beta) * grad**2\n"
        f"theta = {c} * theta - {d} * lr * grad / (S + eps) ** 0.5"
    )
    verdict = checks.rmsprop_step(written(body))
    assert (verdict.passed, verdict.mistake) == (False, "unknown")


def test_the_message_says_where_the_first_number_is_off():
    message = checks.rmsprop_step(written(SECOND["1-beta left out"])).message
    assert "step 1 with g = (3, 4, 0)" in message
    assert "S[0] is 9, but should be 0.9 (10 times too large)" in message
    assert "Was (1 − β) left out?" in message


def test_a_check_answers_within_a_second():
    start = time.process_time()
    checks.rmsprop_step(written(SECOND["learning rate squared"]))
    assert time.process_time() - start < 1


def test_the_names_are_short_and_the_explanations_are_sentences():
    for name, (_, explanation) in EXERCISE.mistakes.items():
        assert len(name) <= 35, name
        assert explanation.endswith((".", "?", ".)")), name
