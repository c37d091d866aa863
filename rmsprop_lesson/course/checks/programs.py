"""Updates put together from parts: the examples of the catalogue, and of the tests."""

import numpy as np

from . import slips
from .engine import Fresh
from .scene import Known, filled, remembered


class Program:
    """An update made of one rule from each table; what isn't chosen is as it is asked for.

    Parameters
    ----------
    update : Update
    **chosen : callable
        ``weights``, ``squares``, ``starts``, ``corrections``, ``roots``, ``numerators``,
        ``factors``, ``bases``, ``limits`` or ``sources``: a rule of that table of `slips`.
    """

    def __init__(self, update, **chosen):
        self.update, self.chosen = update, chosen
        self.last = None

    def rule(self, table):
        """The rule chosen from a table."""
        return self.chosen.get(table) or getattr(self.update, table)[slips.RIGHT]

    def __call__(self, *args):
        """Make one update, as the learner's function would."""
        now = dict(zip(self.update.given, args, strict=True))
        shape = np.shape(now["theta"])
        forgets = self.last is None or not np.any(now["S"])
        now |= remembered(now, None if forgets else self.last, shape)
        known = Known({n: filled(shape, x) for n, x in now.items()}, [shape])
        S = self.average(known)
        theta = self.step(known.also(S_new=S), S)
        result = [np.reshape(x, shape) if shape else float(x[0]) for x in (theta, S)]
        self.last = {**now, "shape": shape}
        self.last |= {"theta_new": result[0], "S_new": result[1]}
        return tuple(result)

    def average(self, known):
        """The new S."""
        begun = known.also(S=known.work(self.rule("starts")))
        return begun.work_in("q", self.rule("squares"), self.rule("weights"))

    def step(self, known, S):
        """The new parameters."""
        old = known.work(self.chosen.get("sources") or (lambda S_new: S_new))
        inner = known.also(S=old).work(self.rule("corrections"))
        below = known.also(S=inner).work(self.rule("roots"))
        x = known.work(self.rule("numerators")) / below
        if "limits" in self.chosen:
            x = known.also(x=x, D=below).work(self.chosen["limits"])
        sign = self.chosen.get("sign", 1)
        return known.work(self.rule("bases")) - sign * known.work(self.rule("factors")) * x


TABLES = ("squares", "weights", "starts", "corrections", "roots", "numerators", "factors", "bases")


def examples(update, extra=()):
    """``name: implementations`` for every name in the tables of an update, and in `extra`.

    Parameters
    ----------
    update : Update
    extra : dict
        Names that have no rule of their own, each with an implementation or several.
    """
    found = dict(extra)
    tables = {table: getattr(update, table) for table in TABLES}
    tables |= {"limits": slips.LIMITS | slips.BRACKETS}
    for table, rules in tables.items():
        for name, entry in rules.items():
            if name and name not in found:
                rule = entry[0] if isinstance(entry, tuple) else entry
                found[name] = _fresh(update, table, rule)
    return found


def _fresh(update, table, rule):
    return Fresh(lambda: Program(update, **{table: rule}))
