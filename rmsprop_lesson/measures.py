"""What lessons, experiments and checks measure, each defined once.

Plain functions of numbers and sequences; they know nothing of optimisers. Learners write them in
exercises, whose stubs show these docstrings.
"""

import numpy as np

__all__ = [
    "count_flips",
    "ewma",
    "first_step_factor",
    "half_life",
    "past_weights",
    "steps_to_reach",
]


def ewma(values, beta):
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
    average, averages = 0.0, []
    for value in values:
        average = beta * average + (1 - beta) * value
        averages.append(average)
    return np.array(averages)


def half_life(beta):
    """Count the steps after which a gradient's weight in the average has halved.

    Parameters
    ----------
    beta : float
        Decay rate β, with 0 < β < 1.

    Returns
    -------
    float
        The number of steps; it need not be whole.
    """
    return np.log(0.5) / np.log(beta)


def past_weights(beta, n):
    """List the weights of the last n values in an exponentially weighted average.

    Parameters
    ----------
    beta : float
        Decay rate β.
    n : int
        How many.

    Returns
    -------
    array of shape (n,)
        The newest value's weight first.
    """
    return (1 - beta) * beta ** np.arange(n)


def first_step_factor(beta):
    """Compute the size of RMSprop's first step in units of η (S₀ = 0, ε negligible).

    Parameters
    ----------
    beta : float
        Decay rate β.

    Returns
    -------
    float
        Length of the first step, over η.
    """
    return 1 / np.sqrt(1 - beta)


def count_flips(path):
    """Count how often each coordinate of a path changes its sign.

    Parameters
    ----------
    path : array of shape (steps + 1, coordinates)
        The positions; none is 0.

    Returns
    -------
    array of shape (coordinates,)
        Number of sign changes from one position to the next.
    """
    signs = np.sign(path)
    return np.sum(signs[1:] != signs[:-1], axis=0)


def steps_to_reach(losses, target):
    """Count the steps that a run takes to reach a target loss.

    Parameters
    ----------
    losses : sequence of float
        The loss before the first step, after it, …
    target : float
        The loss to reach.

    Returns
    -------
    int
        The first t with a loss of at most the target; −1 if there is none.
    """
    for t, loss in enumerate(losses):
        if loss <= target:
            return t
    return -1
