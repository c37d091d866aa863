"""Let all optimisers race at one learning rate for all troubles; record what "winner" shows.

    python -m tools.record_races        writes race_runs.json, half a minute

The races are lesson 6's with a constant rate. Of each the record holds the score of every method at
every rate (the median over starts and seeds; null where it diverged or never arrived), and of one
run the path: places in the map's window, two characters in base 36 a coordinate, at steps that grow
further apart, up to where it leaves the map.
"""

import json
from pathlib import Path

import numpy as np

from rmsprop_lesson import (
    DoubleWell,
    Jumping,
    Noisy,
    Parabola,
    Plateau,
    Rosenbrock,
    Saddle,
    Sparse,
    Valley,
    around,
    race,
)
from rmsprop_lesson.course.explorers import runs as explorer_runs
from rmsprop_lesson.studies.races import ENTRANTS, RATES

PLACE = Path(explorer_runs.__file__).with_name("race_runs.json")
GRID = 36**2 - 1  # a coordinate is a whole number from 0 to this
LANDSCAPES = {
    kind.__name__: kind for kind in (DoubleWell, Parabola, Plateau, Rosenbrock, Saddle, Valley)
}
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def main():
    """Write the record."""
    record = {
        "methods": list(ENTRANTS),
        "rates": [float(f"{rate:.3g}") for rate in RATES],
        "races": [written(*entry) for entry in all_races()],
    }
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    PLACE.write_text(text.replace('{"name"', '\n{"name"') + "\n", encoding="utf-8")


def all_races():
    """Return (name, what the browser calls the landscape, its settings, window, race, start)."""
    valley, turned = Valley(100), Valley(100, 45)
    jumping = Jumping(Valley(10), factor=100, every=25)
    sparse = Sparse(Valley(1), probability=(1, 0.02))
    starts = np.linspace(-2, 2, 200)
    wells = race(DoubleWell(), steps=300, starts=starts, tail=30)
    plain, wide = ((-4, 4), (-2, 2)), ((-4, 4), (-4, 4))
    noisy = [Noisy(Parabola(), sigma) for sigma in (0.01, 100.0)]
    return [
        ("elongated valley", "Valley", {"condition": 100}, plain,
         race(valley, steps=200, starts=around(valley), tail=100)),
        ("turned valley", "Valley", {"condition": 100, "angle": 45}, wide,
         race(turned, steps=200, starts=turned.turn(around(valley)), tail=100)),
        ("saddle", "Saddle", {}, Saddle.window,
         race(Saddle(), steps=100, starts=around(Saddle()), target=0.01)),
        ("plateau", "Plateau", {}, (-6.5, 6.5),
         race(Plateau(), steps=500, starts=np.linspace(4, 6, 9), target=0.01)),
        ("jumping scale", "Valley", {"condition": 10}, plain,
         race(jumping, steps=300, starts=around(jumping), target=0.01)),
        ("small noise", "Parabola", {}, (-3, 3), race(noisy[0], steps=500, seeds=10, tail=50)),
        ("large noise", "Parabola", {}, (-3, 3), race(noisy[1], steps=500, seeds=10, tail=50)),
        ("sparse gradients", "Valley", {"condition": 1}, wide,
         race(sparse, steps=800, seeds=10, target=0.01)),
        ("curved valley", "Rosenbrock", {}, Rosenbrock.window,
         race(Rosenbrock(), steps=2500, starts=around(Rosenbrock(), 3), target=0.01)),
        ("double well", "DoubleWell", {}, DoubleWell.window, wells.missed(0.1), 180),
    ]  # fmt: skip


def written(name, landscape, settings, window, one, start=0):
    """One race as plain JSON; the paths are those from the start of that number."""
    curve = one.curve()
    return {
        "name": name,
        "landscape": landscape,
        "settings": settings,
        "window": window,
        "minimum": np.asarray(LANDSCAPES[landscape](**settings).minimum).tolist(),
        "score": one.score,
        "marks": marks(one.evaluations + 1),
        "scores": {m: scores(curve[curve["method"] == m]) for m in ENTRANTS},
        "paths": {m: paths(one, m, window, start) for m in ENTRANTS},
    }


def scores(curve):
    """A method's score at each rate; Adadelta, without one, has one score."""
    return [float(f"{s:.3g}") if np.isfinite(s) else None for s in curve["median"]]


def paths(one, method, window, start):
    """A method's path at each rate, with the first seed."""
    curve = one.curve()
    swept = curve.loc[curve["method"] == method, "learning_rate"]
    rates = swept.to_numpy()
    trajectories = one.runs(method, rates)
    return [path(trajectories.run(k, start, 0).positions, window) for k in range(len(rates))]


def path(positions, window):
    """Places at steps 0, 1, 2, … and further apart later, as text."""
    points = np.atleast_2d(np.asarray(positions).T).T
    low, high = np.atleast_2d(window).astype(float).T
    shares = (points - low) / (high - low)
    inside = ((shares >= 0) & (shares <= 1)).all(axis=1)
    end = len(points) if inside.all() else int(inside.argmin()) + 1
    shown = [k for k in marks(len(positions)) if k < end]
    grid = np.rint(np.clip(shares[shown], 0, 1) * GRID).astype(int)
    return "".join(DIGITS[v // 36] + DIGITS[v % 36] for v in grid.ravel())


def marks(n):
    """Which of n places are recorded."""
    spread = np.rint(np.geomspace(1, n - 1, 16)).astype(int)
    return sorted({0, *range(1, min(n, 9)), *spread.tolist()})


if __name__ == "__main__":
    main()
