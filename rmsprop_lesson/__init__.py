"""RMSprop from first ideas to a network that reads digits: the package behind the lessons.

This folder holds the small package: optimisers, objectives, descent, schedules, a network, MNIST,
plots and measures. Two rooms lie beneath it: `studies`, the lessons' larger experiments, and
`course`, what makes a lesson answer (checks, questions, explorers). Imports go one way: the core
knows neither room, and the studies don't know the course.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .descent import descend
from .objectives import Parabola, Valley
from .optimizers import Adadelta, Adagrad, Adam, GradientDescent, Momentum, RMSprop

if TYPE_CHECKING:  # what editors should see; at run time it is loaded when first used
    from . import plots
    from .course import checks
    from .course.explorers.explore import explore
    from .course.questions import predict, quiz
    from .mnist import load_mnist
    from .network import Network, train

__version__ = "2.0.0.dev0"

__all__ = [
    "Adadelta",
    "Adagrad",
    "Adam",
    "GradientDescent",
    "Momentum",
    "Network",
    "Parabola",
    "RMSprop",
    "Valley",
    "checks",
    "descend",
    "explore",
    "load_mnist",
    "plots",
    "predict",
    "quiz",
    "train",
]

# Loaded when first used, so that importing the package costs little more than importing NumPy.
# Modules: name → where it lies.
_MODULES = {
    "bug_hunt": "studies.bug_hunt",
    "checks": "course.checks",
    "claims": "studies.claims",
    "frameworks": "studies.frameworks",
    "measures": "measures",
    "mnist": "mnist",
    "network": "network",
    "plots": "plots",
    "questions": "course.questions",
    "races": "studies.races",
    "schedules": "schedules",
    "tuning": "studies.tuning",
    "worksheets": "course.worksheets",
}
# Functions and classes: module → names. Those that aren't in __all__ stood at the top in
# edition 1, and people's notebooks import them from here.
_NAMES = {
    "course.court": "trial",
    "course.explorers.explore": "explore",
    "course.questions": "predict quiz review",
    "descent": "Trajectory",
    "mnist": "load_mnist mnist_available",
    "network": "Network train",
    "objectives": "DoubleWell LinearRegression Plateau Rosenbrock Saddle",
    "schedules": "Constant Cosine Exponential InverseSquareRoot StepDecay",
    "studies.gradients": "gradient_check",
    "studies.races": "AMSGrad Projected around league one_rate race race_network winners",
    "studies.troubles": "Jumping NewTask Noisy RareTruth Sparse SteepThenFlat",
    "studies.tuning": "Choice EarlyStopping LogUniform Uniform cross_validate folds grid_search "
    "network_score random_search rate_beta_map search train_until",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name):
    if name in _MODULES:
        return import_module(f".{_MODULES[name]}", __name__)
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*__all__, *_MODULES, *_HOMES})
