"""RMSprop from first ideas to a network that reads digits: the package behind the lessons."""

from importlib import import_module

from .descent import Trajectory, descend
from .objectives import (
    DoubleWell,
    LinearRegression,
    Noisy,
    Parabola,
    Plateau,
    Rosenbrock,
    Saddle,
    Valley,
)
from .optimizers import Adadelta, Adagrad, Adam, GradientDescent, Momentum, RMSprop

__version__ = "1.0.0"

__all__ = [
    "Adadelta",
    "Adagrad",
    "Adam",
    "DoubleWell",
    "GradientDescent",
    "LinearRegression",
    "Momentum",
    "Noisy",
    "Parabola",
    "Plateau",
    "RMSprop",
    "Rosenbrock",
    "Saddle",
    "Trajectory",
    "Valley",
    "descend",
]

# Loaded when first used, so that importing the package costs little more than importing NumPy.
_LAZY = {
    "Constant": "schedules",
    "Cosine": "schedules",
    "Exponential": "schedules",
    "InverseSquareRoot": "schedules",
    "Network": "network",
    "StepDecay": "schedules",
    "load_mnist": "mnist",
    "mnist_available": "mnist",
    "train": "network",
}


def __getattr__(name):
    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*__all__, *_LAZY]
