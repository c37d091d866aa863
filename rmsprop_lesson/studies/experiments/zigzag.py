"""Zig-zag and divergence: the experiments."""

import numpy as np

from ...descent import descend
from ...measures import count_flips
from ...objectives import LinearRegression, Parabola, Valley
from ...optimizers import GradientDescent, RMSprop
from .finding import Finding, answers
from .measured import GD, RMS, each, end_of_run, races, rare_truth


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
    ends = each(end_of_run, (0.1, 1.0, 10.0))
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
    flips = each(_flips_on_parabola, rates)
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
        "line fitted, x of size 10": _line_flips(10.0),
        "line fitted, x of size 0.1": _line_flips(0.1),
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
