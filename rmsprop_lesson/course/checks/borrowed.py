"""Recognise the course's own solution where it is handed in as the learner's."""

import sys
from pathlib import Path
from types import FunctionType

from ... import optimizers
from . import sandbox
from .observe import record


def borrowed(exercise, function, exercises, seconds):
    """Whose code of the course does an exercise's work, if it isn't the learner's; else None.

    The function is watched while it answers the probes: it counts as borrowed if the solution of an
    exercise runs, or an optimiser of the package that the solution doesn't use itself.

    Parameters
    ----------
    exercise : Exercise
    function : callable
        One that passed.
    exercises : iterable of Exercise
        All there are.
    seconds : float

    Returns
    -------
    str or None
        Such as ``rmsprop.rmsprop_step``, the module and the function.
    """
    known = _codes(exercises)
    allowed = _run_by(exercise.solution, exercise.probes, known)
    own = set(map(id, _code_of(exercise.solution)))
    try:
        ran = sandbox.run(lambda: _run_by(function, exercise.probes, known), seconds)
    except sandbox.TimeUp:
        return None
    taken = [known[code] for code in sorted(ran & (own | (known.keys() - allowed)))]
    return taken[0] if taken else None


def _run_by(function, probes, known):
    """The ids of known code that runs while a function answers the probes."""
    ran = set()

    def watch(frame, event, _):
        if event == "call" and id(frame.f_code) in known:
            ran.add(id(frame.f_code))

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        for probe in probes:
            record(function, probe)
    finally:
        sys.setprofile(before)
    return ran


def _codes(exercises):
    """The code of all solutions and of the package's updates: its id → its name."""
    codes = [code for exercise in exercises for code in _code_of(exercise.solution)]
    codes += [kind.update.__code__ for kind in optimizers.Optimizer.__subclasses__()]
    return {id(code): f"{_module(code)}.{code.co_qualname}" for code in codes}


def _code_of(solution):
    """The code of a function, or of the methods of a class that make its steps."""
    if isinstance(solution, FunctionType):
        return [solution.__code__]
    return [solution.step.__code__]


def _module(code):
    return Path(code.co_filename).stem
