"""Exercises of lesson 05: bias in the early iterations."""

import numpy as np

from ...measures import first_step_factor
from .engine import Exercise
from .probes import call


def corrected_average(S, beta, t):
    """Correct the bias of an average that started at 0.

    Parameters
    ----------
    S : float or array
        The average after t updates; leave it unchanged.
    beta : float
        Decay rate β.
    t : int
        Number of updates, at least 1.

    Returns
    -------
    float or array
        The corrected average.
    """
    return S / (1 - beta**t)


def steps_until_unbiased(beta, excess):
    """Count the steps until RMSprop's step is no longer too large, under a constant gradient.

    Parameters
    ----------
    beta : float
        Decay rate β.
    excess : float
        How much too large is acceptable: 0.1 for 10 %.

    Returns
    -------
    int
        The first t = 1, 2, … at which 1/√(1 − βᵗ) < 1 + excess.
    """
    t = 1
    while 1 / np.sqrt(1 - beta**t) >= 1 + excess:
        t += 1
    return t


def _until(enough, first=1):
    """A count that goes up from `first` until ``enough(t, beta, excess)``."""

    def implementation(b, excess):
        t = first
        while not enough(t, b, excess):
            t += 1
        return t

    return implementation


EXERCISES = (
    Exercise(
        solution=corrected_average,
        lesson=5,
        title="Bias correction",
        task="Under a constant gradient, $S_t = (1-\\beta^t)\\,g^2$. Correct S so that $g^2$ comes "
        "out.",
        outputs=("the corrected S",),
        probes=(
            call("first step", 0.4, 0.9, 1),
            call("fifth step", 1.2, 0.99, 5),
            call("arrays", np.array([0.3, 0.0, 2.0]), 0.5, 3),
        ),
        mistakes={
            "t one too small": (
                lambda S, b, t: S / np.float64(1 - b ** (t - 1)),
                "Is t − 1 in the power? After t updates it is βᵗ.",
            ),
            "t one too large": (
                lambda S, b, t: S / (1 - b ** (t + 1)),
                "Is t + 1 in the power? After t updates it is βᵗ.",
            ),
            "multiplied": (
                lambda S, b, t: S * (1 - b**t),
                "Is S multiplied? It is too small: divide.",
            ),
            "beta times t": (
                lambda S, b, t: S / (1 - b * t),
                "Is it β·t? It is a power, beta**t.",
            ),
            "power of 1-beta": (
                lambda S, b, t: S / (1 - b) ** t,
                "Is the power outside the bracket? It is 1 − βᵗ, not (1 − β)ᵗ.",
            ),
            "power left out": (
                lambda S, b, t: S / (1 - b),
                "Was t left out? The bias fades as t grows.",
            ),
            "divided by the power": (
                lambda S, b, t: S / b**t,
                "Is S divided by βᵗ? That is the share that is missing; 1 − βᵗ is there.",
            ),
            "root of the correction": (
                lambda S, b, t: S / np.sqrt(1 - b**t),
                "Is there a root? The step has one, S doesn't.",
            ),
        },
        hints=(
            "Which share of its full weight has S after t steps?",
            r"$$\hat S = \frac{S}{1-\beta^t}$$",
            "return S / ...",
        ),
        explanation="The weights of t values add up to $1-\\beta^t$; dividing makes them add up to "
        "1.",
    ),
    Exercise(
        solution=first_step_factor,
        lesson=5,
        title="The first step",
        task="By which factor is the first step larger than $\\eta$, whatever the gradient?",
        probes=(call("β = 0.9", 0.9), call("β = 0.99", 0.99), call("β = 0.5", 0.5)),
        mistakes={
            "root left out": (
                lambda b: 1 / (1 - b),
                "Was the root left out? The step divides by √S.",
            ),
            "fraction upside down": (
                lambda b: np.sqrt(1 - b),
                "Is the fraction upside down? S is too small, so the step is too large.",
            ),
            "beta instead of 1-beta": (
                lambda b: 1 / np.sqrt(b),
                "Is it β? The first g² enters with the weight 1 − β.",
            ),
            "no bias": (
                lambda b: 1.0,
                "Is the step η? Only once S has settled.",
            ),
            "neither root nor fraction": (
                lambda b: 1 - b,
                "This is S₁/g². Which step follows from it?",
            ),
        },
        hints=(
            "Put S₁ = (1 − β)g² into the step; g cancels.",
            r"$$\frac{|g|}{\sqrt{(1-\beta)\,g^2}}$$",
            "return 1 / ...",
        ),
        explanation="×3.16 for β = 0.9, ×10 for 0.99, ×31.6 for 0.999.",
    ),
    Exercise(
        solution=steps_until_unbiased,
        lesson=5,
        title="How long the bias lasts",
        task="Under a constant gradient the step is $\\eta/\\sqrt{1-\\beta^t}$. From which $t$ on "
        "is it too large by less than a given share?",
        probes=(
            call("β = 0.9", 0.9, 0.1),
            call("β = 0.99", 0.99, 0.1),
            call("β = 0.5", 0.5, 0.01),
            call("at once", 0.1, 0.5),
        ),
        mistakes={
            "one step early": (
                lambda b, x: steps_until_unbiased(b, x) - 1,
                "Is this the last t at which the step is still too large? One more.",
            ),
            "one step late": (
                lambda b, x: steps_until_unbiased(b, x) + 1,
                "Is t one too large? t = 1 is the first step.",
            ),
            "root left out": (
                _until(lambda t, b, x: 1 / (1 - b**t) < 1 + x),
                "Was the root left out? The step has √(1 − βᵗ) below.",
            ),
            "weight instead of step": (
                _until(lambda t, b, x: b**t < x),
                "This is when S is right to that share; the step, with its root, is sooner.",
            ),
            "1 forgotten": (
                (
                    lambda b, x: 10_000,
                    _until(lambda t, b, x: 1 / np.sqrt(1 - b**t) > x),
                ),
                "Is the factor compared with the excess itself? Compare with 1 + excess.",
            ),
            "window": (
                (lambda b, x: 1 / (1 - b), lambda b, x: round(1 / (1 - b))),
                "This is the window 1/(1 − β). The bias depends on what is acceptable, too.",
            ),
            "not whole": (
                lambda b, x: np.log(1 - 1 / (1 + x) ** 2) / np.log(b),
                "The formula is right; t has to be the next whole number.",
            ),
            "factor returned": (
                lambda b, x: 1 / np.sqrt(1 - b ** steps_until_unbiased(b, x)),
                "Is it the factor that is returned? Return t.",
            ),
        },
        hints=(
            "Start at t = 1 and count on while the factor is still too large.",
            r"$$\frac{1}{\sqrt{1-\beta^t}} < 1 + \text{excess}$$",
            "t = 1\nwhile ... >= 1 + excess:\n    ...",
        ),
        explanation="17 steps for β = 0.9 and 10 %, 175 for 0.99: it grows like the window.",
    ),
)
