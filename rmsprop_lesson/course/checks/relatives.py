"""How the updates of RMSprop's relatives are explained: tables where they differ from RMSprop's."""

from itertools import product

import numpy as np

from . import slips
from .diagnosis import (
    UNKNOWN,
    Judge,
    Name,
    Options,
    explain_state,
    joined,
    option,
    options,
    through,
)
from .slips import RIGHT
from .updates import IMPLIED, KEEPING, MERGED, SIMPLER, Update, as_fractions, constant


def swapped(table, name, other):
    """A table in which another rule is the one that is asked for; the old one is called `name`."""
    rules = {key: rule for key, rule in table.items() if key not in (RIGHT, other)}
    return {RIGHT: table[other], name: table[RIGHT], **rules}


def renamed(table, names):
    """A table with other names for some of its rules."""
    found = {}
    for name, rules in table.items():
        rules = rules if isinstance(rules, tuple) else (rules,)
        name = names.get(name, name)
        found[name] = (*found.get(name, ()), *rules)
    return {name: rules if len(rules) > 1 else rules[0] for name, rules in found.items()}


def of(average, made):
    """Options whose names say which of several averages they are about."""
    names = [tuple(Name(n, getattr(n, "note", ""), average) for n in one) for one in made.names]
    return Options(names, made.values)


OUTSIDE = swapped(slips.ROOTS, "epsilon inside the root", "epsilon outside the root")

# ── Adagrad ──────────────────────────────────────────────────────────────────────────────────────

# Averages and sums with a number of their own are worked out: see `Adagrad`.
ADAGRAD_WEIGHTS = {
    RIGHT: lambda S, q: S + q,
    "average instead of sum": (
        lambda S, q, t: S + (q - S) / t,
        lambda S, q, lr: (1 - lr) * S + lr * q,
    ),
    "G restarted": lambda q: q,
    "G added to itself": lambda S, q: 2 * S + q,
    "bracket around the sum": lambda S, g: (S + g) ** 2,
    "minus instead of plus": lambda S, q: S - q,
    "times instead of plus": lambda S, q: S * q,
    "maximum instead of sum": lambda S, q: np.maximum(S, q),
    "old S squared": lambda S, q: S**2 + q,
    "root kept in S": lambda S, q: np.sqrt(S**2 + q),
    "epsilon kept in S": lambda S, q, e: S + q + e,
    "root of S returned": (
        lambda S, q: np.sqrt(S + q),
        lambda S, q, e: np.sqrt(S + q + e),
        lambda S, q, e: np.sqrt(S + q) + e,
    ),
    "S returned before the update": lambda S: S,
    "keeps state": lambda kept, q: kept + q,
}
ADAGRAD_CORRECTIONS = {
    RIGHT: lambda S: S,
    "mean instead of sum": lambda S, t: S / t,
    "S shared in the step": slips.CORRECTIONS["S shared in the step"],
}
ADAGRAD_NAMES = {
    "previous S used": "old G used",
    "norm of the gradient": "one G for all",
    "mean over the parameters": "one G for all",
    "largest gradient for all": "one G for all",
}
# After a restart G is g², whose root makes a sign of g in all of them.
ADAGRAD_SIMPLER = {
    **SIMPLER,
    "epsilon missing": {
        *SIMPLER["epsilon missing"], "fraction upside down", "sign of the gradient",
    },
}  # fmt: skip


class Adagrad(Update):
    """Adagrad: a sum of squares in place of an average."""

    def _constant_weights(self, known):
        """Sums and averages with a number in them, which is worked out."""
        S, new = known["S"], known["S_new"]
        going = S != 0
        for names, square in options(self.squares, known):
            kept = constant((new - square)[going] / S[going])
            if kept is not None:
                name = Name("old G decayed", f"{kept:.4g}")
                yield option(kept * S + square, *names, name)
            fresh = ~going & (square != 0)
            share = constant(new[fresh] / square[fresh])
            if share is not None:
                name = Name("average instead of sum", f"{1 - share:.4g}")
                yield option((1 - share) * S + share * square, *names, name)

    def _constant_start(self, known):
        start = known["S_new"] - known.work(self.squares[RIGHT])
        number = constant(start[known["S"] == 0], least=1e-12)
        if number is not None:
            begun = known.also(S=np.where(known["S"] == 0, number, known["S"]))
            yield option(self._right(begun), Name("S starts elsewhere", f"{number:.4g}"))


def adagrad(variants):
    """The diagnosis of Adagrad."""
    merged = MERGED | {("S returned before the update", "old G used"): "S never updated"}
    judge = Judge(variants, merged, IMPLIED, ADAGRAD_SIMPLER, KEEPING, ADAGRAD_NAMES)
    return Adagrad(
        ("theta", "g", "S", "lr", "e"),
        ("theta", "S"),
        judge,
        weights=ADAGRAD_WEIGHTS,
        corrections=ADAGRAD_CORRECTIONS,
        roots=OUTSIDE,
    )


# ── momentum ─────────────────────────────────────────────────────────────────────────────────────

BALL_GRADIENTS = {
    RIGHT: lambda g: g,
    "gradient squared": lambda g: g**2,
    "absolute value instead of g": lambda g: np.abs(g),
    "theta in place of the gradient": lambda theta: theta,
    "gradient normalised": slips.NUMERATORS["gradient normalised"],
    "gradient clipped": slips.NUMERATORS["gradient clipped"],
    "weight decay": slips.NUMERATORS["weight decay"],
}
BALL_SCALES = {
    RIGHT: lambda q: q,
    "averaged form": lambda q, b: (1 - b) * q,
    "rate inside the velocity": lambda q, lr: lr * q,
    "rate and 1-beta inside": lambda q, b, lr: lr * (1 - b) * q,
}
BALL_SIGNS = {RIGHT: lambda q: q, "minus inside the velocity": lambda q: -q}
BALL_WEIGHTS = {
    RIGHT: lambda S, q, b: b * S + q,
    "velocity restarted": lambda q: q,
    "velocity not decayed": lambda S, q: S + q,
    "beta on both terms": lambda S, q, b: b * (S + q),
    "beta on the gradient": lambda S, q, b: S + b * q,
    "1-beta before the velocity": (
        lambda S, q, b: (1 - b) * S + q,
        lambda S, q, b: (1 - b) * S + b * q,
    ),
    "beta applied twice": lambda S, q, b: b**2 * S + q,
    "velocity added to itself": lambda S, q, b: S + b * S + q,
    "learning rate on the velocity": (
        lambda S, q, lr: lr * S + q,
        lambda S, q, b, lr: lr * (b * S + q),
    ),
    "minus instead of plus": lambda S, q, b: q - b * S,
    "times instead of plus": lambda S, q, b: b * S * q,
    "velocity starts differently": (
        lambda S, q, b, g, each: np.where(each(np.any, S), b * S + q, -g),
        lambda S, q, b, g, each: np.where(each(np.any, S), b * S + q, g),
        lambda S, q, b, each: np.where(each(np.any, S), b * S + q, 0.0),
        lambda S, q, b, each: np.where(each(np.any, S), b * S + q, (1 - b) * q),
    ),
    "velocity returned before the update": lambda S: S,
    "keeps state": lambda kept, q, b: b * kept + q,
}
BALL_STEPS = {
    RIGHT: lambda S_new, k: S_new / k,
    "old velocity used": lambda S, k: S / k,
    "Nesterov": lambda S_new, k, b, g: g + b * S_new / k,
    "gradient in place of the velocity": lambda g: g,
    "sign flipped in the look-ahead": lambda S_new, k, b, g: g - b * S_new / k,
    "look-ahead with the new velocity": lambda S_new, k, b, g: (1 + b) * g + b**2 * S_new / k,
    "velocity twice in the look-ahead": lambda S_new, k, b: (1 + b) * S_new / k,
    "velocity and gradient": (
        lambda S_new, k, g: S_new / k + g,
        lambda S, k, b, g: g + b * S / k + b * g * 0 + S / k * 0 + b * S / k,
    ),
    "beta in the step": lambda S_new, k, b: b * S_new / k,
    "velocity squared": lambda S_new, k: (S_new / k) ** 2,
}
BALL_FACTORS = {
    RIGHT: lambda lr: lr,
    "averaged in the step": lambda lr, b: lr * (1 - b),
    "learning rate left out": lambda lr: np.ones_like(lr),
    "learning rate twice": lambda lr: lr**2,
    "divided by the learning rate": lambda lr: 1 / lr,
    "1-beta twice": lambda lr, b: lr * (1 - b) ** 2,
    "divided by 1-beta": lambda lr, b: lr / (1 - b),
    "learning rate falls by itself": slips.FACTORS["learning rate falls by itself"],
}
BALL_MERGED = {
    ("averaged form", "rate and 1-beta inside"): "rate and 1-beta inside",
    ("velocity returned before the update", "old velocity used"): "velocity never updated",
    ("1-beta twice", "old velocity used"): "old velocity used",
}


class HeavyBall(Update):
    """Momentum: what counts is the path of θ, wherever η, 1 − β and the minus stand."""

    permutes = False

    def _state(self, known):
        scaled = through(BALL_SCALES, options(BALL_GRADIENTS, known), known, "q")
        inside = through(BALL_SIGNS, scaled, known, "q")
        ways = (
            lambda: through(BALL_WEIGHTS, inside, known, "q"),
            lambda: joined(self._own_beta(known, inside)),
        )
        for way in ways:
            if found := explain_state(known["S_new"], way()):
                return self._cheapest(found)
        return [(UNKNOWN,)]

    def _own_beta(self, known, inside):
        """Velocities with a number in place of β, or of β and 1 − β, which is worked out."""
        S, new, g = known["S"], known["S_new"], known["g"]
        going, fresh = S != 0, (S == 0) & (g != 0)
        share = constant(new[fresh] / g[fresh])
        if share is not None:
            inside = inside + option(share * g, Name("averaged form", f"{share:.6g}"))
        for names, q in inside:
            kept = constant((new - q)[going] / S[going])
            if kept is not None:
                yield option(kept * S + q, *names, Name("beta hard-coded", f"{kept:.4g}"))

    def _step(self, known, state, **how):
        for name in state:  # an average with its own 1 − β
            if name == "averaged form" and getattr(name, "note", ""):
                known = known.also(b=np.full(known.size, 1 - float(name.note)))
        k = np.ones(known.size)
        if "averaged form" in state or "rate and 1-beta inside" in state:
            k = k * (1 - known["b"])
        if "rate inside the velocity" in state or "rate and 1-beta inside" in state:
            k = k * known["lr"]
        if "minus inside the velocity" in state:
            k = -k
        return super()._step(known.also(k=k), state, **how)

    def _fractions(self, known, state, most):
        above = options(BALL_STEPS, known)
        if self.judge.tidy(state).mistakes:
            above += option(self._right(known))
        return [(above, option(np.ones(known.size)))]

    def _right(self, known):
        """βv + g, where the gradient has the factor k in the velocity."""
        k = known.get("k", 1.0)
        return (known["b"] * known["S"] + k * known["g"]) / k

    def _factors(self, known, state):
        """Where the velocity is an average, an η that makes up for it and one that doesn't."""
        if "averaged form" not in state and "rate and 1-beta inside" not in state:
            return renamed(BALL_FACTORS, {"averaged in the step": "1-beta in the step"})
        return swapped(BALL_FACTORS, "rate made up for the average", "averaged in the step")


def heavy_ball(variants):
    """The diagnosis of the heavy ball."""
    judge = Judge(
        variants,
        {**MERGED, **BALL_MERGED},
        {**IMPLIED, "rate made up for the average": {"averaged form"}},
        SIMPLER,
        KEEPING,
    )
    return HeavyBall(("theta", "g", "S", "lr", "b"), ("theta", "S"), judge)


# ── Adam ─────────────────────────────────────────────────────────────────────────────────────────

ADAM_CORRECTIONS = renamed(
    {**slips.CORRECTIONS, "not corrected": slips.CORRECTIONS[RIGHT],
     RIGHT: slips.CORRECTIONS["bias correction"]},
    {"bias correction from t = 0": "t from 0", "bias correction from t = 2": "t one too large"},
)  # fmt: skip
for _name in ("bias correction", "centred", "S shared in the step"):
    ADAM_CORRECTIONS.pop(_name)
ADAM_CORRECTIONS["betas exchanged"] = lambda S, other, t: S / (1 - other**t)
M_CORRECTIONS = renamed(ADAM_CORRECTIONS, {"not corrected": "m not corrected"})
V_CORRECTIONS = renamed(ADAM_CORRECTIONS, {"not corrected": "v not corrected"})
ADAM_WEIGHTS = {
    **slips.WEIGHTS,
    "betas exchanged": lambda S, q, other: other * S + (1 - other) * q,
    "the other beta in one place": (
        lambda S, q, b, other: b * S + (1 - other) * q,
        lambda S, q, b, other: other * S + (1 - b) * q,
    ),
    "corrected averages returned": slips.WEIGHTS["correction kept in S"],
}
for _name in ("keeps state", "correction kept in S", "S starts at 1"):
    ADAM_WEIGHTS.pop(_name, None)
M_WEIGHTS, V_WEIGHTS = (
    renamed(ADAM_WEIGHTS, {"S returned before the update": f"{name} returned before the update"})
    for name in "mv"
)
M_SQUARES = {
    RIGHT: lambda g: g,
    "m of the squared gradient": lambda g: g**2,
    "absolute value in m": lambda g: np.abs(g),
    "theta in place of the gradient": lambda theta: theta,
    "gradient clipped": slips.NUMERATORS["gradient clipped"],
    "weight decay": slips.NUMERATORS["weight decay"],
    "mean over the parameters": lambda g, each: each(np.mean, g),
}
V_SQUARES = {
    **renamed(slips.SQUARES, {"gradient not squared": "v of the plain gradient"}),
    "m in place of the gradient": (
        lambda M_new: M_new**2,
        lambda M_new, other, t: (M_new / (1 - other**t)) ** 2,
    ),
    "mean of g subtracted": lambda g, M_new: (g - M_new) ** 2,
}
ADAM_FACTORS = {
    **slips.FACTORS,
    "1-beta in the step": (lambda lr, b1: lr * (1 - b1), lambda lr, b2: lr * (1 - b2)),
    "beta in the step": (lambda lr, b1: lr * b1, lambda lr, b2: lr * b2),
    "corrected twice": lambda lr, b1, b2, T: lr * np.sqrt(1 - b2**T) / (1 - b1**T),
    "power t left out": lambda lr, b1, b2: lr * np.sqrt(1 - b2) / (1 - b1),
    "root of the correction forgotten": lambda lr, b1, b2, T: lr * (1 - b2**T) / (1 - b1**T),
    "correction upside down": (
        lambda lr, b1, b2, T: lr * (1 - b1**T) / np.sqrt(1 - b2**T),
        lambda lr, b1, b2, T: lr * np.sqrt(1 - b1**T) / (1 - b2**T),
    ),
}
ADAM_MERGED = {
    ("corrected twice", "m not corrected", "v not corrected"): "efficient form",
    ("corrected twice", "m not corrected"): "corrected twice",
    ("corrected twice", "v not corrected"): "corrected twice",
    ("root of the correction forgotten", "m not corrected", "v not corrected"): (
        "root of the correction forgotten"
    ),
    ("correction upside down", "m not corrected", "v not corrected"): "correction upside down",
    ("power t left out", "m not corrected", "v not corrected"): "power t left out",
    ("m not corrected", "v not corrected"): "no bias correction",
    ("v not corrected",): "only m corrected",
    ("m not corrected",): "only v corrected",
    ("m returned before the update", "old m used"): "m never updated",
    ("v returned before the update", "old v used"): "v never updated",
}
ADAM_IMPLIED = {
    "corrected averages returned": {"no bias correction", "only m corrected", "only v corrected"},
    "efficient form": {"epsilon inside the root"},
}


class Adam(Update):
    """Adam: two averages, each with a decay rate and a correction of its own."""

    permutes = False

    def view(self, known, which):
        """What is known, in the words of the common tables, for one of the two averages."""
        one, other = ("b1", "b2") if which == "M" else ("b2", "b1")
        return known.also(
            S=known[which], S_new=known[f"{which}_new"], b=known[one], other=known[other],
            t=known["T"],
        )  # fmt: skip

    def _state(self, known):
        found = []
        for which, weights, squares, own in (
            ("M", M_WEIGHTS, M_SQUARES, "beta1 hard-coded"),
            ("V", V_WEIGHTS, V_SQUARES, "beta2 hard-coded"),
        ):
            view = self.view(known, which)
            numbers = [
                option(made.values[0], Name(own, made.names[0][0].note))
                for made in self._constant_weights(view, squares[RIGHT])
            ]
            found.append(self._made(view, weights, squares, slips.STARTS, numbers))
        return [(*m, *v) for m, v in product(*found)]

    def _step(self, known, state, **how):
        """The corrections may have the argument, or the number that stands in its place."""
        known = known.also(t=known["T"])  # what a rate may fall with
        steps = super()._step(known, state, **how)
        numbers = {"beta1 hard-coded": "b1", "beta2 hard-coded": "b2"}
        own = {numbers[name]: float(name.note) for name in state if name in numbers}
        if not own:
            return steps
        fixed = known.also(**{b: np.full(known.size, number) for b, number in own.items()})
        return [*steps, *super()._step(fixed, state, **how)]

    def _fractions(self, known, state, most):
        m, v = self.view(known, "M"), self.view(known, "V")
        first, second = option(m["S"], "old m used"), option(v["S"], "old v used")
        if "m returned before the update" not in state:
            first += option(m["S_new"])
        if "v returned before the update" not in state:
            second += option(v["S_new"])
        if self.judge.tidy(state).mistakes:
            first += option(m["b"] * m["S"] + (1 - m["b"]) * m["g"])
            second += option(v.work(slips.right_average))
        above = of("m", through(M_CORRECTIONS, first, m, "S"))
        above += option(known["g"], "gradient in the numerator")
        ahead = (m["b"] * m["S_new"] + (1 - m["b"]) * m["g"]) / (1 - m["b"] ** m["t"])
        above += option(ahead, "look-ahead in the numerator")
        above += option(np.ones(known.size), "gradient left out of the step")
        inner = self._through(V_CORRECTIONS, second, v, "S", most)
        below = self._through(OUTSIDE, inner, v, "S", most)
        m_hat, v_hat = (k["S_new"] / (1 - k["b"] ** k["t"]) for k in (m, v))
        own = self._own_epsilon(known.also(S_new=v_hat, g=m_hat))
        return [(above, below + own)]

    def _factors(self, known, state):
        return ADAM_FACTORS

    def _right(self, known):
        return known.work(slips.right_average)


def adam(variants):
    """The diagnosis of Adam."""
    keeping = {"learning rate overwritten"}  # t is given
    judge = Judge(
        variants, {**MERGED, **ADAM_MERGED}, {**IMPLIED, **ADAM_IMPLIED}, SIMPLER, keeping
    )
    return Adam(("theta", "g", "M", "V", "T", "lr", "b1", "b2", "e"), ("theta", "M", "V"), judge)


# ── Adadelta ─────────────────────────────────────────────────────────────────────────────────────

X_SQUARES = {
    RIGHT: lambda d: d**2,
    "step not squared": (lambda d: d, lambda d: -d),
    "E_x of the gradient": lambda g: g**2,
    "theta in E_x": (lambda theta_new: theta_new**2, lambda theta: theta**2),
    "step times g in E_x": lambda d, g: (d * g) ** 2,
    "step without its gradient": (
        lambda d, g: (d / g) ** 2,
        lambda X, G_new, e: (X + e) / (G_new + e),
    ),
}
X_WEIGHTS = renamed(slips.WEIGHTS, {"S returned before the update": "E_x never updated"})
for _name in ("keeps state", "square of the average", "g returned in place of S"):
    X_WEIGHTS.pop(_name)
TOPS = renamed(slips.ROOTS, {
    "epsilon outside the root": "epsilon outside above",
    "epsilon missing": "epsilon missing above",
    "no square root": "root left out above",
    "plain gradient descent": "E_x left out of the step",
    "multiplied by the root": "E_x below",
    "root taken twice": "root taken twice above",
    "epsilon as a floor": "epsilon as a floor above",
    "epsilon hard-coded": "epsilon hard-coded",
})  # fmt: skip
BOTTOMS = renamed(slips.ROOTS, {
    "epsilon outside the root": "epsilon outside below",
    "no square root": "root left out below",
    "multiplied by the root": "E_g above",
    "plain gradient descent": "E_g left out of the step",
    "epsilon as a floor": "epsilon as a floor below",
})  # fmt: skip
DELTA_MERGED = {
    ("step times g in E_x", "gradient left out of the step"): "gradient left out of the step",
    ("S returned before the update", "old E_g used"): "S never updated",
    ("epsilon outside above", "epsilon outside below"): "epsilon outside the roots",
    ("epsilon outside above",): "epsilon outside the roots",
    ("epsilon outside below",): "epsilon outside the roots",
    ("root left out above", "root left out below"): "roots left out",
    ("E_x below", "E_g above"): "fraction upside down",
    ("E_x of the gradient", "E_x updated first"): "E_x updated first",
}
TOP_SOURCES = {
    RIGHT: lambda X: X,
    "E_x starts elsewhere": (
        lambda X: np.where(X == 0, 1.0, X),
        lambda X, e: np.where(X == 0, e, X),
    ),
    "E_x updated first": lambda X_new: X_new,
    "E_g above": (lambda G_new: G_new, lambda G: G),
}
DELTA_NUMERATORS = {
    RIGHT: lambda g: g,
    "gradient left out of the step": lambda g: np.ones_like(g),
    "square of g in the step": lambda g: g**2,
}
DELTA_NAMES = {"previous S used": "old E_g used"}
DELTA_FACTORS = {
    RIGHT: lambda g: np.ones_like(g),
    "1-rho in the step": lambda b: 1 - b,
    "rho in the step": lambda b: b,
    "a learning rate as well": tuple(
        lambda g, lr=lr: np.full_like(g, lr) for lr in (0.1, 0.01, 0.001, 0.5)
    ),
}


class Adadelta(Update):
    """Adadelta: E_g as S of RMSprop, and an average of the squared steps in place of η."""

    permutes = False

    def _state(self, known):
        d = known["theta"] - known["theta_new"]
        known = known.also(S=known["G"], S_new=known["G_new"], d=d)
        first = super()._state(known)
        view = known.also(S=known["X"], S_new=known["X_new"])
        own = [*self._constant_weights(view, X_SQUARES[RIGHT]), *self._without_rate(view)]
        second = self._made(view, X_WEIGHTS, X_SQUARES, _x_starts(), own)
        return [(*g, *x) for g, x in product(first, second)]

    own_rate = "a learning rate as well"

    def _without_rate(self, view):
        """E_x of the step without a rate that multiplies it afterwards, which is worked out."""
        b, square = view["b"], view["d"] ** 2
        fresh = (view["S_new"] - b * view["S"]) / (1 - b)
        share = constant((fresh / square)[square > 0])
        if share is not None and share > 0:
            name = Name(self.own_rate, f"{share**-0.5:.4g}")
            yield option(b * view["S"] + (1 - b) * share * square, name)

    def _step(self, known, state, **how):
        known = self._divided(known)
        return [*super()._step(known, state, **how), *self._rate_alone(known)]

    def _rate_alone(self, known):
        """RMSprop's step with a rate of its own, which is worked out."""
        above = option(known["g"], "E_x left out of the step")
        return self._constant_rate(known, above, option(np.sqrt(known["S_new"] + known["e"])))

    def _limited_otherwise(self, known):
        return known and super()._limited_otherwise(self._divided(known))

    def _divided(self, known):
        """What the step is divided by goes under the name that it has in RMSprop."""
        return known.also(S=known["G"], S_new=known["G_new"])

    def _fractions(self, known, state, most):
        below = self._through(BOTTOMS, self._sources(known, state), known, "S", most)
        tops = through(TOPS, options(TOP_SOURCES, known), known, "S")
        unbracketed = known["X"] + known["e"] / known["S_new"] + known["e"]
        whole = option(known["g"] * np.sqrt(unbracketed), "brackets missing in the fraction")
        return [(tops.times(options(DELTA_NUMERATORS, known)), below), as_fractions(whole)]

    def _factors(self, known, state):
        return DELTA_FACTORS


def _x_starts():
    return {
        RIGHT: lambda S: S,
        "E_x starts elsewhere": (
            lambda S: np.where(S == 0, 1.0, S),
            lambda S, each: np.where(each(np.any, S), S, 1.0),
            lambda S, e: np.where(S == 0, e, S),
        ),
    }


def adadelta(variants):
    """The diagnosis of Adadelta."""
    judge = Judge(variants, {**MERGED, **DELTA_MERGED}, IMPLIED, SIMPLER, KEEPING, DELTA_NAMES)
    return Adadelta(("theta", "g", "G", "X", "b", "e"), ("theta", "G", "X"), judge)


# ── centred RMSprop ──────────────────────────────────────────────────────────────────────────────

SPREADS = {
    RIGHT: lambda S, M_new: S - M_new**2,
    "mean not subtracted": lambda S: S,
    "mean not squared": lambda S, M_new: S - M_new,
    "mean added": lambda S, M_new: S + M_new**2,
    "difference squared": lambda S, M_new: (S - M_new) ** 2,
    "old mean used": lambda S, M: S - M**2,
    "difference the wrong way round": lambda S, M_new: M_new**2 - S,
    "absolute value of the difference": lambda S, M_new: np.abs(S - M_new**2),
    "gradient in place of the mean": lambda S, g: S - g**2,
    "bias correction": lambda S, M_new, b, t: S / (1 - b**t) - (M_new / (1 - b**t)) ** 2,
}
CENTRED_M = {
    **M_SQUARES,
    "mean squared in the average": M_SQUARES["m of the squared gradient"],
}
CENTRED_M.pop("m of the squared gradient")
CENTRED_WEIGHTS = {
    **slips.WEIGHTS,
    "variance kept as S": lambda S, q, b, M_new: b * S + (1 - b) * q - M_new**2,
}
CENTRED_M_WEIGHTS = renamed(
    slips.WEIGHTS, {"S returned before the update": "m returned before the update"}
)
CENTRED_NUMERATORS = {
    **DELTA_NUMERATORS,
    "mean in the numerator": lambda M_new: M_new,
    "mean subtracted from the gradient": lambda g, M_new: g - M_new,
}


class Centred(Update):
    """Centred RMSprop: S and m, and a root of S − m²."""

    permutes = False

    def _state(self, known):
        own = list(self._constant_weights(known))
        first = self._made(known, CENTRED_WEIGHTS, V_SQUARES, self.starts, own)
        view = known.also(S=known["M"], S_new=known["M_new"])
        own = list(self._constant_weights(view, CENTRED_M[RIGHT]))
        second = self._made(view, CENTRED_M_WEIGHTS, CENTRED_M, {}, own)
        return [(*s, *m) for s, m in product(first, second)]

    def _fractions(self, known, state, most):
        if "m returned before the update" not in state:
            return self._with_mean(known, state, most)
        # The step may have the new one all the same.
        right = known.also(M_new=known["b"] * known["M"] + (1 - known["b"]) * known["g"])
        old = [
            (above, Options([(*names, "old mean used") for names in below.names], below.values))
            for above, below in self._with_mean(known, state, most)
        ]
        return [*self._with_mean(right, state, most), *old]

    def _with_mean(self, known, state, most):
        """Numerators and denominators with the mean that is known as the new one."""
        inner = self._through(SPREADS, self._sources(known, state), known, "S", most)
        below = self._through(self.roots, inner, known, "S", most)
        plain = through(self.roots, option(known["S_new"]), known, "S")
        above = options(CENTRED_NUMERATORS, known)
        whole = []
        for root in plain.values[:2]:
            outside = known["g"] / (root - known["M_new"])
            whole.append(option(outside, "mean subtracted outside the root"))
            mixed = (known["g"] - known["M_new"] / root) / root
            whole.append(option(mixed, "mean subtracted from the gradient"))
        return [(above, below), as_fractions(joined(whole))]


CENTRED_MERGED = {("m returned before the update", "old mean used"): "m never updated"}
CENTRED_IMPLIED = {
    "variance kept as S": {"mean not subtracted"},
    "mean of g subtracted": {"mean not subtracted"},
    "mean subtracted from the gradient": {"mean not subtracted"},
}


def centred(variants):
    """The diagnosis of the centred form."""
    judge = Judge(
        variants,
        {**MERGED, **CENTRED_MERGED},
        {**IMPLIED, **CENTRED_IMPLIED},
        SIMPLER,
        KEEPING,
    )
    return Centred(("theta", "g", "S", "M", "lr", "b", "e"), ("theta", "S", "M"), judge)
