"""The races of the course, one for each trouble: the page to look them up in is made of these.

Each is held when somebody asks for it, and kept::

    held("plateau")               # a Race
    winners(hold())  # all of them

Where the best rate of a method was at the edge of the usual 21 rates, the sweep is wider. Two
exceptions are said in their texts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ..mnist import load_mnist
from ..objectives import DoubleWell, Parabola, Plateau, Rosenbrock, Saddle, Valley
from ..optimizers import GradientDescent, RMSprop
from ..schedules import Cosine
from .races import AMSGrad, Projected, around, race, race_network
from .troubles import Jumping, NewTask, Noisy, RareTruth, Sparse, SteepThenFlat

__all__ = ["EVENTS", "WIDE", "Event", "held", "hold"]

WIDE = np.geomspace(1e-4, 1e3, 29)  # 10⁻⁴ … 10³, four rates a decade


@dataclass(frozen=True)
class Event:
    """A race of the programme.

    Attributes
    ----------
    title : str
    text : str
        What is raced, and what comes out; Markdown.
    run : callable
        Holds it: ``run()`` gives the `Race`, ``run(entrants)`` one with other entrants.
    """

    title: str
    text: str
    run: Callable


def held(name):
    """Return a race of the programme; the first time it is held.

    Parameters
    ----------
    name : str
        A key of `EVENTS`, such as "plateau".

    Returns
    -------
    Race

    Raises
    ------
    ValueError
        If there is no such race.
    """
    _check(name)
    return _held(name)


def hold(*names, entrants=None):
    """Return several races by their titles.

    Parameters
    ----------
    *names : str
        Keys of `EVENTS`; all of them if none is given.
    entrants : dict, optional
        Who races, as for `races.race`; without it the races are those of `held`.

    Returns
    -------
    dict of str to Race

    Raises
    ------
    TypeError, ValueError
        If there is no such race, or the entrants are not as they should be.
    """
    for name in names:
        _check(name)
    hold_one = held if entrants is None else lambda name: EVENTS[name].run(entrants)
    return {EVENTS[name].title: hold_one(name) for name in names or EVENTS}


def _check(name):
    if not isinstance(name, str) or name not in EVENTS:
        raise ValueError(f"name must be one of {', '.join(EVENTS)}, got {name!r}")


@cache
def _held(name):
    return EVENTS[name].run()


# ── the races ────────────────────────────────────────────────────────────────────────────────────


def _words():
    import yaml

    file = Path(__file__).with_suffix(".yaml")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _half_wave(rate):
    return Cosine(rate, steps=100)


def _valley(entrants=None, angle=0, **options):
    valley = Valley(condition=100, angle=angle)
    starts = valley.turn(around(Valley(condition=100)))
    return race(valley, entrants, starts=starts, **options)


def _constant(entrants=None):
    return _valley(entrants, rates=WIDE, steps=200, tail=100)


def _straight(entrants=None):
    return _valley(entrants, rates=WIDE, steps=100, schedule=_half_wave)


def _turned(entrants=None):
    return _valley(entrants, angle=45, steps=100, schedule=_half_wave)


def _saddle(entrants=None):
    return race(Saddle(), entrants, steps=100, starts=around(Saddle()), target=0.01)


def _plateau(entrants=None):
    return race(Plateau(), entrants, steps=500, starts=np.linspace(4, 6, 9), target=0.01)


def _jumping(entrants=None):
    jumping = Jumping(Valley(condition=10), factor=100, every=25)
    return race(jumping, entrants, WIDE, steps=300, starts=around(jumping), target=0.01)


def _steep(entrants=None):
    return race(SteepThenFlat(), entrants, WIDE, steps=3000, target=lambda x: abs(x) <= 1)


def _task(entrants=None):
    return race(NewTask(), entrants, np.geomspace(1e-5, 1e4, 37), steps=500, target=0.01)


def _small_noise(entrants=None):
    return race(Noisy(Parabola(), 0.01), entrants, steps=500, seeds=10, tail=50)


def _large_noise(entrants=None):
    rates = np.geomspace(1e-5, 10, 25)
    return race(Noisy(Parabola(), 100.0), entrants, rates, steps=500, seeds=10, tail=50)


def _sparse(entrants=None):
    rare_feature = Sparse(Valley(condition=1), probability=(1, 0.02))
    return race(rare_feature, entrants, steps=800, seeds=10, target=0.01)


def _rosenbrock(entrants=None):
    starts = around(Rosenbrock(), 3)
    return race(Rosenbrock(), entrants, steps=2500, starts=starts, target=0.01)


def _wells(entrants=None):
    starts, rates = np.linspace(-2, 2, 200), np.geomspace(0.01, 0.1, 5)
    return race(DoubleWell(), entrants, rates, steps=300, starts=starts, tail=30).missed(0.1)


def _end_game(entrants=None):
    return race(Parabola(), entrants, steps=1000, starts=around(Parabola(), 5), tail=500)


_ON_THE_LINE = {
    "gradient descent": lambda rate: Projected(GradientDescent(rate)),
    "RMSprop": lambda rate: Projected(RMSprop(rate)),
    "RMSprop, β = 0.99": lambda rate: Projected(RMSprop(rate, beta=0.99)),
    "AMSGrad": lambda rate: Projected(AMSGrad(rate)),
}


def _wrong_end(entrants=None):
    line = RareTruth(large=10, period=10)
    return race(line, entrants or _ON_THE_LINE, steps=2000, tail=100)


def _network(entrants=None):
    return race_network(load_mnist(), entrants, np.geomspace(1e-3, 1, 7), seeds=3, n_jobs=1)


_RUNS = {
    "valley": _constant,
    "straight": _straight,
    "turned": _turned,
    "saddle": _saddle,
    "plateau": _plateau,
    "jumping": _jumping,
    "steep": _steep,
    "task": _task,
    "small noise": _small_noise,
    "large noise": _large_noise,
    "sparse": _sparse,
    "Rosenbrock": _rosenbrock,
    "wells": _wells,
    "end game": _end_game,
    "wrong end": _wrong_end,
    "network": _network,
}
EVENTS = {name: Event(**words, run=_RUNS[name]) for name, words in _words().items()}
