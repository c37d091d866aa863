"""Updates are explained by their parts, in every exercise that keeps a state."""

import functools
import linecache
import os
import textwrap
from itertools import product

import numpy as np
import pytest

from rmsprop_lesson import checks
from rmsprop_lesson.course.checks import engine, hidden, relatives, rmsprop, slips
from rmsprop_lesson.course.checks.diagnosis import each_rule
from rmsprop_lesson.course.checks.programs import TABLES, Program
from rmsprop_lesson.course.checks.sayings import SAYINGS
from rmsprop_lesson.course.checks.scene import arguments

EXERCISES = checks.exercises()
PROGRAMS = int(os.environ.get("RMSPROP_LESSON_PROGRAMS", "40"))
CENTRAL = EXERCISES["rmsprop_step"]


def written(name, body):
    """The function of an exercise with this body."""
    if not body.startswith("class"):
        header = CENTRAL.stub if name == "rmsprop_step" else EXERCISES[name].stub
        lines = "\n".join("    " + line for line in body.splitlines())
        body = f"{header.splitlines()[0]}\n{lines}"
    namespace = {"np": np, "kept": {}}
    exec(body, namespace)
    return namespace[name]


def judged(name, body):
    return EXERCISES[name].judge(written(name, body))


# ── random updates, put together from parts ──────────────────────────────────────────────────────


# With bias correction |g|/√S is at most √t: these clips do nothing in the first 25 or 100 calls.
NEVER_REACHED = [
    rule
    for rule in slips.LIMITS["step clipped"]
    if rule.__defaults__ in ((5.0,), (10.0,)) and arguments(rule) == ("x",)
]


def random_program(rng):
    """An update with one to three slips or valid forms, and their names."""
    tables = {t: [e for e in each_rule(getattr(rmsprop.UPDATE, t)) if e[0]] for t in TABLES}
    tables["limits"] = list(each_rule(slips.LIMITS | slips.BRACKETS))
    chosen, names = {}, []
    for table in rng.choice(list(tables), size=rng.choice([1, 1, 2, 2, 3]), replace=False):
        name, rule = tables[table][rng.integers(len(tables[table]))]
        chosen[str(table)] = rule
        names.append(name)
    if "bias correction" in names and chosen.get("limits") in NEVER_REACHED:
        names.remove("step clipped")
    return Program(rmsprop.UPDATE, **chosen), names


def named(chosen):
    """The mistakes among the names of parts, as a verdict has them."""
    return set(rmsprop.UPDATE.judge.tidy(chosen).mistakes) - {"keeps state"}


def said(found):
    """The mistakes of an explanation; each "either … or …" as one of its alternatives."""
    ways = [name.removeprefix("either ").split(" or ") for name in found.mistakes]
    for one in product(*ways):
        parts = [[names] if names in SAYINGS else names.split(" and ") for names in one]
        yield {part for named in parts for part in named} - {"keeps state", "unknown"}


def rules_of(tables):
    """What has each name in the tables: lists of (table, rule)."""
    found = {}
    for table, rules in tables.items():
        for name, rule in each_rule(rules):
            if name:
                found.setdefault(name, []).append((table, rule))
    return found


RULES = rules_of(
    {name: getattr(rmsprop.UPDATE, name) for name in TABLES}
    | {"limits": slips.LIMITS | slips.BRACKETS}
)
RULES["previous S used"] = [("sources", lambda S: S)]
RULES["theta not updated"] = [("factors", lambda lr: 0 * lr)]
PARTS = {one: together for together, one in rmsprop.UPDATE.judge.merged.items()}


def ways_to_have(name):
    """Each choice of rules by which an update has a name: ``{table: rule}``."""
    if name not in RULES:
        return [dict(pair) for pair in product(*(RULES.get(n, []) for n in PARTS.get(name, ())))]
    tables = sorted({table for table, _ in RULES[name]})
    both = [[one for one in RULES[name] if one[0] == table] for table in tables]
    return [{table: rule} for table, rule in RULES[name]] + (
        [dict(pair) for pair in product(*both)] if len(tables) > 1 else []
    )


def programs_of(names):
    """Every update that is put together from parts with these names."""
    for chosen in product(*(ways_to_have(name) for name in names)):
        tables = [table for one in chosen for table in one]
        if len(set(tables)) == len(tables):
            together = {table: rule for one in chosen for table, rule in one.items()}
            for source in (together.get("sources"), slips.right_average):
                more = together if source is None else together | {"sources": source}
                yield engine.Fresh(lambda more=more: Program(rmsprop.UPDATE, **more))


def gives(implementation, seen):
    """Whether it gives what was seen, but for what an ε may change."""
    function = engine.instantiate(implementation, seen)
    return all(
        np.allclose(value, was, rtol=1e-4, atol=1e-6, equal_nan=True)
        for runs, before in zip(engine.observe(function, CENTRAL.probes), seen, strict=True)
        for (records, _), (earlier, _) in zip(runs, before, strict=True)
        for (_, value), (_, was) in zip(records, earlier, strict=True)
    )


def does_the_same(found, seen):
    """Whether an update with the names that were said gives what was seen."""
    with engine.quiet():
        return any(
            gives(one, seen)
            for names in [*said(found), set(found.mistakes)]  # that with what needs a memory
            for epsilon in [names & EPSILONS] + [{name} for name in EPSILONS if names & EPSILONS]
            for one in programs_of([*(names - EPSILONS), *epsilon, *found.variants])
        )


EPSILONS = {"epsilon missing", "epsilon hard-coded", "epsilon replaced by a guard"}


@pytest.mark.parametrize("seed", range(PROGRAMS))
def test_a_random_update_is_explained_by_its_parts_or_not_at_all(seed):
    program, names = random_program(np.random.default_rng(seed))
    with engine.quiet():
        seen = engine.observe(program, CENTRAL.probes)
        right = CENTRAL.difference(CENTRAL.solution, seen) is None
        found = rmsprop.UPDATE.explain(CENTRAL.probes, seen)
    put_in = named(names)
    if right or found is None or found.mistakes == ("unknown",):
        return
    assert found.mistakes or not put_in, names  # nothing wrong passes
    if found.unknown:  # of what is named nothing is made up
        assert any(
            all(name in put_in or put_in & set(PARTS.get(name, ())) for name in one - EPSILONS)
            for one in said(found)
        ), (names, found)
        return
    exact = any(one - EPSILONS == put_in - EPSILONS for one in said(found))
    # Several parts together may do what others do, or one of them may not show.
    assert exact or does_the_same(found, seen), (names, found)


def test_every_rule_has_a_name_that_is_explained():
    tables = [getattr(slips, name) for name in dir(slips) if name.isupper()]
    tables += [getattr(relatives, name) for name in dir(relatives) if name.isupper()]
    own = {"bias correction", "epsilon outside the root", "epsilon as a floor", "efficient form",
           "epsilon inside the root", "averaged form", "rate inside the velocity", "Nesterov",
           "minus inside the velocity", "rate and 1-beta inside", "averaged in the step",
           "not corrected", "m not corrected", "v not corrected", "",
           "epsilon outside above", "epsilon outside below"}  # fmt: skip
    for table in tables:
        if isinstance(table, dict) and all(callable(rule) for _, rule in each_rule(table)):
            assert {name for name, _ in each_rule(table)} - own <= set(SAYINGS), table.keys()


@pytest.mark.parametrize("name", SAYINGS)
def test_names_are_short_and_what_is_said_is_a_sentence(name):
    assert len(name) <= 35
    assert SAYINGS[name].endswith((".", "?", ".)"))


# ── more than one thing at once, in the words of a learner ───────────────────────────────────────

AVERAGE = "S = beta * S + (1 - beta) * grad**2\n"
SEVERAL = [
    (
        "S = beta * S + (1 - S) * grad**2\n"
        "return theta - learning_rate * grad / (S**0.5 + 1e-7), S",
        ("1-S in place of 1-beta", "epsilon hard-coded"),
    ),
    (
        "S = beta * S + (1 - beta) * np.sum(grad**2)\n"
        "return theta + learning_rate * grad / np.sqrt(S + 1e-6), S",
        ("norm of the gradient", "sign flipped", "epsilon hard-coded"),
    ),
    (
        "S = 0.9 * S + 0.1 * grad**2\nreturn theta - 0.05 * grad / np.sqrt(S + epsilon), S",
        ("beta hard-coded", "learning rate hard-coded"),
    ),
    (AVERAGE + "return grad / np.sqrt(S + epsilon), S",
     ("step instead of theta", "learning rate left out")),
    (AVERAGE + "return (theta - learning_rate * grad) / np.sqrt(S + epsilon), S",
     ("bracket around the whole update",)),
    (AVERAGE + "return theta - learning_rate * grad / (S + epsilon)**1/2, S",
     ("brackets missing in the power",)),
    ("g = grad / np.sqrt(S + epsilon)\nS = beta * S + (1 - beta) * g**2\n"
     "return theta - learning_rate * g, S",
     ("scaled gradient averaged", "previous S used")),
    (AVERAGE + "step = np.clip(2 * grad / np.sqrt(S + epsilon), -1, 1)\n"
     "return theta - learning_rate * step, S", ("factor 2 in the step", "step clipped")),
]  # fmt: skip


@pytest.mark.parametrize(("body", "names"), SEVERAL)
def test_each_part_that_is_off_is_named(body, names):
    verdict = judged("rmsprop_step", body)
    assert set(verdict.mistakes) == set(names), verdict
    assert not verdict.passed


def test_a_number_from_the_air_is_told():
    verdict = judged("rmsprop_step", AVERAGE + "return theta - 0.07 * grad / (S + epsilon)**0.5, S")
    assert verdict.mistake == "learning rate hard-coded"
    assert "0.07" in verdict.message


def test_a_valid_form_beside_a_mistake_is_said_to_be_fine():
    verdict = judged("rmsprop_step", "S = beta * S + grad**2\n"
                     "return theta - learning_rate * grad / (S**0.5 + epsilon), S")  # fmt: skip
    assert verdict.mistakes == ("1-beta left out",)
    assert "Fine as it is: epsilon outside the root" in verdict.message


# ── the other exercises ──────────────────────────────────────────────────────────────────────────

M = "m = beta1 * m + (1 - beta1) * grad\n"
V = "v = beta2 * v + (1 - beta2) * grad**2\n"
DELTA = (
    "E_g = rho * E_g + (1 - rho) * grad**2\n"
    "d = np.sqrt(E_x + epsilon) / np.sqrt(E_g + epsilon) * grad\n"
)
OTHERS = [
    ("heavy_ball_step", "v = beta * v + learning_rate * grad\nreturn theta - learning_rate * v, v",
     ("learning rate twice",)),
    ("heavy_ball_step", "v = v + grad\nreturn theta + learning_rate * v, v",
     ("velocity not decayed", "sign flipped")),
    ("adagrad_step", "G = 0.99 * G + 0.01 * grad**2\n"
     "return theta - learning_rate * grad / np.sqrt(G + 1e-6), G",
     ("average instead of sum", "epsilon hard-coded")),
    ("adam_step", M + V + "return theta - learning_rate * m / (1 - beta1)"
     " / (np.sqrt(v / (1 - beta2)) + epsilon), m, v", ("power t left out",)),
    ("adam_step", M + V + "return theta + learning_rate * m / (np.sqrt(v) + epsilon), m, v",
     ("no bias correction", "sign flipped")),
    ("adam_step", M + V + "return theta - learning_rate * (m / 1 - beta1**t)"
     " / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v", ("brackets missing in the correction",)),
    ("adadelta_step", "E_g = E_g + (1 - rho) * grad**2\n"
     "d = np.sqrt(E_x + epsilon) / np.sqrt(E_g + epsilon) * grad\n"
     "return theta + d, E_g, rho * E_x + (1 - rho) * d**2", ("old S not decayed", "sign flipped")),
    ("centered_step", "S = beta * S + grad**2\nm = beta * m + grad\n"
     "return theta - learning_rate * grad / np.sqrt(S - m**2 + epsilon), S, m",
     ("1-beta left out",)),
    ("heavy_ball_step", "v = beta * v + learning_rate * np.clip(grad, -1, 1)\nreturn theta - v, v",
     ("gradient clipped",)),
    ("heavy_ball_step", "v = learning_rate * grad - beta * v\nreturn theta - v, v",
     ("minus instead of plus",)),
    ("heavy_ball_step", "v = 0.8 * v + 0.2 * grad\nreturn theta - 0.05 * v, v",
     ("beta hard-coded", "learning rate hard-coded")),
    ("heavy_ball_step", "v = beta * v + grad\nreturn theta + 0.05 * v, v",
     ("learning rate hard-coded", "sign flipped")),
    ("heavy_ball_step", "v = beta * v - learning_rate * grad\n"
     "return theta + beta**2 * v - (1 + beta) * learning_rate * grad, v",
     ("look-ahead with the new velocity",)),
    ("heavy_ball_step", "v = beta * v + grad\nreturn theta - learning_rate * (v + beta * v), v",
     ("velocity twice in the look-ahead",)),
    ("heavy_ball_step", "return theta - (beta * v + learning_rate * grad), v",
     ("velocity returned before the update",)),
    ("adagrad_step", "G = 0.93 * G + grad**2\n"
     "return theta + learning_rate * grad / (G**0.5 + epsilon), G",
     ("old G decayed", "sign flipped")),
    ("adagrad_step", "G = np.where(G == 0, 0.1, G) + grad**2\n"
     "return theta - learning_rate * grad / (G**0.5 + epsilon), G", ("S starts elsewhere",)),
    ("adagrad_step", "G = (G**2 + grad**2)**0.5\nreturn theta - learning_rate * grad / G, G",
     ("root kept in S",)),
    ("adagrad_step", "G = grad**2\nreturn theta - learning_rate * grad / G**0.5, G",
     ("G restarted", "epsilon missing")),
    ("adam_step", "m = 0.8 * m + 0.2 * grad\n" + V + "return theta + learning_rate * m"
     " / (1 - 0.8**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v",
     ("beta1 hard-coded", "sign flipped")),
    ("adam_step", M + V + "rate = learning_rate * np.sqrt(1 - beta2) / (1 - beta1)\n"
     "return theta - rate * m / (np.sqrt(v) + epsilon), m, v", ("power t left out",)),
    ("adam_step", V + "return theta - learning_rate * m / (1 - beta1**t)"
     " / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v", ("m never updated",)),
    ("adam_step", M + "w = v\n" + V + "return theta - learning_rate * m / (1 - beta1**t)"
     " / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, w", ("v returned before the update",)),
    ("adam_step", M + V + "m_hat = (beta1 * m + (1 - beta1) * grad) / (1 - beta1**t)\n"
     "return theta - learning_rate * m_hat / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v",
     ("look-ahead in the numerator",)),
    ("adadelta_step", DELTA + "return theta - 0.35 * d, E_g, rho * E_x + (1 - rho) * d**2",
     ("a learning rate as well",)),
    ("adadelta_step", DELTA + "return theta + d, E_g, rho * E_x + (1 - rho) * d",
     ("step not squared", "sign flipped")),
    ("adadelta_step", DELTA.replace("(E_x + epsilon) / np.sqrt(E_g", "(E_x + epsilon / E_g")
     + "return theta - d, E_g, rho * E_x + (1 - rho) * d**2",
     ("brackets missing in the fraction",)),
    ("centered_step", "S = 0.8 * S + 0.2 * grad**2\nm = 0.8 * m + 0.2 * grad\n"
     "return theta + learning_rate * grad / np.sqrt(S - m**2 + epsilon), S, m",
     ("beta hard-coded", "sign flipped")),
    ("centered_step", "S = beta * S + (1 - beta) * grad**2\n"
     "return theta - learning_rate * grad / np.sqrt(S - m**2 + epsilon), S, m",
     ("m never updated",)),
    ("centered_step", "S = beta * S + (1 - beta) * grad**2\nm = beta * m + (1 - beta) * grad\n"
     "S = S - m**2\nreturn theta - learning_rate * grad / S**0.5, S, m",
     ("variance kept as S", "epsilon missing")),
    ("heavy_ball_step", "v = beta * v + learning_rate * (grad + 0.01 * theta)\n"
     "return theta - v, v", ("weight decay",)),
    ("adam_step", M + V + "rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)\n"
     "return theta - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v",
     ("corrected twice",)),
    ("adam_step", M + V + "return theta - learning_rate * (1 - beta1) * m / (1 - beta1**t)"
     " / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v", ("1-beta in the step",)),
    ("adam_step", M + V + "rate = learning_rate / np.sqrt(t)\nm_hat = m / (1 - beta1**t)\n"
     "return theta - rate * m_hat / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v",
     ("learning rate falls by itself",)),
    ("adadelta_step", DELTA.replace(" * grad\n", "\n")
     + "return theta - d, E_g, rho * E_x + (1 - rho) * (d * grad) ** 2",
     ("gradient left out of the step",)),
    ("adadelta_step", DELTA.replace("np.sqrt(E_x + epsilon)", "-0.04")
     + "return theta + d, E_g, rho * E_x + (1 - rho) * d**2",
     ("a learning rate as well", "E_x left out of the step")),
    ("adadelta_step", "old = E_g\n" + DELTA.replace("E_x", "old")
     + "return theta - d, E_g, rho * E_x + (1 - rho) * d**2", ("E_g above",)),
    ("centered_step", "S = beta * S + (1 - beta) * grad**2\n"
     "return theta - learning_rate * grad / np.sqrt(S + m**2 + epsilon), S, m",
     ("m never updated", "mean added")),
    ("worked_table", "S, x, out = 0, theta, [theta]\nfor _ in range(steps):\n"
     "    S = beta * S + x**2\n    x = x + learning_rate * x / (S**0.5 + epsilon)\n"
     "    out.append(x)\nreturn out", ("1-beta left out", "sign flipped")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "names"), OTHERS)
def test_the_parts_of_the_other_updates_are_named_too(name, body, names):
    verdict = judged(name, body)
    assert set(verdict.mistakes) == set(names), verdict


def test_of_two_averages_the_one_that_is_off_is_named():
    verdict = judged("adam_step", M + V + "return theta - learning_rate * m * (1 - beta1**t)"
                     " / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v")  # fmt: skip
    assert verdict.mistakes == ("bias correction multiplied",)
    assert "Is m multiplied by" in verdict.message


def test_what_is_said_has_the_names_of_the_exercise():
    verdict = judged("adadelta_step", DELTA.replace("rho", "0.8")
                     + "return theta - d, E_g, 0.8 * E_x + 0.2 * d**2")  # fmt: skip
    assert verdict.mistakes == ("beta hard-coded",)
    assert "Does ρ come" in verdict.message
    assert "argument rho" in verdict.message
    verdict = judged("adagrad_step", "return theta - learning_rate * grad / (G**0.5 + epsilon), G")
    assert verdict.mistakes == ("S never updated",)
    assert "β" not in verdict.message


def test_a_valid_form_is_not_made_up_where_the_velocity_is_not_seen():
    verdict = judged("heavy_ball_step", "return theta - (beta * v + learning_rate * grad), v")
    assert "Fine as it is: rate inside the velocity" in verdict.message
    assert "Nesterov" not in verdict.message


def test_two_pairs_that_fit_equally_are_both_said():
    verdict = judged("past_weights", "w = beta ** np.arange(n)[::-1]\nreturn w / w.sum()")
    assert verdict.mistakes == ("normalised", "either negative power or oldest first")
    body = "a, out = 0.0, []\nfor x in values:\n    a = (1 - beta) * a + beta * x\n"
    verdict = judged("ewma", body + "    out.append(a)\n    return np.array(out)")
    assert verdict.mistakes == (
        "only the first average", "either beta and 1-beta swapped or same weight on both"
    )  # fmt: skip
    assert "exchanged?" in verdict.message
    assert " Or: " in verdict.message


@pytest.mark.parametrize(
    ("place", "mistakes"),
    [
        ("0", ("place of epsilon as a number",)),
        ("0.0", ("place of epsilon as a number",)),
        ("np.zeros(())", ("place of epsilon as a number",)),
        ("1", ("epsilon inside",)),
        ("np.bool_(False)", ()),
        ("bool(0)", ()),
    ],
)
def test_the_place_of_epsilon_is_true_or_false_and_no_number(place, mistakes):
    settings = "learning_rate=lr, beta=alpha, epsilon=eps"
    verdict = judged("from_pytorch", f"return dict({settings}, epsilon_inside={place})")
    assert verdict.mistakes == mistakes, verdict
    assert verdict.passed == (not mistakes)


MATRIX = "S = beta * S + (1 - beta) * np.outer(grad, grad)\nvalues, Q = np.linalg.eigh(S)\n"
SCALES = "scales = 1 / np.sqrt(values + epsilon)\n"


@pytest.mark.parametrize(
    ("name", "body", "mistakes"),
    [
        ("full_matrix_step", MATRIX + SCALES
         + "return theta - learning_rate * Q @ scales @ Q.T @ grad, S", ("diag missing",)),
        ("full_matrix_step", MATRIX.replace("(1 - beta) * ", "") + SCALES
         + "return theta - learning_rate * Q @ (scales * Q.T) @ grad, S",
         ("diag missing", "1-beta left out")),
        ("full_matrix_step", MATRIX + SCALES
         + "return theta - learning_rate * (Q * np.sqrt(scales)) @ Q.T @ grad, S",
         ("root taken twice",)),
        ("full_matrix_step", MATRIX + "root = Q @ np.diag((values + epsilon**2) ** -0.5) @ Q.T\n"
         "return theta - root @ grad, S", ("epsilon squared", "learning rate left out")),
        ("first_update", "grad = theta\nS = abs(grad) * (1 - beta) ** 0.5\n"
         "step = learning_rate * grad / (S + epsilon)\nreturn grad, S, step, theta - step",
         ("root kept in S",)),
        ("full_matrix_step", MATRIX + "L = np.linalg.cholesky(S + epsilon * np.eye(len(S)))\n"
         "return theta - learning_rate * np.linalg.inv(L) @ grad, S", ("Cholesky factor",)),
        ("clip_gradient", "n = np.linalg.norm(grad, 2)\n"
         "return grad * (most / n) if n > most else grad", ("vectors only",)),
        ("clip_gradient", "g = grad.copy()\ng[abs(g) > most] = most\nreturn g",
         ("each component clipped",)),
        ("clip_gradient", "return grad / max(most, np.linalg.norm(grad))",
         ("scaled to length 1",)),
        ("half_life", "return np.log10(2) / np.log(beta)", ("sign flipped", "logarithms mixed")),
    ],
)  # fmt: skip
def test_matrices_lengths_and_logarithms(name, body, mistakes):
    verdict = judged(name, body)
    assert set(verdict.mistakes) == set(mistakes), verdict


VALID = [
    ("heavy_ball_step", "v = beta * v - learning_rate * grad\nreturn theta + v, v",
     "rate inside the velocity"),
    ("heavy_ball_step", "v = beta * v - grad\nreturn theta + learning_rate * v, v",
     "minus inside the velocity"),
    ("heavy_ball_step", "new = beta * v - learning_rate * grad\n"
     "return theta - beta * v + (1 + beta) * new, new", "Nesterov"),
    ("adam_step", M + V + "rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)\n"
     "return theta - rate * m / (np.sqrt(v) + epsilon), m, v", "efficient form"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "variant"), VALID)
def test_what_the_field_calls_right_passes_and_is_named(name, body, variant):
    verdict = judged(name, body)
    assert (verdict.passed, verdict.variant) == (True, variant), verdict


OPTIMIZER = """class MyRMSprop:
    def __init__(self, learning_rate, beta=0.9, epsilon={epsilon}):
        self.lr, self.b, self.e, self.S, self.t = learning_rate, beta, epsilon, 0.0, 0

    def step(self, theta, grad):
        self.t += 1
        self.S = {S}
        return {step}
"""


def optimizer(
    S="self.b * self.S + (1 - self.b) * grad**2",
    step="theta - self.lr * grad / np.sqrt(self.S + self.e)",
    epsilon="1e-8",
):
    return OPTIMIZER.format(S=S, step=step, epsilon=epsilon)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (optimizer(epsilon="1e-6"), ("another default of epsilon",)),
        (optimizer(S="self.b * self.S + grad**2",
                   step="theta + self.lr * grad / (self.S**0.5 + self.e)"),
         ("1-beta left out", "sign flipped")),
        (optimizer(step="theta - self.lr * grad / self.S**0.5 + self.e"),
         ("epsilon added to theta",)),
    ],
)  # fmt: skip
def test_the_class_is_matched_against_products_of_parts(source, names):
    verdict = judged("MyRMSprop", source)
    assert set(verdict.mistakes) == set(names), verdict


def test_bias_correction_in_the_class_is_a_valid_form():
    step = "theta - self.lr * grad / np.sqrt(self.S / (1 - self.b**self.t) + self.e)"
    verdict = judged("MyRMSprop", optimizer(step=step))
    assert (verdict.passed, verdict.variant) == (True, "bias correction"), verdict


def test_hidden_averages_are_followed_object_by_object():
    rows = [{"g": np.array([x]), "shape": (1,), "before": before}
            for x, before in ((1.0, None), (5.0, None), (2.0, 0))]  # fmt: skip
    known = hidden.Followed.of(rows)
    old, new = known.follow(lambda g: 0 * g, lambda g: g, lambda S, q: S + q)
    assert new.tolist() == [1.0, 5.0, 3.0]
    assert old.tolist() == [0.0, 0.0, 1.0]


# ── what a new learner read, and was misled by ───────────────────────────────────────────────────

FIRST = "step = learning_rate * grad / np.sqrt(S + epsilon)\ntheta = theta - step\n"
COLUMN = "S, thetas = 0.0, [theta]\nfor _ in range(steps):\n{}    thetas.append(theta)\n"
LOSS = "grad = theta**2 / 2\nS = (1 - beta) * grad**2\n" + FIRST
ROOT_OF_MEAN = "S = beta * S + (1 - beta) * np.mean(grad**2)\n"


def with_source(name, body):
    """The function of an exercise with this body, in a file of its own as in a notebook."""
    header = EXERCISES[name].stub.splitlines()[0]
    return with_cell(name, header + "\n" + textwrap.indent(body, "    ") + "\n")


def with_cell(name, source):
    """What a notebook's cell makes, with its source."""
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    namespace = {"np": np}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace[name]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("gradient_step", "n = np.size(grad) + 1\nreturn theta - 2 * learning_rate / n * grad"),
        ("adagrad_step", "G = np.where(G == 0, G + abs(theta), G) + grad**2\n"
         "return theta - learning_rate * grad / (G**0.5 + epsilon), G"),
        ("heavy_ball_step", "v = beta * v + np.clip(grad, -1.3, 1.7)\n"
         "return theta - learning_rate * v, v"),
    ],
)  # fmt: skip
def test_no_nonsense_mends_a_program(name, body):
    """A size of η, a sum that is never −1, a gradient that is its own limit."""
    verdict = EXERCISES[name].judge(with_source(name, body))
    assert not verdict.passed
    assert verdict.mistake not in ("wrong name", "off by one", "number instead of an argument")


def test_what_was_guessed_beside_an_unknown_part_goes_if_one_change_mends_all():
    body = "v = beta * v // 1 + learning_rate * grad\nreturn theta - v, v"
    verdict = EXERCISES["heavy_ball_step"].judge(with_source("heavy_ball_step", body))
    assert verdict.mistakes == ("wrong operator",)
    assert len(verdict.message.splitlines()) == 2, verdict


@pytest.mark.parametrize(
    ("name", "body", "mistake", "said", "unsaid"),
    [
        (
            "gradient_step",
            "return theta - eta * grad",
            "undefined name",
            "`learning_rate`",
            "`theta` m",
        ),
        ("gradient_step", "return learning_rate * grad", "step returned", "Subtract", "added"),
        (
            "largest_stable_rate",
            "return 2 / (np.max(curvatures) + np.min(curvatures))",
            "best rate",
            "where it diverges",
            "catalogue",
        ),
        (
            "heavy_ball_step",
            "v = beta * v\nreturn theta - learning_rate * (v + grad), v",
            "gradient missing in what is kept",
            "βv + g",
            "catalogue",
        ),
        (
            "rmsprop_step",
            ROOT_OF_MEAN + "return theta - learning_rate * grad / np.sqrt(S + epsilon), S",
            "mean over the parameters",
            "Each has its own",
            "np.mean(2)",
        ),
        (
            "first_update",
            LOSS + "return grad, S, step, theta",
            "loss taken for the gradient",
            "its derivative is θ",
            "2 / 2",
        ),
        (
            "first_update",
            "S = (1 - beta) * grad**2\ngrad = theta\n" + FIRST + "return grad, S, step, theta",
            "used before it is made",
            "put that line earlier",
            "belongs",
        ),
        (
            "worked_table",
            "theta = 2.0\n"
            + COLUMN.format(
                "    S = beta * S + (1 - beta) * theta**2\n"
                "    theta = theta - learning_rate * theta / np.sqrt(S + epsilon)\n"
            )
            + "return np.array(thetas)",
            "theta_0 fixed",
            "an argument",
            "agree",
        ),
        (
            "worked_table",
            COLUMN.format(
                "    theta = theta - learning_rate * theta / np.sqrt(S + epsilon)\n"
                "    S = beta * S + (1 - beta) * theta**2\n"
            )
            + "return np.array(thetas)",
            "new theta in S",
            "The gradient comes first",
            "catalogue",
        ),
        (
            "corrected_average",
            "return S / np.sqrt(1 - beta**t)",
            "root of the correction",
            "S doesn't",
            "np.sqrt(1)",
        ),
        (
            "cosine_rate",
            "t = t % steps\nreturn learning_rate * (1 + np.cos(np.pi * t / steps)) / 2",
            "starts again at the end",
            "should end",
            "steps ** 2",
        ),
        (
            "cosine_rate",
            "low = 1e-6\nx = (1 + np.cos(np.pi * t / steps)) / 2\n"
            "return low + (learning_rate - low) * x",
            "ends above 0",
            "ends at 0",
            "brackets",
        ),
        (
            "softmax_gradient",
            "g = p - np.eye(p.shape[1])[labels]\nreturn 3 * g / (p * (1 - p)) / len(p)",
            "unknown",
            "catalogue",
            "p + (1 - p)",
        ),
        (
            "minibatches",
            "order, out = rng.permutation(n), []\nfor i in range(0, n, batch_size):\n"
            "    last = i + batch_size > n\n"
            "    out.append(order[-batch_size:] if last else order[i : i + batch_size])\n"
            "return out",
            "batches of even size",
            "All but the last",
            "n ** 2",
        ),
        (
            "count_flips",
            "flips = 0 * path[0]\nfor t in range(1, len(path) - 1):\n"
            "    flips = flips + (path[t] * path[t - 1] < 0)\nreturn flips",
            "last step left out",
            "n − 1 steps",
            "len(path - 1)",
        ),
    ],
)
def test_a_verdict_names_the_slip_and_suggests_no_nonsense(name, body, mistake, said, unsaid):
    verdict = EXERCISES[name].judge(with_source(name, body))
    assert (verdict.passed, verdict.mistake) == (False, mistake), verdict
    assert said in verdict.message, verdict
    assert unsaid not in verdict.message, verdict


def test_a_class_that_hands_out_its_memory_or_rounds_or_forgets_self_is_told():
    init = "class MyRMSprop:\n    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):\n"
    init += "        self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon\n"
    init += "        self.S = 0.0\n    def step(self, theta, grad):\n"
    kept = "        self.S = self.beta * self.S + (1 - self.beta) * grad**2\n"
    step = "        return theta - self.learning_rate * grad / np.sqrt(self.S + self.epsilon)"
    verdict = judged("MyRMSprop", init + kept + step + ", self.S\n")
    assert verdict.mistake == "S returned as well", verdict
    rounded = step.replace("return ", "return np.round(") + ", 4)\n"
    assert judged("MyRMSprop", init + kept + rounded).mistake == "rounded"
    verdict = judged("MyRMSprop", init + kept.replace("self.beta", "beta") + step + "\n")
    assert "self.beta" in verdict.message, verdict


LEANING = """class MyRMSprop:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon
        self.S = {start}
        {more}
    def step(self, theta, grad):
        {update}
        return {theta} - self.learning_rate * grad / np.sqrt(self.S + self.epsilon)
"""
CARRIED = "self.S = self.beta * self.S + (1 - self.beta) * grad**2"


def leaning(start="0.0", more="pass", update=CARRIED, theta="theta"):
    source = LEANING.format(start=start, more=more, update=update, theta=theta)
    function = written("MyRMSprop", source)
    function.step.__globals__.update(theta=4.8, S=0.46)  # as lesson 3 leaves them
    return EXERCISES["MyRMSprop"].judge(function)


def test_a_class_that_leans_on_the_notebook_is_told_which_name_it_takes_from_there():
    verdict = leaning(update=CARRIED.replace("* self.S", "* S"))
    assert (verdict.passed, verdict.mistake) == (False, "name from the notebook")
    assert "`self.S`" in verdict.message, verdict
    verdict = leaning(start="np.zeros_like(theta)")
    assert verdict.passed
    assert "`theta` is read from the notebook" in verdict.message, verdict
    assert "notebook" not in leaning().message


def test_a_class_that_leaves_its_arguments_unused_is_told():
    verdict = leaning(more="self.theta = 0.0", theta="self.theta")
    assert verdict.mistake == "argument not used"
    assert "`theta`" in verdict.message, verdict
    assert "without `self.`" in leaning(theta="self.theta").message


def test_a_method_inside_another_and_an_array_of_loose_numbers_are_seen_in_the_source():
    source = LEANING.format(start="0.0", more="pass", update=CARRIED, theta="theta")
    start, step = source.split("    def step")
    step = textwrap.indent("    def step" + step, "    ")
    verdict = EXERCISES["MyRMSprop"].judge(with_cell("MyRMSprop", start + step))
    assert "`step` stands inside `__init__`" in verdict.message, verdict
    body = "x, y = point\nreturn np.array(x, condition * y)"
    verdict = EXERCISES["valley_gradient"].judge(with_source("valley_gradient", body))
    assert "np.array([a, b])" in verdict.message, verdict


def test_an_array_that_cannot_grow_in_place_does_not_count_as_rounded():
    update = "self.S *= self.beta; self.S += (1 - self.beta) * grad**2"
    verdict = leaning(start="np.array(0.0)", update=update)
    assert verdict.mistakes == ("another shape in place",), verdict


def test_a_class_whose_rate_no_schedule_could_set_is_right_and_told():
    source = """class MyRMSprop:
    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.lr, self.beta, self.epsilon, self.S = learning_rate, beta, epsilon, 0.0
    def step(self, theta, grad):
        self.S = self.beta * self.S + (1 - self.beta) * grad**2
        return theta - self.lr * grad / np.sqrt(self.S + self.epsilon)
"""
    verdict = judged("MyRMSprop", source)
    assert verdict.passed
    assert "self.learning_rate" in verdict.message, verdict
    verdict = judged("MyRMSprop", source.replace("self.lr", "self.learning_rate"))
    assert verdict.passed
    assert "self.learning_rate" not in verdict.message, verdict


ADAM = (
    "m = beta1 * m + (1 - beta1) * grad\nv = beta2 * v + (1 - beta2) * grad**2\n"
    "step = learning_rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon)\n"
)
OWN_NUMBERS = ADAM.replace("beta1", "0.8").replace("beta2", "0.95").replace("epsilon", "1e-6")


@pytest.mark.parametrize(
    ("name", "body", "mistake", "said"),
    [
        ("adam_step", ADAM + "return v, m, theta - step", "wrong order returned", "θ and m and v"),
        ("adam_step", ADAM + "return theta - step, m", "too few returned", "3 are asked for"),
        ("adam_step", OWN_NUMBERS + "return theta - step, m, v", "beta1 hard-coded", "0.95"),
        ("adam_step", ADAM + "return theta - step, m, {'v': v}", "dict returned", "keys v"),
        (
            "adadelta_step",
            DELTA + "return theta - d, E_g, rho * d**2 + (1 - rho) * E_x",
            "beta and 1-beta swapped",
            "The old E_x keeps",
        ),
        (
            "adagrad_step",
            "G = (G + grad) ** 2\nreturn theta - learning_rate * grad / (np.sqrt(G) + epsilon), G",
            "bracket around the sum",
            "Only g is squared: G + g²",
        ),
        (
            "heavy_ball_step",
            "v = beta * v + learning_rate * grad**2\nreturn theta - v, v",
            "gradient squared",
            "sign of the gradient",
        ),
        (
            "rmsprop_step",
            "S = S.mul(beta) + (1 - beta) * grad**2\nreturn theta, S",
            "PyTorch's method",
            "Write the formula",
        ),
        ("rmsprop_step", "return round(theta, 3), S", "rounded", "keep all digits"),
        (
            "first_update",
            "S = (1 - beta) * theta**2\nstep = -learning_rate * theta / (S**0.5 + epsilon)\n"
            "return theta, S, step, theta + step",
            "step negative",
            "the step is -0.316228, but should be 0.316228",
        ),
        (
            "first_update",
            "S = (1 - beta) * theta**2\nstep = learning_rate / (S + epsilon) ** 0.5\n"
            "return theta, S, step, theta - step * theta",
            "gradient left out of the step",
            "The step is the rate times the gradient",
        ),
        (
            "minibatches",
            "p = rng.permutation(n)\nreturn [p[i : i + batch_size] for i in range(n)]",
            "batches overlap",
            "range(0, n, batch_size)",
        ),
        (
            "best_epoch",
            "best = 0\nfor epoch, loss in enumerate(losses):\n    if loss < np.inf:\n"
            "        best = epoch\nreturn best",
            "lowest loss not kept",
            "Keep the lowest loss",
        ),
        (
            "minibatches",
            "p = rng.permutation(n)\n"
            "return {i: p[i : i + batch_size] for i in range(0, n, batch_size)}",
            "wrong return",
            "Asked for: a list of arrays.",
        ),
        ("clip_gradient", "return np.minimum(most, grad)", "each component clipped", "same number"),
        (
            "clip_gradient",
            "n = np.linalg.norm(grad)\nreturn grad if n <= most else n / most * grad",
            "fraction upside down",
            "divide by the length",
        ),
        (
            "softmax",
            "z = z - z.max(axis=1, keepdims=True)\n"
            "return z - np.log(np.exp(z).sum(axis=1)[:, None])",
            "logarithm returned",
            "log-probabilities",
        ),
    ],
)
def test_what_is_returned_raised_or_left_unused_has_a_name(name, body, mistake, said):
    answer = EXERCISES[name].judge(written(name, body))
    assert (answer.passed, answer.mistake) == (False, mistake), answer
    assert said in answer.message, answer


OWN_CLASS = """
def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
    self.rate, self.beta, self.e = learning_rate, beta, epsilon
    self.S, self.t, self.x = 0.0, 0, None

def step(self, theta, grad):
    self.t += 1
    self.S = self.beta * self.S + (1 - self.beta) * grad**2
"""


def test_a_power_of_an_attribute_is_shown_as_it_is_written():
    body = OWN_CLASS + (
        "    S = self.S / (1 - self.beta * self.t)\n"
        "    return theta - self.rate * grad / np.sqrt(S + self.e)"
    )
    name = "MyCorrectedRMSprop"
    answer = EXERCISES[name].judge(with_source(name, body))
    assert "is `self.beta * self.t` meant to be `self.beta**self.t`?" in answer.message, answer


CORRECTED = (
    "    S_hat = self.S / (1 - self.beta**self.t)\n"
    "    return theta - self.rate * grad / np.sqrt(S_hat + self.e)"
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("self.t += 1", "t += 1", "`t` isn't what the object keeps: that is self.t."),
        (
            "self.S = self.beta * self.S",
            "S = self.beta * S",
            "`S` isn't what the object keeps: that is self.S.",
        ),
    ],
)
def test_a_forgotten_self_is_shown(old, new, said):
    body = (OWN_CLASS + CORRECTED).replace(old, new)
    assert body != OWN_CLASS + CORRECTED
    answer = EXERCISES["MyCorrectedRMSprop"].judge(with_source("MyCorrectedRMSprop", body))
    assert said in answer.message, answer
    right = with_source("MyCorrectedRMSprop", OWN_CLASS + CORRECTED)
    assert EXERCISES["MyCorrectedRMSprop"].judge(right).passed


def test_a_forgotten_self_is_shown_once_where_the_notebook_has_the_name_too():
    body = (OWN_CLASS + CORRECTED).replace("self.S = self.beta * self.S", "self.S = self.beta * S")
    function = with_source("MyCorrectedRMSprop", body)
    function.step.__globals__["S"] = 0.46
    answer = EXERCISES["MyCorrectedRMSprop"].judge(function)
    assert answer.mistake == "name from the notebook"
    assert answer.message.count("`S`") == 1, answer


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("worked_table", "thetas = [theta]\nfor t in steps:\n    pass\nreturn thetas", "range(n)"),
        (
            "worked_table",
            "thetas = np.array([theta])\nfor t in range(steps):\n"
            "    np.append(thetas, theta)\nreturn thetas",
            "np.append changes nothing",
        ),
        ("first_slip", "return int(np.argmax(thetas**2 > tolerance))", "np.array(x)"),
        (
            "first_slip",
            "for t in thetas:\n    if thetas[t] > 9:\n        return 0",
            "range(len(x))",
        ),
        (
            "first_slip",
            "own, S = [thetas[0]], 0.0\nfor t in range(5):\n"
            "    S = beta * S + (1 - beta) * own[t] ** 2\n"
            "    own.append(own[t] - learning_rate * own[t] / np.sqrt(S + epsilon))\n"
            "for t in range(len(thetas)):\n    if abs(own[t] - thetas[t]) > tolerance:\n"
            "        return t\nreturn 0",
            "list index out of range",
        ),
    ],
)
def test_loops_lists_and_lost_arrays_get_the_words_that_mend_them(name, body, said):
    answer = EXERCISES[name].judge(with_source(name, body))
    assert not answer.passed
    assert said in answer.message, answer


@pytest.mark.parametrize("name", ["MyRMSprop", "MyCorrectedRMSprop"])
def test_a_theta_that_the_object_does_not_have_yet_is_told(name):
    body = (OWN_CLASS + CORRECTED).replace("0.0, 0, None", "np.zeros_like(theta), 0, None")
    answer = EXERCISES[name].judge(with_source(name, body))
    assert answer.message.endswith("with the first gradient it takes that one's shape."), answer


def test_rounding_is_not_mended_by_more_decimals():
    body = (
        "S, thetas = 0.0, [theta]\nfor _ in range(steps):\n"
        "    S = beta * S + (1 - beta) * theta**2\n"
        "    theta = theta - learning_rate * theta / np.sqrt(S + epsilon)\n"
        "    thetas.append(round(theta, 4))\nreturn thetas"
    )
    answer = EXERCISES["worked_table"].judge(with_source("worked_table", body))
    assert answer.mistake == "rounded", answer
    assert "should be" not in answer.message.splitlines()[-1], answer


def test_an_object_that_goes_on_from_its_own_theta_is_told_so():
    body = OWN_CLASS + (
        "    self.x = theta if self.x is None else self.x\n"
        "    self.x = self.x - self.rate * grad / np.sqrt(self.S + self.e)\n"
        "    return self.x"
    )
    answer = EXERCISES["MyRMSprop"].judge(with_source("MyRMSprop", body))
    assert answer.mistake == "theta kept", answer


KINDS = {
    "the first": lambda result: result[0] if isinstance(result, tuple) else [result],
    "one more": lambda result: (*result, 0.0) if isinstance(result, tuple) else (result, 0.0),
    "a number": lambda result: 0.5,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", [name for name, one in EXERCISES.items() if not isinstance(one.solution, type)]
)
def test_a_return_of_another_kind_gets_a_verdict(name, kind):
    solution = EXERCISES[name].solution

    @functools.wraps(solution)
    def changed(*given):
        return KINDS[kind](solution(*given))

    answer = EXERCISES[name].judge(changed)
    assert answer.passed or answer.message, answer


@pytest.mark.parametrize(("name", "state"), [("heavy_ball_step", "v"), ("adagrad_step", "G")])
def test_theta_alone_is_asked_for_what_the_next_update_needs(name, state):
    body = {
        "v": "v = beta * v + grad\nreturn theta - learning_rate * v",
        "G": "G = G + grad**2\nreturn theta - learning_rate * grad / (np.sqrt(G) + epsilon)",
    }[state]
    answer = judged(name, body)
    assert answer.mistake == "only theta returned", answer
    assert f"return theta, {state}" in answer.message, answer


def test_a_result_in_a_result_and_a_bounded_denominator_are_told():
    body = "v = beta * v + grad\nreturn theta - learning_rate * v, (v, np.zeros(7))"
    assert judged("heavy_ball_step", body).mistake == "wrong return"
    body = """E_g = rho * E_g + (1 - rho) * grad**2
d = np.sqrt(E_x + epsilon) / np.sqrt(np.maximum(E_g, epsilon)) * grad
return theta - d, E_g, rho * E_x + (1 - rho) * d**2"""
    assert "lower bound in the denominator" in judged("adadelta_step", body).message


# ── forms and slips of published optimisers ──────────────────────────────────────────────────────

OWN_ROOT = "theta - self.lr * grad / (np.sqrt(self.S) + self.e)"
PUBLISHED = [
    (optimizer(S="self.b * self.S + (1 - self.b) * (grad + 0.01 * theta)**2",
               step="theta - self.lr * (grad + 0.01 * theta) / np.sqrt(self.S + self.e)"),
     ("weight decay",)),
    (optimizer(step="theta - self.lr * np.sign(grad) / np.sqrt(self.S + self.e)",
               S="(1 - self.b) * self.S + self.b * grad**2"),
     ("beta and 1-beta swapped", "sign of g in the step")),
    (optimizer(S="self.b * (self.S if self.t > 1 else theta) + (1 - self.b) * grad**2"),
     ("S starts from theta",)),
    (optimizer(S="self.b * (self.S if self.t > 1 else 1) + grad**2"),
     ("S starts at 1", "1-beta left out")),
    (optimizer(S="grad**2"), ("no average at all",)),
    (optimizer(step="grad / np.sqrt(self.S)"),
     ("step returned", "learning rate left out", "epsilon missing")),
    (optimizer(step="theta, self.S", S="self.b * self.S + grad**2").replace(
        "return theta", f"return {OWN_ROOT}"), ("S returned as well", "1-beta left out")),
    (optimizer(epsilon="1e-6", S="self.S + (1 - self.b) * grad**2"),
     ("another default of epsilon", "old S not decayed")),
    (optimizer(epsilon="1e-7").replace("beta=0.9", "beta=0.99"),
     ("PyTorch's default", "another default of epsilon")),
    (optimizer(step=OWN_ROOT, S="self.b * self.S + (1 - self.b) * np.mean(grad**2)"),
     ("S shared in the step",)),
    (optimizer(step="theta - self.lr * grad").replace(
        "        return", "        self.lr = self.lr / (np.sqrt(self.S) + self.e)\n        return"),
     ("learning rate overwritten",)),
    (optimizer().replace("0.0, 0", "{}, 0").replace("self.t += 1", "self.t += 1; key = id(theta)")
     .replace("self.S = ", "self.S[key] = ").replace("* self.S ", "* self.S.get(key, 0.0) ")
     .replace("self.S +", "self.S[key] +"), ("S restarted at each step",)),
]  # fmt: skip


@pytest.mark.parametrize(("source", "names"), PUBLISHED)
def test_slips_of_published_optimisers_are_named(source, names):
    verdict = judged("MyRMSprop", source)
    assert set(verdict.mistakes) == set(names), verdict


def test_a_correction_outside_the_root_is_no_root_that_is_kept():
    body = (
        "class MyCorrectedRMSprop:\n"
        "    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):\n"
        "        self.lr, self.b, self.e, self.S, self.t = learning_rate, beta, epsilon, 0.0, 0\n\n"
        "    def step(self, theta, grad):\n"
        "        self.t += 1\n"
        "        self.S = self.b * self.S + (1 - self.b) * grad**2\n"
        "        root = np.sqrt(self.S) / (1 - self.b**self.t)\n"
        "        return theta + self.lr * grad / (root + self.e)\n"
    )
    verdict = judged("MyCorrectedRMSprop", body)
    assert set(verdict.mistakes) == {"correction outside the root", "sign flipped"}, verdict


ROW = "S = {S}\n    theta = theta - {step}\n    thetas.append(theta)\n"
RIGHT_S, RIGHT_STEP = "beta * S + (1 - beta) * theta**2", "learning_rate * theta / {root}"


def table_of(S=RIGHT_S, step=RIGHT_STEP, root="np.sqrt(S + epsilon)", start="0.0"):
    row = ROW.format(S=S, step=step.format(root=root))
    return f"S, thetas = {start}, [theta]\nfor t in range(steps):\n    {row}return np.array(thetas)"


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (table_of(start="theta"), ("S starts from theta",)),
        (table_of(root="np.sqrt(S)"), ("epsilon missing",)),
        (table_of(root="np.sqrt(S + 1e-8)"), ("epsilon hard-coded",)),
        (table_of(root="(np.sqrt(S) + 1e-8)", S="beta * S + theta**2"),
         ("1-beta left out", "epsilon hard-coded")),
        (table_of(S="beta * S + (1 - beta) * abs(theta)"), ("absolute value instead of square",)),
        (table_of(step="learning_rate * np.sign(theta) / {root}"), ("sign of g in the step",)),
        (table_of(step="learning_rate / np.sqrt(S)"),
         ("gradient left out of the step", "epsilon missing")),
        (table_of().replace("[theta]", "[0.0]"), ("theta_0 left at 0",)),
        (table_of(S="beta * S + theta**2").replace("[theta]", "[0.0]"),
         ("theta_0 left at 0", "1-beta left out")),
        (table_of(root="(np.sqrt(S) + epsilon)").replace("append(theta)", "append(S)")
         .replace("[theta]", "[0.0]"), ("S in place of theta",)),
        ("theta = np.array(theta)\n" + table_of().replace("theta = theta -", "theta -="),
         ("one array again and again",)),
    ],
)  # fmt: skip
def test_slips_of_published_tables_are_named(body, names):
    verdict = judged("worked_table", body)
    assert set(verdict.mistakes) == set(names), verdict


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (AVERAGE + "W = theta - learning_rate * grad / (np.sqrt(S) + epsilon)\n"
         "return W - W * 0.00005, S", ("weight decay",)),
        ("g = np.mean(grad, axis=0)\nS = beta * S + (1 - beta) * g**2\n"
         "return theta - learning_rate * g / np.sqrt(S + epsilon), S",
         ("mean over the parameters", "mean of g in the step")),
        ("S = 0.9 * S + 0.1 * grad\n"
         "return theta - learning_rate * grad / np.sqrt(S + epsilon), S",
         ("gradient not squared", "beta hard-coded")),
        ("S = 0.9 * S + grad**2\n"
         "return theta - learning_rate * grad / np.sqrt(S + epsilon), S",
         ("1-beta left out", "beta hard-coded")),
        ("theta -= learning_rate * grad / np.sqrt(S + epsilon)\n" + AVERAGE + "return theta, S",
         ("previous S used", "changes its arguments")),
    ],
)  # fmt: skip
def test_slips_of_published_updates_are_named(body, names):
    verdict = judged("rmsprop_step", body)
    assert set(verdict.mistakes) == set(names), verdict


def test_a_number_that_may_be_another_one_is_not_said():
    body = table_of(root="(np.sqrt(S) + 1e-5)")
    verdict = judged("worked_table", body)
    assert verdict.mistakes == ("epsilon hard-coded",), verdict
    assert "Found: 1e-06" not in verdict.message, verdict


def test_a_loop_that_is_ended_early_is_not_mended_by_another_name():
    body = table_of().replace("    S = ", "    if abs(theta) < 0.05:\n        break\n    S = ", 1)
    verdict = EXERCISES["worked_table"].judge(with_source("worked_table", body))
    assert verdict.mistake == "loop ended early", verdict
    assert "Line 4 (`if abs(theta) < 0.05:`)" in verdict.message, verdict


def test_a_range_is_mended_at_its_end():
    body = table_of(root="(np.sqrt(S) + epsilon)").replace("(steps)", "(1, steps)")
    verdict = EXERCISES["worked_table"].judge(with_source("worked_table", body))
    assert verdict.message.endswith("`range(1, steps)` is off by one: `range(1, steps + 1)`.")


@pytest.mark.parametrize("asked", ["self.S == None", "not self.S"])
def test_whether_there_is_nothing_yet_is_asked_with_is(asked):
    source = optimizer().replace("0.0, 0", "None, 0")
    source = source.replace("self.t += 1", f"if {asked}:\n            self.S = 0 * theta")
    verdict = EXERCISES["MyRMSprop"].judge(with_cell("MyRMSprop", source))
    assert verdict.mistake == "if on a whole array", verdict
    assert f"`{asked}` asks every element of an array: write `self.S is None`." in verdict.message
