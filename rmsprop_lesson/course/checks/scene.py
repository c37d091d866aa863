"""What is known about a function's calls: what it was given, what came back, what it may remember.

The calls of all probes stand in one long array for each quantity, so that a rule is tried on all of
them by one line of NumPy.
"""

from functools import lru_cache
from math import prod

import numpy as np

from .observe import Odd, Raised, record


class Known(dict):
    """Quantities by name, all of one shape; a rule takes what its arguments name.

    Parameters
    ----------
    values : dict
        ``name: array``.
    shapes : list of tuple
        The shape of each call's parameters, in the order in which they lie in the arrays.
    slack : float
        An absolute error of the results that is excused, since they were rounded.
    """

    def __init__(self, values, shapes, ends=None, slack=0.0):
        super().__init__(values)
        self.shapes, self.slack = shapes, slack
        self.ends = np.cumsum([prod(shape) for shape in shapes]) if ends is None else ends
        self["each"] = self._each
        self["only"] = self._only

    def work(self, rule):
        """The values of a rule, a function whose arguments are names of quantities."""
        value = rule(*(self[name] for name in arguments(rule)))
        value = np.asarray(value, float)
        return value if value.ndim else np.full(self.size, value)

    def has_all(self, rule):
        """Whether all that a rule needs is known here."""
        return all(name in self for name in arguments(rule))

    @property
    def size(self):
        """How many numbers there are of each quantity."""
        return int(self.ends[-1])

    def work_in(self, name, inner, rule):
        """The values of a rule that takes those of another under a name."""
        return self.also(**{name: self.work(inner)}).work(rule)

    def also(self, **more):
        """The same with further quantities, or with others under the same names."""
        return Known({**self, **more}, self.shapes, self.ends, self.slack)

    def rounded(self, slack):
        """The same, with an error that is excused."""
        other = self.also()
        other.slack = slack
        return other

    def _each(self, work, values):
        """``work`` on the parameters of each call for itself, such as their mean."""
        if work in _TOGETHER:
            begins = np.concatenate([[0], self.ends[:-1]])
            sizes = np.diff(self.ends, prepend=0)
            done = _TOGETHER[work].reduceat(values, begins, axis=-1)
            return np.repeat(done / sizes if work is np.mean else done, sizes, axis=-1)
        pieces = np.split(values, self.ends[:-1])
        done = [
            np.broadcast_to(work(piece.reshape(shape)), shape).ravel()
            for piece, shape in zip(pieces, self.shapes, strict=True)
        ]
        return np.concatenate(done)

    def _only(self, place):
        """1 for the first or last parameter of each call, or for its last row; 0 for the others."""
        return _marks(tuple(self.shapes), place)


@lru_cache(maxsize=64)
def _marks(shapes, place):
    marks = [np.zeros(shape) for shape in shapes]
    for mark in marks:
        flat = mark if place == "last row" and mark.ndim else mark.reshape(-1)
        flat[0 if place == "first" else -1] = 1
    return np.concatenate([mark.ravel() for mark in marks])


# What is worked out for all calls at once.
_TOGETHER = {np.sum: np.add, np.mean: np.add, np.max: np.maximum, np.any: np.logical_or}


def arguments(rule):
    """The names of the quantities that a rule needs; arguments with a default are its own."""
    own = len(rule.__defaults__ or ())
    return rule.__code__.co_varnames[: rule.__code__.co_argcount - own]


def calls_of(probes, seen):
    """The calls that a function was seen to make sense of: for each run its arguments and results.

    Returns
    -------
    list of list of (tuple, tuple)
        Per run the calls: what was given, and what came back, None if that weren't numbers.
    """
    return [
        _replay(probe, [value for _, value in records])
        for probe, runs in zip(probes, seen, strict=True)
        for records, _ in runs
    ]


def _replay(probe, values):
    """Run a probe on what a function answered, and note what it had been given."""
    calls, answers = [], iter(values)

    def step(*given):
        value = next(answers)
        if isinstance(value, Raised | Odd | str | dict) or value is None:
            calls.append((given, None))
            raise StopIteration
        calls.append((given, value))
        return value

    record(step, probe)
    return calls


# ── what a function may remember ─────────────────────────────────────────────────────────────────


def known_of(runs, given, returned, forgets):
    """All calls of an update as one `Known`.

    Besides what was given and what came back (``S_new`` for ``S``) it holds what a function could
    have kept from its earlier calls: see `remembered`.

    Parameters
    ----------
    runs : list of list of (tuple, plain data)
        From `calls_of`.
    given, returned : tuple of str
        Short names of the arguments and of what is returned; both begin with the parameters.
    forgets : bool
        Whether the memory is cleared by a call whose state is zero.

    Returns
    -------
    Known or None
    """
    rows, shapes, last = [], [], None
    for arguments_, value in (call for run in runs for call in run):
        now = dict(zip(given, arguments_, strict=False))
        shape = np.shape(now["theta"])
        usable = value is not None and all(np.shape(x) in (shape, ()) for x in now.values())
        parts = split(value, len(returned), shape) if usable else None
        if parts is None and forgets:
            continue
        if parts is None:  # what is remembered from here on can't be known
            break
        fresh = last is None or (forgets and not np.any(now[returned[1]]))
        now |= remembered(now, None if fresh else last, shape)
        now |= {f"{name}_new": part for name, part in zip(returned, parts, strict=True)}
        rows.append({name: filled(shape, x) for name, x in now.items()})
        shapes.append(shape)
        last = {**now, "shape": shape}
    if not rows:
        return None
    return Known({n: np.concatenate([row[n] for row in rows]) for n in rows[0]}, shapes)


def filled(shape, value):
    """A flat array of a shape with a value for all or with one for each."""
    filled = np.empty(shape)
    filled[...] = value
    return filled.ravel()


REMEMBERED = {"t", "m", "m9", "m_old", "moved", "kept", "last_rate", "last_rate_outside"}


def remembered(now, before, shape):
    """What a function may know from its call before: nothing, if that is None.

    ``t`` is the number of the call, ``m`` and ``m9`` averages of the gradient with β and with 0.9,
    ``m_old`` the one before, ``moved`` the last step, ``kept`` the state that was returned last,
    ``last_rate`` the rate that was divided by its root, if rates are kept and divided again;
    ``last_rate_outside`` the same with ε outside the root.
    """
    zero, b = np.zeros(shape), now.get("b", 0.9)
    if before is None:
        old = {"t": 0, "m": zero, "m9": zero, "moved": zero, "kept": zero}
        old |= dict.fromkeys(("rate", "rate_outside"), now.get("lr", 1))
    elif before["shape"] != shape:
        lost = np.full(shape, np.nan)
        old = dict.fromkeys(("m", "m9", "moved", "kept", "rate", "rate_outside"), lost)
        old["t"] = before["t"]
    else:
        moved = before["theta"] - before["theta_new"]
        kept, e = before.get("S_new", zero), before.get("e", 0)
        old = {**before, "moved": moved, "kept": kept}
        old["rate"] = before["last_rate"] / np.sqrt(kept + e)
        old["rate_outside"] = before["last_rate_outside"] / (np.sqrt(kept) + e)
    return {
        "t": old["t"] + 1.0,
        "m": b * old["m"] + (1 - b) * now["g"],
        "m9": 0.9 * old["m9"] + 0.1 * now["g"],
        "m_old": old["m"],
        "moved": old["moved"],
        "kept": old["kept"],
        "last_rate": old["rate"],
        "last_rate_outside": old["rate_outside"],
    }


def split(value, count, shape):
    """What came back as `count` arrays of one shape, or None if it can't be that."""
    if not isinstance(value, tuple) and np.ndim(value) == 0:
        return None
    parts = list(value)
    if len(parts) != count:
        return None
    try:
        return [np.broadcast_to(np.asarray(part, float), shape) for part in parts]
    except (TypeError, ValueError):
        return None
