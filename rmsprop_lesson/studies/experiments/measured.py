"""What several experiments measure, each of them once."""

from functools import cache

import numpy as np

from ...descent import descend
from ...measures import steps_to_reach
from ...objectives import (
    DoubleWell,
    Objective,
    Parabola,
    Plateau,
    Rosenbrock,
    Saddle,
    Valley,
)
from ...optimizers import Adam, GradientDescent, RMSprop
from ...schedules import Cosine, Exponential
from ..races import AMSGrad, Projected, race
from ..troubles import Noisy, RareTruth

GD, RMS, ADAM = "gradient descent", "RMSprop", "Adam"
THREE = {GD: GradientDescent, RMS: RMSprop, ADAM: Adam}
BARRIER = float(np.sort(np.roots([1, 0, -1, 0.2]).real)[1])  # of the double well


def each(value, cases):
    """{case: value(case)}."""
    return {case: value(case) for case in cases}


def steps_under(optimizer, gradients):
    """The steps that a given sequence of gradients makes, in units of η."""
    theta, steps = np.zeros_like(gradients[0]), []
    for grad in gradients:
        new = optimizer.step(theta, grad)
        steps.append(theta - new)
        theta = new
    return np.array(steps) / getattr(optimizer, "learning_rate", 1.0)


class _LeastSquares(Objective):
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


def first_time(values, target):
    """Steps until a value is at most the target; infinitely many if it never is."""
    steps = steps_to_reach(values, target)
    return steps if steps >= 0 else np.inf


@cache
def leaving_the_saddle():
    """Steps until |y| > ½ at η = 0.1, from very near and from the ridge (of 300)."""
    near, ridge = {}, {}
    for name, build in THREE.items():
        for found, y in ((near, 1e-8), (ridge, 0.0)):
            run = descend(Saddle(), build(0.1), start=(1.0, y), steps=300)
            found[name] = first_time(-np.abs(run.positions[:, 1]), -0.5)
    return near, ridge


@cache
def leaving_the_plateau():
    """Steps until |θ| < ½ at η = 0.1 from θ₀ = 4, 5 and 6; infinite if more than 3 000."""
    outside = RMSprop(0.1, epsilon_inside=False)
    labels = {GD: GradientDescent(0.1), RMS: RMSprop(0.1), "RMSprop, ε outside": outside}
    found = {}
    for label, optimizer in labels.items():
        run = descend(Plateau(), optimizer, start=(4.0, 5.0, 6.0), steps=3000)
        found[label] = [first_time(np.abs(path), 0.5) for path in run.positions.T]
    return found


@cache
def deep_wells():
    """Share of 200 starts from -2 to 2 left of the barrier, and of runs that end there.

    The starts are evenly spaced, as in the race of lesson 6, so that the shares are the same.
    """
    starts = np.linspace(-2, 2, 200)
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
    """How far θ spreads around the minimum of θ²/2 under noise σ: {σ: (RMSprop, gradient descent)}.

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


def first_steps(betas):
    """The first step in units of η, measured, whatever the gradient."""
    return {beta: float(steps_under(RMSprop(0.1, beta), [np.float64(5.0)])[0]) for beta in betas}


def states(optimizer):
    """How many arrays of the size of θ the method keeps."""
    optimizer.step(np.zeros(2), np.ones(2))
    return len(optimizer.state)


def common_to(sets):
    """How many rates are in all of the sets."""
    return len(set.intersection(*(set(rates.tolist()) for rates in sets)))
