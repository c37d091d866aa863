"""Exercises of lesson 01: gradient descent, the valley, the largest rate."""

import numpy as np

from .engine import Exercise, Inferred
from .observe import number_seen
from .pairs import parts
from .probes import call


def gradient_step(theta, grad, learning_rate):
    """Make one step of gradient descent.

    Parameters
    ----------
    theta, grad : float or array
        Parameters and gradient; leave them unchanged.
    learning_rate : float
        η.

    Returns
    -------
    float or array
        The parameters after the step.
    """
    return theta - learning_rate * grad


def valley_gradient(point, condition):
    """Compute the gradient of L(x, y) = (x² + κy²)/2.

    Parameters
    ----------
    point : array of shape (2,)
        x and y.
    condition : float
        κ.

    Returns
    -------
    array of shape (2,)
        ∂L/∂x and ∂L/∂y.
    """
    x, y = point
    return np.array([x, condition * y])


def largest_stable_rate(curvatures):
    """Find the learning rate from which on gradient descent diverges.

    Parameters
    ----------
    curvatures : sequence of float
        The curvature λ > 0 of the loss along each axis.

    Returns
    -------
    float
        Gradient descent converges on every axis for rates below this one.
    """
    return 2 / np.max(curvatures)


@parts
def _descent(start=lambda theta: theta, sign=-1, step=lambda g, lr: lr * g):
    """A step of gradient descent: where it starts, which way it goes, how far."""
    return lambda theta, g, lr: start(theta) + sign * step(g, lr)


def _fixed_rate(seen):
    """A step with a learning rate of its own, read off the first one: 2 − 3η."""
    first = number_seen(seen)
    rate = 0.0 if first is None else (2.0 - first) / 3.0
    return _descent(step=lambda g, lr: rate * g) if 0 < rate < 1 else None


@parts
def _gradient(x=lambda x, k: x, y=lambda y, k: k * y, order=slice(None), factor=1.0, sign=1):
    """The two components of the valley's gradient."""
    return lambda p, k: sign * factor * np.array([x(p[0], k), y(p[1], k)])[order]


@parts
def _bound(pick=np.max, numerator=2.0, of=lambda c: c, upside_down=False):
    """The largest stable rate from another curvature, or by another formula."""

    def implementation(curvatures):
        rate = numerator / of(pick(np.asarray(curvatures)))
        return 1 / rate if upside_down else rate

    return implementation


def _just_below(seen):
    """The bound with a margin, read off the first probe."""
    first = number_seen(seen)
    share = 0.0 if first is None else first / 0.02
    return _bound(numerator=2 * share) if 0.8 < share < 1.2 else None


EXERCISES = (
    Exercise(
        solution=gradient_step,
        lesson=1,
        title="One step downhill",
        task="Write the update of gradient descent.",
        outputs=("θ",),
        probes=(
            call("floats", theta=2.0, grad=3.0, learning_rate=0.1),
            call(
                "arrays",
                theta=np.array([1.0, -2.0, 0.5]),
                grad=np.array([3.0, -4.0, 0.0]),
                learning_rate=0.2,
            ),
            call(
                "2-D array",
                theta=np.array([[1.0], [5.0]]),
                grad=np.array([[-2.0], [0.3]]),
                learning_rate=1.5,
            ),
        ),
        mistakes={
            "sign flipped": (
                _descent(sign=1),
                "Is the step added? The gradient points uphill: subtract it.",
            ),
            "learning rate left out": (
                _descent(step=lambda g, lr: g),
                "Was the learning rate left out?",
            ),
            "learning rate fixed": (
                Inferred(_fixed_rate),
                "Does the function use a learning rate of its own? It is an argument, and every "
                "caller may give another one.",
            ),
            "divided by the learning rate": (
                _descent(step=lambda g, lr: g / lr),
                "Is the gradient divided by η? It is multiplied.",
            ),
            "learning rate squared": (
                _descent(step=lambda g, lr: lr**2 * g),
                "Is η squared, or used twice? Once is enough.",
            ),
            "learning rate added": (
                (
                    _descent(step=lambda g, lr: g + lr),
                    _descent(step=lambda g, lr: lr - g),
                    _descent(step=lambda g, lr: g - lr),
                ),
                "Is there a + or − between η and the gradient? The step is their product.",
            ),
            "step returned": (
                (
                    _descent(start=lambda theta: 0 * theta),
                    lambda theta, g, lr: lr * g,
                ),
                "Is it the step that is returned? Subtract it from θ, and return the new θ.",
            ),
            "theta scaled too": (
                (
                    lambda theta, g, lr: lr * (theta - g),
                    lambda theta, g, lr: theta * lr - g,
                    lambda theta, g, lr: (theta - lr) * g,
                ),
                "Is a bracket too wide or at the wrong place? η multiplies the gradient only.",
            ),
            "theta and gradient exchanged": (
                (lambda theta, g, lr: g - lr * theta, lambda theta, g, lr: theta - lr * theta),
                "Are θ and the gradient exchanged? The step goes from θ, along the gradient.",
            ),
            "theta multiplied": (
                (lambda theta, g, lr: theta * lr * g, lambda theta, g, lr: theta - lr * theta * g),
                "Is something multiplied by θ? The step, η times the gradient, is subtracted.",
            ),
            "gradient normalised": (
                (
                    _descent(step=lambda g, lr: lr * g / np.linalg.norm(g)),
                    _descent(step=lambda g, lr: lr * np.sign(g)),
                ),
                "Is the gradient divided by its size? Gradient descent takes it as it is.",
            ),
            "mean over the parameters": (
                (
                    _descent(step=lambda g, lr: lr * g / np.size(g)),
                    _descent(step=lambda g, lr: lr * np.mean(g)),
                ),
                "Is the step divided by the number of parameters, or the mean of g taken? Each "
                "parameter makes the whole step of its own gradient.",
            ),
            "gradient squared": (
                _descent(step=lambda g, lr: lr * g**2),
                "Is the gradient squared? Then its sign is lost, and with it the way downhill.",
            ),
            "absolute gradient": (
                _descent(step=lambda g, lr: lr * abs(g)),
                "Is the sign of the gradient lost? It says which way is uphill.",
            ),
        },
        hints=(
            "The gradient points uphill. Which way do you want to go, and how far?",
            "With θ = 5, g = 2 and η = 0.1 the new θ is 4.8. How do the three numbers make it?",
            "return theta - ...",
        ),
        explanation="The step is $-\\eta g$: against the gradient, and in proportion to it.",
    ),
    Exercise(
        solution=valley_gradient,
        lesson=1,
        title="The gradient of the valley",
        task=(
            r"The elongated valley is $L(x, y) = \tfrac12(x^2 + \kappa y^2)$, with $x$ for "
            r"$\theta_1$ and $y$ for $\theta_2$. Write its gradient."
        ),
        outputs=("the gradient",),
        probes=(
            call("one point", point=np.array([3.0, 1.0]), condition=100.0),
            call("another point", point=np.array([-2.0, 0.5]), condition=7.0),
            call("round valley", point=np.array([1.0, -4.0]), condition=1.0),
        ),
        mistakes={
            "factor 2 too many": (
                _gradient(factor=2.0),
                "Was the ½ in front forgotten? The derivative of x²/2 is x.",
            ),
            "half too many": (
                _gradient(factor=0.5),
                "Was the 2 of the derivative forgotten? The derivative of x² is 2x, half of it x.",
            ),
            "factor 2 in one component": (
                (
                    _gradient(x=lambda x, k: 2 * x),
                    _gradient(y=lambda y, k: 2 * k * y),
                    _gradient(x=lambda x, k: x / 2),
                    _gradient(y=lambda y, k: k * y / 2),
                ),
                "Is one component twice or half as large as it should be? The ½ in front of the "
                "bracket belongs to both terms.",
            ),
            "axes swapped": (
                _gradient(x=lambda x, k: k * x, y=lambda y, k: y),
                "Is κ on the wrong axis? It belongs to y.",
            ),
            "order swapped": (
                _gradient(order=slice(None, None, -1)),
                "Are the two components in the wrong order? First ∂L/∂x, then ∂L/∂y.",
            ),
            "x and y exchanged": (
                lambda p, k: np.array([p[1], k * p[0]]),
                "Are x and y exchanged? The point is (x, y), and κ belongs to y.",
            ),
            "one coordinate used twice": (
                (lambda p, k: np.array([p[0], k * p[0]]), lambda p, k: np.array([p[1], k * p[1]])),
                "Is the same coordinate in both components?",
            ),
            "kappa left out": (
                _gradient(y=lambda y, k: y),
                "Was κ left out?",
            ),
            "kappa on both": (
                _gradient(x=lambda x, k: k * x),
                "Does κ multiply both components? It belongs to y alone.",
            ),
            "kappa squared": (
                _gradient(y=lambda y, k: k**2 * y),
                "Is κ squared? The square in κy² belongs to y alone.",
            ),
            "kappa divides": (
                _gradient(y=lambda y, k: y / k),
                "Is y divided by κ? The larger κ is, the steeper is the slope.",
            ),
            "kappa added": (
                _gradient(y=lambda y, k: k + y),
                "Is κ added to y? It multiplies it.",
            ),
            "y left out": (
                _gradient(y=lambda y, k: k + 0 * y),
                "Was y left out? κ alone is the curvature; the slope is κy.",
            ),
            "sign flipped": (
                _gradient(sign=-1),
                "Is the sign wrong? The gradient points uphill; the step turns it round.",
            ),
            "loss returned": (
                (
                    lambda p, k: (p[0] ** 2 + k * p[1] ** 2) / 2,
                    lambda p, k: p[0] ** 2 + k * p[1] ** 2,
                ),
                "Is it the loss that is returned? The gradient has two components.",
            ),
            "components added": (
                lambda p, k: p[0] + k * p[1],
                "Were the two components added up? Return both, as an array.",
            ),
            "components not differentiated": (
                (
                    _gradient(x=lambda x, k: x**2 / 2, y=lambda y, k: k * y**2 / 2),
                    _gradient(x=lambda x, k: x**2, y=lambda y, k: k * y**2),
                    _gradient(y=lambda y, k: k * y**2 / 2),
                    _gradient(y=lambda y, k: k * y**2),
                    _gradient(x=lambda x, k: x**2 / 2),
                    _gradient(x=lambda x, k: x**2),
                ),
                "Is a term of the loss left as it is? Differentiate each of the two.",
            ),
            "second derivative": (
                _gradient(x=lambda x, k: 1 + 0 * x, y=lambda y, k: k + 0 * y),
                "Are these the curvatures, 1 and κ? Differentiate only once.",
            ),
        },
        hints=(
            "What is L if y is a fixed number? Differentiate that with respect to x; then the "
            "other way round.",
            "The derivative of $x^2/2$ is $x$. What does a constant factor do to a derivative?",
            "x, y = point\nreturn np.array([x, ...])",
        ),
        explanation="The ½ cancels the 2 of the derivative. Along y the slope is κ times as steep.",
    ),
    Exercise(
        solution=largest_stable_rate,
        lesson=1,
        title="The largest stable rate",
        task=(
            r"Gradient descent on $\lambda\theta^2/2$ converges if and only if $\eta\lambda < 2$. "
            "Given the curvatures of all axes, where does the usable range of rates end?"
        ),
        outputs=("the rate",),
        probes=(
            call("two axes", curvatures=[1.0, 100.0]),
            call("steepest first", curvatures=[8.0, 0.5, 3.0, 2.0]),
            call("one axis", curvatures=[0.25]),
            call("off any grid", curvatures=[0.7, 30.07]),
        ),
        mistakes={
            "flattest axis": (
                _bound(pick=np.min),
                "Is it the flattest axis that decides? The steepest one diverges first.",
            ),
            "first or last axis": (
                (_bound(pick=lambda c: c[0]), _bound(pick=lambda c: c[-1])),
                "Is it the first or the last axis that decides? They come in any order: look for "
                "the steepest.",
            ),
            "mean of the curvatures": (
                (_bound(pick=np.mean), _bound(pick=np.median)),
                "Is it the mean curvature that decides? One axis that diverges is enough.",
            ),
            "best rate": (
                _bound(pick=lambda c: np.max(c) + np.min(c)),
                "Is it 2/(λ_max + λ_min)? That is the best rate; where it diverges is asked.",
            ),
            "sum of the curvatures": (
                _bound(pick=np.sum),
                "Were the curvatures added? Each axis moves by itself.",
            ),
            "product of the curvatures": (
                _bound(pick=np.prod),
                "Were the curvatures multiplied? Each axis moves by itself.",
            ),
            "number of axes": (
                _bound(pick=np.size),
                "Is 2 divided by the number of axes? It is divided by a curvature: by which?",
            ),
            "condition number": (
                _bound(pick=lambda c: np.max(c) / np.min(c)),
                "Is 2 divided by the ratio of two curvatures? It is divided by the largest one.",
            ),
            "length of the curvatures": (
                _bound(pick=np.linalg.norm),
                "Are the curvatures taken as one vector? Each axis moves by itself.",
            ),
            "one bound per axis": (
                _bound(pick=lambda c: c),
                "These are the bounds of the axes. All share one rate: which bound decides?",
            ),
            "1 instead of 2": (
                _bound(numerator=1.0),
                "Is it 1/λ? There the first step lands in the minimum; the bound is twice that.",
            ),
            "4 instead of 2": (
                _bound(numerator=4.0),
                "Is it 4/λ? The bound is where ηλ = 2.",
            ),
            "just below the bound": (
                Inferred(_just_below),
                "Is there a margin for safety? The bound itself is asked for.",
            ),
            "not inverted": (
                (
                    _bound(upside_down=True),
                    _bound(upside_down=True, numerator=1.0),
                    _bound(upside_down=True, numerator=0.5),
                ),
                "Is the fraction upside down? The steeper the axis, the smaller the rate.",
            ),
            "root of the curvature": (
                _bound(of=np.sqrt),
                "Is there a root? The bound is 2/λ.",
            ),
            "curvature squared": (
                _bound(of=np.square),
                "Is the curvature squared? The bound is 2/λ.",
            ),
        },
        hints=(
            "All axes share one rate. Which axis is the first to diverge as the rate grows?",
            "On an axis with curvature 4, a step multiplies θ by 1 − 4η. It diverges once that "
            "is below −1. For which η does it get there?",
            "return ... / np.max(curvatures)",
        ),
        explanation=(
            "Each step multiplies θ by $1 - \\eta\\lambda$, which must lie between −1 and 1 "
            "on the steepest axis too."
        ),
    ),
)
