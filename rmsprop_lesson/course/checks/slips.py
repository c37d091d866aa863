"""The parts of an update, and what learners make of each: tables of rules by name.

A rule is a function whose arguments name what it works on: ``theta``, ``g``, the old average ``S``,
the settings ``lr``, ``b`` and ``e``, the number of the call ``t``, ``each(work, x)`` for what mixes
the parameters of one call, and ``only(place)`` for one of them. The rule without a name is the
right one of RMSprop; an exercise that asks for another form says so. Several rules of one name are
wordings of one slip.
"""

import numpy as np

RIGHT = ""
DECAYS = (1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1)  # shares of θ that are taken away
USUAL_EPSILONS = (*(10.0**-k for k in range(1, 17)), 5e-8, 2e-8, 5e-4)


def right_average(S, g, b):
    """The average that RMSprop keeps."""
    return b * S + (1 - b) * g**2


def _mean_of_rows(x):
    """The mean as it is taken over a batch: along the first axis, if there is one."""
    return np.mean(x, axis=0) if x.ndim else x


# ── what is averaged ─────────────────────────────────────────────────────────────────────────────

SQUARES = {
    RIGHT: lambda g: g**2,
    "gradient not squared": lambda g: g,
    "absolute value instead of square": lambda g: np.abs(g),
    "doubled instead of squared": lambda g: 2 * g,
    "root of g averaged": (lambda g: np.sqrt(g), lambda g: np.sqrt(np.abs(g))),
    "higher power of g": (lambda g: g**3, lambda g: g**4),
    "mean over the parameters": (
        lambda g, each: each(np.mean, g**2),
        lambda g, each: each(_mean_of_rows, g**2),
        lambda g, each: each(np.mean, g) ** 2,
        lambda g, each: each(_mean_of_rows, g) ** 2,
    ),
    "norm of the gradient": (
        lambda g, each: each(np.sum, g**2),
        lambda g, each: np.sqrt(each(np.sum, g**2)),
        lambda g, each: each(np.sum, g) ** 2,
    ),
    "largest gradient for all": (
        lambda g, each: each(np.max, g**2),
        lambda g, each: each(np.max, np.abs(g)),
    ),
    "theta in place of the gradient": (lambda theta: theta**2, lambda theta, g: theta * g),
    "gradient clipped": tuple(
        lambda g, most=most: np.clip(g, -most, most) ** 2
        for most in (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0)
    ),
    "scaled gradient averaged": (
        lambda g, S, e: g**2 / (S + e),
        lambda g, S, e: (g / (np.sqrt(S) + e)) ** 2,
        lambda g, S, b, e: g**2 / (right_average(S, g, b) + e),
        lambda g, S, b, e: (g / (np.sqrt(right_average(S, g, b)) + e)) ** 2,
    ),
    "learning rate in the average": (lambda g, lr: (lr * g) ** 2, lambda g, lr: lr * g**2),
    "weight decay": tuple(
        lambda g, theta, share=share: (g + share * theta) ** 2 for share in DECAYS
    ),
    "epsilon kept in S": (lambda g, e: g**2 + e, lambda g, e: (g + e) ** 2),
    "mean of g subtracted": (lambda g, m: (g - m) ** 2, lambda g, m_old: (g - m_old) ** 2),
}

# ── with which weights; q is the square ──────────────────────────────────────────────────────────

WEIGHTS = {
    RIGHT: lambda S, q, b: b * S + (1 - b) * q,
    "beta and 1-beta swapped": lambda S, q, b: (1 - b) * S + b * q,
    "1-beta left out": lambda S, q, b: b * S + q,
    "sum instead of average": lambda S, q: S + q,
    "old S not decayed": (
        lambda S, q, b: S + (1 - b) * q,
        lambda S, q, b: S + b * S + (1 - b) * q,
        lambda S, q, b: S + b * q,
    ),
    "S restarted at each step": (lambda q, b: (1 - b) * q, lambda q, b: b * q),
    "no average at all": lambda q: q,
    "1-beta squared": (
        lambda S, q, b: b * S + (1 - b) ** 2 * q,
        lambda S, q, b: (b * S) ** 2 + ((1 - b) ** 2 * q),
    ),
    "beta applied twice": (
        lambda S, q, b: b**2 * S + (1 - b**2) * q,
        lambda S, q, b: b * (S + (1 - b) * q),
        lambda S, q, b: b**2 * S + (1 - b) * q,
    ),
    "beta on both terms": (lambda S, q, b: b * S + b * q, lambda S, q, b: b * S - b * q),
    "1-beta on both terms": lambda S, q, b: (1 - b) * (S + q),
    "1-beta on the wrong term": lambda S, q, b: (1 - b) * S + q,
    "1-S in place of 1-beta": (
        lambda S, q, b: b * S + (1 - S) * q,
        lambda S, q, b: b * S + (b - S) * q,
    ),
    "learning rate in place of beta": (
        lambda S, q, b, lr: b * S + (1 - lr) * q,
        lambda S, q, lr: lr * S + (1 - lr) * q,
        lambda S, q, b, lr: lr * S + (1 - b) * q,
        lambda S, q, b, lr: b * S + lr * q,
        lambda S, q, lr: (1 - lr) * S + lr * q,
    ),
    "epsilon in place of beta": (
        lambda S, q, e: e * S + (1 - e) * q,
        lambda S, q, b, e: b * S + (1 - e) * q,
    ),
    "bracket missing around 1-beta": (
        lambda S, q, b: b * S + 1 - b * q,
        lambda S, q, b: b * S + 1 - b + q,
    ),
    "bracket too wide": (
        lambda S, q, b: (b * S + (1 - b)) * q,
        lambda S, q, b: b * (S + 1 - b) * q,
        lambda S, g, b: (b * S + (1 - b) * g) * g,
    ),
    "square of the average": (
        lambda S, g, b: (b * S + (1 - b) * g) ** 2,
        lambda S, q, b: (b * S + (1 - b) * q) ** 2,
    ),
    "minus instead of plus": (
        lambda S, q, b: b * S - (1 - b) * q,
        lambda S, q, b: b * S + (b - 1) * q,
    ),
    "times instead of plus": (lambda S, q, b: b * S * (1 - b) * q, lambda S, q: S * q),
    "maximum instead of average": (
        lambda S, q, b: np.maximum(b * S, q),
        lambda S, q: np.maximum(S, q),
        lambda S, q, b: np.maximum(b * S, (1 - b) * q),
    ),
    "S never falls": lambda S, q, b: np.maximum(S, b * S + (1 - b) * q),
    "old S squared": lambda S, q, b: b * S**2 + (1 - b) * q,
    "root of the old S": lambda S, q, b: b * np.sqrt(S) + (1 - b) * q,
    "power of beta": (
        lambda S, q, b, t: b**t * S + (1 - b**t) * q,
        lambda S, q, b, t: b**t * S + (1 - b) * q,
    ),
    "mean over all calls": lambda S, q, t: S + (q - S) / t,
    "epsilon kept in S": lambda S, q, b, e: b * S + (1 - b) * q + e,
    "correction kept in S": lambda S, q, b, t: (b * S + (1 - b) * q) / (1 - b**t),
    "power t missing, kept in S": lambda S, q, b: (b * S + (1 - b) * q) / (1 - b),
    "root of S returned": (
        lambda S, q, b: np.sqrt(b * S + (1 - b) * q),
        lambda S, q, b, e: np.sqrt(b * S + (1 - b) * q + e),
        lambda S, q, b, e: np.sqrt(b * S + (1 - b) * q) + e,
    ),
    "mean over the parameters": lambda S, q, b, each: each(np.mean, b * S + (1 - b) * q),
    "norm of the gradient": lambda S, q, b, each: each(np.sum, b * S + (1 - b) * q),
    "root kept in S": lambda S, q, b: np.sqrt(b * S**2 + (1 - b) * q),
    "S returned before the update": lambda S: S,
    "S set to zero": lambda S: 0 * S,
    "g returned in place of S": lambda g: g,
    "keeps state": lambda kept, q, b: b * kept + (1 - b) * q,
}

# ── from where: what an average of zero is replaced by ───────────────────────────────────────────

STARTS = {
    RIGHT: lambda S: S,
    "S starts at 1": (
        lambda S: np.where(S == 0, 1.0, S),
        lambda S, each: np.where(each(np.any, S), S, 1.0),
    ),
    "S starts from the gradient": (
        lambda S, g: np.where(S == 0, g**2, S),
        lambda S, g, each: np.where(each(np.any, S), S, g**2),
    ),
    "S starts at epsilon": (
        lambda S, e: np.where(S == 0, e, S),
        lambda S, e, each: np.where(each(np.any, S), S, e),
    ),
}

# ── what is done to S before the root: the correction of its bias ────────────────────────────────

CORRECTIONS = {
    RIGHT: lambda S: S,
    "bias correction": lambda S, b, t: S / (1 - b**t),
    "bias correction from t = 0": lambda S, b, t: S / (1 - b ** (t - 1)),
    "bias correction from t = 2": lambda S, b, t: S / (1 - b ** (t + 1)),
    "power t left out": lambda S, b: S / (1 - b),
    "bias correction multiplied": lambda S, b, t: S * (1 - b**t),
    "beta times t in the correction": lambda S, b, t: S / (1 - b * t),
    "plus in the bias correction": lambda S, b, t: S / (1 + b**t),
    "divided by the power": (lambda S, b, t: S / b**t, lambda S, b: S / b),
    "power of 1-beta": lambda S, b, t: S / (1 - b) ** t,
    "root of the correction": lambda S, b, t: S / np.sqrt(1 - b**t),
    "correction squared": (
        lambda S, b, t: S / (1 - b**t) ** 2,
        lambda S, b, t: S / (1 - b ** (2 * t)),
        lambda S, b: S / (1 - b**2),
    ),
    "brackets missing in the correction": lambda S, b, t: S / 1 - b**t,
    "S shared in the step": (
        lambda S, each: each(np.mean, S),
        lambda S, each: each(np.sum, S),
        lambda S, each: each(np.max, S),
    ),
    "centred": (
        lambda S, m: S - m**2,
        lambda S, m_old: S - m_old**2,
    ),
}

# ── what the step is divided by ──────────────────────────────────────────────────────────────────

ROOTS = {
    RIGHT: lambda S, e: np.sqrt(S + e),
    "epsilon outside the root": lambda S, e: np.sqrt(S) + e,
    "epsilon as a floor": (
        lambda S, e: np.maximum(np.sqrt(S), e),
        lambda S, e: np.sqrt(np.maximum(S, e)),
    ),
    "epsilon missing": lambda S: np.sqrt(S),
    "epsilon replaced by a guard": (
        lambda S: np.where(S > 0, np.sqrt(S), np.inf),
        lambda S: np.where(S == 0, 1.0, np.sqrt(S)),
    ),
    "no square root": (lambda S, e: S + e, lambda S: S, lambda S, e: (np.sqrt(S) + e) ** 2),
    "root taken twice": (
        lambda S, e: (S + e) ** 0.25,
        lambda S, e: np.sqrt(np.sqrt(S)) + e,
        lambda S, e: np.sqrt(np.sqrt(S) + e),
    ),
    "square instead of root": (
        lambda S, e: (S + e) ** 2,
        lambda S, e: S**2 + e,
        lambda S, e: np.sqrt(S**2 + e),
    ),
    "other power instead of root": (
        lambda S, e: np.cbrt(S + e),
        lambda S, e: (S + e) ** 1.5,
        lambda S, e: np.sqrt(S**3 + e),
    ),
    "brackets missing in the power": (
        lambda S, e: (S + e) / 2,
        lambda S, e: (S + e) * 2,
        lambda S, e: S / 2 + e,
        lambda S: S * 2,
        lambda S: S / 2,
    ),
    "epsilon squared": (lambda S, e: np.sqrt(S + e**2), lambda S, e: np.sqrt(S) + e**2),
    "root of epsilon": lambda S, e: np.sqrt(S) + np.sqrt(e),
    "epsilon twice": lambda S, e: np.sqrt(S + e) + e,
    "epsilon subtracted": (lambda S, e: np.sqrt(S - e), lambda S, e: np.sqrt(S) - e),
    "multiplied by epsilon": (lambda S, e: np.sqrt(S * e), lambda S, e: np.sqrt(S) * e),
    "epsilon averaged with S": lambda S, e, b: np.sqrt(S + (1 - b) * e),
    "epsilon hard-coded": tuple(
        rule
        for value in USUAL_EPSILONS
        for rule in (
            lambda S, value=value: np.sqrt(S + value),
            lambda S, value=value: np.sqrt(S) + value,
        )
    ),
    "another setting in place of epsilon": (
        lambda S, b: np.sqrt(S + b),
        lambda S, b: np.sqrt(S) + b,
        lambda S, lr: np.sqrt(S + lr),
        lambda S, lr: np.sqrt(S) + lr,
        lambda S, b: np.sqrt(S + 1 - b),
        lambda S, b: np.sqrt(S) + 1 - b,
    ),
    "a counter in place of epsilon": (
        lambda S, t: np.sqrt(S) + t,
        lambda S, t: np.sqrt(S + t),
        lambda S, t: np.sqrt(S) + t - 1,
        lambda S, t: np.sqrt(S + t - 1),
    ),
    "1 added to S": (
        lambda S: np.sqrt(1 + S),
        lambda S: 1 + np.sqrt(S),
        lambda S, e: 1 + np.sqrt(S + e),
    ),
    "logarithm instead of root": (
        lambda S, e: np.log(S + e),
        lambda S: np.log1p(S),
        lambda S, e: np.log(1 + S + e),
    ),
    "exponential instead of root": (lambda S: np.exp(S), lambda S: np.exp(np.sqrt(S))),
    "multiplied by the root": (
        lambda S, e: 1 / np.sqrt(S + e),
        lambda S, e: 1 / (np.sqrt(S) + e),
        lambda S: 1 / np.sqrt(S),
    ),
    "multiplied by S": (lambda S, e: 1 / (S + e), lambda S: 1 / S),
    "plain gradient descent": lambda S: np.ones_like(S),
    "sign of the gradient": (
        lambda g, e: np.sqrt(g**2 + e),
        lambda g, e: np.abs(g) + e,
        lambda g: np.abs(g),
    ),
    "theta in the denominator": (
        lambda theta, e: np.sqrt(theta**2 + e),
        lambda theta, e: np.abs(theta) + e,
    ),
}

# ── what is divided ──────────────────────────────────────────────────────────────────────────────

NUMERATORS = {
    RIGHT: lambda g: g,
    "gradient left out of the step": lambda g: np.ones_like(g),
    "square of g in the step": lambda g: g**2,
    "absolute value in the step": lambda g: np.abs(g),
    "sign of g in the step": lambda g: np.sign(g),
    "root of g instead of S": (lambda g: np.sqrt(g), lambda g: np.sqrt(np.abs(g))),
    "fraction upside down": lambda g: 1 / g,
    "S in the numerator": (
        lambda S_new: S_new,
        lambda S_new: np.sqrt(S_new),
        lambda S_new, g: S_new * g,
    ),
    "old S in the numerator": (lambda S: S, lambda S: np.sqrt(S)),
    "theta in place of the gradient": lambda theta: theta,
    "average of g in the numerator": (
        lambda m: m,
        lambda m, b: m / (1 - b),
        lambda m9: m9,
        lambda m9: 10 * m9,
        lambda m, b, t: m / (1 - b**t),
        lambda m9, t: m9 / (1 - 0.9**t),
    ),
    "gradient clipped": tuple(
        lambda g, most=most: np.clip(g, -most, most)
        for most in (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0)
    ),
    "weight decay": tuple(lambda g, theta, share=share: g + share * theta for share in DECAYS),
    "factor 2 in the step": (lambda g: 2 * g, lambda g: g / 2),
    "gradient normalised": (
        lambda g, each: g / np.sqrt(each(np.sum, g**2)),
        lambda g, each: g / each(np.max, np.abs(g)),
    ),
    "mean of g in the step": (
        lambda g, each: each(np.mean, g),
        lambda g, each: each(_mean_of_rows, g),
        lambda g, each: each(np.sum, g),
    ),
    "mean of g subtracted": (lambda g, m: g - m, lambda g, m_old: g - m_old),
}

# ── by what the fraction is multiplied ───────────────────────────────────────────────────────────

FACTORS = {
    RIGHT: lambda lr: lr,
    "learning rate left out": lambda lr: np.ones_like(lr),
    "learning rate squared": lambda lr: lr**2,
    "learning rate under the root": (lambda lr: np.sqrt(lr), lambda lr: 1 / np.sqrt(lr)),
    "divided by the learning rate": lambda lr: 1 / lr,
    "1-beta in the step": (lambda lr, b: lr * (1 - b), lambda lr, b: lr / (1 - b)),
    "beta in the step": (lambda lr, b: lr * b, lambda lr, b: lr / b),
    "a tenth of the step": lambda lr: lr / 10,
    "beta in place of the learning rate": (lambda b: b, lambda b: 1 - b),
    "epsilon for the learning rate": lambda e: e,
    "learning rate falls by itself": (
        lambda lr, t: lr / np.sqrt(t),
        lambda lr, t: lr / t,
        lambda lr, t: lr / (1 + t),
        lambda lr, t: lr / (1 + lr * t),
        *(lambda lr, t, by=by: lr / (1 + by * t) for by in (1e-4, 0.001, 0.01, 0.1)),
        *(lambda lr, t, by=by: lr / (1 + by * (t - 1)) for by in (1e-4, 0.001, 0.01, 0.1)),
        lambda lr, b, t: lr * b**t,
        lambda lr, b, t: lr * b ** (t - 1),
        *(lambda lr, t, by=by: lr * by**t for by in (0.9, 0.95, 0.99, 0.999)),
        *(lambda lr, t, by=by: lr * by ** (t - 1) for by in (0.9, 0.95, 0.99, 0.999)),
    ),
    "learning rate overwritten": (
        lambda last_rate: last_rate,
        lambda last_rate_outside: last_rate_outside,
    ),
}
RATE_CORRECTIONS = {
    "bias correction": lambda lr, b, t: lr * np.sqrt(1 - b**t),
    "bias correction multiplied": lambda lr, b, t: lr * (1 - b**t),
    "bias correction of the whole step": lambda lr, b, t: lr / (1 - b**t),
}

# ── from what it is subtracted ───────────────────────────────────────────────────────────────────

BASES = {
    RIGHT: lambda theta: theta,
    "theta decayed": (
        lambda theta, b: b * theta,
        lambda theta, b: (1 - b) * theta,
        lambda theta, lr: (1 - lr) * theta,
    ),
    "weight decay": (
        *(lambda theta, lr, share=share: theta * (1 - lr * share) for share in DECAYS),
        *(lambda theta, share=share: theta * (1 - share) for share in (1e-5, 5e-5, *DECAYS)),
    ),
    "learning rate times theta": lambda theta, lr: lr * theta,
    "step instead of theta": lambda theta: np.zeros_like(theta),
    "step subtracted from the gradient": lambda g: g,
    "step subtracted from S": (lambda S: S, lambda S_new: S_new),
    "subtracted the wrong way round": lambda theta: -theta,
    "theta twice": lambda theta: 2 * theta,
    "momentum as well": (
        lambda theta, b, moved: theta - b * moved,
        *(lambda theta, moved, mu=mu: theta - mu * moved for mu in (0.9, 0.5, 0.99)),
    ),
    "plain step as well": lambda theta, lr, g: theta - lr * g,
    "epsilon added to theta": (
        lambda theta, e: theta + e,
        lambda theta, e: theta - e,
        lambda theta, lr, e: theta - lr * e,
        lambda theta, g, e: theta - g * e,
        lambda theta, g, e: theta + g * e,
        lambda theta, lr, g, e: theta - lr * g * e,
    ),
}

# ── what is left of the fraction ─────────────────────────────────────────────────────────────────

LIMITS = {
    "step clipped": (
        *(
            lambda x, most=most: np.clip(x, -most, most)
            for most in (0.1, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
        ),
        *(
            lambda x, lr, most=most: np.clip(lr * x, -most, most) / lr
            for most in (0.01, 0.1, 0.5, 1.0, 5.0)
        ),
        lambda x: np.tanh(x),
    ),
    "rounded": (lambda x, lr: np.floor(lr * x) / lr, lambda x: np.floor(x)),
    "only the last parameter moves": (
        lambda x, only: x * only("last"),
        lambda x, only: x * only("last row"),
    ),
    "only the first parameter moves": lambda x, only: x * only("first"),
    "one step for all parameters": (
        lambda x, each: each(np.mean, x),
        lambda x, each: each(np.sum, x),
    ),
}
BRACKETS = {
    "bracket around the whole update": (
        lambda theta, lr, g, D: (theta - lr * g) / D / lr,
        lambda theta, lr, x: (theta - lr) * x / lr,
    ),
    "mean of g subtracted": lambda g, m, D: (g - m / D) / D,
}
