"""Open an explorer, with settings of one's own or with an optimiser of one's own."""

import asyncio
import copy
import inspect
import textwrap
from contextlib import suppress

import numpy as np

from ...descent import descend
from ...objectives import Valley
from .runs import mnist_record
from .settings import SETTINGS, checked
from .still import still
from .widget import Explorer

_SHORT = 160  # letters of an error message in the widget
_CALM = 0.05  # seconds without a change before a learner's optimiser runs again
_EPSILON = 1e-8


def explore(what="valley", **settings):
    """Open an explorer: a picture to turn knobs at.

    Parameters
    ----------
    what : str, class, optimiser or function
        "step-by-step", "valley", "average-and-bias", "plateau-and-noise" or "mnist". Or an
        optimiser of your own, which then runs in the valley beside the package's RMSprop: a class
        with ``step(theta, grad)`` whose constructor takes ``learning_rate``, ``beta`` and
        ``epsilon`` (or some of them), an object of such a class, or a function
        ``step(theta, grad, S, learning_rate, beta, epsilon)`` that returns θ and S.
    **settings
        What the explorer starts with, such as ``condition=100`` or ``shown=["RMSprop", "Adam"]``.
        A wrong name is answered by the list of names.

    Returns
    -------
    Explorer
        Displays itself as the cell's result. Its `settings` follow what the learner does.

    Raises
    ------
    TypeError, ValueError
        If there is no such explorer or setting, or a setting is outside its range.
    """
    if not isinstance(what, str):
        return OwnExplorer(what, settings)
    if what not in SETTINGS:
        raise ValueError(f"what must be one of {', '.join(SETTINGS)}, got {what!r}")
    settings = checked(what, settings)
    data = mnist_record() if what == "mnist" else {}
    return Explorer(what, settings, *still(what, settings), data=data)


class OwnExplorer(Explorer):
    """The valley with an optimiser of the learner's, which runs in the kernel.

    Parameters
    ----------
    own : class, object or function
        As in `explore`.
    settings : dict
        Of the valley.
    """

    def __init__(self, own, settings):
        if not callable(own) and not callable(getattr(own, "step", None)):
            raise TypeError(
                "what must be the name of an explorer, an optimiser with step(theta, grad) or a "
                f"function, got {own!r}"
            )
        settings = checked("valley", {"shown": ["RMSprop"]} | settings)
        self._own, self._timer = own, None
        data = {"own": self._computed(settings)}
        page, text = still("valley", settings)
        super().__init__("valley", settings, page, text, data=data)
        self.observe(self._later, "settings")

    def _later(self, change):
        """Compute again once the learner's hand rests; at once where no loop runs."""
        if _relevant(self.settings) == self.data["own"]["settings"]:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._compute()
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(_CALM, self._compute)

    def _compute(self):
        self._timer = None
        self.data = {"own": self._computed(self.settings)}

    def _computed(self, settings):
        name = getattr(self._own, "__name__", type(self._own).__name__)
        result = {"name": name, "settings": _relevant(settings), "error": "", "run": None}
        try:
            result["run"] = _run(self._own, settings)
        except Exception as error:  # a learner's code may raise anything; they are told
            text = " ".join(f"{type(error).__name__}: {error}".split())
            result["error"] = textwrap.shorten(text, _SHORT, placeholder=" …")
        return result


def _relevant(settings):
    """The settings that a learner's run depends on."""
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
