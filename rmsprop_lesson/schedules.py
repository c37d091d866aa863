"""Learning-rate schedules: small callables that turn the step number t = 0, 1, … into η.

A schedule is given to `descend` or `train`::

    descend(Parabola(), RMSprop(0.1), steps=100, schedule=Exponential(0.1, factor=0.95))

All of them start at ``learning_rate`` and never reach 0, which no optimiser would accept. Every
hyperparameter may be an array that broadcasts with θ, as those of the optimisers.

References
----------
H. Robbins, S. Monro, "A stochastic approximation method", Annals of Mathematical Statistics 22
(1951), 400–407, for why a rate has to fall under noise, but not too fast. I. Loshchilov,
F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, arXiv:1608.03983,
for the cosine.
"""

from types import MappingProxyType

import numpy as np

from ._latex import tex_number
from ._settings import Number, WithSettings, positive
from ._validate import check_count

__all__ = ["Constant", "Cosine", "Exponential", "InverseSquareRoot", "Schedule", "StepDecay"]

_SMALLEST = np.finfo(float).tiny
_SHRINKING = (lambda x: (x > 0) & (x <= 1), "greater than 0 and at most 1")


def _show(value):
    return f"{value:g}" if np.ndim(value) == 0 else repr(np.asarray(value).tolist())


def _tex(value, symbol):
    """A number in LaTeX, or its symbol where it is a grid of numbers."""
    return symbol if np.ndim(value) else tex_number(value)


class Schedule(WithSettings):
    """What all schedules share: ``schedule(t)`` is the learning rate of step t.

    Parameters
    ----------
    learning_rate : float or array_like
        The rate η₀ > 0 of step 0, in the units that the optimiser's own rate has.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range; in a call, if t is not a whole number of at least 0.
    """

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def __call__(self, t):
        factor = self._factor(check_count("t", t))
        return np.maximum(self.learning_rate * factor, _SMALLEST)[()]

    def __repr__(self):
        settings = ", ".join(
            f"{name}={_show(value)}" for name, value in self.hyperparameters.items()
        )
        return f"{type(self).__name__}({settings})"

    def _repr_latex_(self):
        eta = _tex(self.learning_rate, r"\eta_0")
        return rf"$$\eta_t = {eta}{self._factor_tex()}$$"


class Constant(Schedule):
    r"""The same rate at every step, :math:`\eta_t = \eta_0`."""

    def _factor(self, t):
        return 1.0

    def _factor_tex(self):
        return ""


class StepDecay(Schedule):
    r"""Falls at once after every n steps, :math:`\eta_t = \eta_0\, q^{\lfloor t/n \rfloor}`.

    Parameters
    ----------
    learning_rate : float or array_like
        η₀ > 0.
    every : int
        n ≥ 1, the steps between two falls.
    factor : float or array_like
        q in (0, 1], what a fall leaves.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.
    """

    factor = Number(*_SHRINKING)
    _hints = MappingProxyType({"step_size": "it is called every here"})

    def __init__(self, learning_rate, every, factor=0.5):
        super().__init__(learning_rate)
        self.every = check_count("every", every, 1)
        self.factor = factor

    def _factor(self, t):
        return self.factor ** (t // self.every)

    def _factor_tex(self):
        return rf" \cdot {_tex(self.factor, 'q')}^{{\lfloor t/{self.every} \rfloor}}"


class Exponential(Schedule):
    r"""Falls by the same factor at every step, :math:`\eta_t = \eta_0\, q^t`.

    Parameters
    ----------
    learning_rate : float or array_like
        η₀ > 0.
    factor : float or array_like
        q in (0, 1].

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.
    """

    factor = Number(*_SHRINKING)

    def __init__(self, learning_rate, factor=0.99):
        super().__init__(learning_rate)
        self.factor = factor

    def _factor(self, t):
        return self.factor**t

    def _factor_tex(self):
        return rf" \cdot {_tex(self.factor, 'q')}^t"


class Cosine(Schedule):
    r"""Half a cosine wave down, :math:`\eta_t = \eta_0\,\tfrac12 (1 + \cos(\pi t / T))`.

    From step T on it keeps the rate of step T − 1, the last one above 0.

    Parameters
    ----------
    learning_rate : float or array_like
        η₀ > 0.
    steps : int
        T ≥ 1, the length of the whole run.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.
    """

    def __init__(self, learning_rate, steps):
        super().__init__(learning_rate)
        self.steps = check_count("steps", steps, 1)

    def _factor(self, t):
        return (1 + np.cos(np.pi * min(t, self.steps - 1) / self.steps)) / 2

    def _factor_tex(self):
        return rf" \cdot \tfrac{{1}}{{2}} (1 + \cos(\pi t / {self.steps}))"


class InverseSquareRoot(Schedule):
    r"""Falls as one over the root of time, :math:`\eta_t = \eta_0 / \sqrt{1 + t/\tau}`.

    Parameters
    ----------
    learning_rate : float or array_like
        η₀ > 0.
    delay : float or array_like
        τ > 0, in steps: until about then the rate stays near η₀; at t = 3τ it has halved.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.
    """

    delay = positive()

    def __init__(self, learning_rate, delay=1.0):
        super().__init__(learning_rate)
        self.delay = delay

    def _factor(self, t):
        return 1 / np.sqrt(1 + t / self.delay)

    def _factor_tex(self):
        tau = _tex(self.delay, r"\tau")
        return rf" / \sqrt{{1 + t/{tau}}}"
