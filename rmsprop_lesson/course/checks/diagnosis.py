"""Which parts explain what was seen: each state from the one before, then the step from the state.

A search over products of parts meets in the middle. On one side stands what the step would have to
be for each base and factor, on the other numerator over denominator; both are compared at a few
numbers first, and what agrees there is tried on all of them.
"""

from dataclasses import dataclass, field, replace
from itertools import chain, product

import numpy as np

from .observe import TOLERANCE, agree
from .scene import arguments

UNKNOWN = "unknown"
_ROUNDING = 2e-7  # of θ in float32, relative
_MOST_TRIED = 4_000
_MOST_NAMES = 3  # more that fit equally say nothing


class Name(str):
    """The name of a slip, with what is special about it here, such as a number in it."""

    note = ""

    def __new__(cls, name, note=""):
        made = super().__new__(cls, name)
        made.note = note
        return made


@dataclass(slots=True)
class Option:
    """Values of a part or of several, with the names of those that aren't the plain form."""

    names: tuple
    values: np.ndarray = field(compare=False)


def options(table, known):
    """Every rule of a table at work.

    Parameters
    ----------
    table : dict
        ``name: rule or tuple of rules``; see `slips`.
    known : Known

    Returns
    -------
    list of Option
    """
    return [
        Option((_named(name, rule),) if name else (), known.work(rule))
        for name, rule in each_rule(table)
        if known.has_all(rule)
    ]


def each_rule(table):
    """Every rule of a table with its name."""
    for name, rules in table.items():
        for rule in rules if isinstance(rules, tuple) else (rules,):
            yield name, rule


def _named(name, rule):
    """A rule's own number, given as a default, is told with the name."""
    return Name(name, f"{rule.__defaults__[0]:g}") if rule.__defaults__ else name


def through(table, given, known, name, **more):
    """A table applied to each of several options, which the rules call `name`.

    Parameters
    ----------
    table : dict
    given : list of Option
    known : Known
    name : str
    **more : array, shape (len(given), known.size)
        Further quantities that differ from option to option.

    Returns
    -------
    list of Option
        Named after the option and the rule.
    """
    if not given:
        return []
    stack = known.also(**{name: stacked(given)}, **more)
    found = []
    for label, rule in each_rule(table):
        if stack.has_all(rule):
            names = (_named(label, rule),) if label else ()
            rows = np.broadcast_to(stack.work(rule), (len(given), known.size))
            found += [Option(one.names + names, row) for one, row in zip(given, rows, strict=True)]
    return found


def stacked(given):
    """The values of several options, a row for each."""
    return np.array([one.values for one in given])


# ── a state ──────────────────────────────────────────────────────────────────────────────────────


def averages(known, weights, squares):
    """Every average that the tables can make, from ``S`` in `known`."""
    squares = options(squares, known)
    plain, others = squares[:1], squares[1:]
    return through(weights, plain, known, "q") + through(_with_square(weights), others, known, "q")


def begun_averages(known, weights, squares, starts, target):
    """The same from what an average of zero may be replaced by.

    Where no start changes anything, the plain average is to be seen in the target: what isn't
    right there is not tried with a start.
    """
    begun = [one for one in options(starts, known) if one.names]
    if not begun:
        return []
    same = np.all([one.values == known["S"] for one in begun], axis=0)
    plain = _close(averages(known, weights, squares), target, same, known.slack)
    names = {name for one in plain for name in one.names}
    weights, squares = (
        {name: rules for name, rules in table.items() if not name or name in names}
        for table in (weights, squares)
    )
    return [
        Option(start.names + one.names, one.values)
        for start in begun
        for one in averages(known.also(S=start.values), weights, squares)
    ]


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
    return [one.names for one in close if _agree(one.values, target, slack).all()]


def _close(made, target, places, slack):
    """Those options that agree with the target at a few of the places."""
    at = _keys(np.flatnonzero(places & np.isfinite(target)))
    if not made:
        return []
    values = np.array([one.values[at] for one in made])
    room = 2 * TOLERANCE * np.abs(target[at]) + slack
    return [made[i] for i in np.flatnonzero((np.abs(values - target[at]) <= room).all(axis=1))]


def _agree(a, b, slack):
    return agree(a, b) | (np.abs(a - b) <= slack)


# ── the step ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Wanted:
    """What factor · numerator / denominator has to be, for one base and factor."""

    names: tuple
    base: np.ndarray
    factor: np.ndarray
    target: np.ndarray

    @property
    def values(self):
        """Base less target: the step that was made."""
        return self.base - self.target

    @property
    def noise(self):
        """What float32 may make of θ."""
        return _ROUNDING * (np.abs(self.base) + np.abs(self.target))

    def agrees(self, fraction, slack=0.0):
        """Whether a fraction, times the factor, is the step; NaN only where NaN was seen."""
        step = self.factor * fraction
        seen = np.isfinite(self.target)
        same = np.abs(self.base - step - self.target) <= (
            TOLERANCE * np.abs(step) + self.noise + slack
        )
        finite = np.isfinite(self.base - step)
        return bool(np.where(seen, same & finite, ~finite).all())


def wanted(bases, factors, target):
    """One `Wanted` for each base, factor and sign."""
    found = []
    for base in bases:
        for factor, (sign, name) in product(factors, ((1, ()), (-1, ("sign flipped",)))):
            names = base.names + factor.names + name
            found.append(Wanted(names, base.values, sign * factor.values, target))
    return found


def explain_step(asked, fractions, slack=0.0):
    """The names of every product of parts that gives the step.

    Parameters
    ----------
    asked : list of Wanted
    fractions : list of (list of Option, list of Option)
        Numerators and denominators, tried in every combination.
    slack : float
        An absolute error that is excused as well.
    """
    gap = asked[0].values
    at = _keys(np.flatnonzero(np.isfinite(gap) & (np.abs(gap) > 10 * asked[0].noise)))
    if not len(at):
        return []
    near = [_near(asked, *pair, at, slack) for pair in fractions if all(pair)]
    found, least = [], np.inf
    for cost, one, above, below in sorted(chain(*near), key=lambda near: near[0]):
        if cost > least + 1:  # two names may turn out to be one
            break
        if one.agrees(above.values / below.values, slack):
            found.append(one.names + above.names + below.names)
            least = min(least, cost)
    return found


def _near(asked, numerators, denominators, at, slack):
    """The products that agree at the places looked at: how many names, and what they are made of.

    There are too many to work them all out. For each numerator, a sorted column is asked which
    denominators may give the fraction that is wanted at the place that tells most apart.
    """
    above, below = _at(numerators, at), _at(denominators, at)
    goals, rooms = _goals(asked, at, slack)
    key = np.argmax(_distinct(goals) * _distinct(below))
    order = np.argsort(below[:, key])
    first, last = _between(above[:, key], below[order, key], goals[:, key], rooms[:, key])
    counts = np.where(np.isfinite(goals).all(axis=1)[:, None], last - first, 0).ravel()
    pairs = np.repeat(np.arange(counts.size), counts)
    k = order[np.arange(len(pairs)) + (first.ravel() + counts - np.cumsum(counts))[pairs]]
    i, j = np.divmod(pairs, len(above))
    fits = (np.abs(above[j] / below[k] - goals[i]) <= rooms[i]).all(axis=1)
    i, j, k = i[fits], j[fits], k[fits]
    costs = _lengths(asked)[i] + _lengths(numerators)[j] + _lengths(denominators)[k]
    for n in np.argsort(costs, kind="stable")[:_MOST_TRIED]:
        yield costs[n], asked[i[n]], numerators[j[n]], denominators[k[n]]


def _lengths(several):
    return np.array([len(one.names) for one in several])


def _at(several, places):
    """The values of several options at a few places."""
    return np.array([one.values[places] for one in several])


def _goals(asked, at, slack):
    """The fraction that each `Wanted` needs at a few places, and how far off it may be."""
    factors = np.array([one.factor[at] for one in asked])
    bases = np.array([one.base[at] for one in asked])
    target = asked[0].target[at]
    goals = (bases - target) / factors
    noise = _ROUNDING * (np.abs(bases) + np.abs(target)) + slack
    return goals, np.abs(goals) * 2 * TOLERANCE + noise / np.abs(factors)


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


def constant_factor(asked, numerators, denominators):
    """The number that stands in place of the factor, whatever is given: (names, number)."""
    gap = asked[0].values
    at = _keys(np.flatnonzero(np.isfinite(gap) & (np.abs(gap) > 10 * asked[0].noise)))
    if len(at) < 3:
        return []
    inverse = _at(denominators, at) / _at(numerators, at)[:, None]
    found = []
    for one in asked:
        ratio = one.values[at] * inverse
        spread = np.abs(ratio / ratio[..., :1] - 1).max(axis=-1)
        for row, column in np.argwhere(spread < 3 * TOLERANCE)[:50]:
            number = float(np.median(ratio[row, column]))
            above, below = numerators[row], denominators[column]
            if replace(one, factor=one.factor * number).agrees(above.values / below.values):
                found.append((one.names + above.names + below.names, number))
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
        return Name(new, name.note) if isinstance(name, Name) else new

    def choose(self, explanations):
        """The explanation with the fewest parts that are off; several if they fit equally."""
        found = [self.tidy(names) for names in explanations if not self._valid_twice(names)]
        least = min((_price(one) for one in found), default=None)
        best = {}
        for one in found:
            if _price(one) == least:
                best.setdefault(frozenset(one.mistakes), one)
        best = self._simplest(list(best.values()))
        if len(best) <= 1:
            return self._with_memory(best[0]) if best else None
        common = [n for n in best[0].mistakes if all(n in one.mistakes for one in best)]
        if len(best) > _MOST_NAMES:
            return Found((*common, UNKNOWN))
        rest = [" and ".join(n for n in one.mistakes if n not in common) for one in best]
        return Found((*common, either(rest)), best[0].variants)

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


def _price(found):
    return len(found.mistakes) + 0.5 * found.unknown, len(found.variants)


def either(names):
    """ "either … or …" """
    return "either " + " or ".join(sorted(dict.fromkeys(names)))
