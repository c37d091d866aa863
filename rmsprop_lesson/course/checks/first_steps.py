"""Exercises of lesson 01: gradient descent, the valley, the largest rate."""

import numpy as np

from .engine import Exercise
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


EXERCISES = (
    Exercise(
        solution=gradient_step,
        lesson=1,
        title="One step downhill",
        task="Write the update of gradient descent.",
        outputs=("θ",),
        probes=(
            call("floats", 2.0, 3.0, 0.1),
            call("arrays", np.array([1.0, -2.0, 0.5]), np.array([3.0, -4.0, 0.0]), 0.2),
            call("2-D array", np.array([[1.0], [5.0]]), np.array([[-2.0], [0.3]]), 1.5),
        ),
        mistakes={
            "sign flipped": (
                lambda theta, g, lr: theta + lr * g,
                "Is the step added? The gradient points uphill: subtract it.",
            ),
            "learning rate left out": (
                lambda theta, g, lr: theta - g,
                "Was the learning rate left out?",
            ),
            "divided by the learning rate": (
                lambda theta, g, lr: theta - g / lr,
                "Is the gradient divided by η? It is multiplied.",
            ),
            "step returned": (
                (lambda theta, g, lr: lr * g, lambda theta, g, lr: -lr * g),
                "Is it the step that is returned? Subtract it from θ.",
            ),
            "theta scaled too": (
                lambda theta, g, lr: lr * (theta - g),
                "Is a bracket too wide? η multiplies the gradient only.",
            ),
            "gradient normalised": (
                (
                    lambda theta, g, lr: theta - lr * g / np.linalg.norm(g),
                    lambda theta, g, lr: theta - lr * np.sign(g),
                ),
                "Is the gradient divided by its size? Gradient descent takes it as it is.",
            ),
        },
        hints=(
            "The gradient points uphill. Which way do you want to go, and how far?",
            r"$$\theta \leftarrow \theta - \eta\, g$$",
            "return theta - ...",
        ),
        explanation="The step is $-\\eta g$: against the gradient, and in proportion to it.",
    ),
    Exercise(
        solution=valley_gradient,
        lesson=1,
        title="The gradient of the valley",
        task=r"The elongated valley is $L(x, y) = \tfrac12(x^2 + \kappa y^2)$. Write its gradient.",
        outputs=("the gradient",),
        probes=(
            call("one point", np.array([3.0, 1.0]), 100.0),
            call("another point", np.array([-2.0, 0.5]), 7.0),
            call("round valley", np.array([1.0, -4.0]), 1.0),
        ),
        mistakes={
            "factor 2 too many": (
                lambda p, k: np.array([2 * p[0], 2 * k * p[1]]),
                "Was the ½ in front forgotten? The derivative of x²/2 is x.",
            ),
            "half too many": (
                lambda p, k: np.array([p[0] / 2, k * p[1] / 2]),
                "Was the 2 of the derivative forgotten? The derivative of x² is 2x, half of it x.",
            ),
            "axes swapped": (
                lambda p, k: np.array([k * p[0], p[1]]),
                "Is κ on the wrong axis? It belongs to y.",
            ),
            "order swapped": (
                lambda p, k: np.array([k * p[1], p[0]]),
                "Are the two components in the wrong order? First ∂L/∂x, then ∂L/∂y.",
            ),
            "kappa left out": (
                lambda p, k: np.array([p[0], p[1]]),
                "Was κ left out?",
            ),
            "kappa squared": (
                lambda p, k: np.array([p[0], k**2 * p[1]]),
                "Is κ squared? The square in κy² belongs to y alone.",
            ),
            "loss returned": (
                lambda p, k: (p[0] ** 2 + k * p[1] ** 2) / 2,
                "Is it the loss that is returned? The gradient has two components.",
            ),
            "components not differentiated": (
                lambda p, k: np.array([p[0] ** 2 / 2, k * p[1] ** 2 / 2]),
                "Are these the two terms of the loss? Differentiate each.",
            ),
        },
        hints=(
            "Differentiate with respect to x while y stays fixed, then the other way round.",
            r"$$\nabla L = (x,\ \kappa y)$$",
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
        probes=(
            call("two axes", [1.0, 100.0]),
            call("steepest first", [8.0, 0.5, 2.0]),
            call("one axis", [0.25]),
        ),
        mistakes={
            "flattest axis": (
                lambda c: 2 / np.min(c),
                "Is it the flattest axis that decides? The steepest one diverges first.",
            ),
            "1 instead of 2": (
                lambda c: 1 / np.max(c),
                "Is it 1/λ? There the first step lands in the minimum; the bound is twice that.",
            ),
            "mean of the curvatures": (
                lambda c: 2 / np.mean(c),
                "Is it the mean curvature that decides? One axis that diverges is enough.",
            ),
            "sum of the curvatures": (
                lambda c: 2 / np.sum(c),
                "Were the curvatures added? Each axis moves by itself.",
            ),
            "one bound per axis": (
                lambda c: 2 / np.asarray(c),
                "These are the bounds of the axes. All share one rate: which bound decides?",
            ),
            "not inverted": (
                (lambda c: np.max(c), lambda c: 2 * np.max(c), lambda c: np.max(c) / 2),
                "Is the fraction upside down? The steeper the axis, the smaller the rate.",
            ),
        },
        hints=(
            "All axes share one rate. Which axis is the first to diverge as the rate grows?",
            r"$$\eta < \frac{2}{\lambda_{\max}}$$",
            "return ... / np.max(curvatures)",
        ),
        explanation=(
            "Each step multiplies θ by $1 - \\eta\\lambda$, which must lie between −1 and 1 "
            "on the steepest axis too."
        ),
    ),
)
