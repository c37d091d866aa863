"""Every claim's verdict follows from its experiment, and the figures are what they should be."""

import numpy as np
import pandas as pd
import pytest

from rmsprop_lesson import (
    GradientDescent,
    Parabola,
    Plateau,
    Projected,
    RareTruth,
    RMSprop,
    Valley,
    claims,
    descend,
    race,
)
from rmsprop_lesson.course import court
from rmsprop_lesson.optimizers import Adagrad
from rmsprop_lesson.schedules import Cosine, Exponential
from rmsprop_lesson.studies import experiments
from rmsprop_lesson.studies.experiments import EXPERIMENTS, VERDICTS, Finding, measured

IDS = [
    *(f"A{i}" for i in range(1, 31)),
    *(f"B{i}" for i in range(1, 12)),
    *(f"C{i}" for i in range(1, 13)),
]
T, C, I, F = VERDICTS
# Worked out independently of the package.
VERDICT = {
    "A1": F, "A2": I, "A3": T, "A4": C, "A5": C, "A6": T, "A7": T, "A8": f"{F} / {C}", "A9": C,
    "A10": C, "A11": C, "A12": T, "A13": T, "A14": T, "A15": F, "A16": T, "A17": F, "A18": T,
    "A19": F, "A20": I, "A21": f"{T} / {F}", "A22": C, "A23": T, "A24": F, "A25": I, "A26": T,
    "A27": I, "A28": F, "A29": I, "A30": T, "B1": C, "B2": F, "B3": F, "B4": T, "B5": F, "B6": C,
    "B7": F, "B8": C, "B9": F, "B10": C, "B11": T, "C1": T, "C2": I, "C3": C, "C4": T, "C5": C,
    "C6": T, "C7": f"{T} / {C}", "C8": C, "C9": T, "C10": T, "C11": C, "C12": F,
}  # fmt: skip


def numbers(name):
    finding = claims.experiment(name)
    return finding.numbers | (finding.also.numbers if finding.also else {})


# ── the list and the verdicts ────────────────────────────────────────────────────────────────────


def test_every_claim_is_there_and_has_an_experiment():
    assert sorted(claims.claims()) == sorted(EXPERIMENTS) == sorted(IDS)
    assert {c.theme for c in claims.claims().values()} == set(claims.themes())
    for claim in claims.claims().values():
        assert claim.source == f"document {claim.id[0]}"
        assert claim.reference
        assert claim.shown.startswith("lesson ")
        assert set(claim.verdict.split(" / ")) <= set(VERDICTS)


@pytest.mark.parametrize("name", IDS)
def test_the_verdict_follows_from_the_experiment(name):
    finding = claims.experiment(name)
    assert finding.verdict == claims.claims()[name].verdict == VERDICT[name], f"\n{finding}"
    for half in filter(None, (finding, finding.also)):
        assert half.numbers
        assert half.holds
        assert all(
            isinstance(v, bool | np.bool_) for v in [*half.holds.values(), *half.meant.values()]
        )


@pytest.mark.parametrize(
    ("holds", "meant", "verdict"),
    [
        ([True], [], T),
        ([True, True], [False], T),
        ([True, False], [], C),
        ([True, False], [True], C),
        ([False], [True, True], I),
        ([False], [True, False], F),
        ([False, False], [], F),
    ],
)
def test_the_rule(holds, meant, verdict):
    finding = Finding({"x": 1.0}, dict(enumerate(holds)), dict(enumerate(meant)))
    assert finding.verdict == verdict
    assert Finding({}, {"a": True}, also=finding).verdict == f"{T} / {verdict}"


def test_no_verdict_without_a_case():
    with pytest.raises(ValueError, match="holds must have at least one case"):
        Finding({"x": 1.0}, {})


def replace_everywhere(monkeypatch, name, make):
    for module in vars(experiments).values():
        if hasattr(module, name) and module is not experiments:
            monkeypatch.setattr(module, name, make)


def test_an_experiment_that_turns_out_otherwise_is_noticed(monkeypatch):
    """With another method in RMSprop's place, the experiments say something else."""
    replace_everywhere(monkeypatch, "RMSprop", lambda rate=0.1, *a, **k: Adagrad(rate))
    assert EXPERIMENTS["A24"]().verdict == T  # Adagrad's first step is η
    assert EXPERIMENTS["A16"]().verdict == C  # and its rate falls
    replace_everywhere(monkeypatch, "RMSprop", lambda rate=0.1, *a, **k: GradientDescent(rate))
    assert EXPERIMENTS["C4"]().verdict == F  # plain descent depends on the scale
    replace_everywhere(monkeypatch, "GradientDescent", lambda rate: GradientDescent(rate / 10))
    assert EXPERIMENTS["A6"]().verdict == C  # ηλ = 2.1 no longer diverges


# ── the figures ──────────────────────────────────────────────────────────────────────────────────

FIGURES = {
    "A1": {"training error, RMSprop": 0, "test error, gradient descent": 0},
    "A3": {"steps to leave from 1e-8: gradient descent": 188,
           "steps to leave from 1e-8: RMSprop": 4, "steps to leave from 1e-8: Adam": 7},
    "A8": {"500θ² from 0.01, η = 0.1: θ₁": -0.306},
    "A14": {"valley after 40 steps at η = 0.1, loss": 0.00127, "the valley turned by 45°": 1.82},
    "A16": {"Adagrad's step/η, t = 100": 0.1, "Adagrad's step/η, t = 1000": 0.0316,
            "Adagrad's step/η, t = 10000": 0.01, "RMSprop's, t = 10000": 1},
    "A19": {"rate after 3 steps with g = 1000": 5.24e-6, "with g = 1": 5.24e-3},
    "A22": {"Rosenbrock, Adam with a sweep that ends at 0.01": 2465},
    "A23": {"half-life of a gradient, β = 0.9": 6.58, "half-life of a gradient, β = 0.99": 69,
            "half-life of a gradient, β = 0.999": 693},
    "A24": {"first step/η, β = 0.5": 1.414, "first step/η, β = 0.9": 3.162,
            "first step/η, β = 0.99": 10, "first step/η, β = 0.999": 31.62},
    "A26": {"|θ| at the end, constant η": 0.05},
    "A29": {"step/η at |g| = 1e-6, ε inside": 0.01, "step/η at |g| = 1e-6, ε outside": 0.99},
    "B2": {"alternating ±1: RMSprop's step/η": 1, "alternating ±1: heavy ball's": 0.526,
           "constant 1: RMSprop's step/η": 1, "constant 1: heavy ball's": 10},
    "B7": {"updates of S in one epoch": 63},
    "B10": {"first step/η, β = 0.999": 31.6},
    "C1": {"θ1": 1.6837722379, "θ2": 1.4738753188, "θ3": 1.3087178730, "θ4": 1.1698398174,
           "θ5": 1.0489273083},
    "C2": {"its |θ₂| then": 0.05},
    "C8": {"from θ₀ = 4: gradient descent": 2212, "from θ₀ = 4: RMSprop": 15,
           "from θ₀ = 5: RMSprop": 29, "from θ₀ = 6: RMSprop": 1959,
           "from θ₀ = 4: RMSprop, ε outside": 15, "from θ₀ = 5: RMSprop, ε outside": 18,
           "from θ₀ = 6: RMSprop, ε outside": 22,
           "g falls from 10 to 0.001: steps to η/2, β = 0.9": 165,
           "g falls from 10 to 0.001: steps to η/2, β = 0.99": 1632},
    "C9": {"step/η at t = 1": 3.162, "step/η at t = 2": 2.294, "step/η at t = 3": 1.921,
           "step/η at t = 5": 1.563, "step/η at t = 10": 1.239,
           "first t with a step below 1.1η, β = 0.9": 17,
           "first t with a step below 1.1η, β = 0.99": 175,
           "first t with a step below 1.1η, β = 0.999": 1751},
}  # fmt: skip


@pytest.mark.parametrize(("name", "label", "value"),
                         [(n, k, v) for n, f in FIGURES.items() for k, v in f.items()])  # fmt: skip
def test_the_figures(name, label, value):
    found = numbers(name)[label]
    if name == "C1":
        assert found == pytest.approx(value, abs=5e-11)
    elif isinstance(value, int) and value > 3:
        assert found == pytest.approx(value, rel=1e-3)
    else:
        assert found == pytest.approx(value, rel=5e-3, abs=1e-12)


def test_the_error_on_new_examples():
    """All new examples of the smaller class are taken for the larger one."""
    for method in ("RMSprop", "Adam"):
        assert numbers("A1")[f"test error, {method}"] == pytest.approx(0.4)


def test_a_rate_above_two_over_the_curvature_diverges():
    expected = {0.5: 9.5e-7, 0.9: 1e-20, 1.5: 9.5e-7, 1.9: 0.12, 1.99: 0.82, 2.1: 6.7}
    for rate, end in expected.items():
        label = f"|θ| after 20 steps from 1, ηλ = {rate}"
        assert numbers("A6")[label] == pytest.approx(end, rel=0.02)


def test_the_spread_under_noise():
    """Figures from an independent simulation, each with its sampling error."""
    expected = {0.01: (0.0078, 0.0007), 0.1: (0.022, 0.0071), 1: (0.070, 0.071),
                10: (0.224, 0.712), 100: (0.680, 7.1)}  # fmt: skip
    for sigma, (rms, sgd) in expected.items():
        assert numbers("A9")[f"σ = {sigma:g}: RMSprop"] == pytest.approx(rms, rel=0.03)
        assert numbers("A9")[f"σ = {sigma:g}: gradient descent"] == pytest.approx(sgd, rel=0.03)
    small, large = (numbers("A9")[f"σ = {s}: RMSprop"] for s in ("0.1", "10"))
    assert large / small == pytest.approx(np.sqrt(100), rel=0.05)  # like √σ
    small, large = (numbers("A9")[f"σ = {s}: gradient descent"] for s in ("0.1", "10"))
    assert large / small == pytest.approx(100, rel=0.05)  # like σ


def test_the_line_of_rare_truths():
    found = numbers("A27")
    assert found["RMSprop β = 0.9 ends at (optimum −1)"] == pytest.approx(1, abs=0.05)
    for method in ("RMSprop β = 0.99", "AMSGrad", "gradient descent"):
        assert found[f"{method} ends at (optimum −1)"] == pytest.approx(-1, abs=0.05)


def test_all_find_the_deep_well_from_the_same_starts():
    assert len({*numbers("A28").values()}) == 1
    assert numbers("A28")["share of 200 in the deep well: starts"] == pytest.approx(0.55, abs=0.005)


def test_who_flips():
    found = list(numbers("B5").values())
    assert found == [0, 40, 40, 0, 40, 0, 0, 40]


def test_oscillation_is_damped_first_and_stays_in_the_end():
    early, _, late, _ = numbers("C2").values()
    assert early == 20
    assert late == 50


def test_frequency_and_amplitude():
    found = list(numbers("B3").values())
    assert found[:3] == [20, 20, 20]
    assert found[3] < found[4] < found[5]


def test_nine_small_pushes_and_a_large_one():
    found = numbers("B11")
    assert found["nine +0.1, one −0.9: drift of sign(g), in η"] == -8
    assert found["drift of RMSprop, β = 0.99"] == pytest.approx(-0.067, abs=0.001)


def test_the_spread_of_S():
    """√(2(1−β)/(1+β)) for Gaussian gradients."""
    for beta in (0.9, 0.99):
        exact = np.sqrt(2 * (1 - beta) / (1 + beta))
        found = numbers("A23")[f"relative spread of S, β = {beta}"]
        assert found == pytest.approx(exact, rel=0.15)
    assert np.sqrt(0.2 / 1.9) == pytest.approx(0.324, abs=1e-3)


def test_the_final_cycle():
    for eta, end in ((0.1, 0.0499999), (0.01, 0.0049990), (0.001, 0.00048990)):
        assert numbers("A11")[f"|θ| at the end, η = {eta}"] == pytest.approx(end, rel=1e-3)


def test_arrays_kept():
    found = [numbers("C6")[f"{m}: arrays kept"] for m in ("gradient descent", "RMSprop", "Adam")]
    assert [*found, numbers("C6")["Adadelta: arrays kept"]] == [0, 1, 2, 2]


def test_gradient_descent_on_the_plateau_needs_a_hundred_thousand_steps():
    """What the experiment cuts off at 3 000."""
    theta, t = 5.0, 0
    while theta >= 0.5:
        theta -= 0.1 * theta * np.exp(-(theta**2) / 2)
        t += 1
    assert t == 117838
    run = descend(Plateau(), GradientDescent(0.1), start=5.0, steps=1000)
    assert run.positions[-1] > 4.9


def test_a_falling_rate_reaches_the_minimum_in_a_hundred_steps():
    run = descend(Parabola(), RMSprop(0.1), steps=100, schedule=Exponential(0.1, 0.99))
    assert abs(run.positions[-1]) < 1e-18


def test_in_a_straight_valley_rmsprop_may_take_a_tenfold_rate():
    best = {
        angle: race(Valley(angle=angle), measured.THREE, steps=100,
                    schedule=lambda rate: Cosine(rate, steps=100)).best()["learning_rate"]
        for angle in (0, 45)
    }  # fmt: skip
    assert best[0]["RMSprop"] / best[0]["gradient descent"] == pytest.approx(10)
    gap = {k: v for k, v in numbers("B1").items() if "falling" in k}
    straight, plain, turned = (
        gap["valley, falling rate: RMSprop, gap after 100 steps"],
        gap["valley, turned, falling rate: gradient descent, gap after 100 steps"],
        gap["valley, turned, falling rate: RMSprop, gap after 100 steps"],
    )
    assert straight < 1e-12
    assert plain / 2 < turned < plain  # little is left


# ── what the lesson shows ────────────────────────────────────────────────────────────────────────


def test_the_table():
    table = claims.table()
    assert isinstance(table, pd.DataFrame)
    assert len(table) == 53
    assert [*table.columns] == ["source", "claim", "verdict", "what holds", "shown in"]
    parts = [claims.table(theme) for theme in claims.themes()]
    assert sum(map(len, parts)) == 53
    with pytest.raises(ValueError, match=r"theme must be one of .*'formula'.*, got 'x'"):
        claims.table("x")


@pytest.mark.parametrize("name", IDS)
def test_a_trial(name):
    question = court.question(name)
    assert f"{name} (document {name[0]})" in question.question
    (right,) = (choice for choice in question.choices if choice.right)
    assert right.text == court._options(VERDICT[name])[VERDICT[name]]
    assert len({choice.text for choice in question.choices}) == 4
    for choice in question.choices:
        assert (choice.feedback == "So it came out.") == choice.right


def test_a_trial_shows_finding_verdict_and_code():
    shown = court.trial("A24")._repr_mimebundle_()[0]["text/html"]
    for part in ("31.6", "Verdict: false", "η/√(1−β)", "lesson 5", "def first_step"):
        assert part in shown
    assert "first_steps" in claims.code("A24")


@pytest.mark.parametrize("function", [claims.experiment, claims.code, court.trial])
@pytest.mark.parametrize("name", ["A31", "a7", 7, None, []])
def test_unknown_claims(function, name):
    with pytest.raises(ValueError, match="name must be one of A1 … A30"):
        function(name)


def test_numbers_are_shown_the_same_everywhere():
    values = {"a": 1e-20, "b": 1597.0, "c": 0.30601, "d": 3, "e": np.nan, "f": np.inf, "g": 99009.0}
    shown = dict(Finding(values, {"h": False}).rows())
    assert [*shown.values()] == ["below 1e-12", "1600", "0.306", "3", "NaN", "not in time", "99000",
                                 "does not hold"]  # fmt: skip


def test_for_each_memory_there_is_a_period_that_breaks_it():
    """What the lesson says about the line of rare truths."""
    for beta, period, end in ((0.9, 10, 1), (0.99, 10, -1), (0.99, 100, 1)):
        line, optimizer = RareTruth(large=period, period=period), RMSprop(0.01, beta)
        run = descend(line, Projected(optimizer), steps=8000)
        assert run.positions[-1] == pytest.approx(end, abs=0.05)


def test_in_a_turned_valley_momentum_of_some_kind_helps():
    """The page to remember sends the learner to Adam there."""
    found = measured.races()["valley, turned"]
    assert found["Adam"] < found["RMSprop"] / 2


def test_no_rate_brings_gradient_descent_off_the_plateau():
    assert measured.races()["plateau"]["gradient descent"] == np.inf


def test_the_thinking_question_about_scale():
    run = descend(Parabola(1e-12), RMSprop(0.1), steps=10)
    assert 0 < 2 - run.positions[-1] < 1e-7
