"""A rate for each parameter: the experiments."""

import numpy as np

from ...descent import descend
from ...objectives import Parabola, Valley
from ...optimizers import Adagrad, GradientDescent, RMSprop
from .finding import Finding, answers
from .measured import GD, RMS, first_steps, steps_under


@answers("A7")
def rates_by_gradient():
    optimizer = RMSprop(0.1)
    steps = steps_under(optimizer, [np.array([1000.0, 1.0, 0.01])] * 200)[-1]
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
    steps_under(optimizer, [np.array([1000.0, 1.0])])
    losses = {
        a: float(descend(Valley(angle=a), RMSprop(0.1), steps=40).losses[-1]) for a in (0, 45)
    }
    ratio = float(optimizer.rate[1] / optimizer.rate[0])
    return Finding(
        {
            "rates of g = 1 and g = 1000, ratio": ratio,
            "valley after 40 steps at η = 0.1, loss": losses[0],
            "the valley turned by 45°": losses[45],
        },
        {"two parameters have two rates": bool(np.isclose(ratio, 1000, rtol=0.01))},
    )


@answers("A24")
def first_step():
    measured = first_steps((0.5, 0.9, 0.99, 0.999))
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
    ada, rms = (steps_under(method(0.1), ones) for method in (Adagrad, RMSprop))
    at, t = (100, 1000, 10_000), np.arange(1, 10_001)
    numbers = {f"Adagrad's step/η, t = {t}": float(ada[t - 1]) for t in at}
    return Finding(
        numbers | {f"RMSprop's, t = {t}": float(rms[t - 1]) for t in at},
        {
            "Adagrad's rate falls like 1/√t": bool(np.allclose(ada * np.sqrt(t), 1, rtol=1e-3)),
            "RMSprop's does not": bool(np.isclose(rms[-1], 1, rtol=1e-3)),
        },
    )
