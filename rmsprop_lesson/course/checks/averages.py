"""Exercises of lessons 02 and 03: averages that forget, momentum, Adagrad."""

import numpy as np

from ...measures import ewma, half_life, past_weights
from . import relatives
from .engine import Exercise
from .pairs import parts
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


def _shuffled(values, beta):
    """Compute the exponentially weighted average of a sequence, from a_0 = 0.

    Parameters
    ----------
    values : sequence of float
        x_1, x_2, …
    beta : float
        Decay rate β.

    Returns
    -------
    array
        a_1, a_2, …: the average after each value.
    """
    for value in values:
        averages.append(average)
        average = beta * average + (1 - beta) * value
    average, averages = 0.0, []
    return np.array(averages)


@parts
def _average(
    start=lambda x: 0.0,
    keep=lambda b: b,
    take=lambda b: 1 - b,
    value=lambda x: x,
    correct=lambda a, b, t: a,
    collect=lambda averages: averages,
):
    """An exponentially weighted average, with its parts to be exchanged."""

    def implementation(values, b):
        average, averages = start(values[0]), []
        for t, x in enumerate(values, start=1):
            average = keep(b) * average + take(b) * value(x)
            averages.append(correct(average, b, t))
        return collect(np.array(averages))

    return implementation


def _from_the_first(values, b):
    """An average whose first entry is the first value itself."""
    average, averages = values[0], [values[0]]
    for x in values[1:]:
        average = b * average + (1 - b) * x
        averages.append(average)
    return np.array(averages)


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
    task=(
        "These are the right lines of the exponentially weighted average, in a wrong order. Put "
        "them in order, and change nothing else. What must happen before the loop, and what in it "
        "first?"
    ),
    outputs=("the average",),
    probes=(
        call("constant values", values=[1.0, 1.0, 1.0, 1.0], beta=0.9),
        call("changing values", values=[2.0, -1.0, 0.0, 4.0], beta=0.8),
        call("array", values=np.array([3.0, 5.0, 4.0]), beta=0.5),
        call("falling values", values=[5.0, -2.0, 0.5, 0.25, -3.0, 1.0], beta=0.3),
        call("whole numbers", values=np.array([3, 5, 4]), beta=0.5),
    ),
    variants={
        "bias correction": (
            _average(correct=lambda a, b, t: a / (1 - b**t)),
            "each average is divided by 1 − βᵗ, which takes away the start at 0. The exercise asks "
            "for the plain form.",
        ),
    },
    mistakes={
        "beta and 1-beta swapped": (
            _average(keep=lambda b: 1 - b, take=lambda b: b),
            "Were β and 1 − β exchanged? The old average keeps the weight β.",
        ),
        "decimals cut off": (
            lambda values, b: ewma(values, b).astype(np.asarray(values).dtype),
            "Are whole numbers averaged in an array for whole numbers? np.zeros_like(values) makes "
            "one; np.zeros(len(values)) keeps the decimals.",
        ),
        "1-beta left out": (
            _average(take=lambda b: 1.0),
            "Was (1 − β) left out? The weights then add up to 1/(1 − β) instead of 1.",
        ),
        "beta left out": (
            _average(keep=lambda b: 1.0),
            "Does the old average keep its full weight? β multiplies it.",
        ),
        "same weight on both": (
            (_average(take=lambda b: b), _average(keep=lambda b: 1 - b)),
            "Do the old average and the new value have the same weight? β for the old one, 1 − β "
            "for the new one.",
        ),
        "sum": (
            _average(keep=lambda b: 1.0, take=lambda b: 1.0),
            "Is this a running sum?",
        ),
        "plain mean": (
            lambda values, b: np.cumsum(values) / np.arange(1, len(values) + 1),
            "Is this the plain mean of all values? It never forgets.",
        ),
        "average does not carry over": (
            _average(keep=lambda b: 0.0),
            "Is the old average lost in each round? It has to be kept from one to the next.",
        ),
        "averages the value before": (
            lambda values, b: np.array(
                [
                    b * old + (1 - b) * new
                    for old, new in zip([0.0, *values], [*values], strict=False)
                ]
            ),
            "Is the value before in place of the average before? The average carries over.",
        ),
        "starts at the first value": (
            (_from_the_first, _average(start=lambda x: x)),
            "Does it start at the first value? It starts at 0 here.",
        ),
        "starts at 1": (
            _average(start=lambda x: 1.0),
            "Does it start at 1? It starts at 0.",
        ),
        "values squared": (
            _average(value=lambda x: x**2),
            "Are the values squared? RMSprop hands in g², this average takes what it is given.",
        ),
        "brackets missing in the correction": (
            (
                _average(correct=lambda a, b, t: a / 1 - b**t),
                _average(correct=lambda a, b, t: a / 1 - b ** (t - 1)),
            ),
            "Division comes before subtraction: V / 1 − βᵗ is V − βᵗ. The plain average needs no "
            "correction; if you make it, write V / (1 − βᵗ).",
        ),
        "wrong power in the correction": (
            (
                _average(correct=lambda a, b, t: a / np.float64(1 - b ** (t - 1))),
                _average(correct=lambda a, b, t: a / (1 - b ** (t + 1))),
                _average(correct=lambda a, b, t: a / np.float64(1 - b * t)),
                _average(correct=lambda a, b, t: a / (1 - b) ** t),
                _average(correct=lambda a, b, t: a * (1 - b**t)),
            ),
            "Is a bias corrected with another factor than 1 − βᵗ, t = 1, 2, …? The exercise asks "
            "for the plain average, without correction.",
        ),
        "one value late": (
            _average(collect=lambda averages: np.append(0.0, averages[:-1])),
            "Is the average noted before the value is taken in? Update first.",
        ),
        "only the first average": (
            (
                _average(collect=lambda averages: averages[:1]),
                _average(collect=lambda averages: averages[0]),
            ),
            "Does it stop after the first value? A `return` inside the loop ends it: it belongs "
            "behind the loop, as far left as `for`.",
        ),
        "only the last average": (
            (
                _average(collect=lambda averages: averages[-1]),
                _average(collect=lambda averages: averages[-1:]),
            ),
            "Is only the last average returned? Collect all of them, in each round of the loop.",
        ),
        "start included": (
            _average(collect=lambda averages: np.append(0.0, averages)),
            "Is a_0 = 0 in the list? The first entry is a_1.",
        ),
        "values returned": (
            lambda values, b: np.array(values),
            "Are these the values, as they were given? Return the averages.",
        ),
    },
    hints=(
        "Which single number do you have to keep from value to value?",
        "With β = 0.9 and the values 10, 10: the first average is 0.9·0 + 0.1·10 = 1, the "
        "second 0.9·1 + 0.1·10 = 1.9.",
        "average, averages = 0.0, []\nfor value in values:\n    average = beta * average + ...",
    ),
    explanation="Each value enters with weight $1-\\beta$ and fades by the factor β at every step.",
    draft=_shuffled,
)

BALL_VARIANTS = (
    "Nesterov",
    "rate made up for the average",
    "averaged form",
    "rate inside the velocity",
    "minus inside the velocity",
    "rate and 1-beta inside",
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
        steps(
            "from a state",
            (1.5, -0.8),
            [(0.6, -2.5), (-1.4, 0.3)],
            (0.2, 0.7),  # η isn't 1 − β, so that the two are told apart from here, too
            start=[(0.9, -1.7)],
            text="From v = (0.9, -1.7), η = 0.2, β = 0.7",
        ),
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
        "minus inside the velocity": (
            _ball(lambda v, g, lr, b: b * v - g, lambda v, g, lr, b: -lr * v),
            "the minus stands inside the velocity, v ← βv − g, which is then added to θ. θ goes "
            "the same way.",
        ),
        "rate made up for the average": (
            _ball(lambda v, g, lr, b: b * v + (1 - b) * g, lambda v, g, lr, b: lr * v / (1 - b)),
            "v averages the gradients, and the step makes up for it by 1/(1 − β).",
        ),
        "rate and 1-beta inside": (
            _ball(lambda v, g, lr, b: b * v + lr * (1 - b) * g, lambda v, g, lr, b: v),
            "η and 1 − β stand inside the velocity: the averaged form, as long as η is constant.",
        ),
        "Nesterov": (
            _ball(lambda v, g, lr, b: b * v + g, lambda v, g, lr, b: lr * (g + b * v)),
            "the step looks ahead, g + βv: Nesterov's form of momentum. Its way differs a little "
            "from the heavy ball's.",
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
        "gradient missing in what is kept": (
            lambda theta, g, v, lr, b: (theta - lr * (b * v + g), b * v),
            "θ is right. Does the v that is returned lack the gradient? It is βv + g.",
        ),
        "wrong order returned": (
            lambda *args: heavy_ball_step(*args)[::-1],
            "Are the two returned in the wrong order? First θ, then v.",
        ),
    },
    update=relatives.heavy_ball(BALL_VARIANTS),
    hints=(
        "What has to be remembered from the step before, and how much of it?",
        "With β = 0.9, v = 1 and g = 2 the new velocity is 0.9·1 + 2 = 2.9. Which of the two "
        "moves θ now, g or the velocity?",
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
        steps(
            "from a state",
            (1.5, -0.8),
            [(0.6, -2.5), (-1.4, 0.3)],
            (0.2, 0.05),
            start=[(0.7, 2.5)],
            text="From G = (0.7, 2.5), η = 0.2, ε = 0.05",
        ),
    ),
    variants={
        "epsilon inside the root": (
            _adagrad(step=lambda g, G, lr, e: lr * g / np.sqrt(G + e)),
            "ε stands inside the root; the exercise has it outside, as in PyTorch.",
        ),
        "epsilon as a floor": (
            _adagrad(step=lambda g, G, lr, e: lr * g / np.maximum(np.sqrt(G), e)),
            "ε is a lower bound of the denominator instead of being added to it.",
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
    update=relatives.adagrad(("epsilon inside the root", "epsilon as a floor")),
    hints=(
        "What does each parameter add up, and where in the step does the sum stand?",
        "With the gradients 3, then 4: G is 9, then 9 + 16 = 25. Apart from ε the second step "
        "is 4/5 of η.",
        "G = G + grad**2\ntheta = theta - ...",
    ),
    explanation=(
        "G only grows, so that the rate $\\eta/\\sqrt G$ only falls: that is what RMSprop changes."
    ),
)


@parts
def _half_life(
    share=0.5, half=np.log, base=lambda log, b: log(b), quotient=np.divide, after=lambda k: k
):
    """ln ½ / ln β with its parts to be exchanged."""
    return lambda b: after(quotient(half(share), base(np.log, b)))


_HALF_LIFE = Exercise(
    solution=half_life,
    lesson=None,
    title="Half-life",
    task="After how many steps has the weight $\\beta^k$ of an old gradient fallen to one half?",
    outputs=("the half-life",),
    probes=(
        call("β = 0.9", beta=0.9),
        call("β = 0.99", beta=0.99),
        call("β = 0.5", beta=0.5),
        call("β = 0.2", beta=0.2),
    ),
    mistakes={
        "window instead of half-life": (
            (
                lambda b: 1 / (1 - b),
                lambda b: -1 / np.log(b),
                lambda b: b / (1 - b),
                lambda b: (1 + b) / (1 - b),
            ),
            "This is the length of a window, such as 1/(1 − β) or −1/ln β, after which the weight "
            "is about 1/e, or less. One half is reached earlier: ln ½ / ln β, with the same "
            "logarithm above and below.",
        ),
        "approximation for beta near 1": (
            lambda b: np.log(2) / (1 - b),
            "ln 2/(1 − β) is close for β near 1 only. Solve β^k = 1/2 exactly.",
        ),
        "logarithms left out": (
            (
                lambda b: 0.5 / b,
                lambda b: b / 0.5,
                lambda b: 0.5 - b,
                lambda b: np.log(0.5 / b),
                lambda b: np.log(0.5) - np.log(b),
            ),
            "Take the logarithm of both sides of β^k = 1/2: k ln β = ln ½. Then divide one "
            "logarithm by the other.",
        ),
        "1/beta": (lambda b: 1 / b, "1/β isn't a number of steps. Solve β^k = 1/2 for k."),
        "sign flipped": (
            _half_life(share=2.0),
            "Is the sign wrong? log(2) is positive, log(β) negative.",
        ),
        "1-beta in the logarithm": (
            _half_life(base=lambda log, b: log(1 - b)),
            "Is 1 − β in the logarithm? The weight falls by the factor β.",
        ),
        "fraction upside down": (
            _half_life(quotient=lambda above, below: below / above),
            "Is the fraction upside down?",
        ),
        "multiplied": (
            _half_life(quotient=np.multiply),
            "Are the two logarithms multiplied? k ln β = ln ½: divide.",
        ),
        "logarithms mixed": (
            (
                _half_life(half=np.log10),
                _half_life(base=lambda log, b: np.log10(b)),
                _half_life(base=lambda log, b: np.log2(b)),
            ),
            "Are two different logarithms mixed? Any will do, but the same on both sides.",
        ),
        "half of the logarithm": (
            (_half_life(half=lambda share: share), _half_life(half=lambda share: -share)),
            "Take the logarithm of one half, too.",
        ),
        "logarithm of beta left out": (
            (_half_life(base=lambda log, b: b), _half_life(base=lambda log, b: 1 - b)),
            "Take the logarithm of β, too: k ln β = ln ½.",
        ),
        "rounded": (
            (
                _half_life(after=np.round),
                _half_life(after=np.ceil),
                _half_life(after=np.floor),
                _half_life(after=lambda k: np.floor(k) + 1),
            ),
            "Is the result rounded, or counted in whole steps? It need not be whole.",
        ),
        "weight returned": (
            (lambda b: b**0.5, lambda b: 0.5**b, lambda b: 0.5 ** (1 / b)),
            "Is it a power that is returned? The unknown is in the exponent: take logarithms.",
        ),
    },
    hints=(
        "After k steps the weight is β^k of what it was. When is that one half?",
        r"To get k down from the exponent, take the logarithm of both sides. For $\beta = 0.25$: "
        r"$k \ln 0.25 = \ln\tfrac12$, so k = 0.5.",
        "return np.log(0.5) / ...",
    ),
    explanation="For β = 0.9 it is 6.58 steps, shorter than the window of 10.",
)


@parts
def _weights(
    front=lambda b: 1 - b,
    base=lambda b: b,
    ages=np.arange,
    operation=np.power,
    order=lambda w: w,
    after=lambda w: w,
):
    """(1 − β) βᵏ for k = 0, 1, … with its parts to be exchanged."""

    def implementation(b, n):
        return after(order(front(b) * operation(base(b), ages(n).astype(float))))

    return implementation


_PAST_WEIGHTS = Exercise(
    solution=past_weights,
    lesson=None,
    title="What S remembers",
    task="Unroll the average: with which weights do the last $n$ squared gradients enter S?",
    outputs=("the weight",),
    probes=(
        call("β = 0.9", beta=0.9, n=5),
        call("β = 0.5", beta=0.5, n=3),
        call("one value", beta=0.8, n=1),
        call("β = 0.2", beta=0.2, n=4),
    ),
    mistakes={
        "bracket missing": (
            lambda b, n: 1 - b * b ** np.arange(n),
            "Is a bracket missing, or were the weights added up? This is 1 − βᵏ⁺¹, the sum of the "
            "weights so far; the weight itself is (1 − β)βᵏ.",
        ),
        "product instead of power": (
            _weights(operation=np.multiply),
            "Is it `*` instead of `**`? Each step multiplies by β once more: a power.",
        ),
        "base and exponent exchanged": (
            _weights(operation=lambda b, k: k**b),
            "Are base and exponent exchanged? β is raised to the power of the age: beta ** k.",
        ),
        "1-beta left out": (
            _weights(front=lambda b: 1.0),
            "Was (1 − β) left out? The newest value has the weight 1 − β.",
        ),
        "beta instead of 1-beta": (
            _weights(front=lambda b: b),
            "Is the front factor β, or does the power start at 1 without 1 − β? The newest value "
            "enters with (1 − β)·β⁰.",
        ),
        "beta and 1-beta swapped": (
            _weights(front=lambda b: b, base=lambda b: 1 - b),
            "Were β and 1 − β exchanged?",
        ),
        "power of 1-beta": (
            _weights(base=lambda b: 1 - b),
            "Is 1 − β raised to the power? An old value fades by β at each step.",
        ),
        "oldest first": (
            _weights(order=lambda w: w[::-1]),
            "Is the oldest first? The newest has the largest weight and comes first.",
        ),
        "one step late": (
            _weights(ages=lambda n: np.arange(1, n + 1)),
            "Does the power start at 1? The newest value hasn't faded yet: β⁰.",
        ),
        "one weight too many or too few": (
            (
                _weights(ages=lambda n: np.arange(n + 1)),
                _weights(ages=lambda n: np.arange(1, n)),
                _weights(ages=lambda n: np.arange(n - 1)),
            ),
            "Asked for are n weights: np.arange(n) has n entries, from 0 to n − 1.",
        ),
        "negative power": (
            _weights(ages=lambda n: -np.arange(n)),
            "Is the power negative? The weights then grow with age.",
        ),
        "normalised": (
            _weights(after=lambda w: w / np.sum(w)),
            "Were the weights made to add up to 1? The last n don't: older values have the rest.",
        ),
        "equal weights": (
            (
                lambda b, n: np.full(n, 1 / n),
                lambda b, n: np.full(n, 1 - b),
                lambda b, n: np.full(n, (1 - b) * b**n),
            ),
            "Are all weights equal? Older values weigh less.",
        ),
        "only one weight": (
            (
                lambda b, n: (1 - b) * b**n,
                lambda b, n: (1 - b) * b ** (n - 1),
                lambda b, n: 1 - b,
                lambda b, n: np.full(1, 1 - b),
            ),
            "Is there only one weight? Return n of them, in an array. (A `return` inside a loop "
            "ends it in the first round.)",
        ),
        "summed up": (
            (lambda b, n: 1 - b**n, _weights(after=np.sum)),
            "Were the weights added up? Return each one.",
        ),
    },
    hints=(
        "With which weight does the newest value enter, and what happens to that weight at each "
        "later step?",
        "With β = 0.9 the weights are 0.1, 0.09, 0.081, … What leads from one to the next? "
        "`np.arange(n)` gives 0, 1, …, n − 1.",
        "return ... * beta ** np.arange(n)",
    ),
    explanation="The weights are a geometric series; all together they add up to 1.",
)

EXERCISES = (_EWMA, _HEAVY_BALL, _ADAGRAD, _HALF_LIFE, _PAST_WEIGHTS)
