"""The central exercise: one RMSprop update, and what learners make of it."""

import numpy as np

from .engine import Exercise, Fresh, Inferred
from .probes import show_value, steps


def rmsprop_step(theta, grad, S, learning_rate, beta, epsilon):
    """Make one RMSprop update, with ε inside the root.

    Parameters
    ----------
    theta, grad, S : float or array
        Parameters, gradient and running average of g², of one shape; leave them unchanged.
    learning_rate, beta, epsilon : float
        η, β and ε.

    Returns
    -------
    theta, S
        Both after the update.
    """
    S = beta * S + (1 - beta) * grad**2
    theta = theta - learning_rate * grad / np.sqrt(S + epsilon)
    return theta, S


# ── probes ───────────────────────────────────────────────────────────────────────────────────────

_RANDOM = np.random.default_rng(7)


def _probe(name, theta, grads, learning_rate, beta, epsilon, **options):
    text = (
        f"From θ = {show_value(theta)}, S = 0, η = {show_value(learning_rate)}, "
        f"β = {show_value(beta)}, ε = {show_value(epsilon)}"
    )
    settings = (learning_rate, beta, epsilon)
    return steps(name, theta, grads, settings, text=text, **options)


_FOUR_STEPS = [(3.0, 4.0, 0.0), (-2.0, 1.5, -1.5), (0.0, 2.0, 0.2), (0.5, 3.0, 2.0)]
_LONG = [(2.0, -0.5), (1.0, 0.25), (-1.5, 2.0), (0.5, 0.5), (3.0, -1.0)]

PROBES = (
    _probe("four steps", (1.0, -2.0, 0.5), _FOUR_STEPS, 0.1, 0.9, 1e-8),
    _probe("Python floats", 2.0, (2.0, 1.7, -1.0, 0.0, 0.5), 0.1, 0.9, 1e-8),
    _probe("other settings", (2.0, -1.0), [(1.0, -3.0), (-2.0, 0.5)], 0.5, 0.5, 0.04),
    _probe("scales", (0.0, 0.0, 0.0), [(1e6, 1.0, -1e-3), (-2e6, 3.0, 2e-3)], 0.01, 0.99, 1e-8),
    _probe(
        "tiny gradients", (0.0,) * 3, [(1e-6, -1e-4, 4.4e-9), (3e-6, 2e-5, 0.0)], 0.1, 0.9, 1e-8
    ),
    _probe("long memory", (0.0, 0.0), _LONG, 0.01, 0.999, 1e-6),
    _probe("no memory", (1.0, 2.0), [(1.0, -2.0), (0.5, 3.0)], 0.1, 0.0, 1e-4),
    _probe("zeros first", (1.0, -1.0), [(0.0, 0.0), (0.0, 2.0), (-1.0, 0.0)], 0.2, 0.8, 1e-6),
    _probe("large rate", (0.0,), [(-1.0,), (2.0,)], 30.0, 0.95, 1e-3),
    _probe(
        "2-D array",
        np.round(_RANDOM.normal(size=(2, 3)), 2),
        list(np.round(_RANDOM.normal(size=(3, 2, 3)), 2)),
        0.05,
        0.7,
        1e-2,
    ),
    _probe("float32", (1.0, -2.0), [(0.5, -1.0), (2.0, 4.0)], 0.1, 0.9, 1e-6, dtype=np.float32),
)


# ── building blocks of the catalogue ─────────────────────────────────────────────────────────────


def _average(S, g, b):
    return b * S + (1 - b) * g**2


def _step(g, S, lr, e):
    return lr * g / np.sqrt(S + e)


def _rule(average=_average, step=_step):
    """An update that is right but for how S is averaged, or how the step follows from S."""

    def implementation(theta, grad, S, lr, b, e):
        S = average(S, grad, b)
        return theta - step(grad, S, lr, e), S

    return implementation


def _remember(update):
    """Updates with a memory of their own: ``update(kept, g, S, lr, b, e) -> kept, step``.

    One forgets when S starts at zero, as the function isn't told otherwise; one never does.
    """

    def make(restarting):
        kept = 0.0

        def implementation(theta, grad, S, lr, b, e):
            nonlocal kept
            if restarting and not np.any(S):
                kept = 0.0
            S = _average(S, grad, b)
            kept, step = update(kept, grad, S, lr, b, e)
            return theta - step, S

        return implementation

    return Fresh(lambda: make(True)), Fresh(lambda: make(False))


def _corrected(first, inside):
    """Bias correction with an own counter that starts at `first`."""

    def update(t, g, S, lr, b, e):
        S_hat = S / np.float64(1 - b ** (t + first))
        return t + 1, lr * g / (np.sqrt(S_hat + e) if inside else np.sqrt(S_hat) + e)

    return _remember(update)


def _velocity(decay):
    """Momentum on top: v ← μv + g/√(S + ε), with μ given or, if None, equal to β."""

    def update(v, g, S, lr, b, e):
        v = (b if decay is None else decay) * v + g / np.sqrt(S + e)
        return v, lr * v

    return _remember(update)


def _mean_gradient(decay, step):
    """An average m of g beside S, as in Adam or the centred form: ``step(m, g, S, lr, e)``."""

    def update(m, g, S, lr, b, e):
        mu = b if decay is None else decay
        m = mu * m + (1 - mu) * g
        return m, step(m, g, S, lr, e)

    return _remember(update)


def _corrected_since(inside):
    """Bias correction whose counter runs on from calls made before this check."""

    def make(seen):
        before = _calls_before(seen, inside)
        if before is None:
            return None
        t = before

        def implementation(theta, grad, S, lr, b, e):
            nonlocal t
            S = _average(S, grad, b)
            t += 1
            S_hat = S / (1 - b**t)
            return theta - lr * grad / (np.sqrt(S_hat + e) if inside else np.sqrt(S_hat) + e), S

        return implementation

    return Inferred(make)


def _calls_before(seen, inside):
    """Solve the first step of the long-memory probe for t, and count back to the first call."""
    number = next(i for i, probe in enumerate(PROBES) if probe.name == "long memory")
    records = seen[number][0][0]
    if not records or getattr(records[0][1], "shape", None) != (2, 2):
        return None
    (theta, _), (S, _) = records[0][1]  # θ was 0, so that −θ is the step ηg/√(Ŝ + ε)
    with np.errstate(all="ignore"):
        root = -0.01 * _LONG[0][0] / theta
        correction = S / (root**2 - 1e-6 if inside else (root - 1e-6) ** 2)  # 1 − βᵗ
    if not 0 < correction < 1:
        return None
    t = round(np.log1p(-correction) / np.log(0.999))
    made = sum(len(records) for runs in seen[:number] for records, _ in runs)
    return t - 1 - made if made < t <= 5000 else None  # beyond that the correction can't be seen


def _if_zero(S, value, elementwise):
    if elementwise:
        return np.where(S == 0, value, S)
    return S if np.any(S) else value * np.ones_like(S)


def _starting_at(value, elementwise, average=_average):
    return _rule(average=lambda S, g, b: average(_if_zero(S, value(g), elementwise), g, b))


def _hard_coded(name, values):
    """Updates that take one setting from the air instead of from their arguments."""

    def one(value, inside):
        def implementation(theta, grad, S, lr, b, e):
            settings = {"lr": lr, "b": b, "e": e, name: value}
            S = _average(S, grad, settings["b"])
            root = np.sqrt(S + settings["e"]) if inside else np.sqrt(S) + settings["e"]
            return theta - settings["lr"] * grad / root, S

        return implementation

    return tuple(one(value, inside) for value in values for inside in (True, False))


def _returning(choose):
    """A right update that returns something else: ``choose(theta, S, old_theta, old_S)``."""

    def implementation(theta, grad, S, lr, b, e):
        new_theta, new_S = rmsprop_step(theta, grad, S, lr, b, e)
        return choose(new_theta, new_S, theta, S)

    return implementation


def _from_theta(square, numerator):
    """θ where g is meant: in the square, in the numerator of the step, or in both."""

    def implementation(theta, grad, S, lr, b, e):
        S = _average(S, theta if square else grad, b)
        return theta - _step(theta if numerator else grad, S, lr, e), S

    return implementation


def _previous_S(theta, g, S, lr, b, e):
    return theta - _step(g, S, lr, e), _average(S, g, b)


def _theta_decayed(theta, g, S, lr, b, e):
    return b * theta - _step(g, _average(S, g, b), lr, e), _average(S, g, b)


# ── the catalogue ────────────────────────────────────────────────────────────────────────────────

VARIANTS = {
    "epsilon outside the root": (
        _rule(step=lambda g, S, lr, e: lr * g / (np.sqrt(S) + e)),
        "ε stands outside the root, √S + ε, as in PyTorch; the exercise has it inside, √(S + ε). "
        "They differ only where |g| is as small as √ε.",
    ),
    "epsilon as a floor": (
        (
            _rule(step=lambda g, S, lr, e: lr * g / np.maximum(np.sqrt(S), e)),
            _rule(step=lambda g, S, lr, e: lr * g / np.sqrt(np.maximum(S, e))),
        ),
        "ε is a lower bound of the denominator instead of being added to it; "
        "they differ only where S is about as small as ε.",
    ),
    "bias correction": (
        (
            *_corrected(first=1, inside=True),
            *_corrected(first=1, inside=False),
            _corrected_since(inside=True),
            _corrected_since(inside=False),
        ),
        "S is divided by 1 − βᵗ, as in Adam, which takes away the large first steps. "
        "The exercise asks for the plain form; your function has to count its own calls for this.",
    ),
    "S starts at 1": (
        tuple(
            _starting_at(lambda g: 1.0, elementwise=elementwise) for elementwise in (True, False)
        ),
        "an S of zero is replaced by 1, as in TensorFlow 1, which makes the first steps small "
        "instead of large. The exercise starts from the S it is given.",
    ),
}

MISTAKES = {
    "beta and 1-beta swapped": (
        _rule(lambda S, g, b: (1 - b) * S + b * g**2),
        "Were β and 1 − β exchanged? The old S keeps the large weight β, the new g² the small one.",
    ),
    "gradient not squared": (
        _rule(lambda S, g, b: b * S + (1 - b) * g),
        "Is S an average of g instead of g²? Then it can be negative, and its root doesn't exist.",
    ),
    "absolute value instead of square": (
        (
            _rule(lambda S, g, b: b * S + (1 - b) * np.abs(g)),
            _rule(
                lambda S, g, b: b * S + (1 - b) * np.abs(g),
                lambda g, S, lr, e: lr * g / (S + e),
            ),
        ),
        "Does S average |g|? RMSprop averages the square g².",
    ),
    "square of the average": (
        _rule(lambda S, g, b: (b * S + (1 - b) * g) ** 2),
        "Is the whole average squared? Only g is: βS + (1 − β)g².",
    ),
    "no square root": (
        _rule(step=lambda g, S, lr, e: lr * g / (S + e)),
        "Was the root left out? The step divides by √(S + ε); S itself has the unit of g².",
    ),
    "root taken twice": (
        (
            _rule(step=lambda g, S, lr, e: lr * g / (S + e) ** 0.25),
            _rule(step=lambda g, S, lr, e: lr * g / np.sqrt(np.sqrt(S + e))),
        ),
        "Is there a second root? One is enough: g/√(S + ε) has no unit.",
    ),
    "previous S used": (
        _previous_S,
        "Is the step made with the S from before this update? Update S first, then use it; "
        "otherwise the first step divides by √ε.",
    ),
    "S restarted at each step": (
        _rule(lambda S, g, b: (1 - b) * g**2),
        "Is the old S dropped, or set to 0 inside the function? S has to carry over: "
        "βS + (1 − β)g².",
    ),
    "sum instead of average": (
        _rule(lambda S, g, b: S + g**2),
        "Is S a sum of all g²? That is Adagrad; RMSprop forgets: βS + (1 − β)g².",
    ),
    "old S not decayed": (
        _rule(lambda S, g, b: S + (1 - b) * g**2),
        "Is the old S kept in full? It is multiplied by β.",
    ),
    "1-beta left out": (
        _rule(lambda S, g, b: b * S + g**2),
        "Was (1 − β) left out? Without it S grows to 1/(1 − β) times the mean of g².",
    ),
    "bracket missing around 1-beta": (
        _rule(lambda S, g, b: b * S + 1 - b * g**2),
        "Are there brackets missing in (1 - beta) * grad**2? Python multiplies first.",
    ),
    "beta applied twice": (
        (
            _rule(lambda S, g, b: _average(_average(S, g, b), g, b)),
            _rule(lambda S, g, b: b * (S + (1 - b) * g**2)),
            _rule(lambda S, g, b: b**2 * S + (1 - b) * g**2),
            _rule(lambda S, g, b: b**2 * S + (1 - b**2) * g**2),
        ),
        "Does β act twice, by a bracket too wide or by updating S twice in one call?",
    ),
    "1-beta squared": (
        _rule(lambda S, g, b: b * S + ((1 - b) * g) ** 2),
        "Is (1 − β) squared together with g? Only g is: (1 - beta) * grad**2.",
    ),
    "mean over the parameters": (
        (
            _rule(lambda S, g, b: b * S + (1 - b) * np.mean(g**2)),
            _rule(lambda S, g, b: np.mean(b * S + (1 - b) * g**2)),
        ),
        "Do all parameters share one S? Each has its own: no mean over the coordinates.",
    ),
    "norm of the gradient": (
        (
            _rule(lambda S, g, b: b * S + (1 - b) * np.sum(g**2)),
            _rule(lambda S, g, b: np.sum(b * S + (1 - b) * g**2)),
        ),
        "Was the norm of the gradient taken? All operations are elementwise: no sum over the "
        "coordinates.",
    ),
    "largest gradient for all": (
        _rule(lambda S, g, b: b * S + (1 - b) * np.max(g**2)),
        "Do all parameters share the largest g²? Each has its own S.",
    ),
    "maximum instead of average": (
        (
            _rule(lambda S, g, b: np.maximum(b * S, g**2)),
            _rule(lambda S, g, b: np.maximum(S, g**2)),
            _rule(lambda S, g, b: np.maximum(b * S, (1 - b) * g**2)),
        ),
        "Is S a maximum? (AdaMax does that.) RMSprop adds the two terms.",
    ),
    "S never falls": (
        _rule(lambda S, g, b: np.maximum(S, _average(S, g, b))),
        "Is the larger of old and new S kept? (AMSGrad does that.) In RMSprop S may fall again.",
    ),
    "S starts from the gradient": (
        tuple(
            _starting_at(lambda g: g**2, elementwise=elementwise) for elementwise in (True, False)
        ),
        "Is an S of zero replaced by the first g²? Here S starts at the zero it is given.",
    ),
    "epsilon kept in S": (
        (
            lambda theta, g, S, lr, b, e: (
                theta - _step(g, _average(S, g, b), lr, e),
                _average(S, g, b) + e,
            ),
            lambda theta, g, S, lr, b, e: (
                theta - lr * g / (np.sqrt(_average(S, g, b)) + e),
                _average(S, g, b) + e,
            ),
        ),
        "Does ε become part of S, to be averaged again? Add it only in the denominator.",
    ),
    "plain gradient descent": (
        (
            _rule(step=lambda g, S, lr, e: lr * g),
            lambda theta, g, S, lr, b, e: (theta - lr * g, S),
        ),
        "Is the step η·g? It has to be divided by √(S + ε).",
    ),
    "momentum instead": (
        _rule(lambda S, g, b: b * S + (1 - b) * g, lambda g, S, lr, e: lr * S),
        "Is the average of g used as the step? That is momentum; RMSprop averages g² and divides.",
    ),
    "sign flipped": (
        _rule(step=lambda g, S, lr, e: -_step(g, S, lr, e)),
        "Is the step added? Going down means subtracting it.",
    ),
    "sign of the gradient": (
        (
            _rule(step=lambda g, S, lr, e: lr * np.sign(g)),
            lambda theta, g, S, lr, b, e: (theta - lr * np.sign(g), S),
            _rule(step=lambda g, S, lr, e: lr * g / np.sqrt(g**2 + e)),
        ),
        "Is g divided by its own size? Then only its sign is left; divide by √(S + ε).",
    ),
    "multiplied by the root": (
        _rule(step=lambda g, S, lr, e: lr * g * np.sqrt(S + e)),
        "Is the step multiplied by √(S + ε)? It is divided by it.",
    ),
    "fraction upside down": (
        _rule(step=lambda g, S, lr, e: lr * np.sqrt(S + e) / g),
        "Is the fraction upside down? The gradient is on top, √(S + ε) below.",
    ),
    "square of g in the step": (
        _rule(step=lambda g, S, lr, e: lr * g**2 / np.sqrt(S + e)),
        "Is g squared in the step as well? There it is g itself, with its sign.",
    ),
    "root of g instead of S": (
        (
            _rule(step=lambda g, S, lr, e: lr * np.sqrt(g) / (S + e)),
            _rule(step=lambda g, S, lr, e: lr * np.sqrt(np.abs(g)) / (S + e)),
        ),
        "Is the root taken of g? It belongs around S + ε.",
    ),
    "logarithm instead of root": (
        (
            _rule(step=lambda g, S, lr, e: lr * g / np.log(S + e)),
            _rule(step=lambda g, S, lr, e: lr * g / np.log1p(S)),
            _rule(step=lambda g, S, lr, e: lr * g / np.log(1 + S + e)),
        ),
        "Is there a logarithm in the denominator? It is a square root.",
    ),
    "1 added to S": (
        (
            _rule(step=lambda g, S, lr, e: lr * g / np.sqrt(1 + S)),
            _rule(step=lambda g, S, lr, e: lr * g / (1 + np.sqrt(S))),
            _rule(step=lambda g, S, lr, e: lr * g / (1 + np.sqrt(S + e))),
        ),
        "Is 1 added in the denominator? It is ε, and ε is tiny.",
    ),
    "epsilon missing": (
        _rule(step=lambda g, S, lr, e: lr * g / np.sqrt(S)),
        "Was ε left out? A parameter whose gradient has always been zero is then 0/0.",
    ),
    "epsilon replaced by a guard": (
        (
            _rule(step=lambda g, S, lr, e: np.where(S > 0, lr * g / np.sqrt(S), 0.0)),
            _rule(step=lambda g, S, lr, e: np.nan_to_num(lr * g / np.sqrt(S), posinf=0, neginf=0)),
        ),
        "Is the case S = 0 treated apart, instead of adding ε? Then tiny gradients still make full "
        "steps.",
    ),
    "epsilon added to theta": (
        (
            _rule(step=lambda g, S, lr, e: lr * g / np.sqrt(S) + e),
            _rule(step=lambda g, S, lr, e: lr * g / np.sqrt(S) - e),
        ),
        "Is ε added after the division? A bracket is missing: it belongs into the denominator.",
    ),
    "epsilon squared": (
        _rule(step=lambda g, S, lr, e: lr * g / np.sqrt(S + e**2)),
        "Is ε squared? Inside the root it is ε itself.",
    ),
    "root of epsilon": (
        _rule(step=lambda g, S, lr, e: lr * g / (np.sqrt(S) + np.sqrt(e))),
        "Are the roots taken apart? √S + √ε isn't √(S + ε).",
    ),
    "epsilon twice": (
        _rule(step=lambda g, S, lr, e: lr * g / (np.sqrt(S + e) + e)),
        "Is ε inside the root and outside as well? Once is enough.",
    ),
    "epsilon subtracted": (
        (
            _rule(step=lambda g, S, lr, e: lr * g / np.sqrt(S - e)),
            _rule(step=lambda g, S, lr, e: lr * g / (np.sqrt(S) - e)),
        ),
        "Is ε subtracted? It is added, so that the denominator can't be zero.",
    ),
    "epsilon hard-coded": (
        _hard_coded("e", (1e-10, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-8)),
        "Does ε come from the function itself? Use the argument epsilon.",
    ),
    "beta hard-coded": (
        _hard_coded("b", (0.9, 0.99, 0.999, 0.95)),
        "Does β come from the function itself? Use the argument beta.",
    ),
    "learning rate hard-coded": (
        _hard_coded("lr", (0.1, 0.01, 0.001)),
        "Does η come from the function itself? Use the argument learning_rate.",
    ),
    "learning rate left out": (
        _hard_coded("lr", (1.0,)),
        "Was the learning rate left out?",
    ),
    "learning rate squared": (
        _rule(step=lambda g, S, lr, e: lr**2 * g / np.sqrt(S + e)),
        "Does the learning rate act twice?",
    ),
    "learning rate under the root": (
        (
            _rule(step=lambda g, S, lr, e: g / np.sqrt(lr * (S + e))),
            _rule(step=lambda g, S, lr, e: np.sqrt(lr) * g / np.sqrt(S + e)),
            _rule(step=lambda g, S, lr, e: np.sqrt(lr / (S + e)) * g),
        ),
        "Did the learning rate slip under the root? It is a factor in front: η·g/√(S + ε).",
    ),
    "divided by the learning rate": (
        _rule(step=lambda g, S, lr, e: g / (lr * np.sqrt(S + e))),
        "Did the learning rate slip into the denominator? It is a factor in front.",
    ),
    "1-beta in the step": (
        lambda theta, g, S, lr, b, e: (
            theta - (1 - b) * _step(g, _average(S, g, b), lr, e),
            _average(S, g, b),
        ),
        "Does (1 − β) multiply the step too? It belongs into the average only.",
    ),
    "theta decayed": (
        _theta_decayed,
        "Is θ multiplied by β? Only S is.",
    ),
    "theta in place of the gradient": (
        tuple(_from_theta(*where) for where in ((True, True), (True, False), (False, True))),
        "Was θ used where the gradient is meant? (For L = θ²/2 they are the same, so that the "
        "worked table can't show it.)",
    ),
    "gradient clipped": (
        tuple(
            _rule(
                lambda S, g, b, most=most: _average(S, np.clip(g, -most, most), b),
                lambda g, S, lr, e, most=most: _step(np.clip(g, -most, most), S, lr, e),
            )
            for most in (1.0, 5.0, 10.0, 100.0)
        ),
        "Is the gradient clipped? RMSprop takes it as it is; dividing by √(S + ε) is enough.",
    ),
    "step clipped": (
        (
            _rule(step=lambda g, S, lr, e: np.clip(_step(g, S, lr, e), -lr, lr)),
            _rule(step=lambda g, S, lr, e: lr * np.clip(g / np.sqrt(S + e), -1, 1)),
            *(
                _rule(step=lambda g, S, lr, e, most=most: np.clip(_step(g, S, lr, e), -most, most))
                for most in (0.1, 1.0)
            ),
        ),
        "Is the step limited? The first steps of RMSprop are larger than η, and that is right.",
    ),
    "rounded": (
        (
            *(
                _returning(lambda theta, S, *_, d=d: (np.round(theta, d), np.round(S, d)))
                for d in range(2, 7)
            ),
            *(_returning(lambda theta, S, *_, d=d: (np.round(theta, d), S)) for d in range(2, 7)),
            _rule(step=lambda g, S, lr, e: lr * g // np.sqrt(S + e)),
            _rule(step=lambda g, S, lr, e: lr * (g // np.sqrt(S + e))),
        ),
        "Are the numbers rounded (round, // or int)? Keep all digits; round only what you print.",
    ),
    "momentum as well": (
        (*_velocity(None), *_velocity(0.9)),
        "Does the function keep a velocity besides S? That is RMSprop with momentum (lesson 09).",
    ),
    "average of g in the numerator": (
        tuple(
            one
            for decay in (None, 0.9)
            for one in _mean_gradient(decay, lambda m, g, S, lr, e: _step(m, S, lr, e))
        ),
        "Is g averaged as well? That is Adam's way; in RMSprop the numerator is g itself.",
    ),
    "centred": (
        _mean_gradient(None, lambda m, g, S, lr, e: lr * g / np.sqrt(S - m**2 + e)),
        "Is the squared mean of g subtracted from S? That is the centred form (lesson 09).",
    ),
    "bias correction from t = 0": (
        (*_corrected(first=0, inside=True), *_corrected(first=0, inside=False)),
        "Is S divided by 1 − βᵗ with t = 0 in the first step? That is a division by zero: count "
        "from 1.",
    ),
    "S returned before the update": (
        _returning(lambda theta, S, old_theta, old_S: (theta, old_S)),
        "Is the S that is returned the old one? Return the one you just computed.",
    ),
    "root of S returned": (
        (
            _returning(lambda theta, S, *_: (theta, np.sqrt(S))),
            lambda theta, g, S, lr, b, e: (
                theta - _step(g, _average(S, g, b), lr, e),
                np.sqrt(_average(S, g, b) + e),
            ),
        ),
        "Is the root returned in place of S? The next update needs S itself.",
    ),
    "theta not updated": (
        (
            _returning(lambda theta, S, old_theta, old_S: (old_theta, S)),
            _returning(lambda theta, S, old_theta, old_S: (old_theta, old_S)),
        ),
        "Is the θ that is returned the old one? Return the one after the step.",
    ),
    "step instead of theta": (
        (
            _returning(lambda theta, S, old_theta, old_S: (old_theta - theta, S)),
            _returning(lambda theta, S, old_theta, old_S: (theta - old_theta, S)),
        ),
        "Is the step returned in place of θ? Subtract it from θ.",
    ),
    "wrong order returned": (
        _returning(lambda theta, S, *_: (S, theta)),
        "Are the two returned in the wrong order? First θ, then S.",
    ),
    "only theta returned": (
        _returning(lambda theta, S, *_: theta),
        "Is only θ returned? The caller needs S for the next update: return theta, S.",
    ),
    "only S returned": (
        _returning(lambda theta, S, *_: S),
        "Is only S returned? Return both: theta, S.",
    ),
}

_EXERCISE = Exercise(
    solution=rmsprop_step,
    lesson=3,
    title="One RMSprop update",
    task=(
        "Write the update of RMSprop with $\\epsilon$ inside the root. It has to work for floats "
        "and for arrays, and to leave its arguments as they were."
    ),
    outputs=("θ", "S"),
    probes=PROBES,
    variants=VARIANTS,
    mistakes=MISTAKES,
    hints=(
        "Two lines: first the new S, then the new θ, which uses the new S.",
        r"$$S \leftarrow \beta S + (1-\beta)\, g^2, \qquad "
        r"\theta \leftarrow \theta - \frac{\eta}{\sqrt{S + \epsilon}}\, g$$",
        """S = beta * S + (1 - beta) * grad**2
theta = theta - ...""",
    ),
    explanation=(
        r"S is updated before it is used, or the first step would divide by $\sqrt\epsilon$. "
        "All operations are elementwise, so that each parameter has its own S. "
        "`S = ...` and `theta = ...` make new arrays; `S *= beta` would change the caller's."
    ),
)

EXERCISES = (_EXERCISE,)
