"""The explorers' noise: the same numbers in Python as in ``js/core.mjs``."""

from math import cos, log, pi, sqrt

_ALL = 0xFFFFFFFF


def gaussian(seed, t):
    """A normal random number for (seed, t), by Box and Muller's transform of two hashes."""
    u, v = _uniform(seed, 2 * t), _uniform(seed, 2 * t + 1)
    return sqrt(-2 * log(u)) * cos(2 * pi * v)


def _uniform(seed, n):
    z = (n + 1) * 0x9E3779B9 & _ALL ^ (seed + 1) * 0x85EBCA6B & _ALL
    z = (z ^ z >> 16) * 0x21F0AAAD & _ALL
    z = (z ^ z >> 15) * 0x735A2D97 & _ALL
    return ((z ^ z >> 15) + 0.5) / 2**32


class Disturbed:
    """An objective with the explorers' noise in its gradients.

    Parameters
    ----------
    objective : Objective
        In one dimension.
    sigma : float
        Size of the noise, in units of the gradient.
    seed : int
    """

    def __init__(self, objective, sigma, seed):
        self.objective, self.sigma, self.seed = objective, sigma, seed
        self.start = objective.start
        self.reset()

    def reset(self):
        """Start the noise anew."""
        self._t = 0

    def __call__(self, theta):
        return self.objective(theta)

    def loss_and_gradient(self, theta):
        """Both, as `descend` asks for them."""
        return self(theta), self.gradient(theta)

    def gradient(self, theta):
        """The gradient of step t = 0, 1, …"""
        noise = self.sigma * gaussian(self.seed, self._t)
        self._t += 1
        return self.objective.gradient(theta) + noise
