"""Noise, mini-batches, lost gradients: the experiments."""

import numpy as np

from ...descent import descend
from ...objectives import LinearRegression, Objective
from ...optimizers import GradientDescent, RMSprop
from ...schedules import Cosine
from .finding import Finding, answers
from .measured import GD, RMS, noise_floor, steps_under


@answers("A9")
def noise():
    numbers, holds = {}, {}
    for sigma, (rms, sgd) in noise_floor().items():
        numbers |= {f"σ = {sigma:g}: RMSprop": rms, f"σ = {sigma:g}: gradient descent": sgd}
        if sigma != 1.0:  # there the two are alike
            holds[f"σ = {sigma:g}: no wider than gradient descent"] = rms <= sgd
    return Finding(numbers, holds)


class _Chain(Objective):
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
    return -float(steps_under(optimizer, cycle * 100)[-10:].sum())


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
