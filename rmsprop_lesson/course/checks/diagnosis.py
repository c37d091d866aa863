"""Which parts explain what was seen: each state from the one before, then the step from the state.

A search over products of parts meets in the middle. On one side stands what the step would have to
be for each base and factor, on the other numerator over denominator; both are compared at a few
numbers first, and what agrees there is tried on all of them.
"""

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, product

import numpy as np

from .observe import TOLERANCE, agree
from .scene import arguments

UNKNOWN = "unknown"
_ROUNDING = 2e-7  # of θ in float32, relative
_MOST_TRIED = 4_000
MOST_NAMES = 3  # more that fit equally say nothing


class Name(str):
    """The name of a slip, with what is special about it here.

    Attributes
    ----------
    note : str
        Such as a number in it.
    of : str
        The average that it is about, where that isn't the exercise's only one.
    """

    note, of = "", ""

    def __new__(cls, name, note="", of=""):
        made = super().__new__(cls, name)
        made.note, made.of = note, of
        return made


@dataclass(slots=True)
class Options:
    """Several ways to make a part or several parts of an update.

    Attributes
    ----------
    names : list of tuple
        Of each way, the names of what isn't the plain form.
    values : array, shape (len(names), numbers seen)
        What each way gives.
    """

    names: list
    values: np.ndarray

    def __len__(self):
        return len(self.names)

    def __iter__(self):
        return zip(self.names, self.values, strict=True)

    def __add__(self, other):
        return joined([self, other])

    def where(self, chosen):
        """Those of which `chosen`, a list of bool, says so."""
        names = [name for name, one in zip(self.names, chosen, strict=True) if one]
        return Options(names, self.values[np.array(chosen, bool)])

    def plain(self):
        """Those without a name."""
        return self.where([not names for names in self.names])

    def named(self):
        """Those with a name."""
        return self.where([bool(names) for names in self.names])

    def times(self, other):
        """Each of these times each of the others."""
        values = self.values[:, None] * other.values
        names = [one + two for one, two in product(self.names, other.names)]
        return Options(names, values.reshape(len(names), -1))

    def inverse(self):
        """One over each."""
        return Options(self.names, 1 / self.values)


def option(values, *names):
    """One way that was worked out, with its names."""
    return Options([names], values[None])


def joined(several):
    """All of several `Options`, one after the other."""
    several = [one for one in several if len(one)]
    if not several:
        return Options([], np.empty((0, 0)))
    names = [name for one in several for name in one.names]
    return Options(names, np.concatenate([one.values for one in several]))


def options(table, known):
    """Every rule of a table at work.

    Parameters
    ----------
    table : dict
        ``name: rule or tuple of rules``; see `slips`.
    known : Known

    Returns
    -------
    Options
    """
    made = [
        (_named(name, rule), known.work(rule))
        for name, rule in each_rule(table)
        if known.has_all(rule)
    ]
    return Options([names for names, _ in made], np.array([values for _, values in made]))


def each_rule(table):
    """Every rule of a table with its name."""
    for name, rules in table.items():
        for rule in rules if isinstance(rules, tuple) else (rules,):
            yield name, rule


def _named(name, rule):
    """The name of a rule, with the number of its own that it has as a default; none if it's right.

    A tuple, as in `Options`.
    """
    if not name:
        return ()
    return (Name(name, f"{rule.__defaults__[0]:g}") if rule.__defaults__ else name,)


def through(table, given, known, name, **more):
    """A table applied to each of several options, which the rules call `name`.

    Parameters
    ----------
    table : dict
    given : Options
    known : Known
    name : str
    **more : array, shape (len(given), known.size)
        Further quantities that differ from option to option.

    Returns
    -------
    Options
        Named after the option and the rule.
    """
    if not len(given):
        return given
    stack = known.also(**{name: given.values}, **more)
    made = []
    for label, rule in each_rule(table):
        if stack.has_all(rule):
            own, values = _named(label, rule), stack.work(rule)
            if values.shape != given.values.shape:  # it doesn't need what differs
                values = np.broadcast_to(values, given.values.shape)
            made.append(Options([names + own for names in given.names], values))
    return joined(made)


# ── a state ──────────────────────────────────────────────────────────────────────────────────────


def averages(known, weights, squares):
    """Every average that the tables can make, from ``S`` in `known`."""
    squares = options(squares, known)
    right = through(weights, squares.plain(), known, "q")
    return right + through(_with_square(weights), squares.named(), known, "q")


def begun_averages(known, weights, squares, starts, target):
    """The same from what an average of zero may be replaced by.

    Where no start changes anything, the plain average is to be seen in the target: what isn't
    right there is not tried with a start.
    """
    begun = options(starts, known).named()
    if not len(begun):
        return begun
    same = np.all(begun.values == known["S"], axis=0)
    plain = _close(averages(known, weights, squares), target, same, known.slack)
    names = {name for names in plain.names for name in names}
    weights, squares = (
        {name: rules for name, rules in table.items() if not name or name in names}
        for table in (weights, squares)
    )
    made = []
    for start, values in begun:
        found = averages(known.also(S=values), weights, squares)
        made.append(Options([start + names for names in found.names], found.values))
    return joined(made)


def _with_square(table):
    """The rules that work on the square; the others are the same whatever it is."""
    kept = {}
    for name, rule in each_rule(table):
        if "q" in arguments(rule):
            kept[name] = (*kept.get(name, ()), rule)
    return kept


def explain_state(target, made, slack=0.0):
    """The names of every option that gives the values that were seen."""
    if np.isnan(target).all():
        return []
    places = np.isfinite(target) & (target != 0)
    close = _close(made, target, places, slack) if places.any() else made
    return [names for names, values in close if _agree(values, target, slack).all()]


def _close(made, target, places, slack):
    """Those options that agree with the target at a few of the places."""
    at = _keys(np.flatnonzero(places & np.isfinite(target)))
    if not len(made):
        return made
    room = 2 * TOLERANCE * np.abs(target[at]) + slack
    return made.where((np.abs(made.values[:, at] - target[at]) <= room).all(axis=1))


def _agree(a, b, slack):
    return agree(a, b) | (np.abs(a - b) <= slack)


# ── the step ─────────────────────────────────────────────────────────────────────────────────────


class Wanted:
    """What numerator / denominator has to be for each base and factor: (base − target) / factor.

    Parameters
    ----------
    bases, factors : Options
        From what the step is subtracted, and by what the fraction is multiplied; each factor is
        tried with both signs.
    target : array
        The parameters that came back.
    slack : float
        An absolute error that is excused.
    """

    def __init__(self, bases, factors, target, slack=0.0):
        flipped = [(*names, "sign flipped") for names in factors.names]
        self.bases, self.target, self.slack = bases, target, slack
        self.factors = factors + Options(flipped, -factors.values)
        pairs = product(bases.names, self.factors.names)
        self.names = [base + factor for base, factor in pairs]
        self._steps = bases.values - target
        self._noise = _ROUNDING * (np.abs(bases.values) + np.abs(target))
        # where the plain step is more than what float32 makes of θ
        seen = np.isfinite(self._steps[0]) & (np.abs(self._steps[0]) > 10 * self._noise[0])
        self.places = _keys(np.flatnonzero(seen))

    def goals(self):
        """The fraction that each needs at the few places, and how far off it may be."""
        at, count = self.places, len(self.names)
        factors = self.factors.values[:, at]
        goals = self._steps[:, None, at] / factors
        noise = (self._noise[:, None, at] + self.slack) / np.abs(factors)
        rooms = np.abs(goals) * 2 * TOLERANCE + noise
        return goals.reshape(count, -1), rooms.reshape(count, -1)

    def agrees(self, number, fraction, times=1.0):
        """Whether a fraction is what one needs everywhere; NaN only where NaN was seen."""
        row, column = divmod(number, len(self.factors))
        base = self.bases.values[row]
        step = times * self.factors.values[column] * fraction
        room = TOLERANCE * np.abs(step) + self._noise[row] + self.slack
        same = np.abs(base - step - self.target) <= room
        seen, finite = np.isfinite(self.target), np.isfinite(base - step)
        return bool(np.where(seen, same & finite, ~finite).all())


def explain_step(wanted, fractions):
    """The names of every product of parts that gives the step.

    Parameters
    ----------
    wanted : Wanted
    fractions : list of (Options, Options)
        Numerators and denominators, tried in every combination.
    """
    if not len(wanted.places):
        return []
    near = [_near(wanted, above, below) for above, below in fractions if len(above) and len(below)]
    found, least = [], np.inf
    for names, number, fraction in sorted(chain(*near), key=lambda one: len(one[0])):
        if len(names) > least + 1:  # two names may turn out to be one
            break
        if wanted.agrees(number, fraction()):
            found.append(names)
            least = min(least, len(names))
    return found


def _near(wanted, numerators, denominators):
    """The products that agree at the places looked at: names, which is wanted, and the fraction.

    There are too many to work them all out. For each numerator, a sorted column is asked which
    denominators may give the fraction that is wanted at the place that tells most apart.
    """
    above, below = (one.values[:, wanted.places] for one in (numerators, denominators))
    goals, rooms = wanted.goals()
    key = np.argmax(_distinct(goals) * _distinct(below))
    order = np.argsort(below[:, key])
    first, last = _between(above[:, key], below[order, key], goals[:, key], rooms[:, key])
    counts = np.where(np.isfinite(goals).all(axis=1)[:, None], last - first, 0).ravel()
    pairs = np.repeat(np.arange(counts.size), counts)
    k = order[np.arange(len(pairs)) + (first.ravel() + counts - np.cumsum(counts))[pairs]]
    i, j = np.divmod(pairs, len(above))
    fits = (np.abs(above[j] / below[k] - goals[i]) <= rooms[i]).all(axis=1)
    i, j, k = i[fits], j[fits], k[fits]
    costs = sum(
        np.fromiter(map(len, names), int)[chosen]
        for names, chosen in ((wanted.names, i), (numerators.names, j), (denominators.names, k))
    )
    for n in np.argsort(costs, kind="stable")[:_MOST_TRIED]:
        names = wanted.names[i[n]] + numerators.names[j[n]] + denominators.names[k[n]]
        yield names, i[n], partial(np.divide, numerators.values[j[n]], denominators.values[k[n]])


def _distinct(values):
    """How many different numbers there are at each place, to five digits or so."""
    steps = np.diff(np.sort(np.log(np.abs(values)), axis=0), axis=0)
    return 1 + np.sum(steps > 1e-5, axis=0)


def _between(above, below, goals, rooms):
    """For each goal and numerator, from where to where sorted denominators give the goal."""
    low, high = above / (goals - rooms)[:, None], above / (goals + rooms)[:, None]
    low, high = np.minimum(low, high), np.maximum(low, high)
    nothing = np.abs(goals) <= rooms  # a fraction of 0, which no denominator makes
    low[nothing] = np.where(above == 0, -np.inf, np.nan)
    high[nothing] = np.where(above == 0, np.inf, np.nan)
    first, last = np.searchsorted(below, low), np.searchsorted(below, high, side="right")
    return first, np.where(np.isnan(low), first, last)


def constant_factor(wanted, numerators, denominators):
    """The number that stands in place of the factor, whatever is given: (names, number).

    `wanted` has one base, and 1 for the factor.
    """
    at = wanted.places
    if len(at) < 3:
        return []
    ratio = wanted.goals()[0][0] * denominators.values[:, at] / numerators.values[:, None, at]
    spread = np.abs(ratio / ratio[..., :1] - 1).max(axis=-1)
    found = []
    for row, column in np.argwhere(spread < 3 * TOLERANCE)[:50]:
        number = float(np.median(ratio[row, column]))
        if wanted.agrees(0, numerators.values[row] / denominators.values[column], number):
            found.append((numerators.names[row] + denominators.names[column], number))
    return found


def _keys(usable, count=6):
    """A few of the usable places, spread over the probes."""
    if len(usable) <= count:
        return usable
    return usable[np.linspace(len(usable) // 9, len(usable) - 1, count).astype(int)]


# ── choosing ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Found:
    """What explains a function.

    Attributes
    ----------
    mistakes, variants : tuple of str
        Names, in the order in which one should mend them.
    """

    mistakes: tuple
    variants: tuple = ()

    @property
    def unknown(self):
        """Whether a part is left without an explanation."""
        return UNKNOWN in self.mistakes


class Judge:
    """Chooses among explanations.

    Parameters
    ----------
    variants : collection of str
        Names of valid forms.
    merged : dict
        ``names that appear together: the one name that they have``.
    implied : dict
        ``name: names that it explains as well``.
    simpler : dict
        ``name: names that are left aside where it fits as well``.
    renamed : dict
        Names of the common tables that this exercise calls otherwise.
    keeping : collection of str
        Mistakes that need a memory: that the function keeps state is said as well.
    """

    def __init__(self, variants, merged=(), implied=(), simpler=(), keeping=(), renamed=()):
        self.renamed = dict(renamed)
        self.variants, self.merged, self.implied = variants, dict(merged), dict(implied)
        self.simpler, self.keeping = dict(simpler), keeping

    def tidy(self, names):
        """Mistakes and variants among names: each once, without what others explain."""
        names = tuple(dict.fromkeys(self._rename(name) for name in names))
        for together, one in self.merged.items():
            if set(together) <= set(names):
                place = min(names.index(name) for name in together)
                rest = [name for name in names if name not in together]
                names = (*rest[:place], one, *rest[place:])
        covered = {other for name in names for other in self.implied.get(name, ())}
        names = [name for name in dict.fromkeys(names) if name not in covered]
        wrong = tuple(name for name in names if name not in self.variants)
        return Found(wrong, tuple(name for name in self.variants if name in names))

    def _rename(self, name):
        new = self.renamed.get(name, name)
        return Name(new, name.note, name.of) if isinstance(name, Name) else new

    def choose(self, explanations):
        """The explanation with the fewest parts that are off; several if they fit equally."""
        found = [self.tidy(names) for names in explanations if not self._valid_twice(names)]
        least = min((_price(one) for one in found), default=None)
        best = {}
        for one in found:
            if _price(one) == least:
                same = best.setdefault(frozenset(one.mistakes), one)
                best[frozenset(one.mistakes)] = _with_sure_notes(same, one)
        best = self._simplest(list(best.values()))
        if len(best) <= 1:
            return self._with_memory(best[0]) if best else None
        names = agreed([one.mistakes for one in best])
        if len(best) > MOST_NAMES:
            return Found((*names[:-1], UNKNOWN))
        return Found(names, best[0].variants)

    def _valid_twice(self, names):
        """Whether a valid form stands there twice: a correction that is corrected isn't valid."""
        return any(names.count(name) > 1 for name in self.variants)

    def _simplest(self, found):
        """Without those that another, simpler one stands for."""
        kept = found
        for name, others in self.simpler.items():
            if any(name in one.mistakes for one in found):
                kept = [one for one in kept if not others & set(one.mistakes)]
        return kept

    def _with_memory(self, found):
        if self.keeping and set(found.mistakes) & set(self.keeping):
            return replace(found, mistakes=(*found.mistakes, "keeps state"))
        return found


def _with_sure_notes(found, other):
    """An explanation without the numbers that another one by the same names has otherwise."""
    notes = {name: getattr(name, "note", "") for name in other.mistakes}
    names = (str(n) if getattr(n, "note", "") != notes[n] else n for n in found.mistakes)
    return replace(found, mistakes=tuple(names))


def _price(found):
    return len(found.mistakes) + 0.5 * found.unknown, len(found.variants)


def agreed(explanations):
    """The names that all explanations have; last, "either … or …" of what they don't share."""
    explanations = sorted(explanations)
    common = [n for n in explanations[0] if all(n in one for one in explanations)]
    rest = [" and ".join(n for n in one if n not in common) for one in explanations]
    return (*common, either(rest))


def either(names):
    """ "either … or …" """
    return "either " + " or ".join(sorted(dict.fromkeys(names)))
