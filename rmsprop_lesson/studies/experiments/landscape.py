"""Minima, saddles and plateaus: the experiments."""

import numpy as np

from ...descent import descend
from ...measures import steps_to_reach
from ...objectives import DoubleWell
from ...optimizers import GradientDescent, RMSprop
from .finding import Finding, answers
from .measured import (
    BARRIER,
    GD,
    RMS,
    deep_wells,
    leaving_the_plateau,
    leaving_the_saddle,
    steps_under,
)


@answers("A2")
def low_rate_stuck():
    starts = np.linspace(-2, 2, 200)
    runs = {
        eta: descend(DoubleWell(), GradientDescent(eta), starts, steps=round(20 / eta))
        for eta in (0.01, 0.1)
    }
    shallow = {eta: float(np.mean(run.positions[-1] > BARRIER)) for eta, run in runs.items()}
    path = {eta: np.abs(run.positions[:, 0] - run.positions[-1, 0]) for eta, run in runs.items()}
    steps = {eta: steps_to_reach(distance, 0.1) for eta, distance in path.items()}
    numbers = {
        f"share of 200 starts in the shallow well, η = {eta}": share
        for eta, share in shallow.items()
    }
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
            "on the ridge itself nobody ever leaves": set(ridge.values()) == {np.inf},
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
            "from very near it": near[RMS] < near[GD] / 10,
            "from the ridge itself": bool(np.isfinite(ridge[RMS])),
        },
    )


@answers("C8")
def struggles_on_plateaus():
    found = leaving_the_plateau()
    numbers, holds = {}, {}
    for i, start in enumerate((4, 5, 6)):
        numbers |= {f"from θ₀ = {start}: {name}": steps[i] for name, steps in found.items()}
        holds[f"slower than gradient descent from {start}"] = found[RMS][i] > found[GD][i]
        holds[f"ten times slower than with ε outside, from {start}"] = (
            found[RMS][i] > 10 * found["RMSprop, ε outside"][i]
        )
    for beta in (0.9, 0.99):
        numbers[f"g falls from 10 to 0.001: steps to η/2, β = {beta}"] = _after_steep_ground(beta)
    return Finding(numbers, holds)


def _after_steep_ground(beta):
    """Steps on a plain with g = 1e-3, after 50 with g = 10, until they exceed η/2."""
    gradients = [np.float64(10.0)] * 50 + [np.float64(1e-3)] * 2000
    steps = steps_under(RMSprop(0.1, beta), gradients)[50:]
    return steps_to_reach(-steps, -0.5) + 1


@answers("A28")
def finds_global_minimum():
    shares = deep_wells()
    return Finding(
        {f"share of 200 in the deep well: {name}": share for name, share in shares.items()},
        {"RMSprop finds it from other starts, too": shares[RMS] > shares["starts"]},
    )


@answers("C10")
def may_settle_badly():
    shares = deep_wells()
    return Finding(
        {"share of 200 starts that end in the shallow well": 1 - shares[RMS]},
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
