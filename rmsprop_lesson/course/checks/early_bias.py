"""Exercises of lesson 05: bias in the early iterations."""

import numpy as np

from ...measures import first_step_factor
from .engine import Exercise
from .pairs import parts
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


@parts
def _corrected(
    power=lambda b, t: b**t,
    share=lambda b, t, power: 1 - power,
    correct=lambda S, x: S / x,
):
    """S / (1 − βᵗ) with its parts to be exchanged."""
    return lambda S, b, t: correct(S, share(b, t, power(b, t)))


@parts
def _factor(inside=lambda b: 1 - b, root=np.sqrt, outside=lambda x: 1 / x):
    """1/√(1 − β) with its parts to be exchanged."""
    return lambda b: outside(root(inside(b)))


@parts
def _count(
    factor=lambda b, t: 1 / np.sqrt(1 - b**t),
    limit=lambda excess: 1 + excess,
    more=0,
    result=lambda t, b: t,
):
    """The first t at which a factor is below a limit, with its parts to be exchanged."""

    def implementation(b, excess):
        t = 1
        while factor(b, t) >= limit(excess) and t < 10_000:
            t += 1
        return result(t + more, b)

    return implementation


def _solved(b, excess):
    """The t at which the factor is exactly 1 + excess; not whole."""
    return np.log(1 - 1 / (1 + excess) ** 2) / np.log(b)


EXERCISES = (
    Exercise(
        solution=corrected_average,
        lesson=5,
        title="Bias correction",
        task="Under a constant gradient, $S_t = (1-\\beta^t)\\,g^2$. Correct S so that $g^2$ comes "
        "out.",
        outputs=("the corrected S",),
        probes=(
            call("first step", S=0.4, beta=0.9, t=1),
            call("fifth step", S=1.2, beta=0.99, t=5),
            call("arrays", S=np.array([0.3, 0.0, 2.0]), beta=0.5, t=3),
            call("second step", S=0.7, beta=0.8, t=2),
        ),
        mistakes={
            "brackets missing": (
                (
                    lambda S, b, t: S / 1 - b**t,
                    lambda S, b, t: S / 1 - b * t,
                    lambda S, b, t: 1 - S / b**t,
                ),
                "Is a bracket missing, or is βᵗ subtracted from S? `S / 1 - beta**t` divides "
                "first: S / (1 - beta**t).",
            ),
            "t one too small": (
                _corrected(power=lambda b, t: np.float64(b) ** (t - 1)),
                "Is t − 1 in the power? After t updates it is βᵗ.",
            ),
            "t one too large": (
                _corrected(power=lambda b, t: b ** (t + 1)),
                "Is t + 1 in the power? After t updates it is βᵗ.",
            ),
            "multiplied": (
                _corrected(correct=lambda S, x: S * x),
                "Is S multiplied? It is too small: divide.",
            ),
            "beta times t": (
                _corrected(power=lambda b, t: b * t),
                "Is it β·t? It is a power, beta**t.",
            ),
            "power of 1-beta": (
                _corrected(share=lambda b, t, power: (1 - b) ** t),
                "Is the power outside the bracket? It is 1 − βᵗ, not (1 − β)ᵗ.",
            ),
            "1-beta in the power": (
                _corrected(power=lambda b, t: (1 - b) ** t),
                "Is it 1 − (1 − β)ᵗ? What is missing after t steps is βᵗ.",
            ),
            "power left out": (
                _corrected(power=lambda b, t: b),
                "Was t left out? The bias fades as t grows.",
            ),
            "base and power exchanged": (
                _corrected(power=lambda b, t: t**b),
                "Is it tᵝ? It is βᵗ, beta**t.",
            ),
            "divided by the power": (
                _corrected(share=lambda b, t, power: power),
                "Is S divided by βᵗ? That is the share that is missing; 1 − βᵗ is there.",
            ),
            "missing share added": (
                (lambda S, b, t: S + b**t, lambda S, b, t: S + b**t * S),
                "Is the missing share βᵗ added? S is 1 − βᵗ times what it should be: divide.",
            ),
            "plus instead of minus": (
                _corrected(share=lambda b, t, power: 1 + power),
                "Is it 1 + βᵗ? The share that is there is 1 − βᵗ.",
            ),
            "sign flipped": (
                _corrected(share=lambda b, t, power: power - 1),
                "Is it βᵗ − 1? That is negative; the share that is there is 1 − βᵗ.",
            ),
            "root of the correction": (
                (
                    _corrected(correct=lambda S, x: S / np.sqrt(x)),
                    _corrected(correct=lambda S, x: np.sqrt(S / x)),
                ),
                "Is there a root? The step has one, S doesn't.",
            ),
            "correction squared": (
                _corrected(correct=lambda S, x: S / x**2),
                "Is the correction squared? S is too small by 1 − βᵗ itself.",
            ),
            "S squared": (
                _corrected(correct=lambda S, x: S**2 / x),
                "Is S squared? It is an average of squares already.",
            ),
            "subtracted instead of divided": (
                _corrected(correct=lambda S, x: S - x),
                "Is the share subtracted? S is too small by a factor: divide.",
            ),
            "S left out": (
                _corrected(correct=lambda S, x: 1 / x),
                "Was S left out? The factor is right; what it corrects is S.",
            ),
            "S not corrected": (
                _corrected(correct=lambda S, x: S),
                "This is S as it was given. Which share of its full weight has it after t steps?",
            ),
        },
        hints=(
            "Which share of its full weight has S after t steps?",
            "With β = 0.9 and g² = 4, S is 0.4 after one step and 0.76 after two. It should be "
            "4. Which shares of 4 are these, in terms of β?",
            "return S / ...",
        ),
        explanation="The weights of t values add up to $1-\\beta^t$; dividing makes them add up to "
        "1.",
    ),
    Exercise(
        solution=first_step_factor,
        lesson=None,
        title="The first step",
        task="By which factor is the first step larger than $\\eta$, whatever the gradient?",
        outputs=("the factor",),
        probes=(
            call("β = 0.9", beta=0.9),
            call("β = 0.99", beta=0.99),
            call("β = 0.5", beta=0.5),
            call("β = 0.2", beta=0.2),
        ),
        mistakes={
            "brackets missing": (
                (lambda b: 1 - np.sqrt(b), lambda b: 1 / (1 - np.sqrt(b))),
                "Does the root take β alone, or does `1/1 - …` divide first? The bracket goes "
                "round 1 − β: 1 / (1 - beta)**0.5.",
            ),
            "power without brackets": (
                (lambda b: (1 - b) / 2, lambda b: 2 / (1 - b), lambda b: (1 / (1 - b)) / 2),
                "`x**1/2` is (x**1)/2: write x**0.5, x**(1/2) or np.sqrt(x).",
            ),
            "root left out": (
                _factor(root=lambda x: x),
                "Was the root left out? The step divides by √S.",
            ),
            "squared instead of root": (
                _factor(root=np.square),
                "Is there a square in place of the root? The step divides by √S.",
            ),
            "fraction upside down": (
                _factor(outside=lambda x: x),
                "Is the fraction upside down? S is too small, so the step is too large.",
            ),
            "beta instead of 1-beta": (
                _factor(inside=lambda b: b),
                "Is it β? The first g² enters with the weight 1 − β.",
            ),
            "sign inside the root": (
                (_factor(inside=lambda b: 1 + b), _factor(inside=lambda b: b - 1)),
                "Is the sign under the root wrong? It is 1 − β.",
            ),
            "beta squared": (
                _factor(inside=lambda b: 1 - b**2),
                "Is β squared? At the first step it is β to the power of 1.",
            ),
            "share instead of factor": (
                _factor(outside=lambda x: 1 / x - 1),
                "Was 1 subtracted? Asked for is the factor, not by how much it exceeds 1.",
            ),
            "sign flipped": (
                _factor(outside=lambda x: -1 / x),
                "Is there a minus in front? A factor is positive here.",
            ),
            "no bias": (
                lambda b: 1.0,
                "Is the step η? Only once S has settled.",
            ),
            "neither root nor fraction": (
                lambda b: 1 - b,
                "This is S₁/g². Which step follows from it? (`1/np.sqrt(1) - beta` gives it too, "
                "where a bracket is missing.)",
            ),
        },
        hints=(
            "What is S₁, when S₀ = 0? Put it into the step.",
            "With β = 0.75 and g = 8: S₁ = 0.25·64 = 16, its root is 4, and the step is 8/4 = 2 "
            "times η. Do the same with letters; which one cancels?",
            "return 1 / ...",
        ),
        explanation="×3.16 for β = 0.9, ×10 for 0.99, ×31.6 for 0.999.",
    ),
    Exercise(
        solution=steps_until_unbiased,
        lesson=None,
        title="How long the bias lasts",
        task="Under a constant gradient the step is $\\eta/\\sqrt{1-\\beta^t}$. From which $t$ on "
        "is it too large by less than a given share?",
        outputs=("t",),
        probes=(
            call("β = 0.9", beta=0.9, excess=0.1),
            call("β = 0.99", beta=0.99, excess=0.1),
            call("β = 0.5", beta=0.5, excess=0.01),
            call("at once", beta=0.1, excess=0.5),
            call("β = 0.3", beta=0.3, excess=0.001),
            call("twice as large", beta=0.9, excess=1.0),
        ),
        mistakes={
            "stops at once": (
                (lambda b, x: 1, lambda b, x: 2),
                "The answer is always the same: does `return` stand inside the loop, or is a "
                "bracket missing, or the fraction upside down? It is 1/np.sqrt(1 - beta**t).",
            ),
            "1 forgotten": (
                _count(limit=lambda excess: excess),
                "Is the factor compared with the excess itself? Compare with 1 + excess.",
            ),
            "compared with 1 - excess": (
                _count(limit=lambda excess: 1 / (1 - excess) if excess < 1 else np.inf),
                "Is √(1 − βᵗ) compared with 1 − excess? Compare the step, 1/√(1 − βᵗ), with "
                "1 + excess.",
            ),
            "excess taken as a percentage": (
                _count(limit=lambda excess: 1 + excess / 100),
                "Is the excess divided by 100? 0.1 stands for 10 % already.",
            ),
            "power of 1-beta": (
                _count(factor=lambda b, t: 1 / np.sqrt(1 - (1 - b) ** t)),
                "Is it 1 − (1 − β)ᵗ? What is missing after t steps is βᵗ.",
            ),
            "bracket round 1-beta": (
                _count(factor=lambda b, t: 1 / np.sqrt((1 - b) ** t)),
                "Is the power outside the bracket? It is 1 − βᵗ, not (1 − β)ᵗ.",
            ),
            "product instead of power": (
                _count(factor=lambda b, t: 1 / np.sqrt(np.float64(1 - b * t))),
                "Is it β·t? It is a power, beta**t.",
            ),
            "root left out": (
                _count(factor=lambda b, t: 1 / (1 - b**t)),
                "Was the root left out? The step has √(1 − βᵗ) below.",
            ),
            "weight instead of step": (
                (
                    _count(factor=lambda b, t: b**t, limit=lambda excess: excess),
                    lambda b, x: np.ceil(np.log(x) / np.log(b)),
                ),
                "This is when S is right to that share; the step, with its root, is sooner.",
            ),
            "one step early": (
                (_count(more=-1), lambda b, x: np.floor(_solved(b, x))),
                "Is this the last t at which the step is still too large? One more.",
            ),
            "one step late": (
                _count(more=1),
                "Is t one too large? t = 1 is the first step.",
            ),
            "window": (
                (lambda b, x: 1 / (1 - b), lambda b, x: round(1 / (1 - b))),
                "This is the window 1/(1 − β). The bias depends on what is acceptable, too.",
            ),
            "not whole": (
                _solved,
                "The formula is right; t has to be the next whole number.",
            ),
            "rounded to the nearest": (
                lambda b, x: np.round(_solved(b, x)),
                "Is t rounded to the nearest whole number? Round up: at a smaller t the step is "
                "still too large.",
            ),
            "factor returned": (
                _count(result=lambda t, b: 1 / np.sqrt(1 - b**t)),
                "Is it the factor that is returned? Return t.",
            ),
        },
        hints=(
            "How would you find it with a calculator? Try t = 1, 2, 3, …: when do you stop?",
            "With β = 0.5 the factors are 1.414, 1.155, 1.069, … For an excess of 0.1 the "
            "answer is 3.",
            "t = 1\nwhile ... >= 1 + excess:\n    ...",
        ),
        explanation="17 steps for β = 0.9 and 10 %, 175 for 0.99: it grows like the window.",
    ),
)
