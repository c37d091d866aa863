"""One experiment for each of the 53 claims of lesson 10: numbers, and what follows from them.

An experiment measures, and then says in which cases its claim `holds`: each case is a comparison
of measured numbers. From this alone the verdict follows, by one rule for all claims
(`Finding.verdict`). Claims about names and definitions are answered by looking at the objects.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from html import escape

import numpy as np

from .checks.averages import ewma, half_life
from .checks.early_bias import first_step_factor
from .checks.trials import count_flips, steps_to_reach
from .descent import descend
from .frameworks import LIBRARIES, agreement
from .objectives import (
    DoubleWell,
    LinearRegression,
    Noisy,
    Parabola,
    Plateau,
    RareTruth,
    Rosenbrock,
    Saddle,
    Valley,
)
from .optimizers import Adadelta, Adagrad, Adam, GradientDescent, Momentum, RMSprop
from .races import AMSGrad, Projected, race
from .schedules import Cosine, Exponential, InverseSquareRoot

VERDICTS = ("true", "only if", "imprecise", "false")


@dataclass(frozen=True)
class Finding:
    """What an experiment found.

    Attributes
    ----------
    numbers : dict of str to float
        What was measured.
    holds : dict of str to bool
        Case → whether the claim, taken at its word, held there.
    meant : dict of str to bool
        What a loosely worded claim may have wanted to say → whether that holds.
    also : Finding, optional
        For a claim with two halves: what was found about the second.
    """

    numbers: dict
    holds: dict
    meant: dict = field(default_factory=dict)
    also: "Finding | None" = None

    @property
    def verdict(self):
        """ "true" if the claim held in every case, "only if" if in some. If it held in none:
        "imprecise" if what was meant holds, else "false". Two halves: "true / false".
        """
        held = list(self.holds.values())
        if all(held):
            verdict = "true"
        elif any(held):
            verdict = "only if"
        else:
            verdict = "imprecise" if self.meant and all(self.meant.values()) else "false"
        return f"{verdict} / {self.also.verdict}" if self.also else verdict

    def rows(self):
        """The finding as (name, value) pairs in words, both halves after one another."""
        rows = [(name, _show(value)) for name, value in self.numbers.items()]
        rows += [(f"at its word: {case}", _yes(holds)) for case, holds in self.holds.items()]
        rows += [(f"meant: {case}", _yes(holds)) for case, holds in self.meant.items()]
        return rows + (self.also.rows() if self.also else [])

    def __repr__(self):
        rows = self.rows()
        width = max(len(name) for name, _ in rows)
        lines = [f"{name:{width}}  {value}" for name, value in rows]
        return "\n".join([*lines, f"→ {self.verdict}"])

    def _repr_html_(self):
        rows = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape(name)}</th>"
            f"<td>{escape(value)}</td></tr>"
            for name, value in self.rows()
        )
        return f"<table>{rows}</table><p><strong>Verdict: {self.verdict}</strong></p>"


def _show(value):
    """A number in three digits, so that it reads the same on every machine."""
    if isinstance(value, int | np.integer | str):
        return str(value)
    if 0 < abs(value) < 1e-12:
        return "below 1e-12"
    return f"{float(f'{value:.3g}'):g}"


def _yes(holds):
    return "holds" if holds else "does not hold"


EXPERIMENTS: dict[str, Callable] = {}


def answers(claim):
    """Register a function as the experiment for a claim."""

    def register(function):
        EXPERIMENTS[claim] = function
        return function

    return register


# ── measured once, used by several ───────────────────────────────────────────────────────────────

GD, RMS, ADAM = "gradient descent", "RMSprop", "Adam"
THREE = {GD: GradientDescent, RMS: RMSprop, ADAM: Adam}
BARRIER = float(np.sort(np.roots([1, 0, -1, 0.2]).real)[1])  # of the double well


def _each(value, cases):
    """{case: value(case)}."""
    return {case: value(case) for case in cases}


def _steps_under(optimizer, gradients):
    """The steps that a given sequence of gradients makes, in units of η."""
    theta, steps = np.zeros_like(gradients[0]), []
    for grad in gradients:
        new = optimizer.step(theta, grad)
        steps.append(theta - new)
        theta = new
    return np.array(steps) / getattr(optimizer, "learning_rate", 1.0)


class _LeastSquares:
    """½ mean (Xw − y)² from w = 0."""

    def __init__(self, X, y):
        self.X, self.y, self.start = X, y, np.zeros(X.shape[1])

    def __call__(self, w):
        return 0.5 * np.mean((self.X @ w - self.y) ** 2)

    def gradient(self, w):
        return self.X.T @ (self.X @ w - self.y) / len(self.y)


def _features(labels):
    """The construction of Wilson et al.: the label itself, two ones, and a few columns that only
    this example has, one for a label of 1 and five for a label of −1.
    """
    n = len(labels)
    X = np.zeros((n, 3 + 5 * n))
    X[:, 0], X[:, 1:3] = labels, 1.0
    for i, label in enumerate(labels):
        X[i, 3 + 5 * i : 3 + 5 * i + (1 if label > 0 else 5)] = 1.0
    return X


@cache
def generalisation(n=200, share=0.6):
    """Train on n examples, test on n new ones: (final cost, training error, test error) each.

    A new example's own columns were never seen, so their weights are still 0.
    """
    labels = np.where(np.arange(n) < share * n, 1.0, -1.0)
    X, seen = _features(labels), np.s_[:3]
    results = {}
    for optimizer in (GradientDescent(0.5), RMSprop(0.01), Adam(0.01)):
        falling = None if optimizer.name == GD else Exponential(0.01, 0.98)
        run = descend(_LeastSquares(X, labels), optimizer, steps=500, schedule=falling)
        w = run.positions[-1]
        train, test = np.sign(X @ w), np.sign(X[:, seen] @ w[seen])
        errors = float(np.mean(train != labels)), float(np.mean(test != labels))
        results[optimizer.name] = (float(run.losses[-1]), *errors)
    return results


@cache
def leaving_the_saddle():
    """Steps until |y| > ½ at η = 0.1, from a hair's breadth and from the ridge; −1 for never."""
    near, ridge = {}, {}
    for name, build in THREE.items():
        for found, y in ((near, 1e-8), (ridge, 0.0)):
            run = descend(Saddle(), build(0.1), start=(1.0, y), steps=300)
            found[name] = steps_to_reach(-np.abs(run.positions[:, 1]), -0.5)
    return near, ridge


@cache
def leaving_the_plateau():
    """Steps until |θ| < ½ at η = 0.1 from θ₀ = 4, 5 and 6; infinite if more than 3 000."""
    outside = RMSprop(0.1, epsilon_inside=False)
    labels = {GD: GradientDescent(0.1), RMS: RMSprop(0.1), "RMSprop, ε outside": outside}
    found = {}
    for label, optimizer in labels.items():
        run = descend(Plateau(), optimizer, start=(4.0, 5.0, 6.0), steps=3000)
        reached = [steps_to_reach(np.abs(path), 0.5) for path in run.positions.T]
        found[label] = [t if t >= 0 else np.inf for t in reached]
    return found


@cache
def deep_wells():
    """Share of 400 random starts left of the barrier, and of runs that end there, by method."""
    starts = np.random.default_rng(0).uniform(-2, 2, 400)
    shares = {"starts": float(np.mean(starts < BARRIER))}
    for name, build in THREE.items():
        run = descend(DoubleWell(), build(0.05), starts, steps=400)
        shares[name] = float(np.mean(run.positions[-1] < BARRIER))
    return shares


@cache
def races():
    """Steps to a gap of 0.01 at each one's best rate; the cosine race: the gap after 100 steps."""

    def steps(objective, limit, **options):
        best = race(objective, THREE, steps=limit, target=0.01, **options).best()
        return best["median"].to_dict()

    def gap(objective):
        falling = race(objective, THREE, steps=100, schedule=lambda rate: Cosine(rate, steps=100))
        return falling.best()["median"].to_dict()

    return {
        "Rosenbrock": steps(Rosenbrock(), 2500),
        "valley": steps(Valley(), 400),
        "valley, turned": steps(Valley(angle=45), 400),
        "saddle": steps(Saddle(), 100),
        "plateau": steps(Plateau(), 500, starts=(4.0, 4.5, 5.0)),
        "parabola": steps(Parabola(), 100),
        "valley, falling rate": gap(Valley()),
        "valley, turned, falling rate": gap(Valley(angle=45)),
    }


@cache
def noise_floor(eta=0.01):
    """How far θ spreads around the minimum of θ²/2 under noise σ: {σ: (RMSprop, SGD)}.

    1 000 runs for each σ, started near the spread √(ησ/2) that RMSprop settles at: at σ = 100 it
    would take 10 000 steps to get there.
    """
    sigmas = np.array([0.01, 0.1, 1.0, 10.0, 100.0])
    starts = np.random.default_rng(1).standard_normal((5, 1000))
    starts *= np.sqrt(eta * sigmas[:, None] / 2)
    spreads = [_spread(opt(eta), sigmas, starts).tolist() for opt in (RMSprop, GradientDescent)]
    return dict(zip(sigmas.tolist(), zip(*spreads, strict=True), strict=True))


def _spread(optimizer, sigmas, theta, steps=4000):
    """Root mean square of θ over the second half; not by `descend`, which would keep it all."""
    noisy, squares = Noisy(Parabola(), sigmas[:, None]), 0.0
    for t in range(steps):
        theta = optimizer.step(theta, noisy.gradient(theta))
        if t >= steps // 2:
            squares += (theta**2).mean(axis=1)
    return np.sqrt(squares / (steps - steps // 2))


@cache
def rare_truth():
    """Where 5 000 steps end on the straight line whose gradients mostly mislead; optimum −1."""
    optimizers = {
        "RMSprop β = 0.9": RMSprop(0.01),
        "RMSprop β = 0.99": RMSprop(0.01, beta=0.99),
        "AMSGrad": AMSGrad(0.01),
        GD: GradientDescent(0.01),
    }
    runs = {k: descend(RareTruth(), Projected(o), steps=5000) for k, o in optimizers.items()}
    return {k: float(run.positions[-100:].mean()) for k, run in runs.items()}


@cache
def end_of_run(eta, beta=0.9):
    """Largest |θ| among the last 100 of 2 000 steps of RMSprop on θ²/2 from ½."""
    run = descend(Parabola(), RMSprop(eta, beta), 0.5, steps=2000)
    return float(np.abs(run.positions[-100:]).max())


@cache
def scaled_losses():
    """For c = 0.01, 1, 100: which rates of a sweep bring c·θ²/2 from 2 to |θ| ≤ 0.1 in 60 steps."""
    rates = np.geomspace(1e-4, 1e3, 29)
    usable = {}
    for c in (0.01, 1.0, 100.0):
        runs = {
            name: descend(Parabola(c), build(rates), steps=60)
            for name, build in ((GD, GradientDescent), (RMS, RMSprop))
        }
        usable[c] = {n: rates[np.abs(run.positions[-1]) <= 0.1] for n, run in runs.items()}
    return usable


def _first_steps(betas):
    """The first step in units of η, measured, whatever the gradient."""
    return {beta: float(_steps_under(RMSprop(0.1, beta), [np.float64(5.0)])[0]) for beta in betas}


def _states(optimizer):
    """How many arrays of the size of θ the method keeps."""
    optimizer.step(np.zeros(2), np.ones(2))
    return len(optimizer.state)


def _average_of_gradients():
    """S after 50 alternating gradients ±1, and the averages of g and of g²."""
    signs = np.where(np.arange(50) % 2, -1.0, 1.0)
    optimizer = RMSprop(0.1)
    _steps_under(optimizer, list(signs))
    S = float(optimizer.state["S"])
    return S, float(ewma(signs, 0.9)[-1]), float(ewma(signs**2, 0.9)[-1])


# ── 1 · the formula ──────────────────────────────────────────────────────────────────────────────


@answers("A12")
def average_of_squares():
    gradients = np.random.default_rng(0).standard_normal(30)
    optimizer = RMSprop(0.1, beta=0.9)
    _steps_under(optimizer, list(gradients))
    gap = abs(float(optimizer.state["S"]) - ewma(gradients**2, 0.9)[-1])
    decays = {name: _default_decay(name) for name in ("torch", "keras", "optax", "tensorflow1")}
    near = sum(decay == 0.9 for decay in decays.values())
    return Finding(
        {"libraries with 0.9 by default": near, "of": len(decays), "PyTorch": decays["torch"]},
        {"S follows the equation": gap < 1e-12, "0.9 is the usual default": near >= 3},
    )


def _default_decay(library):
    names = {ours: name for name, ours in LIBRARIES[library].names.items()}
    return LIBRARIES[library].defaults[names["beta"]]


@answers("A13")
def epsilon_outside():
    optimizer = RMSprop(0.1, epsilon_inside=False)
    _steps_under(optimizer, [np.float64(1e-6)] * 200)
    rate = 0.1 / (np.sqrt(optimizer.state["S"]) + 1e-8)
    inside = RMSprop(0.1)
    _steps_under(inside, [np.float64(1e-6)] * 200)
    table = agreement().query("library == 'torch'")
    return Finding(
        {
            "rate at |g| = 1e-6, ε outside": float(optimizer.rate),
            "ε inside": float(inside.rate),
        },
        {
            "the rate is η/(√v + ε)": bool(np.isclose(optimizer.rate, rate, rtol=1e-12)),
            "PyTorch computes it": bool(table["difference"].max() < 1e-12),
        },
    )


def _keeps_gradients_in_S():
    S, of_gradients, of_squares = _average_of_gradients()
    return Finding(
        {"S": S, "average of g": of_gradients, "average of g²": of_squares},
        {"S is the average of g": abs(S - of_gradients) < 1e-9},
    )


@answers("A15")
def averages_gradients():
    return _keeps_gradients_in_S()


@answers("C12")
def ewma_of_gradients():
    return _keeps_gradients_in_S()


@answers("B2")
def same_average_as_momentum():
    signs = [np.float64((-1.0) ** t) for t in range(200)]
    steps = {"alternating": signs, "constant": [np.float64(1.0)] * 200}
    numbers, holds = {}, {}
    for case, gradients in steps.items():
        rms, ball = RMSprop(0.1), Momentum(0.1, averaged=True)
        ours = abs(float(_steps_under(rms, gradients)[-1]))
        heavy = abs(float(_steps_under(Momentum(0.1), gradients)[-1]))
        _steps_under(ball, gradients)
        numbers |= {f"{case} ±1: RMSprop's step/η": ours, f"{case} ±1: heavy ball's": heavy}
        holds[case] = bool(np.isclose(rms.state["S"], ball.state["v"], atol=1e-3))
    return Finding(numbers, {"both keep the same average": all(holds.values())})


@answers("B7")
def averages_per_epoch():
    from .mnist import load_mnist
    from .network import Network, train

    optimizer = RMSprop(0.001)
    train(Network((784, 10)), load_mnist(), optimizer, epochs=1, batch_size=64, progress=False)
    return Finding(
        {"updates of S in one epoch": optimizer.t}, {"one update an epoch": optimizer.t == 1}
    )


@answers("B8")
def no_epsilon():
    never = _steps_under(RMSprop(0.1, epsilon=0.0), [np.array([3.0, 4.0]), np.array([-2.0, 1.5])])
    zero = _steps_under(RMSprop(0.1, epsilon=0.0), [np.array([3.0, 0.0])])
    return Finding(
        {"first step under g = 3": float(zero[0, 0]), "under g = 0": float(zero[0, 1])},
        {
            "no gradient is 0": bool(np.isfinite(never).all()),
            "one has been 0 from the start": bool(np.isfinite(zero).all()),
        },
    )


@answers("B9")
def beta_called_momentum():
    theirs = {name: library for name, library in LIBRARIES.items() if name != "ours"}
    names = {
        library: next(n for n, ours in entry.names.items() if ours == "beta")
        for library, entry in theirs.items()
    }
    own = sum("momentum" in entry.names for entry in theirs.values())
    return Finding(
        {**names, "libraries with another setting `momentum`": own},
        {"some library calls β momentum": "momentum" in names.values()},
    )


@answers("C1")
def worked_example():
    theta, S, path = 2.0, 0.0, []
    for _ in range(5):
        S = 0.9 * S + 0.1 * theta**2
        theta -= 0.1 / np.sqrt(S + 1e-8) * theta
        path.append(theta)
    run = descend(Parabola(), RMSprop(0.1), steps=5)
    optax = agreement("worked").query("library == 'optax'")
    return Finding(
        {f"θ{t}": value for t, value in enumerate(path, start=1)},
        {
            "the two equations give our path": bool(np.allclose(run.positions[1:], path, 1e-14)),
            "and that of a published library": bool(optax["difference"].min() < 1e-12),
        },
    )


# ── 2 · a rate for each parameter ────────────────────────────────────────────────────────────────


@answers("A7")
def rates_by_gradient():
    optimizer = RMSprop(0.1)
    steps = _steps_under(optimizer, [np.array([1000.0, 1.0, 0.01])] * 200)[-1]
    large, middle, small = (float(rate) for rate in optimizer.rate)
    return Finding(
        {
            "rate at g = 1000": large,
            "at g = 1": middle,
            "at g = 0.01": small,
            "step/η at g = 1000": float(steps[0]),
            "step/η at g = 0.01": float(steps[2]),
        },
        {"the smaller the gradient, the larger the rate": large < middle < small},
    )


@answers("A14")
def rate_of_its_own():
    optimizer = RMSprop(0.1)
    _steps_under(optimizer, [np.array([1000.0, 1.0])])
    losses = {
        a: float(descend(Valley(angle=a), RMSprop(0.1), steps=40).losses[-1]) for a in (0, 45)
    }
    ratio = float(optimizer.rate[1] / optimizer.rate[0])
    return Finding(
        {
            "rates of g = 1 and g = 1000, ratio": ratio,
            "valley after 40 steps, loss": losses[0],
            "the valley turned by 45°": losses[45],
        },
        {"two parameters have two rates": bool(np.isclose(ratio, 1000, rtol=0.01))},
    )


@answers("A24")
def first_step():
    measured = _first_steps((0.5, 0.9, 0.99, 0.999))
    return Finding(
        {f"first step/η, β = {beta}": value for beta, value in measured.items()},
        {f"it is η at β = {beta}": abs(value - 1) < 0.1 for beta, value in measured.items()},
    )


@answers("C4")
def robust_to_scale():
    optimizers, path = {GD: GradientDescent(0.1), RMS: RMSprop(0.1)}, {}
    for name, optimizer in optimizers.items():
        ends = [descend(Parabola(c), optimizer, steps=10).positions[-1] for c in (0.1, 1.0, 10.0)]
        path[name] = float(np.ptp(ends))
    return Finding(
        {f"{name}: spread of θ₁₀ over scales 0.1, 1, 10": gap for name, gap in path.items()},
        {"RMSprop's path stays where it is": path[RMS] < 1e-5 < path[GD]},
    )


@answers("A16")
def ever_falling_rate():
    ones = [np.float64(1.0)] * 10_000
    ada, rms = (_steps_under(method(0.1), ones) for method in (Adagrad, RMSprop))
    at, t = (100, 1000, 10_000), np.arange(1, 10_001)
    numbers = {f"Adagrad's step/η, t = {t}": float(ada[t - 1]) for t in at}
    return Finding(
        numbers | {f"RMSprop's, t = {t}": float(rms[t - 1]) for t in at},
        {
            "Adagrad's rate falls like 1/√t": bool(np.allclose(ada * np.sqrt(t), 1, rtol=1e-3)),
            "RMSprop's does not": bool(np.isclose(rms[-1], 1, rtol=1e-3)),
        },
    )


# ── 3 · zig-zag and divergence ───────────────────────────────────────────────────────────────────


@answers("A6")
def high_rate_diverges():
    rates = (0.5, 0.9, 1.5, 1.9, 1.99, 2.1)
    ends = {
        r: float(abs(descend(Parabola(), GradientDescent(r), 1.0, steps=20).positions[-1]))
        for r in rates
    }
    return Finding(
        {f"|θ| after 20 steps from 1, ηλ = {rate}": end for rate, end in ends.items()},
        {
            "above 2 it diverges": ends[2.1] > 1,
            "up to 2 it does not": all(end < 1 for rate, end in ends.items() if rate < 2),
        },
    )


@answers("A8")
def overshooting():
    jump = float(descend(Parabola(1000.0), RMSprop(0.1), 0.01, steps=1).positions[-1])
    steep = [descend(Parabola(c), RMSprop(0.1), steps=500) for c in (1.0, 1e3, 1e6)]
    farthest = max(float(np.abs(run.positions[-50:]).max()) for run in steep)
    end = rare_truth()["RMSprop β = 0.9"]
    stays = farthest < 2 and all(run.diverged_at is None for run in steep)
    divergence = Finding(
        {
            "λθ²/2, λ up to 1e6, η = 0.1: |θ| at the end": farthest,
            "line with optimum −1 ends at": end,
        },
        {"bowls, however steep: no divergence": stays, "a line with rare truths": end < 0},
    )
    return Finding(
        {"500θ² from 0.01, η = 0.1: θ₁": jump},
        {"no overshooting": abs(jump) <= 0.01},
        also=divergence,
    )


@answers("A25")
def high_rate_of_rmsprop():
    ends = _each(end_of_run, (0.1, 1.0, 10.0))
    finite = all(np.isfinite(end) and end < eta for eta, end in ends.items())
    return Finding(
        {f"|θ| at the end, η = {eta:g}": end for eta, end in ends.items()},
        {"RMSprop diverges": not finite},
        {"a high rate spoils the result": ends[10.0] > 5 * ends[1.0] > 25 * ends[0.1]},
    )


def _flips_on_parabola(rate):
    path = descend(Parabola(), GradientDescent(rate), 1.0, steps=20).positions
    return int(count_flips(path[:, None])[0])


@answers("B1")
def accelerates():
    found = {k: v for k, v in races().items() if k.startswith("valley")}
    numbers = {}
    for case, result in found.items():
        unit = "gap after 100 steps" if "falling" in case else "steps"
        numbers |= {f"{case}: {m}, {unit}": result[m] for m in (GD, RMS)}
    return Finding(
        numbers, {f"{case}: RMSprop is ahead": v[RMS] < v[GD] for case, v in found.items()}
    )


@answers("B3")
def frequency():
    rates = (1.1, 1.5, 1.9)
    flips = _each(_flips_on_parabola, rates)
    runs = [descend(Parabola(), GradientDescent(rate), 1.0, steps=20) for rate in rates]
    left = [float(abs(run.positions[-1])) for run in runs]
    numbers = {f"flips in 20 steps, ηλ = {rate}": n for rate, n in flips.items()}
    return Finding(
        numbers | {f"|θ₂₀|, ηλ = {r}": size for r, size in zip(rates, left, strict=True)},
        {"a larger rate flips more often": flips[1.9] > flips[1.5] > flips[1.1]},
    )


@answers("B4")
def limit_on_the_rate():
    ends = {
        rate: float(descend(Valley(), GradientDescent(rate), steps=200).losses[-1])
        for rate in (0.0199, 0.0201)
    }
    flat = float(descend(Parabola(), GradientDescent(0.5), steps=200).losses[-1])
    start = float(Valley()(Valley().start))
    return Finding(
        {
            "loss at the start": start,
            "after 200 steps at η = 0.0199": ends[0.0199],
            "at η = 0.0201": ends[0.0201],
            "the flat axis alone at η = 0.5": flat,
        },
        {"the steep axis sets the limit 2/λ": ends[0.0199] < start < ends[0.0201] and flat < 1e-9},
    )


def _line_flips(spread):
    random = np.random.default_rng(0)
    x = spread * random.standard_normal(200)
    objective = LinearRegression(x, x + 1)
    run = descend(objective, GradientDescent(1.9 / max(np.mean(x * x), 1.0)), steps=40)
    return count_flips(run.positions - objective.minimum).tolist()


def _valley_flips(condition):
    valley = Valley(condition)
    run = descend(valley, GradientDescent(1.9 / max(condition, 1.0)), (3.0, 1.0), steps=40)
    return count_flips(run.positions).tolist()


def _curvatures_swapped():
    """The valley ½(100W² + b²): the first axis is the steep one, scaled so that λ = 100 and 1."""
    run = descend(Valley(0.01), GradientDescent(1.9), (3.0, 1.0), steps=40)
    return count_flips(run.positions).tolist()


@answers("B5")
def bias_flips():
    flips = {
        "½(W² + 100b²)": _valley_flips(100.0),
        "curvatures swapped": _curvatures_swapped(),
        "line fitted, x ~ N(0, 10²)": _line_flips(10.0),
        "line fitted, x ~ N(0, 0.1²)": _line_flips(0.1),
    }
    numbers = {}
    for case, (W, b) in flips.items():
        numbers |= {f"{case}: flips of W": W, f"{case}: flips of b": b}
    return Finding(numbers, {"it is always b that flips": all(b > W for W, b in flips.values())})


@answers("B6")
def small_and_large_S():
    numbers, holds = {}, {}
    for case, condition in (("½(W² + 100b²)", 100.0), ("½(W² + b²/100)", 0.01)):
        run = descend(Valley(condition), RMSprop(0.1), (1.0, 1.0), steps=5)
        W, b = run.state["S"][-1]
        numbers |= {f"{case}: S of W": float(W), f"{case}: S of b": float(b)}
        holds[f"{case}: S of W is the smaller one"] = bool(b > W)
    return Finding(numbers, holds)


@answers("C2")
def oscillation():
    fast = descend(Valley(), RMSprop(0.1), steps=200).positions
    plain = descend(Valley(), GradientDescent(0.0199), steps=200).positions
    early = {n: int(count_flips(p[:21])[1]) for n, p in ((RMS, fast), (GD, plain))}
    late = int(count_flips(fast[150:])[1])
    return Finding(
        {
            "flips across the valley, steps 1–20: gradient descent": early[GD],
            "RMSprop": early[RMS],
            "RMSprop, the last 50 of 200 steps": late,
            "its |θ₂| then": float(abs(fast[-1, 1])),
        },
        {"it does not oscillate": late == 0},
        {"it damps the zig-zag at first": early[RMS] < early[GD] / 2},
    )


# ── 4 · minima, saddles, plateaus ────────────────────────────────────────────────────────────────


@answers("A2")
def low_rate_stuck():
    starts = np.random.default_rng(0).uniform(-2, 2, 200)
    runs = {
        eta: descend(DoubleWell(), GradientDescent(eta), starts, steps=round(20 / eta))
        for eta in (0.01, 0.1)
    }
    shallow = {eta: float(np.mean(run.positions[-1] > BARRIER)) for eta, run in runs.items()}
    path = {eta: np.abs(run.positions[:, 0] - run.positions[-1, 0]) for eta, run in runs.items()}
    steps = {eta: steps_to_reach(distance, 0.1) for eta, distance in path.items()}
    numbers = {f"share in the shallow well, η = {eta}": share for eta, share in shallow.items()}
    return Finding(
        numbers | {f"steps to come near, η = {eta}": n for eta, n in steps.items()},
        {"the low rate is caught more often": shallow[0.01] > shallow[0.1]},
        {"the low rate is slow": steps[0.01] > 5 * steps[0.1]},
    )


@answers("A3")
def saddles_hinder():
    near, ridge = leaving_the_saddle()
    return Finding(
        {f"steps to leave from 1e-8: {name}": steps for name, steps in near.items()},
        {
            "gradient descent waits": near[GD] > 100,
            "on the ridge itself nobody ever leaves": set(ridge.values()) == {-1},
        },
    )


@answers("A10")
def handles_saddles():
    near, ridge = leaving_the_saddle()
    return Finding(
        {
            "RMSprop, from 1e-8": near[RMS],
            "gradient descent": near[GD],
            "RMSprop, from 0": ridge[RMS],
        },
        {
            "from a hair's breadth": 0 < near[RMS] < near[GD] / 10,
            "from the ridge itself": ridge[RMS] > 0,
        },
    )


@answers("C8")
def struggles_on_plateaus():
    found = leaving_the_plateau()
    numbers, holds = {}, {}
    for i, start in enumerate((4, 5, 6)):
        numbers |= {f"from θ₀ = {start}: {name}": steps[i] for name, steps in found.items()}
        holds[f"slower than gradient descent from {start}"] = found[RMS][i] > found[GD][i]
    return Finding(numbers | {"after a steep slope, β = 0.9": _after_steep_ground(0.9),
                              "β = 0.99": _after_steep_ground(0.99)}, holds)  # fmt: skip


def _after_steep_ground(beta):
    """Steps on a plain with g = 1e-3, after 50 with g = 10, until they exceed η/2."""
    gradients = [np.float64(10.0)] * 50 + [np.float64(1e-3)] * 2000
    steps = _steps_under(RMSprop(0.1, beta), gradients)[50:]
    return steps_to_reach(-steps, -0.5) + 1


@answers("A28")
def finds_global_minimum():
    shares = deep_wells()
    return Finding(
        {f"share in the deep well: {name}": share for name, share in shares.items()},
        {"RMSprop finds it from other starts, too": shares[RMS] > shares["starts"]},
    )


@answers("C10")
def may_settle_badly():
    shares = deep_wells()
    return Finding(
        {"share of runs that end in the shallow well": 1 - shares[RMS]},
        {"RMSprop ends in the worse well": shares[RMS] < 1},
    )


@answers("C5")
def good_for_non_convex():
    near, _ = leaving_the_saddle()
    plateau, shares = leaving_the_plateau(), deep_wells()
    return Finding(
        {
            "saddle, steps": near[RMS],
            "gradient descent": near[GD],
            "plateau from 4, steps": plateau[RMS][0],
            "gradient descent there": plateau[GD][0],
            "double well, share": shares[RMS],
            "of starts": shares["starts"],
        },
        {
            "saddle: better than gradient descent": near[RMS] < near[GD],
            "plateau: better": plateau[RMS][0] < plateau[GD][0],
            "two wells: better": shares[RMS] > shares[GD],
        },
    )


# ── 5 · noise, mini-batches, vanishing gradients ─────────────────────────────────────────────────


@answers("A9")
def noise():
    numbers, holds = {}, {}
    for sigma, (rms, sgd) in noise_floor().items():
        numbers |= {f"σ = {sigma:g}: RMSprop": rms, f"σ = {sigma:g}: SGD": sgd}
        if sigma != 1.0:  # there the two are alike
            holds[f"σ = {sigma:g}: no wider than SGD"] = rms <= sgd
    return Finding(numbers, holds)


class _Chain:
    """½ (w₁w₂ … w₂₀ − 1)², a deep network with one unit in each layer."""

    def __call__(self, w):
        return 0.5 * (np.prod(w) - 1) ** 2

    def gradient(self, w):
        return (np.prod(w) - 1) * np.array([np.prod(np.delete(w, i)) for i in range(len(w))])


@answers("A5")
def vanishing_and_exploding():
    starts = {
        "vanishing (all w = 0.5)": 0.5,
        "exploding (all w = 1.5)": 1.5,
        "gone (all w = 0)": 0.0,
    }
    numbers, holds = {}, {}
    for case, w in starts.items():
        chain, start = _Chain(), np.full(20, w)
        numbers[f"{case}: |g|"] = float(abs(chain.gradient(start)[0]))
        for name, optimizer in ((GD, GradientDescent(0.01)), (RMS, RMSprop(0.01))):
            run = descend(chain, optimizer, start, steps=300)
            learnt = run.diverged_at is None and bool(run.losses[-1] < 0.05)
            holds[f"{case} impedes {name}"] = not learnt
    return Finding(numbers, holds)


@answers("B11")
def any_batch():
    drift = {f"RMSprop, β = {beta}": _drift(RMSprop(0.01, beta)) for beta in (0.9, 0.99)}
    by_sign = 9 * -1.0 + 1.0
    numbers = {"nine +0.1, one −0.9: drift of sign(g), in η": by_sign}
    numbers |= {f"drift of {name}": value for name, value in drift.items()}
    losses = {batch: _loss_with_batches(batch) for batch in (200, 20, 1)}
    labels = {200: "batch", 20: "mini-batch", 1: "stochastic"}
    numbers |= {f"loss left with {labels[batch]} descent": loss for batch, loss in losses.items()}
    return Finding(
        numbers,
        {f"it works with {labels[batch]} descent": loss < 0.01 for batch, loss in losses.items()}
        | {"where signs drift, averaged squares hardly do": abs(drift["RMSprop, β = 0.99"]) < 0.1},
    )


def _drift(optimizer):
    """Movement over one cycle of ten gradients with mean zero, in units of η, once settled."""
    cycle = [np.float64(0.1)] * 9 + [np.float64(-0.9)]
    return -float(_steps_under(optimizer, cycle * 100)[-10:].sum())


def _loss_with_batches(batch):
    """Share of the loss left after 40 passes over 200 points of a noisy line."""
    random = np.random.default_rng(0)
    x = random.standard_normal(200)
    y = 2 * x + 1 + 0.1 * random.standard_normal(200)
    parts = [LinearRegression(x[i : i + batch], y[i : i + batch]) for i in range(0, 200, batch)]
    whole, updates = LinearRegression(x, y), 40 * len(parts)
    falling, optimizer, theta = Cosine(0.2, steps=updates), RMSprop(0.2), whole.start
    for t in range(updates):
        optimizer.learning_rate = falling(t)
        theta = optimizer.step(theta, parts[t % len(parts)].gradient(theta))
    best = whole(whole.minimum)
    return float((whole(theta) - best) / (whole(whole.start) - best))


# ── 6 · β and the early steps ────────────────────────────────────────────────────────────────────


@answers("A23")
def larger_beta():
    lives = _each(half_life, (0.9, 0.99, 0.999))
    gradients = np.random.default_rng(0).standard_normal(20_000)
    spread = {beta: float(np.std(ewma(gradients**2, beta)[2000:])) for beta in (0.9, 0.99)}
    numbers = {f"half-life of a gradient, β = {beta}": float(n) for beta, n in lives.items()}
    return Finding(
        numbers | {f"relative spread of S, β = {beta}": s for beta, s in spread.items()},
        {"it forgets more slowly": lives[0.9] < lives[0.99] < lives[0.999],
         "and is smoother": spread[0.99] < spread[0.9] / 2},
    )  # fmt: skip


@answers("B10")
def range_of_beta():
    plain = _first_steps((0.8, 0.9, 0.999))
    corrected = RMSprop(0.1, beta=0.999, bias_correction=True)
    mended = float(_steps_under(corrected, [np.float64(5.0)])[0])
    numbers = {f"first step/η, β = {beta}": step for beta, step in plain.items()}
    holds = {f"β = {beta}: at most 4η": step <= 4 for beta, step in plain.items()}
    return Finding(
        numbers | {"β = 0.999 with bias correction": mended},
        holds | {"β = 0.999 with bias correction: at most 4η": mended <= 4},
    )


@answers("C9")
def early_bias():
    optimizer, ratio = RMSprop(0.1), []
    for _ in range(200):
        optimizer.step(np.float64(0.0), np.float64(5.0))
        ratio.append(float(optimizer.state["S"]) / 25)
    steps = _steps_under(RMSprop(0.1), [np.float64(5.0)] * 10)
    settled = {beta: _settled(beta) for beta in (0.9, 0.99, 0.999)}
    numbers = {f"S/g² after {t} steps": ratio[t - 1] for t in (1, 10, 200)}
    numbers |= {f"step/η at t = {t}": float(steps[t - 1]) for t in (1, 2, 3, 5, 10)}
    return Finding(
        numbers | {f"step below 1.1η from t =, β = {beta}": t for beta, t in settled.items()},
        {"S starts too small": ratio[0] < 0.2, "and grows to its value": ratio[-1] > 0.999},
    )


def _settled(beta):
    steps = _steps_under(RMSprop(0.1, beta), [np.float64(5.0)] * 2000)
    return steps_to_reach(steps, 1.1) + 1


@answers("C7")
def sensitive():
    ends = _each(end_of_run, (0.01, 0.1))
    first = _first_steps((0.9, 0.999))
    spread = {beta: _spread_under_noise(beta) for beta in (0.9, 0.99)}
    alike = abs(spread[0.99] / spread[0.9] - 1) < 0.1
    on_beta = Finding(
        {f"first step/η, β = {b}": step for b, step in first.items()}
        | {f"spread under noise σ = 1, β = {b}": s for b, s in spread.items()},
        {"β matters in the first steps": first[0.999] > 2 * first[0.9],
         "β matters under steady noise": not alike},
    )  # fmt: skip
    return Finding(
        {f"|θ| at the end, η = {eta}": end for eta, end in ends.items()},
        {"η matters": ends[0.1] > 5 * ends[0.01]},
        also=on_beta,
    )


def _spread_under_noise(beta):
    starts = 0.07 * np.random.default_rng(1).standard_normal(400)
    run = descend(Noisy(Parabola(), 1.0), RMSprop(0.01, beta, bias_correction=True), starts, 1500)
    return float(run.positions[500:].std())


# ── 7 · the relatives ────────────────────────────────────────────────────────────────────────────


def _settings(optimizer):
    """The names of the numbers that the basic method has: switches and unused extras are off."""
    return [k for k, v in optimizer.hyperparameters.items() if isinstance(v, float) and v]


@answers("A17")
def fewer_hyperparameters():
    ours, theirs = _settings(RMSprop()), _settings(Adadelta())
    return Finding(
        {"RMSprop": ", ".join(ours), "Adadelta": ", ".join(theirs)},
        {"RMSprop has fewer": len(ours) < len(theirs)},
    )


@answers("A18")
def simpler_than_adadelta():
    arrays = {name: _states(o) for name, o in ((RMS, RMSprop()), ("Adadelta", Adadelta()))}
    lines = {RMS: len(RMSprop()._equations()), "Adadelta": len(Adadelta()._equations())}
    numbers = {f"{name}: arrays kept": n for name, n in arrays.items()}
    return Finding(
        numbers | {f"{name}: equations": n for name, n in lines.items()},
        {"less state": arrays[RMS] < arrays["Adadelta"],
         "fewer equations": lines[RMS] < lines["Adadelta"]},
    )  # fmt: skip


@answers("A19")
def one_rate_for_all():
    optimizer = Adadelta()
    _steps_under(optimizer, [np.array([1000.0, 1.0])] * 3)
    steep, flat = (float(rate) for rate in optimizer.rate)
    return Finding(
        {"rate after 3 steps with g = 1000": steep, "with g = 1": flat},
        {"both parameters have one rate": bool(np.isclose(steep, flat, rtol=0.01))},
    )


@answers("A20")
def adaptive_momentum():
    pushes = [np.float64(1.0)] * 1000 + [np.float64(0.0)]
    ball, adadelta = _steps_under(Momentum(0.1), pushes), _steps_under(Adadelta(), pushes)
    return Finding(
        {
            "step when the gradient stops, heavy ball, in η": float(ball[-1]),
            "Adadelta": float(adadelta[-1]),
            "Adadelta's 1000th step over its first": float(adadelta[-2] / adadelta[0]),
        },
        {"it rolls on": bool(adadelta[-1] > 0)},
        {"it adapts to its own past steps": bool(adadelta[-2] > 1.5 * adadelta[0])},
    )


@answers("A21")
def simpler_and_more_stable():
    arrays = {RMS: _states(RMSprop()), ADAM: _states(Adam(0.1))}
    lines = {RMS: len(RMSprop()._equations()), ADAM: len(Adam(0.1)._equations())}
    shares, adam = deep_wells(), descend(Parabola(), Adam(0.1), steps=2000)
    ends = {RMS: end_of_run(0.1), ADAM: float(np.abs(adam.positions[-100:]).max())}
    stable = Finding(
        {f"|θ| at the end of a parabola, {name}": end for name, end in ends.items()}
        | {f"share in the deep well, {name}": shares[name] for name in (RMS, ADAM)},
        {
            "steadier than Adam at the end": ends[RMS] < ends[ADAM],
            "more often in the global minimum": shares[RMS] > shares[ADAM],
        },
    )
    return Finding(
        {f"arrays kept, {name}": n for name, n in arrays.items()}
        | {f"equations, {name}": n for name, n in lines.items()},
        {"simpler than Adam": arrays[RMS] < arrays[ADAM] and lines[RMS] < lines[ADAM]},
        also=stable,
    )


@answers("A22")
def adam_is_faster():
    found = {k: v for k, v in races().items() if "turned" not in k and "falling" not in k}
    numbers = {f"{k}, steps: {m}": v[m] for k, v in found.items() for m in (RMS, ADAM)}
    numbers["Rosenbrock, Adam with a sweep that ends at 0.01"] = _adam_on_a_short_sweep()
    return Finding(numbers, {f"{k}: Adam is faster": v[ADAM] < v[RMS] for k, v in found.items()})


def _adam_on_a_short_sweep():
    return steps_to_reach(descend(Rosenbrock(), Adam(0.01), steps=3000).losses, 0.01)


@answers("C3")
def speeds_up():
    found = {k: v for k, v in races().items() if "turned" not in k and "falling" not in k}
    numbers = {f"{k}, steps: {m}": v[m] for k, v in found.items() for m in (GD, RMS)}
    return Finding(numbers, {f"{k}: RMSprop is faster": v[RMS] < v[GD] for k, v in found.items()})


@answers("C6")
def memory():
    optimizers = (
        GradientDescent(0.1),
        Momentum(0.1),
        Adagrad(0.1),
        RMSprop(),
        Adadelta(),
        Adam(0.1),
    )
    arrays = {optimizer.name: _states(optimizer) for optimizer in optimizers}
    return Finding(
        {f"{name}: arrays kept": n for name, n in arrays.items()},
        {
            "one array of the size of θ": arrays[RMS] == 1,
            "less than Adam and Adadelta": arrays[RMS] < min(arrays[ADAM], arrays["Adadelta"]),
        },
    )


@answers("C11")
def more_robust():
    usable = scaled_losses()
    common = {m: _common([rates[m] for rates in usable.values()]) for m in (GD, RMS)}
    plain = float(abs(descend(Parabola(), GradientDescent(0.1), steps=2000).positions[-1]))
    settled = {RMS: end_of_run(0.1), GD: plain}
    return Finding(
        {f"rates good for all scales, {m}": n for m, n in common.items()}
        | {f"|θ| at the end, {m}": end for m, end in settled.items()},
        {
            "an unknown scale": common[RMS] > common[GD],
            "the end game at constant η": settled[RMS] <= settled[GD],
        },
    )


def _common(sets):
    """How many rates are in all of the sets."""
    return len(set.intersection(*(set(rates.tolist()) for rates in sets)))


# ── 8 · generalising, converging, tuning ─────────────────────────────────────────────────────────


@answers("A1")
def optimising_generalises():
    found = generalisation()
    numbers = {f"training error, {name}": train for name, (_, train, _) in found.items()}
    numbers |= {f"test error, {name}": test for name, (_, _, test) in found.items()}
    carried_over = all(test == 0 for _, train, test in found.values() if train == 0)
    return Finding(numbers, {"whatever fits the old data fits new data": carried_over})


@answers("A4")
def optimisers_regularise():
    found = generalisation()
    return Finding(
        {f"test error, {name}": test for name, (_, _, test) in found.items()},
        {f"{name} finds weights that generalise": r[2] == 0 for name, r in found.items()},
    )


@answers("A11")
def less_tuning():
    usable = scaled_losses()
    numbers = {
        f"{method}, scale {c:g}: usable η": "{:.2g} to {:.2g}".format(*rates[method][[0, -1]])
        for method in (GD, RMS)
        for c, rates in usable.items()
    }
    common = {m: _common([rates[m] for rates in usable.values()]) for m in (GD, RMS)}
    ends = _each(end_of_run, (0.1, 0.01, 0.001))
    numbers |= {f"|θ| at the end, η = {eta}": end for eta, end in ends.items()}
    return Finding(
        numbers,
        {
            "one rate serves all scales": common[RMS] > 0 == common[GD],
            "the rate no longer matters": ends[0.1] < 2 * ends[0.001],
        },
    )


@answers("A26")
def schedules_help():
    schedules = {
        "exponential, 0.99": Exponential(0.1, 0.99),
        "cosine": Cosine(0.1, steps=2000),
        "1/√t": InverseSquareRoot(0.1),
    }
    ends = {}
    for name, schedule in schedules.items():
        run = descend(Parabola(), RMSprop(0.1), 0.5, steps=2000, schedule=schedule)
        ends[name] = float(np.abs(run.positions[-100:]).max())
    constant = end_of_run(0.1)
    return Finding(
        {"|θ| at the end, constant η": constant, **{f"{name}": end for name, end in ends.items()}},
        {f"{name} ends closer": end < constant / 5 for name, end in ends.items()},
    )


@answers("A27")
def stable_convergence():
    ends = rare_truth()
    run = descend(RareTruth(), Projected(RMSprop(0.01)), steps=500)
    longest, bound = float(np.abs(run.step).max() / 0.01), first_step_factor(0.9)
    return Finding(
        {f"{name} ends at (optimum −1)": end for name, end in ends.items()}
        | {"longest step/η": longest},
        {"it converges on this convex problem": ends["RMSprop β = 0.9"] < -0.9},
        {"its steps are bounded": longest <= bound * (1 + 1e-9)},
    )


@answers("A29")
def two_hyperparameters():
    gradients = [np.float64(1e-6)] * 200
    steps = {
        place: float(_steps_under(RMSprop(0.1, epsilon_inside=place == "inside"), gradients)[-1])
        for place in ("inside", "outside")
    }
    first = _first_steps((0.9, 0.99))
    ends = _each(end_of_run, (0.1, 0.01))
    return Finding(
        {f"step/η at |g| = 1e-6, ε {place}": step for place, step in steps.items()},
        {"apart from β and η nothing matters": steps["outside"] < 2 * steps["inside"]},
        {"β matters": first[0.99] > 2 * first[0.9], "η matters": ends[0.1] > 5 * ends[0.01]},
    )


@answers("A30")
def ways_of_tuning():
    from .tuning import LogUniform, grid_search, random_search

    quiet = {"n_jobs": 1, "progress": False}
    untuned = _valley_loss(0.001)
    grid = grid_search(_valley_loss, {"learning_rate": np.geomspace(1e-3, 1, 7)}, **quiet)
    chance = random_search(_valley_loss, {"learning_rate": LogUniform(1e-3, 1)}, 7, **quiet)
    cosine = descend(Valley(), RMSprop(0.3), steps=200, schedule=Cosine(0.3, steps=200))
    best, lucky = float(grid["value"].min()), float(chance["value"].min())
    falling, (stalled, cut), folds = float(cosine.losses[-1]), _monitored(), _cross_validated()
    return Finding(
        {
            "loss at an untuned η = 0.001": untuned,
            "after grid search": best,
            "after random search": lucky,
            "with a schedule": falling,
            "a loss that was seen to stall": stalled,
            "after η was cut": cut,
            "mean accuracy over folds, η = 0.01": folds[0.01],
            "η = 1e-6": folds[1e-6],
        },
        {
            "grid search helps": best < untuned / 5,
            "random search helps": lucky < untuned / 5,
            "schedules help": falling < best,
            "monitoring helps": cut < stalled / 5,
            "cross-validation tells good from bad": folds[0.01] > folds[1e-6] + 0.2,
        },
    )


def _monitored():
    """Loss of a run whose curve has gone flat, and after its rate is cut for that reason."""
    run = descend(Valley(), RMSprop(0.3), steps=100)
    before, now = run.losses[50:75].mean(), run.losses[75:].mean()
    if now < before / 2:
        raise RuntimeError(f"the loss still falls, from {before:.3g} to {now:.3g}")
    cut = descend(Valley(), RMSprop(0.03), run.positions[-1], steps=100)
    return float(now), float(cut.losses[75:].mean())


def _valley_loss(learning_rate):
    return float(descend(Valley(), RMSprop(learning_rate), steps=200).losses[-50:].mean())


def _cross_validated():
    from .mnist import MNIST, load_mnist
    from .tuning import cross_validate

    data = load_mnist()
    few = MNIST(
        data.train_images[:600], data.train_labels[:600], data.test_images, data.test_labels
    )
    table = cross_validate(few, {"learning_rate": [1e-6, 0.01]}, k=3, n_jobs=1, progress=False)
    return table.groupby("learning_rate")["accuracy"].mean().to_dict()
