"""RMSprop from first ideas to a network that reads digits: the package behind the lessons."""

from importlib import import_module

from .descent import Trajectory, descend
from .objectives import (
    DoubleWell,
    Jumping,
    LinearRegression,
    Noisy,
    Parabola,
    Plateau,
    RareTruth,
    Rosenbrock,
    Saddle,
    Sparse,
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
    "Jumping",
    "LinearRegression",
    "Momentum",
    "Noisy",
    "Parabola",
    "Plateau",
    "RMSprop",
    "RareTruth",
    "Rosenbrock",
    "Saddle",
    "Sparse",
    "Trajectory",
    "Valley",
    "descend",
]

# Loaded when first used, so that importing the package costs little more than importing NumPy.
_LAZY = {
    "AMSGrad": "races",
    "Choice": "tuning",
    "Constant": "schedules",
    "Cosine": "schedules",
    "EarlyStopping": "tuning",
    "Exponential": "schedules",
    "InverseSquareRoot": "schedules",
    "LogUniform": "tuning",
    "Network": "network",
    "Projected": "races",
    "StepDecay": "schedules",
    "Uniform": "tuning",
    "around": "races",
    "cross_validate": "tuning",
    "explore": "explorers.explore",
    "folds": "tuning",
    "grid_search": "tuning",
    "league": "races",
    "load_mnist": "mnist",
    "mnist_available": "mnist",
    "network_score": "tuning",
    "one_rate": "races",
    "predict": "questions",
    "quiz": "questions",
    "race": "races",
    "race_network": "races",
    "random_search": "tuning",
    "rate_beta_map": "tuning",
    "search": "tuning",
    "train": "network",
    "train_until": "tuning",
    "winners": "races",
}


def __getattr__(name):
    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return [*__all__, *_LAZY]
