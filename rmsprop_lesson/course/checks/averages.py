"""Exercises of lessons 02 and 03: averages that forget, momentum, Adagrad."""

import numpy as np

from ...measures import ewma, half_life, past_weights
from .engine import Exercise
from .probes import call, steps


def heavy_ball_step(theta, grad, v, learning_rate, beta):
    """Make one update of momentum, in the heavy-ball form.

    Parameters
    ----------
    theta, grad, v : float or array
        Parameters, gradient and velocity; leave them unchanged.
    learning_rate, beta : float
        η and β.

    Returns
    -------
    theta, v
        Both after the update.
    """
    v = beta * v + grad
    theta = theta - learning_rate * v
    return theta, v


def adagrad_step(theta, grad, G, learning_rate, epsilon):
    """Make one update of Adagrad, with ε outside the root.

    Parameters
    ----------
    theta, grad, G : float or array
        Parameters, gradient and sum of squared gradients; leave them unchanged.
    learning_rate, epsilon : float
        η and ε.

    Returns
    -------
    theta, G
        Both after the update.
    """
    G = G + grad**2
    theta = theta - learning_rate * grad / (np.sqrt(G) + epsilon)
    return theta, G


def _ewma_like(first, following):
    """An average that starts with ``first(x, b)`` and goes on with ``following(a, x, b)``."""

    def implementation(values, b):
        average, averages = None, []
        for x in values:
            average = first(x, b) if average is None else following(average, x, b)
            averages.append(average)
        return np.array(averages)

    return implementation


def _mix(a, x, b):
    return b * a + (1 - b) * x


def _ball(velocity, step=lambda v, g, lr, b: lr * v):
    def implementation(theta, g, v, lr, b):
        v = velocity(v, g, lr, b)
        return theta - step(v, g, lr, b), v

    return implementation


def _adagrad(total=lambda G, g: G + g**2, step=lambda g, G, lr, e: lr * g / (np.sqrt(G) + e)):
    def implementation(theta, g, G, lr, e):
        G = total(G, g)
        return theta - step(g, G, lr, e), G

    return implementation


_PATH = [(3.0, 4.0, 0.0), (-2.0, 1.5, -1.5), (0.0, 2.0, 0.2)]

_EWMA = Exercise(
    solution=ewma,
    lesson=2,
    title="An average that forgets",
    task="Write the exponentially weighted average that lies under momentum and RMSprop.",
    outputs=("the average",),
    probes=(
        call("constant values", [1.0, 1.0, 1.0, 1.0], 0.9),
        call("changing values", [2.0, -1.0, 0.0, 4.0], 0.8),
        call("array", np.array([3.0, 5.0, 4.0]), 0.5),
    ),
    variants={
        "bias correction": (
            lambda values, b: ewma(values, b) / (1 - b ** np.arange(1, len(values) + 1)),
            "each average is divided by 1 − βᵗ, which takes away the start at 0. The exercise asks "
            "for the plain form.",
        ),
    },
    mistakes={
        "beta and 1-beta swapped": (
            _ewma_like(lambda x, b: b * x, lambda a, x, b: (1 - b) * a + b * x),
            "Were β and 1 − β exchanged? The old average keeps the weight β.",
        ),
        "starts at the first value": (
            _ewma_like(lambda x, b: x, _mix),
            "Does it start at the first value? It starts at 0 here.",
        ),
        "1-beta left out": (
            _ewma_like(lambda x, b: x, lambda a, x, b: b * a + x),
            "Was (1 − β) left out? The weights then add up to 1/(1 − β) instead of 1.",
        ),
        "plain mean": (
            lambda values, b: np.cumsum(values) / np.arange(1, len(values) + 1),
            "Is this the plain mean of all values? It never forgets.",
        ),
        "sum": (lambda values, b: np.cumsum(values), "Is this a running sum?"),
        "average does not carry over": (
            lambda values, b: (1 - b) * np.asarray(values),
            "Is the old average lost in each round? It has to be kept from one to the next.",
        ),
        "one value late": (
            lambda values, b: np.append(0.0, ewma(values, b)[:-1]),
            "Is the average noted before the value is taken in? Update first.",
        ),
        "only the last average": (
            lambda values, b: ewma(values, b)[-1],
            "Is only the last average returned? Collect all of them.",
        ),
        "start included": (
            lambda values, b: np.append(0.0, ewma(values, b)),
            "Is a_0 = 0 in the list? The first entry is a_1.",
        ),
    },
    hints=(
        "Keep one number, the average so far, and update it with each value.",
        r"$$a_t = \beta\, a_{t-1} + (1-\beta)\, x_t, \qquad a_0 = 0$$",
        "average, averages = 0.0, []\nfor value in values:\n    average = beta * average + ...",
    ),
    explanation="Each value enters with weight $1-\\beta$ and fades by the factor β at every step.",
)

_HEAVY_BALL = Exercise(
    solution=heavy_ball_step,
    lesson=2,
    title="A heavy ball",
    task="Write the update of momentum in the heavy-ball form.",
    outputs=("θ", "v"),
    probes=(
        steps("three steps", (1.0, -2.0, 0.5), _PATH, (0.1, 0.9), text="η = 0.1, β = 0.9"),
        steps("floats", 2.0, (2.0, 1.8, -1.0), (0.2, 0.5), text="η = 0.2, β = 0.5"),
    ),
    variants={
        "averaged form": (
            _ball(lambda v, g, lr, b: b * v + (1 - b) * g),
            "v averages the gradients, βv + (1 − β)g, as Adam does. The heavy ball adds them up: "
            "its steps are 1/(1 − β) times as long at the same η.",
        ),
        "rate inside the velocity": (
            _ball(lambda v, g, lr, b: b * v + lr * g, lambda v, g, lr, b: v),
            "η stands inside the velocity, v ← βv + ηg. θ goes the same way as long as η is "
            "constant.",
        ),
        "Nesterov": (
            _ball(lambda v, g, lr, b: b * v + g, lambda v, g, lr, b: lr * (g + b * v)),
            "the step looks ahead, g + βv: Nesterov's form of momentum.",
        ),
    },
    mistakes={
        "old velocity used": (
            lambda theta, g, v, lr, b: (theta - lr * v, b * v + g),
            "Is the step made with the old v? Update v first.",
        ),
        "velocity restarted": (
            _ball(lambda v, g, lr, b: g),
            "Is the old velocity dropped? Then it is plain gradient descent.",
        ),
        "velocity not decayed": (
            _ball(lambda v, g, lr, b: v + g),
            "Was β left out? Without it the ball never slows down.",
        ),
        "beta on both terms": (
            _ball(lambda v, g, lr, b: b * (v + g)),
            "Does β multiply the gradient too?",
        ),
        "gradient squared": (
            _ball(lambda v, g, lr, b: b * v + g**2),
            "Is g squared? Momentum keeps the sign of the gradient.",
        ),
        "sign flipped": (
            (
                _ball(lambda v, g, lr, b: b * v + g, lambda v, g, lr, b: -lr * v),
                _ball(lambda v, g, lr, b: b * v - g),
            ),
            "Is a sign wrong? The step η·v is subtracted, and v adds up gradients.",
        ),
        "learning rate left out": (
            _ball(lambda v, g, lr, b: b * v + g, lambda v, g, lr, b: v),
            "Was the learning rate left out?",
        ),
        "learning rate twice": (
            _ball(lambda v, g, lr, b: b * v + lr * g),
            "Does η act twice, in the velocity and in the step?",
        ),
        "wrong order returned": (
            lambda *args: heavy_ball_step(*args)[::-1],
            "Are the two returned in the wrong order? First θ, then v.",
        ),
    },
    hints=(
        "The velocity remembers: keep a part β of it and add the new gradient.",
        r"$$v \leftarrow \beta v + g, \qquad \theta \leftarrow \theta - \eta v$$",
        "v = beta * v + grad\ntheta = theta - ...",
    ),
    explanation=(
        "Under a constant gradient $v$ grows to $g/(1-\\beta)$: ten times the gradient for β = 0.9."
    ),
)

_ADAGRAD = Exercise(
    solution=adagrad_step,
    lesson=2,
    title="One Adagrad update",
    task="Write the update of Adagrad, with $\\epsilon$ outside the root.",
    outputs=("θ", "G"),
    probes=(
        steps("three steps", (1.0, -2.0, 0.5), _PATH, (0.1, 1e-8), text="η = 0.1, ε = 1e-8"),
        steps("floats", 2.0, (2.0, -1.9, 0.5), (0.3, 0.1), text="η = 0.3, ε = 0.1"),
        steps(
            "tiny gradients", (0.0, 0.0), [(1e-4, 1.0), (2e-4, -2.0)], (0.1, 1e-3), text="ε = 1e-3"
        ),
    ),
    variants={
        "epsilon inside the root": (
            _adagrad(step=lambda g, G, lr, e: lr * g / np.sqrt(G + e)),
            "ε stands inside the root; the exercise has it outside, as in PyTorch.",
        ),
    },
    mistakes={
        "gradient not squared": (
            _adagrad(lambda G, g: G + g),
            "Does G add up g instead of g²?",
        ),
        "G restarted": (
            _adagrad(lambda G, g: g**2),
            "Is the old G dropped? Adagrad adds up all squared gradients.",
        ),
        "average instead of sum": (
            _adagrad(lambda G, g: 0.9 * G + 0.1 * g**2),
            "Is G an average that forgets? That is RMSprop; Adagrad adds up.",
        ),
        "no square root": (
            _adagrad(step=lambda g, G, lr, e: lr * g / (G + e)),
            "Was the root left out?",
        ),
        "old G used": (
            lambda theta, g, G, lr, e: (theta - lr * g / (np.sqrt(G) + e), G + g**2),
            "Is the step made with the old G? Update G first; otherwise it divides by ε.",
        ),
        "one G for all": (
            _adagrad(lambda G, g: G + np.sum(g**2)),
            "Do all parameters share one G? Each has its own.",
        ),
        "epsilon missing": (
            _adagrad(step=lambda g, G, lr, e: lr * g / np.sqrt(G)),
            "Was ε left out? A gradient that has always been zero gives 0/0.",
        ),
        "epsilon added to theta": (
            (
                _adagrad(step=lambda g, G, lr, e: lr * g / np.sqrt(G) + e),
                _adagrad(step=lambda g, G, lr, e: lr * g / np.sqrt(G) - e),
            ),
            "Is a bracket missing? ε belongs into the denominator.",
        ),
        "sign flipped": (
            _adagrad(step=lambda g, G, lr, e: -lr * g / (np.sqrt(G) + e)),
            "Is the step added? Subtract it.",
        ),
        "square of g in the step": (
            _adagrad(step=lambda g, G, lr, e: lr * g**2 / (np.sqrt(G) + e)),
            "Is g squared in the step as well?",
        ),
    },
    hints=(
        "Each parameter adds up its own squared gradients.",
        r"$$G \leftarrow G + g^2, \qquad \theta \leftarrow \theta - \frac{\eta}{\sqrt G + \epsilon}"
        r"\, g$$",
        "G = G + grad**2\ntheta = theta - ...",
    ),
    explanation=(
        "G only grows, so that the rate $\\eta/\\sqrt G$ only falls: that is what RMSprop changes."
    ),
)

_HALF_LIFE = Exercise(
    solution=half_life,
    lesson=3,
    title="Half-life",
    task="After how many steps has the weight $\\beta^k$ of an old gradient fallen to one half?",
    probes=(call("β = 0.9", 0.9), call("β = 0.99", 0.99), call("β = 0.5", 0.5)),
    mistakes={
        "window instead of half-life": (
            lambda b: 1 / (1 - b),
            "This is the effective window 1/(1 − β), after which the weight is about 1/e.",
        ),
        "1/beta": (lambda b: 1 / b, "1/β isn't a number of steps. Solve β^k = 1/2 for k."),
        "sign flipped": (
            lambda b: np.log(2) / np.log(b),
            "Is the sign wrong? log(2) is positive, log(β) negative.",
        ),
        "1-beta in the logarithm": (
            lambda b: np.log(0.5) / np.log(1 - b),
            "Is 1 − β in the logarithm? The weight falls by the factor β.",
        ),
        "fraction upside down": (
            lambda b: np.log(b) / np.log(0.5),
            "Is the fraction upside down?",
        ),
        "logarithms mixed": (
            (lambda b: np.log10(0.5) / np.log(b), lambda b: np.log(0.5) / np.log10(b)),
            "Are two different logarithms mixed? Any will do, but the same on both sides.",
        ),
        "half of the logarithm": (
            (lambda b: 0.5 / np.log(b), lambda b: -0.5 / np.log(b), lambda b: 0.5 / b),
            "Take the logarithm of one half, too.",
        ),
        "rounded": (
            (
                lambda b: np.round(np.log(0.5) / np.log(b)),
                lambda b: np.ceil(np.log(0.5) / np.log(b)),
                lambda b: np.floor(np.log(0.5) / np.log(b)),
            ),
            "Is the result rounded? It need not be whole.",
        ),
    },
    hints=(
        "Solve β^k = 1/2 for k.",
        r"$$k \ln\beta = \ln\tfrac12$$",
        "return np.log(0.5) / ...",
    ),
    explanation="For β = 0.9 it is 6.58 steps, shorter than the window of 10.",
)

_PAST_WEIGHTS = Exercise(
    solution=past_weights,
    lesson=3,
    title="What S remembers",
    task="Unroll the average: with which weights do the last $n$ squared gradients enter S?",
    outputs=("the weight",),
    probes=(call("β = 0.9", 0.9, 5), call("β = 0.5", 0.5, 3), call("one value", 0.8, 1)),
    mistakes={
        "1-beta left out": (
            lambda b, n: b ** np.arange(n),
            "Was (1 − β) left out? The newest value has the weight 1 − β.",
        ),
        "oldest first": (
            lambda b, n: ((1 - b) * b ** np.arange(n))[::-1],
            "Is the oldest first? The newest has the largest weight and comes first.",
        ),
        "one step late": (
            lambda b, n: (1 - b) * b ** np.arange(1, n + 1),
            "Does the power start at 1? The newest value hasn't faded yet: β⁰.",
        ),
        "beta and 1-beta swapped": (
            lambda b, n: b * (1 - b) ** np.arange(n),
            "Were β and 1 − β exchanged?",
        ),
        "normalised": (
            lambda b, n: b ** np.arange(n) / np.sum(b ** np.arange(n)),
            "Were the weights made to add up to 1? The last n don't: older values have the rest.",
        ),
        "equal weights": (
            (lambda b, n: np.full(n, 1 / n), lambda b, n: np.full(n, 1 - b)),
            "Are all weights equal? Older values weigh less.",
        ),
        "summed up": (
            (
                lambda b, n: 1 - b**n,
                lambda b, n: np.cumsum((1 - b) * b ** np.arange(n)),
            ),
            "Were the weights added up? Return each one.",
        ),
    },
    hints=(
        "The newest value enters with 1 − β, and everything older is multiplied by β once more.",
        r"$$S_t = (1-\beta)\sum_{k \ge 0} \beta^k\, g_{t-k}^2$$",
        "return ... * beta ** np.arange(n)",
    ),
    explanation="The weights are a geometric series; all together they add up to 1.",
)

EXERCISES = (_EWMA, _HEAVY_BALL, _ADAGRAD, _HALF_LIFE, _PAST_WEIGHTS)
