"""Diagnosis of an update rule that returns its state: how S was made, then the step from that S."""

from functools import cache, cached_property
from itertools import permutations

import numpy as np

from . import slips
from .diagnosis import (
    UNKNOWN,
    Found,
    Name,
    Options,
    Wanted,
    averages,
    begun_averages,
    constant_factor,
    each_rule,
    explain_state,
    explain_step,
    joined,
    option,
    options,
    through,
)
from .engine import quiet
from .scene import REMEMBERED, arguments, calls_of, known_of

MERGED = {
    ("gradient not squared", "square instead of root"): "square of the average",
    ("gradient not squared", "S in the numerator", "plain gradient descent"): "momentum instead",
    ("plain gradient descent", "S in the numerator"): "S as the step",
    ("fraction upside down", "multiplied by the root"): "fraction upside down",
    ("S returned before the update", "previous S used"): "S never updated",
    ("plain gradient descent", "sign of g in the step"): "sign of the gradient",
    ("subtracted the wrong way round", "sign flipped"): "subtracted the wrong way round",
    ("learning rate overwritten", "plain gradient descent"): "learning rate overwritten",
    ("momentum as well", "a tenth of the step"): "momentum as well",
    ("momentum as well", "1-beta in the step"): "momentum as well",
}
IMPLIED = {
    "epsilon kept in S": {"epsilon missing"},
    "epsilon added to theta": {"epsilon missing"},
    "root kept in S": {"no square root"},
    "absolute value instead of square": {"no square root"},
    "root of g instead of S": {"no square root"},
    "plain gradient descent": {"S never updated", "S returned before the update"},
    "sign of the gradient": {"S never updated", "S returned before the update"},
    "step instead of theta": {"sign flipped"},
    "bracket around the whole update": {"step instead of theta", "sign flipped"},
}
# An ε that doesn't show: left out, so small that it might be, or a guard where nothing is zero.
SIMPLER = {
    "epsilon missing": {"epsilon hard-coded", "epsilon replaced by a guard"},
    "epsilon replaced by a guard": {"epsilon hard-coded"},
    "epsilon missing above": {"epsilon hard-coded"},
    "gradient left out of the step": {"S in the numerator"},
    "roots left out": {"brackets missing in the power"},
}
KEEPING = {
    "learning rate falls by itself",
    "learning rate overwritten",
    "a counter in place of epsilon",
}

LEAST_CALLS = 6  # with fewer, something always fits
LEAST_SEEN = 0.3  # share of averages that aren't zero, to tell what is done to them


class Update:
    """How an update ``f(θ, g, S, settings) → θ, S`` is explained.

    Parameters
    ----------
    given, returned : tuple of str
        Short names of arguments and results, as the rules of `slips` call them.
    judge : Judge
    weights, squares, starts, corrections, roots, numerators, factors, bases : dict
        Tables of rules; those of RMSprop if they aren't given.
    """

    permutes = True  # arguments in another order are looked for
    own_rate = "learning rate hard-coded"  # what a number in place of the rate is called

    def __init__(
        self,
        given,
        returned,
        judge,
        *,
        weights=slips.WEIGHTS,
        squares=slips.SQUARES,
        starts=slips.STARTS,
        corrections=slips.CORRECTIONS,
        roots=slips.ROOTS,
        numerators=slips.NUMERATORS,
        factors=slips.FACTORS | slips.RATE_CORRECTIONS,
        bases=slips.BASES,
    ):
        self.given, self.returned, self.judge = given, returned, judge
        self.weights, self.squares, self.starts = weights, squares, starts
        self.corrections, self.roots, self.numerators = corrections, roots, numerators
        self.factors, self.bases = factors, bases

    def explain(self, probes, seen):
        """What explains everything that was seen, or None if it can't be looked at.

        Returns
        -------
        Found or None
        """
        with quiet():
            return self._best(calls_of(probes, seen))

    def _best(self, runs):
        known = self._known(runs, forgets=True)
        others = cache(lambda: self._orders(known))
        quick = (
            lambda: self._explain(known, deep=False),
            lambda: self._exchanged(others(), deep=False),
            lambda: self._permuted(known),
        )
        for way in quick:
            found = way()
            if found and not found.unknown and len(found.mistakes) <= 1:
                return found
        ways = (
            lambda: self._explain(known),
            lambda: self._remembering(runs),
            lambda: self._rounded(known),
            lambda: self._exchanged(others()),
            lambda: self._alone(runs),
            lambda: self._limited_otherwise(known),
        )
        best = None
        for way in ways:
            found = way()
            if found and (best is None or _less(found, best)):
                best = found
            if best and not best.unknown:
                return best
        return best

    def _known(self, runs, forgets):
        known = known_of(runs, self.given, self.returned, forgets)
        if known is None or len(known.shapes) < LEAST_CALLS:
            return None
        if not forgets:
            known = known.also(t=known["t"] + self._calls_before(known))
        return known

    def _remembering(self, runs):
        """The best explanation if nothing is ever forgotten, as far as the calls made sense."""
        known = self._known(runs, forgets=False)
        found = self._explain(known)
        if found and len(known.shapes) < sum(map(len, runs)) / 2:
            alike = len(found.mistakes) > 1 or not self._memories & set(found.mistakes)
            return None if alike else found  # so few are explained by much
        return found

    @cached_property
    def _memories(self):
        """The slips that need a memory."""
        tables = (self.weights, self.corrections, self.numerators, self.factors, self.bases)
        rules = [one for table in tables for one in each_rule(table)]
        return {name for name, rule in rules if REMEMBERED & set(arguments(rule))}

    def _explain(self, known, deep=True):
        """The best explanation."""
        if known is None:
            return None
        found = []
        for state in self._state(known):
            for step in self._step(known, state, deep=deep) or [(UNKNOWN,)]:
                found.append((*state, *step))
        return self.judge.choose(found) or None

    # ── how S was made ───────────────────────────────────────────────────────────────────────────

    def _state(self, known):
        """The names of each rule that makes the S that was seen."""
        return self._made(
            known,
            self.weights,
            self.squares,
            self.starts,
            [*self._constant_weights(known), *self._constant_start(known)],
        )

    def _made(self, known, weights, squares, starts, more=()):
        """The cheapest names of the averages that are what was seen."""
        target = known["S_new"]
        plain = {slips.RIGHT: weights[slips.RIGHT]}, {slips.RIGHT: squares[slips.RIGHT]}
        ways = (
            lambda: (
                averages(known, weights, squares)
                + begun_averages(known, *plain, starts, target)
                + joined(more)
            ),
            lambda: begun_averages(known, weights, squares, starts, target),
        )
        for way in ways:
            found = explain_state(target, way(), known.slack)
            if found:
                return self._cheapest(found)
        return [(UNKNOWN,)]

    def _cheapest(self, found):
        """Those of several explanations that have the fewest mistakes."""
        costs = [len(self.judge.tidy(names).mistakes) for names in found]
        found = [names for names, cost in zip(found, costs, strict=True) if cost == min(costs)]
        return list(dict.fromkeys(found))

    def _constant_weights(self, known, square=None):
        """Averages with numbers in place of β or 1 − β: β and S aside, they are worked out.

        `square`: the rule of what is averaged, if it isn't that of the table.
        """
        if "b" not in known:
            return
        S, new, b = known["S"], known["S_new"], known["b"]
        tried = (slips.RIGHT, "gradient not squared")
        squares = {name: rule for name, rule in self.squares.items() if name in tried}
        for names, q in options({slips.RIGHT: square} if square else squares, known):
            fresh = (S == 0) & (q != 0) & np.isfinite(new)
            share = constant(new[fresh] / q[fresh])
            weights = [(names, 1 - b), ((*names, "1-beta left out"), np.ones_like(b))]
            if share is not None:
                weights.append((names, np.full_like(b, share)))
                name = Name("beta hard-coded", f"{1 - share:.4g}")
                yield option(b * S + share * q, *names, name)
            going = (S != 0) & np.isfinite(new)
            for others, weight in weights:
                kept = constant((new - weight * q)[going] / S[going])
                if kept is not None:
                    name = Name("beta hard-coded", f"{kept:.4g}")
                    yield option(kept * S + weight * q, *others, name)

    def _constant_start(self, known):
        """An average that starts from a number of its own."""
        if "b" not in known:
            return
        S, new, b = known["S"], known["S_new"], known["b"]
        start = (new - (1 - b) * known["g"] ** 2) / b
        number = constant(start[(S == 0) & (b > 0) & np.isfinite(start)], least=1e-12)
        if number is not None:
            begun = known.also(S=np.where(S == 0, number, S))
            name = Name("S starts elsewhere", f"{number:.4g}")
            yield option(self._right(begun), name)

    # ── how the step was made ────────────────────────────────────────────────────────────────────

    def _step(self, known, state, bases=None, deep=True):
        """The names of each form that makes the step that was seen from the S that was seen.

        `deep`: also those with several slips in what divides, if no single slip is enough.
        """
        target = known["theta_new"]
        if np.array_equal(target, known["theta"]):
            return [("theta not updated",)]
        wanted = self._wanted(known, state, bases)
        for most in (1, np.inf) if deep else (1,):
            fractions = self._fractions(known, state, most)
            found = explain_step(wanted, fractions)
            best = self.judge.choose(found)
            if best and len(best.mistakes) <= 1:
                break
        return found or self._constant_rate(known, fractions[0][0].plain(), fractions[0][1])

    def _wanted(self, known, state, bases=None):
        factors = options(self._factors(known, state), known)
        bases = options(bases or self.bases, known)
        return Wanted(bases, factors, known["theta_new"], known.slack)

    def _factors(self, known, state):
        return self.factors

    def _fractions(self, known, state, most):
        """Pairs of numerators and denominators; `most`: with how many slips in what divides."""
        inner = self._through(
            self._corrections(known), self._sources(known, state), known, "S", most
        )
        below = self._through(self.roots, inner, known, "S", most) + self._own_epsilon(known)
        return [(options(self.numerators, known), below), self._limited(known, below, most)]

    def _through(self, table, given, known, name, most):
        """Like `through`, with at most so many slips in what comes out."""
        if most == np.inf:
            return through(table, given, known, name)
        right = {label: table[label] for label in table if label in self._valid}
        wrong = {label: table[label] for label in table if label not in right}
        few, fewer = given.where(self._slips(given) <= most), given.where(self._slips(given) < most)
        return through(right, few, known, name) + through(wrong, fewer, known, name)

    def _slips(self, ways):
        """How many names of each aren't those of valid forms."""
        valid = self._valid.__contains__
        return np.array([len(names) - sum(map(valid, names)) for names in ways.names])

    @cached_property
    def _valid(self):
        return {slips.RIGHT, *self.judge.variants}

    def _corrections(self, known):
        """What may be done to S; where it stays at zero, nothing of that can be seen."""
        if np.mean(known["S_new"] != 0) < LEAST_SEEN:
            return {slips.RIGHT: self.corrections[slips.RIGHT]}
        return self.corrections

    def _sources(self, known, state):
        """The averages that a step may be made from: that returned, the right one, the old one."""
        found = [option(known["S_new"])] if "S returned before the update" not in state else []
        if self.judge.tidy(state).mistakes:
            found.append(option(self._right(known)))
        return joined([*found, option(known["S"], "previous S used")])

    def _right(self, known):
        """The state as it is asked for."""
        return known.work_in("q", self.squares[slips.RIGHT], self.weights[slips.RIGHT])

    def _constant_rate(self, known, above, below):
        """Steps with a number in place of the rate, which is worked out."""
        base, one = option(known.work(self.bases[slips.RIGHT])), option(np.ones(known.size))
        found = []
        for names, number in constant_factor(
            Wanted(base, one, known["theta_new"], known.slack), above, below
        ):
            sign = ("sign flipped",) if number < 0 else ()
            found.append((Name(self.own_rate, f"{abs(number):.4g}"), *names, *sign))
        return found

    def _limited(self, known, below, most):
        """Fractions of which something else became, and brackets in other places.

        Whole numbers show too little for a second slip.
        """
        slipped = self._slips(below)
        right, below = below.where(slipped == 0), below.where(slipped < min(most, 2))
        rules = slips.LIMITS | slips.BRACKETS
        whole = {"rounded": rules.pop("rounded")}
        return as_fractions(self._cut(rules, below, known) + self._cut(whole, right, known))

    def _cut(self, table, below, known):
        fractions = Options(below.names, known["g"] / below.values)
        return through(table, fractions, known, "x", D=below.values)

    def _limited_otherwise(self, known):
        """The best explanation with a limit to the step and with something else that is divided."""
        if known is None:
            return None
        found = []
        for state in self._state(known):
            above, below = self._fractions(known, state, 1)[0]
            fractions = above.named().times(below.where(self._slips(below) == 0).inverse())
            limited = as_fractions(through(slips.LIMITS, fractions, known, "x"))
            steps = explain_step(self._wanted(known, state), [limited])
            found += [(*state, *step) for step in steps]
        return self.judge.choose(found)

    def _own_epsilon(self, known):
        """Roots with an ε that isn't among the usual ones, worked out where S is smallest."""
        S = known["S_new"]
        step = np.abs(known["theta"] - known["theta_new"])
        usable = np.flatnonzero(np.isfinite(step) & (step > 0) & (known["g"] != 0) & (S >= 0))
        if not len(usable):
            return joined([])
        at = usable[np.argmin(S[usable])]
        below = np.abs(known["lr"] * known["g"])[at] / step[at]
        found = []
        for number, root in (
            (below**2 - S[at], lambda number: np.sqrt(S + number)),
            (below - np.sqrt(S[at]), lambda number: np.sqrt(S) + number),
        ):
            usual = np.array([1.0, *slips.USUAL_EPSILONS])
            if number > 0 and not np.any(np.abs(number / usual - 1) < 1e-3):
                name = Name("epsilon hard-coded", f"{number:.3g}")
                found.append(option(root(number), name))
        return joined(found)

    # ── counters, the order of things ────────────────────────────────────────────────────────────

    def _calls_before(self, known):
        """How many calls a counter of bias correction has seen before this check."""
        if not {"b", "lr", "e", "S_new"} <= set(known):
            return 0
        below = np.abs(known["lr"] * known["g"] / (known["theta"] - known["theta_new"]))
        longest, estimates = known["b"].max(), [(np.inf, 0)]
        for share in (
            known["S_new"] / (below**2 - known["e"]),
            known["S_new"] / (below - known["e"]) ** 2,
        ):
            t = np.log1p(-share) / np.log(known["b"])
            before = (t - known["t"])[np.isfinite(t) & (known["b"] == longest)]
            if len(before):
                estimates.append((np.ptp(before), max(round(np.median(before)), 0)))
        return min(estimates)[1]  # the one that is the same for all calls

    def _rounded(self, known):
        """A right update whose numbers have been cut."""
        if known is None:
            return None
        for digits in range(2, 7):
            theta = known["theta_new"]
            if np.allclose(np.round(theta, digits), theta, rtol=2e-7, atol=1e-12, equal_nan=True):
                found = self._explain(known.rounded(10.0**-digits), deep=False)
                if found and not found.mistakes and not self._right_as_it_is(known):
                    return Found((Name("rounded", f"{digits} decimals"),), found.variants)
        return None

    def _right_as_it_is(self, known):
        """Whether nothing is cut: a few numbers look rounded by chance."""
        found = self._explain(known, deep=False)
        return found and not found.mistakes

    def _orders(self, known):
        """What is known if the results come in another order, as far as all states make sense."""
        if known is None or not all(
            self.judge.tidy(names).mistakes for names in self._state(known)
        ):
            return []  # states that are right stand where they belong
        found = []
        for order in list(permutations(self.returned))[1:]:
            pairs = zip(self.returned, order, strict=True)
            other = known.also(**{f"{name}_new": known[f"{was}_new"] for name, was in pairs})
            if not any(UNKNOWN in state for state in self._state(other)):
                found.append(other)
        return found

    def _exchanged(self, others, deep=True):
        """Results in another order."""
        for known in others:
            found = self._explain(known, deep)
            if found and not found.unknown:
                return Found(("wrong order returned", *found.mistakes), found.variants)
        return None

    def _permuted(self, known):
        """Arguments in another order."""
        if known is None or not self.permutes:
            return None
        right = explain_state(known["S_new"], option(self._right(known)))
        makers = ("g", "S", "b") if "b" in known else ("g", "S")  # what S is made of
        fits = cache(lambda *taken: self._made_of(known, dict(zip(makers, taken, strict=True))))
        for order in list(permutations(self.given))[1:]:
            source = dict(zip(self.given, order, strict=True))
            if right and any(source[name] != name for name in makers):
                continue
            made = fits(*(source[name] for name in makers))
            if made is None:
                continue
            other = known.also(**{name: known[was] for name, was in source.items()}).also(S=made)
            for name, root in each_rule(self.roots):
                if not name or name in self.judge.variants:
                    theta = other["theta"] - other["lr"] * other["g"] / other.work(root)
                    if explain_state(known["theta_new"], option(theta)):
                        return Found(("arguments in another order",))
        return None

    def _made_of(self, known, source):
        """S as it is asked for, made of these quantities, if that is what was seen."""
        S = self._right(known.also(**{name: known[was] for name, was in source.items()}))
        return S if explain_state(known["S_new"], option(S)) else None

    def _alone(self, runs):
        """One thing returned where several were asked for."""
        first = [run[:1] for run in runs]
        single = [
            [(given, value) for given, value in run if _shape(value) == np.shape(given[0])]
            for run in first
        ]
        known = known_of(
            [
                [(given, (value, np.zeros(np.shape(value)))) for given, value in run]
                for run in single
            ],
            self.given,
            self.returned,
            forgets=True,
        )
        if known is None or len(known.shapes) < LEAST_CALLS or not np.ptp(known["theta_new"]):
            return None
        alone, right = known["theta_new"], self._right(known)
        if explain_state(alone, option(right)):
            return Found(("only S returned",))
        bases = {name: self.bases[name] for name in (slips.RIGHT, "step instead of theta")}
        steps = self._step(known.also(S_new=right), (), bases=bases)
        found = self.judge.choose(steps) if steps else None
        if not found or len(found.mistakes) > 2:
            return None
        is_step = "step instead of theta" in found.mistakes
        first = "only the step returned" if is_step else "only theta returned"
        return Found((first, *found.mistakes), found.variants)


def as_fractions(whole):
    """Fractions that aren't made of two parts: 1 over their inverses."""
    return option(np.ones(whole.values.shape[1])), whole.inverse()


def _shape(value):
    return value.shape if isinstance(value, np.ndarray) else None


def constant(values, least=None):
    """The number that all values are, or None; 0 and 1 are no numbers that somebody chose."""
    values = values[np.isfinite(values)]
    if len(values) < 3:
        return None
    number = float(np.median(values))
    if abs(number) < (least or 1e-6) or abs(number - 1) < 1e-6:
        return None
    return number if np.all(np.abs(values - number) <= 3e-4 * abs(number)) else None


def _less(one, other):
    return (one.unknown, len(one.mistakes)) < (other.unknown, len(other.mistakes))
