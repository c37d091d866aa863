"""Checks that say which mistake was made: ``checks.rmsprop_step(rmsprop_step)``.

Each exercise of the course has a check of its name. It runs the learner's function on probes,
compares what it does with a catalogue, shows the verdict in the notebook and returns it.
"""

from functools import cache
from importlib import import_module

from .engine import Exercise, Probe
from .verdict import Verdict

__all__ = [
    "Exercise",
    "Probe",
    "Verdict",
    "cells",
    "exercises",
    "graded",
    "matrix",
    "mine",
    "progress",
]

_MODULES = (
    "first_steps",
    "averages",
    "rmsprop",
    "table",
    "early_bias",
    "classes",
    "race",
    "tuning",
    "network",
    "versions",
    "trials",
    "world",
)


@cache
def exercises():
    """All exercises by name, in the order of the lessons; last, those that are in none."""
    found = []
    for module in _MODULES:
        found += import_module(f".{module}", __name__).EXERCISES
    return {exercise.name: exercise for exercise in sorted(found, key=_place)}


def _place(exercise):
    return (exercise.lesson is None, exercise.lesson)


def matrix(name="rmsprop_step"):
    """Which probe sees which mistake: a DataFrame of mistakes × probes, True where it shows."""
    from .catalogue import matrix

    return matrix(exercises()[name])


def cells(name):
    """An exercise as notebook cells: task, stub, check, folded hints and solution."""
    from .notebook_cells import cells

    return cells(exercises()[name])


def graded(name, function, seconds=None):
    """Judge what was handed in for an exercise: the course's own solution isn't accepted.

    Parameters
    ----------
    name : str
        Such as "rmsprop_step".
    function : callable
    seconds : float, optional
        Time limit, if not the check's.

    Returns
    -------
    Verdict
        As the check's; with the mistake "the course's own" where a solution of the course, or an
        optimiser of the package, does the work. What passes is used by the rest of the notebook,
        and is not noted in the progress.

    Raises
    ------
    ValueError
        If no exercise has this name.
    """
    from .borrowed import borrowed
    from .engine import SECONDS
    from .own import use

    exercise, seconds = _named(name), seconds or SECONDS
    verdict = exercise.judge(function, seconds)
    source = verdict.passed and borrowed(exercise, function, exercises().values(), seconds)
    if not source:
        if verdict.passed:
            use(name, function)
        return verdict
    message = f"{source} of the course does the work here. Write it yourself."
    return Verdict(name, False, "the course's own", message)


def mine(name):
    """Return what the learner wrote for an exercise, once it has passed; else the course's own.

    Parameters
    ----------
    name : str
        Such as "rmsprop_step".

    Returns
    -------
    callable
        Which of the two it is, is printed.

    Raises
    ------
    ValueError
        If no exercise has this name.
    """
    from .own import taken

    return taken(_named(name))


def _named(name):
    if name not in exercises():
        raise ValueError(f"name must be one of {', '.join(exercises())}, got {name!r}")
    return exercises()[name]


def progress():
    """What is done in this course: an overview that displays as a table.

    It is kept in one small file of yours and never sent anywhere. With the environment variable
    ``RMSPROP_LESSON_PROGRESS`` set to ``off`` nothing is kept; set to a path, it is kept there.
    """
    from ..progress import Overview, done
    from ..questions import lessons

    taught = [exercise for exercise in exercises().values() if exercise.lesson is not None]
    return Overview(taught, lessons(), done())


def __getattr__(name):
    if name.startswith("_") or name not in exercises():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return exercises()[name].check


def __dir__():
    return [*__all__, *exercises()]
