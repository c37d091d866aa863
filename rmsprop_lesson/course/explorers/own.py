"""An optimiser of the learner's own in the valley: its path, as plain JSON for the explorer."""

import copy
import inspect
import textwrap
from contextlib import suppress

import numpy as np

from ...descent import descend
from ...objectives import Valley

_SHORT = 160  # letters of an error message in the explorer
_EPSILON = 1e-8


def computed(own, settings):
    """Run a learner's optimiser with the explorer's settings.

    Parameters
    ----------
    own : class, object or function
        As in `explore`.
    settings : dict
        Of the valley.

    Returns
    -------
    dict
        ``name``, the ``settings`` that it belongs to, the ``run`` and, if that is None, the
        ``error``: plain JSON.
    """
    name = getattr(own, "__name__", type(own).__name__)
    result = {"name": name, "settings": relevant(settings), "error": "", "run": None}
    try:
        result["run"] = _run(own, settings)
    except Exception as error:  # a learner's code may raise anything; they are told
        text = " ".join(f"{type(error).__name__}: {error}".split())
        result["error"] = textwrap.shorten(text, _SHORT, placeholder=" …")
    return result


def relevant(settings):
    """Return the settings that a learner's run depends on."""
    names = ("condition", "angle", "start", "steps", "learning_rate", "beta")
    return {name: settings[name] for name in names}


def _run(own, settings):
    """The learner's path, as plain JSON."""
    given = {name: settings[name] for name in ("learning_rate", "beta")} | {"epsilon": _EPSILON}
    objective = Valley(settings["condition"], settings["angle"])
    with np.errstate(all="ignore"):
        run = descend(objective, _built(own, given), settings["start"], settings["steps"])
    return {
        "positions": run.positions.tolist(),
        "losses": run.losses.tolist(),
        "diverged_at": run.diverged_at,
    }


def _built(own, given):
    """An optimiser that hasn't made a step, with the given settings as far as it knows them."""
    if isinstance(own, type):
        return own(**_accepted(own, given))
    if not hasattr(own, "step"):
        return _FromFunction(own, given)
    own = copy.deepcopy(own)
    for name, value in given.items():
        if hasattr(own, name):
            with suppress(AttributeError):  # a property that can't be set
                setattr(own, name, value)
    return own


def _accepted(function, given):
    """Those of the given arguments that a constructor takes."""
    parameters = inspect.signature(function).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return given
    return {name: value for name, value in given.items() if name in parameters}


class _FromFunction:
    """An optimiser made of ``f(theta, grad, S, learning_rate, beta, epsilon) → theta, S``."""

    def __init__(self, function, given):
        self.function, self.given = function, given
        self.S = 0.0

    def step(self, theta, grad):
        if np.ndim(self.S) == 0:
            self.S = np.zeros_like(theta)
        result = self.function(theta, grad, self.S, **self.given)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(f"it must return theta and S, it returned {result!r}")
        theta, self.S = result
        return theta
