"""Eight pieces of code in the style of published slips, each wrong in one way.

``case(3)`` shows the code of the third and runs it: ``case(3).run(...)``. The learner finds the
slip by experiment. The module holds the mended versions too, so don't read on before you have
tried.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .._validate import check_count
from ..descent import descend
from ..objectives import Parabola
from ..optimizers import GradientDescent, RMSprop

__all__ = ["Case", "case"]


@dataclass(frozen=True)
class Case:
    """A piece of code with one slip.

    Attributes
    ----------
    number : int
    title : str
    run : callable
        The code with the slip.
    mended : callable
        The same without it.
    hint : str
        An experiment that brings it to light.
    answer : str
        What is wrong, what follows, and how to mend it; Markdown.
    probe : callable
        ``probe(function)`` makes the experiment and returns its number.
    wrong, right : float
        What the probe gives for `run` and for `mended`.
    """

    number: int
    title: str
    run: Callable
    mended: Callable
    hint: str
    answer: str
    probe: Callable
    wrong: float
    right: float

    @property
    def code(self):
        """The source of the code with the slip."""
        return inspect.getsource(self.run)

    def __repr__(self):
        return f"Case {self.number}: {self.title}\n\n{self.code}"

    def _repr_markdown_(self):
        return f"**Case {self.number}: {self.title}**\n\n```python\n{self.code}```"


# ── 1 ────────────────────────────────────────────────────────────────────────────────────────────


def half_life(beta):
    """After how many steps does a gradient weigh half as much in S as at first?"""
    return 1 / (1 - beta)


def _half_life(beta):
    return np.log(0.5) / np.log(beta)


def _at_09(function):
    return float(function(0.9))


# ── 2 ────────────────────────────────────────────────────────────────────────────────────────────


def make_rmsprop(theta, learning_rate=0.1, beta=0.9, epsilon=1e-8):
    """An update function with its own running average, started with the shape of theta."""
    S = theta.copy()

    def update(theta, grad):
        nonlocal S
        S = beta * S + (1 - beta) * grad**2
        return theta - learning_rate * grad / np.sqrt(S + epsilon)

    return update


def _make_rmsprop(theta, learning_rate=0.1, beta=0.9, epsilon=1e-8):
    S = np.zeros_like(theta)

    def update(theta, grad):
        nonlocal S
        S = beta * S + (1 - beta) * grad**2
        return theta - learning_rate * grad / np.sqrt(S + epsilon)

    return update


def _from_a_negative_start(make):
    with np.errstate(invalid="ignore"):
        theta = np.array([1.0, -2.0])
        return float(make(theta)(theta, theta)[1])


# ── 3 ────────────────────────────────────────────────────────────────────────────────────────────


def ten_steps(grad, learning_rate=0.1, beta=0.9):
    """The tenth step of RMSprop under a constant gradient."""
    S = np.ones_like(grad)
    for _ in range(10):
        S = beta * S + (1 - beta) * grad**2
        step = learning_rate * grad / np.sqrt(S)
    return step


def _ten_steps(grad, learning_rate=0.1, beta=0.9):
    S = np.zeros_like(grad)
    for _ in range(10):
        S = beta * S + (1 - beta) * grad**2
        step = learning_rate * grad / np.sqrt(S)
    return step


def _small_gradient(function):
    """The tenth step under g = 0.001, in units of η."""
    return float(function(np.array([1e-3]))[0] / 0.1)


# ── 4 ────────────────────────────────────────────────────────────────────────────────────────────


@np.errstate(divide="ignore")
def corrected_steps(gradients, learning_rate=0.1, beta=0.9, epsilon=1e-8):
    """The steps of RMSprop with bias correction."""
    S, steps = 0.0, []
    for t, grad in enumerate(gradients):
        S = beta * S + (1 - beta) * grad**2
        S_hat = np.float64(S) / (1 - beta**t)
        steps.append(learning_rate * grad / np.sqrt(S_hat + epsilon))
    return steps


def _corrected_steps(gradients, learning_rate=0.1, beta=0.9, epsilon=1e-8):
    S, steps = 0.0, []
    for t, grad in enumerate(gradients, start=1):
        S = beta * S + (1 - beta) * grad**2
        S_hat = np.float64(S) / (1 - beta**t)
        steps.append(learning_rate * grad / np.sqrt(S_hat + epsilon))
    return steps


def _first_corrected(function):
    """The first step in units of η."""
    return float(function([2.0, 2.0])[0] / 0.1)


# ── 5 ────────────────────────────────────────────────────────────────────────────────────────────


def train_in_epochs(objective, theta, epochs=5, steps=10):
    """Run RMSprop on an objective for some epochs; return the longest step of each, over η."""
    longest = []
    for _ in range(epochs):
        optimizer = RMSprop(learning_rate=0.01)
        run = [theta]
        for _ in range(steps):
            run.append(optimizer.step(run[-1], objective.gradient(run[-1])))
        theta = run[-1]
        longest.append(np.abs(np.diff(run)).max() / 0.01)
    return longest


def _train_in_epochs(objective, theta, epochs=5, steps=10):
    longest = []
    optimizer = RMSprop(learning_rate=0.01)
    for _ in range(epochs):
        run = [theta]
        for _ in range(steps):
            run.append(optimizer.step(run[-1], objective.gradient(run[-1])))
        theta = run[-1]
        longest.append(np.abs(np.diff(run)).max() / 0.01)
    return longest


def _last_epoch(function):
    return float(function(Parabola(), 2.0)[-1])


# ── 6 ────────────────────────────────────────────────────────────────────────────────────────────


def sgd_path(theta, steps=20, learning_rate=0.1):
    """The baseline of our comparison: plain gradient descent on the parabola."""
    path, v = [theta], 0.0
    for _ in range(steps):
        v = 0.9 * v + path[-1]
        path.append(path[-1] - learning_rate * v)
    return np.array(path)


def _sgd_path(theta, steps=20, learning_rate=0.1):
    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * path[-1])
    return np.array(path)


def _lowest(function):
    """How far the baseline gets below 0, the minimum, on its way from 2."""
    return float(min(function(2.0).min(), 0.0))


# ── 7 ────────────────────────────────────────────────────────────────────────────────────────────


def compare(learning_rate=0.05):
    """Which is the better optimiser on the parabola, gradient descent or RMSprop?"""
    losses = {}
    for method in (GradientDescent, RMSprop):
        optimizer = method(learning_rate)
        losses[optimizer.name] = descend(Parabola(), optimizer, steps=60).losses[-1]
    return min(losses, key=losses.get)


def _compare(learning_rate=0.05):
    losses = {}
    for method in (GradientDescent, RMSprop):
        optimizer = method(learning_rate * np.geomspace(0.01, 100, 33))
        losses[optimizer.name] = np.nanmin(descend(Parabola(), optimizer, steps=60).losses[-1])
    return min(losses, key=losses.get)


def _winners(function):
    """How many different winners it declares for the same problem, as the rate changes."""
    return len({function(rate) for rate in (0.05, 0.5)})


# ── 8 ────────────────────────────────────────────────────────────────────────────────────────────


def is_rmsprop(step):
    """Does step(theta, grad, S, learning_rate, beta, epsilon) make an RMSprop update?"""
    theta, grad, S = np.array([1.0, -2.0]), np.array([0.5, 3.0]), np.array([0.2, 0.7])
    S_right = 0.9 * S + 0.1 * grad**2
    theta_right = theta - 0.1 * grad / np.sqrt(S_right + 1e-8)
    theta, S = step(theta, grad, S, 0.1, 0.9, 1e-8)
    return bool(np.allclose(theta, theta_right, atol=1e-5) and np.allclose(S, S_right, atol=1e-5))


def _is_rmsprop(step):
    reference = RMSprop(0.1, beta=0.9, epsilon=1e-8)
    theta = theta_right = np.array([1.0, -2.0])
    S = np.zeros(2)
    for grad in np.array([[3.0, 0.0], [-2.0, 0.0], [0.5, 2.0]]):
        theta_right = reference.step(theta_right, grad)
        with np.errstate(invalid="ignore"):  # 0/0 without ε is what it looks for
            theta, S = step(theta, grad, S, 0.1, 0.9, 1e-8)
    return bool(np.allclose(theta, theta_right, rtol=0, atol=1e-10))


def without_epsilon(theta, grad, S, learning_rate, beta, epsilon):
    """An update that divides 0 by 0 if a gradient has always been zero."""
    S = beta * S + (1 - beta) * grad**2
    return theta - learning_rate * grad / np.sqrt(S), S


def epsilon_added_to_theta(theta, grad, S, learning_rate, beta, epsilon):
    """An update with a missing bracket."""
    S = beta * S + (1 - beta) * grad**2
    return theta - learning_rate * grad / np.sqrt(S) + epsilon, S


WRONG_STEPS = (without_epsilon, epsilon_added_to_theta)


def _wrong_ones_passed(checker):
    """How many of the wrong updates the checker takes for right."""
    return sum(checker(step) for step in WRONG_STEPS)


_CASES = (
    Case(
        1,
        "the half-life",
        half_life,
        _half_life,
        "Start S at 1, feed it zeros, and count the steps until it is below ½.",
        "1/(1 − β) is the length of the averaging window, 10 steps for β = 0.9. The half-life "
        "solves βⁿ = ½, so it is n = ln ½ / ln β = 6.58 steps.",
        _at_09,
        10.0,
        6.5788,
    ),
    Case(
        2,
        "a running average with the right shape",
        make_rmsprop,
        _make_rmsprop,
        "Let one of the parameters be negative: start at θ = (1, −2).",
        "S starts as a copy of θ, which has the right shape and the wrong meaning. A negative "
        "parameter makes S negative, and its root is NaN. Start with `np.zeros_like(theta)`; then "
        "the first step takes −2 to −1.6838.",
        _from_a_negative_start,
        np.nan,
        -1.6838,
    ),
    Case(
        3,
        "the tenth step",
        ten_steps,
        _ten_steps,
        "Try gradients of 10, of 1 and of 0.001. RMSprop's steps should not depend on the scale.",
        "S starts at 1 without a word. For gradients near 1 nobody notices. For g = 0.001 the "
        "tenth step is 0.0017η instead of 1.239η, as S is still 0.9¹⁰ = 0.35. TensorFlow 1 does "
        "this, too. Start at 0, or say so.",
        _small_gradient,
        0.0016935,
        1.2391,
    ),
    Case(
        4,
        "bias correction",
        corrected_steps,
        _corrected_steps,
        "Look at the first step, under any gradient. What should it be in units of η?",
        "`enumerate` counts from 0, so the first correction divides by 1 − β⁰ = 0: S_hat is "
        "infinite and the first step is 0 instead of η. All later ones use the wrong power. NumPy "
        "would have warned, had nobody silenced it. Count from 1: "
        "`enumerate(gradients, start=1)`.",
        _first_corrected,
        0.0,
        1.0,
    ),
    Case(
        5,
        "training in epochs",
        train_in_epochs,
        _train_in_epochs,
        "Print the longest step of each epoch. After the first one they should be near η.",
        "The optimiser is made anew in each epoch, so it forgets S and starts each epoch with a "
        "step of 3.16η. In the fifth epoch the longest step should be 0.95η. Make the optimiser "
        "before the loop.",
        _last_epoch,
        3.1623,
        0.9536,
    ),
    Case(
        6,
        "the baseline",
        sgd_path,
        _sgd_path,
        "Plain gradient descent with ηλ = 0.1 never changes sides. Does this path?",
        "It has a velocity v: this is momentum with 0.9 under the name of plain gradient descent. "
        "It swings past the minimum to −1.21, where plain gradient descent never goes below 0. "
        "Drop v, or call it momentum.",
        _lowest,
        -1.2074,
        0.0,
    ),
    Case(
        7,
        "the comparison",
        compare,
        _compare,
        "Ask it twice: with learning_rate=0.05 and with 0.5.",
        "Both methods get one shared rate, and the rate decides: it names two different winners "
        "for one and the same problem. Give each method its own best rate out of a sweep "
        "around this rate (lesson 6). Then there is one winner, gradient descent, both times.",
        _winners,
        2,
        1,
    ),
    Case(
        8,
        "the checker",
        is_rmsprop,
        _is_rmsprop,
        "Hand it updates that you know to be wrong: one without ε, one with ε outside a bracket.",
        "It makes one step from an S that is not zero, with ordinary gradients. There ε = 1e-8 is "
        "invisible, and so are a wrong start and a lost state. It passes both wrong updates. A "
        "probe needs a gradient that is zero from the start, and several steps: "
        "`checks.rmsprop_step` passes neither.",
        _wrong_ones_passed,
        2,
        0,
    ),
)


def case(number):
    """One of the eight cases.

    Parameters
    ----------
    number : int
        From 1 to 8.

    Returns
    -------
    Case

    Raises
    ------
    TypeError, ValueError
        If there is no such case.
    """
    return _CASES[check_count("number", number, 1, len(_CASES)) - 1]
