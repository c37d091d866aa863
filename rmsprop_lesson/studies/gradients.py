"""Is a gradient right? Backpropagation compared with finite differences."""

import copy
import itertools

import numpy as np

from .._validate import check_count, check_has, check_number, check_seed
from ..descent import look
from ..network import BatchLoss, Network, check_theta

__all__ = ["gradient_check"]


def gradient_check(network, x, y, coordinates=50, h=1e-5, seed=0):
    r"""Compare backpropagation with central finite differences, in float64.

    In every weight matrix and bias vector some coordinates k are drawn at random, and
    (L(θ + h eₖ) − L(θ − h eₖ)) / 2h is compared with the gradient's entry.

    Parameters
    ----------
    network : Network
        Left as it is: the check works on a copy. Anything with a flat vector ``theta`` and
        ``loss_and_gradient(x, y)``. ``astype(float64)`` makes the copy if there is one; without it
        `theta` has to be float64 already. Where it isn't a `Network`, the coordinates are drawn
        from all of θ.
    x, y : arrays
        A few images and their labels.
    coordinates : int
        Coordinates drawn from each matrix and vector, all of them where it has fewer.
    h : float
        Half the distance between the two points of the difference.
    seed : int
        Seed of the draw.

    Returns
    -------
    float
        The largest relative error ‖g − d‖ / (‖g‖ + ‖d‖) over the matrices and vectors, g from
        backpropagation and d from the differences. A correct gradient stays below 1e-6, unless a
        ReLU's kink z = 0 lies between two points of a difference.
    """
    check_has("network", network, "theta", "loss_and_gradient")
    coordinates = check_count("coordinates", coordinates, 1)
    h = check_number("h", h, lambda h: (h > 0) & (h <= 1), "greater than 0 and at most 1")
    random = np.random.default_rng(check_seed(seed))
    network = _in_float64(network)
    here = look(BatchLoss(network, x, y), network.theta)
    gradient, errors = np.array(here.grad), []
    for block in _blocks(network):
        chosen = random.choice(block, min(coordinates, block.size), replace=False)
        difference = [_central_difference(network, x, y, k, h) for k in chosen]
        errors.append(_relative_error(gradient[chosen], np.array(difference)))
    return max(errors)


def _in_float64(network):
    check_theta(network)
    if hasattr(network, "astype"):
        return network.astype(np.float64)
    if network.theta.dtype != np.float64:
        raise TypeError(
            f"network must have astype or a theta of float64, got theta of {network.theta.dtype}: "
            "finite differences need the digits"
        )
    return copy.deepcopy(network)


def _blocks(network):
    """The places in θ of W¹, W², …, b¹, b², …; of θ as a whole in a network that isn't ours."""
    places = np.arange(network.theta.size)
    if not isinstance(network, Network):
        return [places]
    return [block.ravel() for block in itertools.chain(*network._views(places))]


def _central_difference(network, x, y, k, h):
    """(L(θ + h eₖ) − L(θ − h eₖ)) / 2h."""

    def loss():
        return (
            network.loss(x, y) if hasattr(network, "loss") else network.loss_and_gradient(x, y)[0]
        )

    here = network.theta[k]
    network.theta[k] = here + h
    right = loss()
    network.theta[k] = here - h
    left = loss()
    network.theta[k] = here
    return (right - left) / (2 * h)


def _relative_error(a, b):
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / scale) if scale > 0 else 0.0
