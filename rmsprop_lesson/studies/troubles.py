"""Objectives that bring one trouble each: noise, rare gradients, changing ground, rare truth."""

import copy

import numpy as np

from .._validate import check_count, check_number, check_scalar
from ..objectives import Objective

__all__ = ["Disturbed", "Jumping", "NewTask", "Noisy", "RareTruth", "Sparse", "SteepThenFlat"]


class Disturbed(Objective):
    """An objective whose gradients are not the exact ones; the loss itself stays exact.

    `reset`, which `descend` calls, starts the disturbance anew, so that every run sees the same.

    Parameters
    ----------
    objective : Objective
        What is disturbed.
    seed : int or tuple of int
        Seed of the random numbers. With a tuple the last axis of runs, of the tuple's length, has
        one stream of random numbers for each seed; all other runs of a grid share these streams.
    """

    def __init__(self, objective, seed=0):
        if not isinstance(objective, Objective):
            raise TypeError(f"objective must be an Objective, got {objective!r}")
        for one in seed if isinstance(seed, tuple) else (seed,):
            check_count("seed", one)
        self.objective, self.seed = objective, seed
        self.dimension, self.minimum = objective.dimension, objective.minimum
        self.start, self.window = objective.start, objective.window
        self.reset()

    def with_seed(self, seed):
        """Return a copy with another seed, which starts anew."""
        other = copy.copy(self)
        vars(other)["seed"] = seed  # a setting is fixed for everybody else
        other.reset()
        return other

    def reset(self):
        """Start the disturbance anew."""
        many = isinstance(self.seed, tuple)
        self._random = (
            _Streams(self.seed, self.dimension) if many else np.random.default_rng(self.seed)
        )

    def __call__(self, theta):
        return self.objective(theta)


class _Streams:
    """One stream of random numbers per seed, with the interface of a single one."""

    def __init__(self, seeds, dimension):
        self._streams = [np.random.default_rng(seed) for seed in seeds]
        self._point = (2,) if dimension == 2 else ()

    def standard_normal(self, shape):
        return np.stack([stream.standard_normal(self._point) for stream in self._streams])

    def random(self, shape):
        return np.stack([stream.random(self._point) for stream in self._streams])


class Noisy(Disturbed):
    r"""Any objective whose gradients carry Gaussian noise, :math:`g + \sigma\,\xi`.

    The loss itself stays exact. Every run of `descend` sees the same noise.

    Parameters
    ----------
    objective : Objective
        What the noise is added to.
    sigma : float or array_like
        σ ≥ 0, in units of the gradient; an array broadcasts against the gradient, so that many
        levels of noise run at once.
    seed : int or tuple of int
        Seed of the noise; a tuple as in `Disturbed`.

    Raises
    ------
    TypeError, ValueError
        If `objective` is not an `Objective`, `sigma` not a finite number of at least 0, or a seed
        not a whole number of at least 0.
    """

    def __init__(self, objective, sigma, seed=0):
        super().__init__(objective, seed)
        self.sigma = check_number("sigma", sigma, lambda s: s >= 0, "finite and at least 0")
        self.name = f"noisy {objective.name}"
        self.formula = objective.formula + r" \quad\text{(noisy gradients)}"

    def gradient(self, theta):
        exact = self.objective.gradient(theta)
        with np.errstate(all="ignore"):
            return exact + self.sigma * self._random.standard_normal(np.shape(exact))

    def __repr__(self):
        return f"Noisy({self.objective!r}, sigma={self.sigma}, seed={self.seed})"


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


class SteepThenFlat(Objective):
    r"""A steep slope that ends in flat ground, with the minimum at 0.

    The slope is `steep` where θ is greater than 100, and 1 or -1 below:
    :math:`L = |\theta|` up to 100, :math:`L = 100 + c\,(\theta - 100)` beyond.

    Parameters
    ----------
    steep : float
        c > 0.

    Raises
    ------
    TypeError, ValueError
        If `steep` is not a number greater than 0.
    """

    name = "steep, then flat"
    minimum = 0.0
    start = 200.0
    window = (-50.0, 250.0)

    def __init__(self, steep=100.0):
        self.steep = check_scalar("steep", steep, lambda c: c > 0, "finite and greater than 0")
        self.formula = rf"|\theta|, \text{{ beyond }} 100 + {steep:g}\,(\theta - 100)"

    def _loss(self, x):
        return np.where(x > 100, 100 + self.steep * (x - 100), np.abs(x))

    def _slope(self, x):
        return np.where(x > 100, self.steep, np.sign(x))


class NewTask(Objective):
    r"""A loud task, and after some steps a quiet one with its minimum elsewhere.

    The first gradients are :math:`c\,(\theta - 10)`, all later ones θ. The loss is that of the
    second task, :math:`\theta^2/2`. So it is when a network goes on to learn from other data, or
    when a robot has learnt to stand and now learns to walk.

    Parameters
    ----------
    factor : float
        c > 0: how much louder the first task is.
    after : int
        How many gradients belong to the first task.

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.
    """

    name = "new task"
    minimum = 0.0
    start = 20.0
    window = (-5.0, 25.0)
    formula = r"\tfrac{1}{2}\,\theta^2 \quad\text{(after another task)}"

    def __init__(self, factor=1000.0, after=100):
        self.factor = check_scalar("factor", factor, lambda c: c > 0, "finite and greater than 0")
        self.after = check_count("after", after)
        self.reset()

    def reset(self):
        """Start with the first task again."""
        self._t = 0

    def _loss(self, x):
        return x**2 / 2

    def _slope(self, x):
        first = self._t < self.after
        self._t += 1
        return self.factor * (x - 10.0) if first else 1.0 * x


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
