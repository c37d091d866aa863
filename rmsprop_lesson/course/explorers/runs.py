"""What the explorers show, computed by the package: for their still pictures and for tests."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from ...descent import descend
from ...objectives import Parabola, Plateau, Valley
from ...optimizers import Adadelta, Adagrad, Adam, GradientDescent, Momentum, RMSprop
from .noise import Disturbed, gaussian

_RECORD = Path(__file__).with_name("mnist_runs.json")


@cache
def mnist_record():
    """The recorded trainings, as tools/record_mnist_runs.py wrote them."""
    return json.loads(_RECORD.read_text(encoding="utf-8"))


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
