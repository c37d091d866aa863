"""β and the early steps: the experiments."""

import numpy as np

from ...descent import descend
from ...measures import ewma, half_life, steps_to_reach
from ...objectives import Parabola
from ...optimizers import RMSprop
from ..troubles import Noisy
from .finding import Finding, answers
from .measured import each, end_of_run, first_steps, steps_under


@answers("A23")
def larger_beta():
    lives = each(half_life, (0.9, 0.99, 0.999))
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
    plain = first_steps((0.8, 0.9, 0.999))
    corrected = RMSprop(0.1, beta=0.999, bias_correction=True)
    mended = float(steps_under(corrected, [np.float64(5.0)])[0])
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
    steps = steps_under(RMSprop(0.1), [np.float64(5.0)] * 10)
    settled = {beta: _settled(beta) for beta in (0.9, 0.99, 0.999)}
    numbers = {f"S/g² at t = {t}": ratio[t - 1] for t in (1, 10, 200)}
    numbers |= {f"step/η at t = {t}": float(steps[t - 1]) for t in (1, 2, 3, 5, 10)}
    return Finding(
        numbers | {f"first t with a step below 1.1η, β = {beta}": t for beta, t in settled.items()},
        {"S starts too small": ratio[0] < 0.2, "and grows to its value": ratio[-1] > 0.999},
    )


def _settled(beta):
    steps = steps_under(RMSprop(0.1, beta), [np.float64(5.0)] * 2000)
    return steps_to_reach(steps, 1.1) + 1


@answers("C7")
def sensitive():
    ends = each(end_of_run, (0.01, 0.1))
    first = first_steps((0.9, 0.999))
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
