"""Updates whose S can't be seen: the class, and the column of the worked table.

S is worked out by each rule, call by call; the step is then explained from it as elsewhere.
"""

from functools import cache, partial

import numpy as np

from . import slips
from .diagnosis import UNKNOWN, Found, Judge, Name, each_rule, joined, option
from .observe import Odd, Raised, record
from .relatives import renamed, swapped
from .scene import Known, arguments, filled, remembered
from .slips import RIGHT
from .updates import IMPLIED, MERGED, SIMPLER, Update

STARTS = {
    RIGHT: lambda g: 0 * g,
    "S starts at 1": lambda g: 0 * g + 1,
    "S starts from the gradient": lambda g: g**2,
    "S starts from theta": lambda theta: theta,
    "S starts at epsilon": lambda e: e,
    "S starts elsewhere": tuple(lambda g, by=by: 0 * g + by for by in (1e-3, 0.01, 0.1, 0.5)),
}


MOST_FROM_LITTLE = 2  # mistakes, where hardly a number is left to tell them apart
LEAST_SEEN = 0.5  # share of the numbers that exist


class Hidden(Update):
    """An update that returns θ alone.

    Parameters
    ----------
    judge : Judge
    settings : callable
        ``settings(known)`` gives (names, known, thorough) for each way in which the settings may be
        taken; `thorough`: whether all averages are tried with it.
    """

    def __init__(self, judge, settings):
        # A root that is kept and squared again, and an S that isn't used, are seen only where S is.
        weights = {name: rule for name, rule in slips.WEIGHTS.items() if name != "root kept in S"}
        roots = {name: rule for name, rule in slips.ROOTS.items() if name != "sign of the gradient"}
        super().__init__((), (), judge, weights=weights, roots=roots)
        self.settings = settings

    def explain(self, probes, seen):
        """See `Update.explain`."""
        with np.errstate(all="ignore"):
            known = self._known_runs(probes, seen)
            found = known and (self._rounded(known) or self._explain(known))
        many = found and len(found.mistakes) > MOST_FROM_LITTLE
        if many and np.isfinite(known["theta_new"]).mean() < LEAST_SEEN:
            return Found((UNKNOWN,))
        return found

    def _explain(self, known, deep=True):
        """From what is likely to what isn't; it ends where one slip or none is enough."""
        otherwise = cache(lambda: self._otherwise(known))
        for many in (False, True) if deep else (False,):
            near, far = partial(self._near, known, many), partial(self._far, known, many)
            found = []
            for way in (near, far, otherwise):
                found += way()
                best = self.judge.choose(found)
                if best and len(best.mistakes) <= (way != near):
                    return best
        if deep and (not best or len(best.mistakes) > 2):
            best = self.judge.choose(found + self._begun(known))
        return best

    def _near(self, known, deep):
        """The right average, from anywhere, and every step."""
        sources = self._averages(known, _only(self.weights), _only(self.squares), STARTS)
        return self._with((), known, sources, _ALL, deep)

    def _far(self, known, deep, names=()):
        """Every average, and the usual steps."""
        sources = self._averages(known, self.weights, _only(self.squares), _only(STARTS))
        sources += self._averages(known, _only(self.weights), self.squares, _only(STARTS))
        return self._with(names, known, sources, _FAR, deep)

    def _begun(self, known):
        """Every average from a usual start that isn't the right one, and the usual steps."""
        begun = {
            name: STARTS[name] for name in (RIGHT, "S starts at 1", "S starts from the gradient")
        }
        sources = self._averages(known, self.weights, _only(self.squares), begun)
        return self._with((), known, sources, _FAR, True)

    def _otherwise(self, known):
        """Settings or gradients taken otherwise than they are given."""
        found, rest = [], []
        for names, taken, thorough in self.settings(known):
            sources = self._averages(taken, _only(self.weights), _only(self.squares), STARTS)
            found += self._with(names, taken, sources, _NEAR, False)
            if thorough:
                rest.append((taken, False, names))
        best = self.judge.choose(found)
        if not best or len(best.mistakes) > 1:
            found += [one for taken in rest for one in self._far(*taken)]
        return found

    def _with(self, names, known, sources, tables, deep):
        """The explanations of the step from any of the averages."""
        self.corrections, self.numerators, self.factors, self.bases, self.sources = *tables, sources
        right, before = sources.values[:2]
        rates = known.rates(right) if "learning rate overwritten" in self.factors else {}
        begun = known.also(S=before, S_new=right, **rates)
        return [(*names, *step) for step in self._step(begun, (), deep=deep)]

    def _sources(self, known, state):
        return self.sources

    def _limited(self, known, below, most):
        every = self.bases.keys() == slips.BASES.keys()
        return super()._limited(known, below, 1) if every else ([], [])

    def _averages(self, known, weights, squares, starts):
        """S after every call by each rule, and before it."""
        found = []
        for start, begin in each_rule(starts):
            for square, q in each_rule(squares):
                for weight, rule in each_rule(weights):
                    if not (known.has_all(q) and "kept" not in rule.__code__.co_varnames):
                        continue
                    old, new = known.follow(begin, q, rule)
                    names = tuple(name for name in (start, square, weight) if name)
                    found.append(option(new, *names))
                    if not names:
                        found.append(option(old, "previous S used"))
        return joined(found)

    def _known_runs(self, probes, seen):
        pairs = zip(probes, seen, strict=True)
        self._all_rows = [row for probe, runs in pairs for row in self._rows(probe, runs)]
        return Followed.of(self._all_rows) if self._all_rows else None


def _only(table, *names):
    """A table with the right rule alone, or with a few more."""
    return {name: table[name] for name in (RIGHT, *names)}


_ALL = (slips.CORRECTIONS, slips.NUMERATORS, slips.FACTORS | slips.RATE_CORRECTIONS, slips.BASES)
_NEAR = (
    _only(slips.CORRECTIONS, "bias correction"),
    _only(slips.NUMERATORS),
    _only(slips.FACTORS, "learning rate left out"),
    _only(slips.BASES, "step instead of theta"),
)
_FAR = (
    _only(slips.CORRECTIONS, "bias correction"),
    _only(
        slips.NUMERATORS, "theta in place of the gradient", "S in the numerator",
        "gradient left out of the step", "average of g in the numerator",
        "weight decay", "gradient clipped", "mean of g in the step", "square of g in the step",
        "sign of g in the step", "absolute value in the step",
    ),
    _only(slips.FACTORS, "learning rate left out", "learning rate squared"),
    _only(slips.BASES, "step instead of theta", "epsilon added to theta", "theta decayed"),
)  # fmt: skip


class Followed(Known):
    """Calls of several objects, each of which goes on from the one before.

    `levels` has the calls without one before them, then those that follow them, and so on; each
    with the places of its numbers, those of the calls before, and the shapes.
    """

    @classmethod
    def of(cls, rows):
        """From rows with their ``shape`` and ``before``, the number of the call before or None."""
        shapes = [row["shape"] for row in rows]
        names = [name for name in rows[0] if name not in ("shape", "before")]
        flat = {
            name: np.concatenate([filled(row["shape"], row[name]) for row in rows])
            for name in names
        }
        known = cls(flat, shapes)
        known.befores = [row["before"] for row in rows]
        return known

    def also(self, **more):
        """The same with further quantities."""
        known = Followed({**self, **more}, self.shapes, self.ends, self.slack)
        known.befores = self.befores
        return known

    def in_one(self):
        """The same, as if the calls of a probe were all of one object."""
        known = self.also()
        ends = zip(self.ends, self.shapes, strict=True)
        first = [int(end) - int(np.prod(shape)) for end, shape in ends]
        probe = [self["probe"][place] for place in first]
        own = list(zip(probe, self.shapes, strict=True))
        known.befores = [i - 1 if i and own[i] == own[i - 1] else None for i in range(len(first))]
        return known

    def rates(self, S):
        """The rate of the call before, if it is kept and divided by the root each time."""
        found = {}
        for name, root in (
            ("last_rate", np.sqrt(S + self["e"])),
            ("last_rate_outside", np.sqrt(S) + self["e"]),
        ):
            rate, found[name] = self["lr"].copy(), self["lr"].copy()
            for places, last, _, _ in self._levels_once():
                if last is not None:
                    found[name][places] = rate[last]
                rate[places] = found[name][places] / root[places]
        return found

    def _levels_once(self):
        self.levels = getattr(self, "levels", None) or list(self._levels())
        return self.levels

    def _levels(self):
        depth = []
        for before in self.befores:
            depth.append(0 if before is None else depth[before] + 1)
        begins = [0, *self.ends[:-1]]
        for level in range(max(depth) + 1):
            calls = [i for i, d in enumerate(depth) if d == level]
            places = np.concatenate([np.arange(begins[i], self.ends[i]) for i in calls])
            earlier = [self.befores[i] for i in calls if level]
            last = np.concatenate([np.arange(begins[i], self.ends[i]) for i in earlier or [0]])
            known = {n: x[places] for n, x in self.items() if isinstance(x, np.ndarray)}
            yield places, last if level else None, [self.shapes[i] for i in calls], known

    def follow(self, begin, square, rule):
        """S before and after every call, from where it begins."""
        old, new = np.zeros(self.size), np.zeros(self.size)
        q = self.work(square)
        start = self.work(begin)
        for places, last, shapes, known in self._levels_once():
            old[places] = start[places] if last is None else new[last]
            here = Known({**known, "S": old[places], "q": q[places]}, shapes)
            new[places] = here.work(rule) if here.has_all(rule) else np.nan
        return old, new


# ── the class ────────────────────────────────────────────────────────────────────────────────────


# What can't be told apart where S isn't seen: the more common slip is named.
HIDDEN_SIMPLER = {
    **SIMPLER,
    "learning rate left out": {"epsilon for the learning rate", "learning rate in the average"},
    "S shared in the step": {"mean over the parameters", "norm of the gradient"},
}
PLAIN_SIMPLER = HIDDEN_SIMPLER | {"1-beta left out": {"power t left out"}}


class OfClass(Hidden):
    """The optimiser that keeps its own S."""

    def explain(self, probes, seen):
        """See `Update.explain`; of two results the first is taken for θ."""
        self._two = False
        found = super().explain(probes, seen)
        if found and self._two:
            return Found(("S returned as well", *found.mistakes), found.variants)
        return found

    def _rows(self, probe, runs):
        for records, _ in runs[:1]:
            log = _replay_class(probe, [value for _, value in records])
            last = {}
            self._probe += 1
            for number, settings, theta, grad, value in log:
                shape = np.shape(theta)
                if np.shape(value) == (2, *shape):
                    value, self._two = value[0], True
                if np.shape(value) != shape:
                    return
                before = last.get(number)
                now = {"theta": theta, "g": grad, "S": 0.0, "lr": settings[0]}
                now |= {"b": settings[1] if len(settings) > 1 else 0.9}
                now |= {"e": settings[2] if len(settings) > 2 else 1e-8}
                now |= remembered(now, before and before[1], shape)
                row = {**now, "theta_new": value, "shape": shape, "no_b": float(len(settings) < 2)}
                row |= {"no_e": float(len(settings) < 3)}
                row |= {"before": before and before[0], "probe": float(self._probe)}
                last[number] = (self._made, {**now, "theta_new": value, "shape": shape})
                self._made += 1
                yield row

    def _known_runs(self, probes, seen):
        self._made = self._probe = 0
        return super()._known_runs(probes, seen)


def _replay_class(probe, values):
    """The calls of a class: object, its settings, θ, g and what came back."""
    log, answers = [], iter(values)

    class Again:
        objects = 0

        def __init__(self, *settings):
            self.settings, self.number = settings, Again.objects
            Again.objects += 1

        def step(self, theta, grad):
            value = next(answers)
            if isinstance(value, Raised | Odd | str | dict | tuple) or value is None:
                raise StopIteration
            log.append((self.number, self.settings, theta, grad, value))
            return value

    record(Again, probe)
    return log


_DEFAULTS = (0.99, 0.999, 0.95, 0.8, 0.5)


def class_settings(known, corrected=False):
    """The other ways in which β and ε may be taken, where they are given and where they aren't."""
    no_b, no_e = known["no_b"] > 0, known["no_e"] > 0
    for value in _DEFAULTS:
        name = "PyTorch's default" if value == 0.99 else "another default of beta"
        other = known.also(b=np.where(no_b, value, known["b"]))
        yield (Name(name, f"{value:g}"),), other, value == 0.99
        for e in default_epsilons(other, corrected):
            both = Name(name, f"{value:g}"), Name("another default of epsilon", f"{e:g}")
            yield both, other.also(e=np.where(no_e, e, known["e"])), False
    likely = set(default_epsilons(known, corrected))
    for value in slips.USUAL_EPSILONS:
        if value != 1e-8:
            name = Name("another default of epsilon", f"{value:g}")
            other = known.also(e=np.where(no_e, value, known["e"]))
            yield (name,), other, value in likely
    yield ("one S for all objects",), known.in_one(), False
    ones = np.ones(known.size)
    yield ("settings ignored",), known.also(b=0.9 * ones, e=1e-8 * ones), False
    for value in (0.9, 0.99, 0.999):
        yield (Name("beta hard-coded", f"{value:g}"),), known.also(b=value * ones), False


def default_epsilons(known, corrected):
    """What ε may be where it isn't given: from the first steps, which are right otherwise."""
    first = [before is None for before in known.befores]
    sizes = np.diff(known.ends, prepend=0)
    share = 1.0 if corrected else 1 - known["b"]
    below = np.abs(known["lr"] * known["g"] / (known["theta"] - known["theta_new"]))
    at = np.repeat(first, sizes) & (known["no_e"] > 0) & (np.abs(known["g"]) < 1e-5)
    for number in (below**2 - share * known["g"] ** 2, below - np.sqrt(share) * np.abs(known["g"])):
        values = number[at & np.isfinite(number)]
        for value in slips.USUAL_EPSILONS:
            if value != 1e-8 and len(values) and np.all(np.abs(values / value - 1) < 1e-3):
                yield value


CLASS_NAMES = {"step instead of theta": "step returned"}


def my_class(variants):
    """The diagnosis of the class."""
    judge = Judge(variants, MERGED, CLASS_IMPLIED, PLAIN_SIMPLER, (), CLASS_NAMES)
    return OfClass(judge, class_settings)


class OfCorrectedClass(OfClass):
    """The optimiser that corrects its S."""

    def _with(self, names, known, sources, tables, deep):
        corrections, numerators, factors, bases = tables
        corrections = swapped(corrections, "no bias correction", "bias correction")
        factors = renamed(factors, {"bias correction": "corrected twice"})
        return super()._with(names, known, sources, (corrections, numerators, factors, bases), deep)


def my_corrected_class(variants):
    """The diagnosis of the class with bias correction."""
    merged, implied = MERGED | CORRECTED_MERGED, CLASS_IMPLIED | CORRECTED_IMPLIED
    names = CLASS_NAMES | {"correction squared": "correction outside the root"}
    judge = Judge(variants, merged, implied, HIDDEN_SIMPLER, (), names)
    return OfCorrectedClass(judge, partial(class_settings, corrected=True))


CLASS_IMPLIED = {**IMPLIED, "step returned": {"sign flipped"}}
CORRECTED_IMPLIED = {"correction kept in S": {"no bias correction"}}
CORRECTED_MERGED = {
    ("no bias correction", "corrected twice"): "correction in the rate",
    ("no bias correction", "bias correction of the whole step"): (
        "bias correction of the whole step"
    ),
}

# ── the worked table ─────────────────────────────────────────────────────────────────────────────


NEAR = 0.01  # of the minimum

# In the table the gradient is θ.
SAME_AS_G = {"theta in place of the gradient", "theta in the denominator"}


def of_one(table):
    """A table without what only several parameters can show, or none where g is θ."""
    kept = {}
    for name, rule in each_rule(table):
        if name not in SAME_AS_G and "each" not in arguments(rule):
            kept[name] = (*kept.get(name, ()), rule)
    return {name: rules if len(rules) > 1 else rules[0] for name, rules in kept.items()}


class OfTable(Hidden):
    """The column θ_t, in which the gradient is θ itself."""

    def __init__(self, judge, settings):
        super().__init__(judge, settings)
        self.weights, self.squares, self.roots = map(
            of_one, (self.weights, self.squares, self.roots)
        )

    def _with(self, names, known, sources, tables, deep):
        return super()._with(names, known, sources, tuple(map(of_one, tables)), deep)

    def explain(self, probes, seen):
        """See `Update.explain`; what doesn't begin at θ₀, or at 0, isn't explained by its rows."""
        pairs = zip(probes, seen, strict=True)
        calls = [call for probe, runs in pairs for call in _replay_call(probe, runs[0][0])]
        begins = [(np.ravel(thetas)[0], args[0]) for args, thetas in calls if np.size(thetas)]
        self._at_zero = bool(begins) and not any(first for first, _ in begins)
        if not self._at_zero and any(first != theta for first, theta in begins):
            return None
        found = super().explain(probes, seen)
        if found and self._at_zero and not found.unknown:
            return Found(("theta_0 left at 0", *found.mistakes), found.variants)
        return found

    def _rows(self, probe, runs):
        for records, _ in runs[:1]:
            for args, thetas in _replay_call(probe, records):
                first, lr, b, e, steps = (float(np.asarray(x)) for x in args)
                if self._at_zero and len(thetas):
                    thetas = np.array([first, *thetas[1:]])
                if np.shape(thetas) != (int(steps) + 1,) or thetas[0] != first:
                    return
                before, last = None, None
                for t in range(int(steps)):
                    now = {"theta": thetas[t], "g": thetas[t], "S": 0.0, "lr": lr, "b": b, "e": e}
                    now |= remembered(now, last, ())
                    last = {**now, "theta_new": thetas[t + 1], "shape": ()}
                    yield {
                        **now, "theta_new": thetas[t + 1], "first": thetas[0], "shape": (),
                        "before": before,
                    }  # fmt: skip
                    before, self._made = self._made, self._made + 1

    def _known_runs(self, probes, seen):
        self._made = 0
        return super()._known_runs(probes, seen)

    def _rounded(self, known):
        """See `Update._rounded`; near the minimum, in the last probes, rounding leaves nothing."""
        far = [row for row in self._all_rows if abs(row["first"]) > NEAR]
        return super()._rounded(Followed.of(far)) if far else None


def _replay_call(probe, records):
    given = []

    def again(*args):
        given.append(args)
        return records[0][1]

    if records and isinstance(records[0][1], np.ndarray):
        record(again, probe)
        return [(args, records[0][1]) for args in given]
    return []


def table_settings(known):
    """The other gradients that may have been taken."""
    yield ("factor 2 in the gradient",), known.also(g=2 * known["theta"]), True
    yield ("loss taken for the gradient",), known.also(g=known["theta"] ** 2 / 2), True
    yield ("gradient never renewed",), known.also(g=known["first"]), True


def column(variants):
    """The diagnosis of the worked table's column."""
    names = {"S starts from the gradient": "S starts at the gradient"}
    return OfTable(Judge(variants, MERGED, IMPLIED, PLAIN_SIMPLER, (), names), table_settings)
