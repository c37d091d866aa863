"""RMSprop in the world: settings of well-known papers, and three small tasks that are like theirs.

A recurrent network that has to remember, slot machines that change, and nothing that takes longer
than seconds. The tasks are small so that one can see why a setting was chosen; they say nothing
about which optimiser wins on the large ones.
"""

from contextlib import contextmanager

import numpy as np

from .._validate import check_count, check_scalar
from .frameworks import LibraryRMSprop, to_ours

__all__ = ["FirstSign", "clip", "papers", "play", "remember"]

# What the papers and their published code say: the library whose conventions they follow, and the
# settings in its names. A setting that is missing is not said; it was the library's default.
# Where they stand. Handwriting: equations 38 to 45. DQN: extended data table 1, and the published
# Lua code. A3C: β alone; η and ε are those of a program that repeats it, async_deep_reinforce of
# "miyosuda". Inception v3: its momentum in TensorFlow's research/inception alone. WGAN: η; the
# published code leaves the rest at PyTorch's defaults. EfficientNet: its ε in tensorflow/tpu alone.
PAPERS = {
    "handwriting, 2013": (
        "ours",
        {
            "learning_rate": 1e-4,
            "beta": 0.95,
            "epsilon": 1e-4,
            "centered": True,
            "momentum": 0.9,
            "rate_inside_momentum": True,
        },
    ),
    "DQN, 2015": (
        "ours",
        {"learning_rate": 2.5e-4, "beta": 0.95, "epsilon": 0.01, "centered": True},
    ),
    "A3C, 2016": ("ours", {"learning_rate": 7e-4, "beta": 0.99, "epsilon": 0.1}),
    "Inception v3, 2016": (
        "tensorflow1",
        {"learning_rate": 0.045, "decay": 0.9, "epsilon": 1.0, "momentum": 0.9},
    ),
    "WGAN, 2017": ("torch", {"lr": 5e-5}),
    "EfficientNet, 2019": (
        "tensorflow1",
        {"learning_rate": 0.256, "decay": 0.9, "epsilon": 0.001, "momentum": 0.9},
    ),
}


def papers():
    """What these papers set, in this course's terms.

    Returns
    -------
    pandas.DataFrame
        One row for each: η, β, ε, momentum, and whether the form is centred.
    """
    import pandas as pd

    rows = {}
    for name, (library, settings) in PAPERS.items():
        ours = LibraryRMSprop(**to_ours(library, **settings).hyperparameters)
        rows[name] = {
            "η": f"{ours.learning_rate:g}",
            "β": f"{ours.beta:g}",
            "ε": f"{ours.epsilon:g}",
            "momentum": f"{ours.momentum:g}" if ours.momentum else "–",
            "centred": "yes" if ours.centered else "–",
        }
    return pd.DataFrame(rows).T


def clip(grad, most):
    """Shorten a gradient that is longer than `most`; its direction stays.

    Parameters
    ----------
    grad : ndarray
        The last axis holds the parameters; each row is a gradient of its own.
    most : float
        The largest norm that is let through, greater than 0.

    Returns
    -------
    ndarray of the shape of `grad`

    References
    ----------
    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks",
    ICML 2013, arXiv:1211.5063.
    """
    norm = np.linalg.norm(grad, axis=-1, keepdims=True)
    return grad * np.minimum(1.0, most / np.maximum(norm, most))


class FirstSign:
    r"""A recurrent network that reads a sequence and has to tell the sign of its first number.

    .. math::
        h_t = \tanh(h_{t-1} W + x_t u + b), \qquad
        L = \ln\left(1 + e^{-y\,(h_T v + c)}\right)

    with y = ±1, x₁ = y and nothing but noise after it. On its way back the gradient is multiplied
    by W (and by the slope of tanh) at each step: where W is large it explodes, where W is small it
    vanishes.

    Parameters
    ----------
    gain : float
        Size of W at the start, W ~ N(0, gain²/hidden): about the factor of each step back.
    hidden, length : int
        Numbers in h, and in a sequence.
    seeds : int
        How many networks, each with a random start of its own.

    Attributes
    ----------
    theta : ndarray of shape (..., seeds, parameters)
        W, u, b, v, c of each network in a row. It may get more axes in front, such as one for
        learning rates.
    """

    def __init__(self, gain=1.0, hidden=10, length=25, seeds=1):
        gain = check_scalar("gain", gain, lambda x: x > 0, "finite and greater than 0")
        self.hidden = check_count("hidden", hidden, 1)
        self.length = check_count("length", length, 1)
        seeds = check_count("seeds", seeds, 1)
        self.theta = np.stack([self._start(gain, seed) for seed in range(seeds)])

    def _start(self, gain, seed):
        theta = np.zeros(self.hidden**2 + 3 * self.hidden + 1)
        W, u, _, v, _ = self._parts(theta)
        random = np.random.default_rng(seed)
        W[...] = random.normal(0, gain / np.sqrt(self.hidden), W.shape)
        u[...] = random.normal(0, 1, u.shape)
        v[...] = random.normal(0, 1 / np.sqrt(self.hidden), v.shape)
        return theta

    def _parts(self, flat):
        """W, u, b, v, c as views of the last axis."""
        n = self.hidden
        W, u, b, v, c = np.split(flat, np.cumsum([n * n, n, n, n]), axis=-1)
        return W.reshape(*flat.shape[:-1], n, n), u, b, v, c

    def batch(self, random, n):
        """Draw n sequences and their first signs: x of shape (n, length), y of shape (n,)."""
        y = random.choice([-1.0, 1.0], n)
        x = random.normal(0, 0.1, (n, self.length))
        x[:, 0] = y
        return x, y

    def loss_and_gradient(self, x, y):
        """Loss of each network and its gradient, by backpropagation through time."""
        h, margin = self._forward(x, y)
        gradient = np.zeros_like(self.theta)
        dW, du, db, dv, dc = self._parts(gradient)
        d_out = self._of_output(margin, y)
        dv += (h[-1] * d_out[..., None]).sum(axis=-2)
        dc += d_out.sum(axis=-1, keepdims=True)
        for t, _, delta in self._backward(h, margin, y):
            dW += np.swapaxes(h[t], -1, -2) @ delta
            du += x[:, t] @ delta
            db += delta.sum(axis=-2)
        return np.logaddexp(0, -margin).mean(axis=-1), gradient

    def signal(self, x, y):
        """The norm of ∂L/∂h at the end, one step back, and so on; a row for each network."""
        h, margin = self._forward(x, y)
        norms = [np.linalg.norm(d, axis=(-2, -1)) for _, d, _ in self._backward(h, margin, y)]
        return np.stack(norms, axis=-1)

    def _forward(self, x, y):
        """All h, and the margin y·(h_T v + c) of each sequence: positive where it is right."""
        W, u, b, v, c = self._parts(self.theta)
        h = [np.zeros((*self.theta.shape[:-1], len(x), self.hidden))]
        for t in range(self.length):
            h.append(np.tanh(h[-1] @ W + x[:, t, None] * u[..., None, :] + b[..., None, :]))
        return h, y * ((h[-1] * v[..., None, :]).sum(axis=-1) + c)

    def _of_output(self, margin, y):
        """∂L/∂(h_T v + c)."""
        return -y * np.exp(-np.logaddexp(0, margin)) / len(y)

    def _backward(self, h, margin, y):
        """From the last step to the first: t, ∂L/∂h and ∂L/∂z, with z what tanh is taken of."""
        W, _, _, v, _ = self._parts(self.theta)
        d_h = self._of_output(margin, y)[..., None] * v[..., None, :]
        for t in reversed(range(self.length)):
            d_z = d_h * (1 - h[t + 1] ** 2)
            yield t, d_h, d_z
            d_h = d_z @ np.swapaxes(W, -1, -2)


def remember(gain, optimizer, most=None, seeds=4, steps=400, batch=16):
    """Train networks that remember the first sign, several seeds and learning rates at once.

    Parameters
    ----------
    gain : float
        See `FirstSign`.
    optimizer : Optimizer
        Its learning rates may be an array: each gets networks of its own.
    most : float, optional
        Gradients that are longer are shortened to it before the step (`clip`).
    seeds, steps, batch : int
        Networks for each rate, updates, sequences in a mini-batch.

    Returns
    -------
    ndarray of shape (rates, seeds)
        The mean loss of the last 50 steps. A network that knows nothing has ln 2 = 0.69.
    """
    network, random = FirstSign(gain, seeds=seeds), np.random.default_rng(0)
    rates = np.size(optimizer.learning_rate)
    network.theta = np.repeat(network.theta[None], rates, axis=0)
    losses = np.zeros((steps, rates, seeds))
    with _spread(optimizer, (rates, 1, 1)):
        for step in range(steps):
            losses[step], gradient = network.loss_and_gradient(*network.batch(random, batch))
            if most is not None:
                gradient = clip(gradient, most)
            network.theta = optimizer.step(network.theta, gradient)
    return losses[-50:].mean(axis=0)


@contextmanager
def _spread(optimizer, shape):
    """The optimiser anew, with its learning rates along another axis as long as this lasts."""
    rates = optimizer.learning_rate
    optimizer.reset()
    optimizer.learning_rate = np.reshape(rates, shape)
    try:
        yield
    finally:
        optimizer.reset()
        optimizer.learning_rate = rates


def play(optimizer, every=None, machines=5, steps=3000, seeds=20, noise=0.1):
    r"""Slot machines, one of which pays 1 and the others 0.2, played by a learning softmax.

    Machine a is chosen with probability :math:`p = \operatorname{softmax}(\theta)`. With the
    reward r and a running average r̄ of rewards, the step goes against
    :math:`g = -(r - \bar r)\,(1[a] - p)`, which on average points uphill in reward.

    Parameters
    ----------
    optimizer : Optimizer
        Its learning rates may be an array of shape (rates,): each plays for itself.
    every : int, optional
        After so many plays another machine is the good one; never by default.
    machines, steps, seeds : int
        Machines, plays, and players for each rate.
    noise : float
        Standard deviation of a reward.

    Returns
    -------
    ndarray of shape (steps, rates)
        The mean reward that each play would bring, without its noise, averaged over the players.

    References
    ----------
    R. J. Williams, "Simple statistical gradient-following algorithms for connectionist
    reinforcement learning", Machine Learning 8 (1992), 229–256.
    """
    rates, random = np.atleast_1d(optimizer.learning_rate), np.random.default_rng(0)
    theta = np.zeros((len(rates), seeds, machines))
    average, brought = np.zeros((len(rates), seeds)), np.zeros((steps, len(rates)))
    with _spread(optimizer, (len(rates), 1, 1)):
        for t in range(steps):
            pays = np.full(machines, 0.2)
            pays[(t // every if every else 0) % machines] = 1.0
            p = np.exp(theta - theta.max(axis=-1, keepdims=True))
            p /= p.sum(axis=-1, keepdims=True)
            brought[t] = (p @ pays).mean(axis=-1)
            chosen = (np.cumsum(p, axis=-1) < random.random((seeds, 1))).sum(axis=-1)
            chosen = np.minimum(chosen, machines - 1)
            reward = pays[chosen] + noise * random.standard_normal(seeds)
            g = -(reward - average)[..., None] * (np.eye(machines)[chosen] - p)
            average += 0.05 * (reward - average)
            theta = optimizer.step(theta, g)
    return brought
