"""The central exercise: one RMSprop update, and what learners make of it."""

import numpy as np

from .diagnosis import Judge
from .engine import Exercise, Fresh
from .probes import in_turn, show_value, steps
from .programs import Program, examples
from .sayings import SAYINGS, say
from .updates import IMPLIED, KEEPING, MERGED, SIMPLER, Update


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
    S = options["start"][0] if "start" in options else 0
    text = (
        f"From θ = {show_value(theta)}, S = {show_value(S)}, η = {show_value(learning_rate)}, "
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
    _probe(
        "from a state",
        (1.5, -0.8),
        [(0.6, -2.5), (-1.4, 0.3), (0.2, 1.1)],
        0.3,
        0.85,
        0.05,
        start=[(0.7, 2.5)],
    ),
    _probe(
        "a gradient far above the root of S",
        (0.3, -0.2),
        [(5.0, -4.0), (-1.0, 9.0)],
        0.05,
        0.999,
        1e-6,
        start=[(0.01, 0.02)],
    ),
    _probe("nine quiet steps, then a loud one", 0.5, (0.01,) * 9 + (5.0,), 0.1, 0.999, 1e-6),
    _probe("large epsilon", (0.4, 0.1), [(0.02, -0.3), (-0.15, 0.07)], 0.15, 0.6, 1.5),
    in_turn(
        "two parameters in turn",
        [(1.0, 0.5), (-2.0, 0.3)],
        [[(0.5, -0.2), (3.0, 1.0)], [(-0.4, 0.7), (1.5, -2.0)]],
        (0.2, 0.75, 1e-3),
        text="With two parameters in turn, η = 0.2, β = 0.75, ε = 1e-3",
    ),
    _probe("float32", (1.0, -2.0), [(0.5, -1.0), (2.0, 4.0)], 0.1, 0.9, 1e-6, dtype=np.float32),
)


# ── the catalogue ────────────────────────────────────────────────────────────────────────────────


def _returning(choose):
    """A right update that returns something else: ``choose(theta, S, old_theta, old_S)``."""

    def implementation(theta, grad, S, lr, b, e):
        new_theta, new_S = rmsprop_step(theta, grad, S, lr, b, e)
        return choose(new_theta, new_S, theta, S)

    return implementation


def _with(**fixed):
    """A right update that takes a setting from the air instead of from its arguments."""

    def implementation(theta, grad, S, learning_rate, beta, epsilon):
        settings = {"learning_rate": learning_rate, "beta": beta, "epsilon": epsilon}
        return rmsprop_step(theta, grad, S, **{**settings, **fixed})

    return implementation


def _previous_S(theta, g, S, lr, b, e):
    return theta - lr * g / np.sqrt(S + e), rmsprop_step(theta, g, S, lr, b, e)[1]


def _gradient_averaged(step):
    def implementation(theta, g, S, lr, b, e):
        m = b * S + (1 - b) * g
        return theta - step(g, m, lr, e), m

    return implementation


def _sign_flipped(theta, g, S, lr, b, e):
    new, S = rmsprop_step(theta, g, S, lr, b, e)
    return 2 * theta - new, S


def _elsewhere(S):
    return np.where(S == 0, 1e-3, S)


# What has no rule of its own, or is more than one rule at once.
_OTHER = {
    "previous S used": _previous_S,
    "sign flipped": _sign_flipped,
    "momentum instead": _gradient_averaged(lambda g, m, lr, e: lr * m),
    "square of the average": _gradient_averaged(lambda g, m, lr, e: lr * g / np.sqrt(m**2 + e)),
    "beta hard-coded": _with(beta=0.9),
    "S starts elsewhere": Fresh(lambda: Program(UPDATE, starts=_elsewhere)),
    "learning rate hard-coded": _with(learning_rate=0.1),
    "epsilon hard-coded": _with(epsilon=1e-8),
    "rounded": _returning(lambda theta, S, *_: (np.round(theta, 3), np.round(S, 3))),
    "S returned before the update": _returning(lambda theta, S, _, old_S: (theta, old_S)),
    "S never updated": lambda theta, g, S, lr, b, e: (theta - lr * g / np.sqrt(S + e), S),
    "theta not updated": _returning(lambda theta, S, old_theta, old_S: (old_theta, S)),
    "wrong order returned": _returning(lambda theta, S, *_: (S, theta)),
    "only theta returned": _returning(lambda theta, S, *_: theta),
    "only S returned": _returning(lambda theta, S, *_: S),
    "S as the step": Fresh(
        lambda: Program(UPDATE, numerators=lambda S_new: S_new, roots=lambda S: np.ones_like(S))
    ),
    "arguments in another order": lambda S, theta, grad, *settings: rmsprop_step(
        theta, grad, S, *settings
    ),
}

VARIANTS = {
    "S starts at 1": (
        "an S of zero is replaced by 1, as in TensorFlow 1, which makes the first steps small "
        "instead of large. The exercise starts from the S it is given."
    ),
    "bias correction": (
        "S is divided by 1 − βᵗ, as in Adam, which takes away the large first steps. "
        "The exercise asks for the plain form; your function has to count its own calls for this."
    ),
    "epsilon outside the root": (
        "ε stands outside the root, √S + ε, as in PyTorch; the exercise has it inside, √(S + ε). "
        "They differ only where |g| is as small as √ε."
    ),
    "epsilon as a floor": (
        "ε is a lower bound of the denominator instead of being added to it; "
        "they differ only where S is about as small as ε."
    ),
}
UPDATE = Update(
    ("theta", "g", "S", "lr", "b", "e"),
    ("theta", "S"),
    Judge(VARIANTS, MERGED, IMPLIED, SIMPLER, KEEPING),
)
_EXAMPLES = examples(UPDATE, _OTHER)
MISTAKES = {
    name: (_EXAMPLES[name], say(name))
    for name in SAYINGS
    if name in _EXAMPLES and name not in VARIANTS
}
VARIANTS = {name: (_EXAMPLES[name], text) for name, text in VARIANTS.items()}

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
        "Two lines. Which of the new values needs the other one, so which comes first?",
        "With θ = 5, g = 2, S = 0, η = 0.1 and β = 0.9 the new S is 0.9·0 + 0.1·2² = 0.4. Now "
        "the gradient is divided by the root of this number, and θ moves.",
        """S = beta * S + (1 - beta) * grad**2
theta = theta - ...""",
    ),
    update=UPDATE,
    explanation=(
        r"S is updated before it is used, or the first step would divide by $\sqrt\epsilon$. "
        "All operations are elementwise, so that each parameter has its own S. "
        "`S = ...` and `theta = ...` make new arrays; `S *= beta` would change the caller's."
    ),
)

EXERCISES = (_EXERCISE,)
