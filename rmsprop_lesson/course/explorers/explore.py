"""Open an explorer, with settings of one's own or with an optimiser of one's own."""

import asyncio

from .. import progress
from .own import computed, relevant
from .runs import mnist_record, race_record
from .settings import SETTINGS, checked
from .still import still
from .widget import Explorer


def _board():
    from ..court import board  # which needs the questions, and they the widgets

    return board()


# What an explorer shows besides its settings.
_DATA = {"mnist": mnist_record, "winner": race_record, "court": _board}
_CALM = 0.05  # seconds without a change before a learner's optimiser runs again


def explore(what="valley", **settings):
    """Open an explorer: a picture to turn knobs at.

    Parameters
    ----------
    what : str, class, optimiser or function
        The name of an explorer: "step-by-step", "valley", "glasses", "average-and-bias", "draw",
        "plateau-and-noise", "winner", "mnist" or "court". Or an optimiser of your own, which then
        runs in the valley beside the package's RMSprop: a class with ``step(theta, grad)`` whose
        constructor takes ``learning_rate``, ``beta`` and ``epsilon`` (or some of them), an object
        of such a class, or a function ``step(theta, grad, S, learning_rate, beta, epsilon)`` that
        returns θ and S.
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
    data = _DATA[what]() if what in _DATA else {}
    kind = Court if what == "court" else Explorer
    return kind(what, settings, *still(what, settings), data=data)


class Court(Explorer):
    """The court board, whose verdicts are predictions in the learner's progress."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.observe(self._judged, "settings")

    def _judged(self, change):
        for claim in change["new"]["given"].keys() - change["old"]["given"].keys():
            progress.record("predictions", f"claim-{claim.lower()}")


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
        data = {"own": computed(self._own, settings)}
        page, text = still("valley", settings)
        super().__init__("valley", settings, page, text, data=data)
        self.observe(self._later, "settings")

    def _later(self, change):
        """Compute again once the learner's hand rests; at once where no loop runs."""
        if relevant(self.settings) == self.data["own"]["settings"]:
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
        self.data = {"own": computed(self._own, self.settings)}
