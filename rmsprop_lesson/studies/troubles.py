"""Objectives that bring one trouble each to a race: rare gradients, jumping scales, rare truth."""

import numpy as np

from .._validate import check_count, check_number, check_scalar
from ..objectives import Disturbed, Objective

__all__ = ["Jumping", "RareTruth", "Sparse"]


class Sparse(Disturbed):
    r"""Gradients that are mostly zero: component i is gᵢ/pᵢ with probability pᵢ, else 0.

    Their mean is the exact gradient. So behaves the weight of a feature that is rarely present
    and has been standardised.

    Parameters
    ----------
    objective : Objective
        What the gradients belong to.
    probability : float or array_like
        pᵢ in (0, 1]; an array broadcasts against the gradient.
    seed : int or tuple of int
        Seed of the choice; a tuple as in `Disturbed`.

    Raises
    ------
    TypeError, ValueError
        If `probability` is not made of numbers in (0, 1].
    """

    def __init__(self, objective, probability, seed=0):
        super().__init__(objective, seed)
        self.probability = check_number(
            "probability", probability, lambda p: (p > 0) & (p <= 1), "in (0, 1]"
        )
        self.name = f"{objective.name}, sparse gradients"
        self.formula = objective.formula + r" \quad\text{(sparse gradients)}"

    def gradient(self, theta):
        exact = self.objective.gradient(theta)
        present = self._random.random(np.shape(exact)) < self.probability
        with np.errstate(all="ignore"):
            return np.where(present, exact / self.probability, 0.0)[()]

    def __repr__(self):
        return f"Sparse({self.objective!r}, probability={self.probability}, seed={self.seed})"


class Jumping(Disturbed):
    """Gradients whose scale jumps: multiplied by a factor in every other stretch of steps.

    So it is when the loss is measured in other units, or a batch comes from another source.

    Parameters
    ----------
    objective : Objective
        What the gradients belong to.
    factor : float
        What gradients of the second, fourth, … stretch are multiplied by; greater than 0.
    every : int
        Length of a stretch in steps, at least 1.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.
    """

    def __init__(self, objective, factor=100.0, every=25):
        super().__init__(objective)
        self.factor = check_scalar("factor", factor, lambda x: x > 0, "finite and greater than 0")
        self.every = check_count("every", every, 1)
        self.name = f"{objective.name}, jumping scale"
        self.formula = objective.formula + r" \quad\text{(scale jumps)}"

    def reset(self):
        self._t = 0

    def gradient(self, theta):
        scale = self.factor if self._t // self.every % 2 else 1.0
        self._t += 1
        with np.errstate(all="ignore"):
            return scale * self.objective.gradient(theta)

    def __repr__(self):
        return f"Jumping({self.objective!r}, factor={self.factor:g}, every={self.every})"


class RareTruth(Objective):
    r"""A straight line on [−1, 1] whose gradients mostly point the wrong way.

    Every `period` steps the gradient is C, in between it is −1. Its mean
    :math:`\bar g = (C - (n - 1))/n` over a period of n steps is positive, so the loss
    :math:`L = \bar g\,\theta` is least at −1. To be run with a `races.Projected` optimiser, which
    stays inside [−1, 1]. One C comes first, as in the original.

    Parameters
    ----------
    large : float
        C > period − 1.
    period : int
        n, at least 2.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.

    References
    ----------
    S. J. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018,
    arXiv:1904.09237, section 3.
    """

    name = "rare truth"
    minimum = -1.0
    start = 0.0
    window = (-1.0, 1.0)

    def __init__(self, large=10.0, period=10):
        self.period = check_count("period", period, 2)
        self.large = check_scalar(
            "large", large, lambda c: c > self.period - 1, f"greater than period − 1 = {period - 1}"
        )
        self.mean_gradient = (self.large - (self.period - 1)) / self.period
        self.formula = rf"{self.mean_gradient:g}\,\theta"
        self.reset()

    def reset(self):
        """Start with the rare, large gradient again."""
        self._t = 0

    def _loss(self, x):
        return self.mean_gradient * x

    def gradient(self, theta):
        (theta,) = self._coordinates(theta)
        value = self.large if self._t % self.period == 0 else -1.0
        self._t += 1
        return np.full_like(theta, value)[()]
