"""What the explorers show, computed by the package: for their still pictures and for tests."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from ...descent import descend
from ...objectives import Parabola, Plateau, Valley
from ...optimizers import Adadelta, Adagrad, Adam, GradientDescent, Momentum, RMSprop
from .noise import Disturbed, gaussian


@cache
def mnist_record():
    """The recorded trainings, as tools/record_mnist_runs.py wrote them."""
    return _record("mnist_runs.json")


@cache
def race_record():
    """The recorded races, as tools/record_races.py wrote them."""
    return _record("race_runs.json")


def _record(name):
    return json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def step_by_step(s, steps=60):
    """The run that the explorer walks through."""
    optimizer = RMSprop(
        s["learning_rate"],
        s["beta"],
        epsilon=0.0 if s["convention"] == "none" else s["epsilon"],
        epsilon_inside=s["convention"] != "outside",
        bias_correction=s["bias_correction"],
    )
    return descend(Parabola(), optimizer, s["theta0"], steps)


def valley(s):
    """The run of each optimiser that is shown, by its name."""
    objective = Valley(s["condition"], s["angle"])
    build = {
        "gradient descent": lambda: GradientDescent(s["rate_descent"]),
        "momentum": lambda: Momentum(s["rate_descent"], s["momentum"]),
        "Adagrad": lambda: Adagrad(s["learning_rate"]),
        "RMSprop": lambda: RMSprop(s["learning_rate"], s["beta"]),
        "Adadelta": Adadelta,
        "Adam": lambda: Adam(s["learning_rate"]),
    }
    return {n: descend(objective, build[n](), s["start"], s["steps"]) for n in s["shown"]}


class FullMatrixRMSprop:
    """RMSprop with the matrix S ← βS + (1−β) g gᵀ of two parameters: θ ← θ − η (S + ε)^(−½) g.

    Parameters
    ----------
    learning_rate, beta, epsilon : float
    """

    def __init__(self, learning_rate, beta=0.9, epsilon=1e-8):
        self.learning_rate, self.beta, self.epsilon = learning_rate, beta, epsilon
        self.S = np.zeros(3)  # the entries 11, 12 and 22

    def step(self, theta, g):
        """Return θ after the step."""
        outer = np.array([g[0] * g[0], g[0] * g[1], g[1] * g[1]])
        self.S = self.beta * self.S + (1 - self.beta) * outer
        a, b, d = _inverse(_root(self._lifted))
        return theta - self.learning_rate * np.array([a * g[0] + b * g[1], b * g[0] + d * g[1]])

    @property
    def glasses(self):
        """S^¼, entries 11, 12 and 22."""
        return _root(_root(self._lifted))

    @property
    def _lifted(self):
        return self.S + self.epsilon * np.array([1.0, 0.0, 1.0])


def _inverse(m):
    determinant = m[0] * m[2] - m[1] * m[1]
    return np.array([m[2], -m[1], m[0]]) / determinant


def _root(m):
    """Of a positive definite matrix (11, 12, 22), by Cayley and Hamilton."""
    s = np.sqrt(max(0.0, m[0] * m[2] - m[1] * m[1]))
    return np.array([m[0] + s, m[1], m[2] + s]) / np.sqrt(m[0] + m[2] + 2 * s)


def glasses(s):
    """Return θ and the condition number as seen, (T + 1, 2) and (T + 1,), through S^¼.

    At θ_t the glasses are those of the next step: of S after it.
    """
    objective = Valley(s["condition"], s["angle"])
    axes = np.eye(2)
    hessian = np.stack([objective.gradient(axis) for axis in axes], axis=-1)
    theta, positions, seen = np.array(s["start"], float), [], []
    turning = s["lenses"] == "turning"
    optimizer = (FullMatrixRMSprop if turning else RMSprop)(s["learning_rate"], s["beta"])
    for _ in range(s["steps"] + 1):
        positions.append(theta)
        theta = optimizer.step(theta, objective.gradient(theta))
        if turning:
            a, b, d = optimizer.glasses
        else:
            (a, d), b = np.sqrt(np.sqrt(optimizer.state["S"] + optimizer.epsilon)), 0.0
        lenses = np.linalg.inv([[a, b], [b, d]])
        seen.append(np.linalg.cond(lenses @ hessian @ lenses))
    seen[-1] = seen[-2]  # no step follows the last place
    return np.array(positions), np.array(seen)


def draw(s):
    """Return θ (T + 1,), S (T,) and the steps in units of η (T,) under drawn gradients."""
    optimizer = RMSprop(s["learning_rate"], s["beta"])
    theta, S = [0.0], []
    for g in s["gradients"]:
        theta.append(optimizer.step(theta[-1], g))
        S.append(float(optimizer.state["S"]))
    return np.array(theta), np.array(S), np.diff(theta) / s["learning_rate"]


def winner(s):
    """Return the rate that was recorded, and of each method its place in each race, best first."""
    record = race_record()
    rates, methods = np.array(record["rates"]), record["methods"]
    k = int(np.argmin(abs(np.log(rates / s["rate"]))))
    places = np.array([_places(race, methods, k) for race in record["races"]])
    order = np.argsort(places.mean(axis=0), kind="stable")
    return rates[k], {methods[m]: places[:, m] for m in order}


def _places(race, methods, k):
    """1 for the best; who diverged or never arrived is last."""
    scores = [race["scores"][method][k % len(race["scores"][method])] for method in methods]
    scores = np.array([np.inf if score is None else score for score in scores])
    if race["score"] == "gap":
        scores = np.maximum(scores, 1e-12)
    better = (scores < scores[:, None]).sum(axis=1)
    return np.where(np.isinf(scores), len(methods), 1 + better)


def plateau(s):
    """The run of each optimiser that is shown, by its name."""
    objective = Plateau() if s["landscape"] == "plateau" else Parabola()
    if s["sigma"]:
        objective = Disturbed(objective, s["sigma"], s["seed"])
    build = {
        "gradient descent": lambda: GradientDescent(s["rate_descent"]),
        "momentum": lambda: Momentum(s["rate_descent"]),
        "RMSprop": lambda: RMSprop(s["learning_rate"], s["beta"], epsilon=s["epsilon"]),
        "Adam": lambda: Adam(s["learning_rate"]),
    }
    return {n: descend(objective, build[n](), s["theta0"], s["steps"]) for n in s["shown"]}


def average(s):
    """S, corrected S, and the length of each step in units of η, plain and corrected."""
    gradients = _gradients(s)
    plain, corrected = (
        RMSprop(1.0, s["beta"], epsilon=0, bias_correction=c) for c in (False, True)
    )
    steps, S = [], []
    for g in gradients:
        steps.append((abs(plain.step(0.0, g)), abs(corrected.step(0.0, g))))
        S.append(float(plain.state["S"]))
    t = np.arange(1, s["steps"] + 1)
    S = np.array(S)
    return S, S / (1 - s["beta"] ** t), *np.array(steps).T


def _gradients(s):
    t = range(1, s["steps"] + 1)
    if s["gradient"] == "noisy":
        return [gaussian(s["seed"], k) for k in t]
    later = {"constant": 1.0, "rise": 10.0, "fall": 0.1}[s["gradient"]]
    return [1.0 if k <= s["steps"] // 2 else later for k in t]
