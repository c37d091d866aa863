"""Exercises of lesson 08: softmax, its gradient, mini-batches, a gradient check."""

import numpy as np

from .engine import Exercise, Probe
from .probes import call


def softmax(z):
    """Turn scores into probabilities, one row per example, without overflow.

    Parameters
    ----------
    z : array of shape (n, classes)
        Scores; leave them unchanged.

    Returns
    -------
    array of shape (n, classes)
        Positive numbers; each row adds up to 1.
    """
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_gradient(p, labels):
    """Compute the gradient of the mean cross-entropy with respect to the scores.

    Parameters
    ----------
    p : array of shape (n, classes)
        The softmax of the scores; leave it unchanged.
    labels : integer array of shape (n,)
        The right classes.

    Returns
    -------
    array of shape (n, classes)
    """
    grad = p.copy()
    grad[np.arange(len(labels)), labels] -= 1
    return grad / len(labels)


def minibatches(n, batch_size, rng):
    """Split the examples of one epoch into mini-batches, in random order.

    Parameters
    ----------
    n : int
        Number of examples.
    batch_size : int
        Examples in a mini-batch; the last one may be smaller.
    rng : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    list of arrays
        The indices 0 … n−1, each once.
    """
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def numerical_gradient(loss, theta, h):
    """Estimate a gradient by central differences, one coordinate at a time.

    Parameters
    ----------
    loss : callable
        Takes an array of shape (d,), returns a float.
    theta : array of shape (d,)
        Where; leave it unchanged.
    h : float
        The distance to either side.

    Returns
    -------
    array of shape (d,)
    """
    grad = np.zeros(len(theta))
    for i in range(len(theta)):
        shift = np.zeros(len(theta))
        shift[i] = h
        grad[i] = (loss(theta + shift) - loss(theta - shift)) / (2 * h)
    return grad


def _one_hot(p, labels):
    return np.eye(p.shape[1])[labels]


def _normalised(e, axis=1):
    return e / e.sum(axis=axis, keepdims=axis is not None)


def _batches(order, last=True):
    """Batches of ``order(n, rng)``, with or without a smaller last one."""

    def implementation(n, size, rng):
        indices = order(n, rng)
        stop = n if last else n - size + 1
        return [indices[start : start + size] for start in range(0, stop, size)]

    return implementation


def _permuted(n, rng):
    return rng.permutation(n)


def _batch_probe(name, n, size):
    """A probe that looks at the properties of mini-batches, since their order is random."""

    def run(recorder):
        first = recorder.call("first epoch", n, size, rng := np.random.default_rng(5), keep=False)
        rng.random(n)
        second = recorder.call("second epoch", n, size, rng, keep=False)
        if not isinstance(first, tuple | np.ndarray) or not np.ndim(first[0]):
            recorder.note("first epoch", first)
            recorder.end()
        indices = np.concatenate(list(first))
        recorder.note("number of batches", len(first))
        recorder.note("sizes of the batches", [len(batch) for batch in first])
        recorder.note("the sorted indices", np.sort(indices))
        shuffled = not np.array_equal(indices, np.arange(n))
        recorder.note("are the indices shuffled (1: yes)", float(shuffled))
        same_order = np.array_equal(indices, np.concatenate(list(second)))
        recorder.note("is the second epoch in the same order (1: yes)", float(same_order))
        runs = np.mean(np.diff(first[0]) == 1) if len(first[0]) > 1 else 0.0
        recorder.note("are neighbours kept together (1: yes)", float(runs > 0.9))

    return Probe(name, f"minibatches({n}, {size}, rng)", run)


def _shuffled_batches(n, size, rng):
    batches = [np.arange(n)[start : start + size] for start in range(0, n, size)]
    rng.shuffle(shuffled := list(range(len(batches))))
    return [batches[i] for i in shuffled]


def _differences(quotient, at_once=False):
    """A numerical gradient with another quotient, ``quotient(loss, theta, shift, h)``."""

    def implementation(loss, theta, h):
        if at_once:
            return np.full(len(theta), quotient(loss, theta, np.full(len(theta), h), h))
        return np.array([quotient(loss, theta, h * row, h) for row in np.eye(len(theta))])

    return implementation


def _central(loss, theta, shift, h):
    return (loss(theta + shift) - loss(theta - shift)) / (2 * h)


def _curved(theta):
    return theta[0] ** 3 + 2 * theta[0] * theta[1] + theta[1] ** 2


def _steep(theta):
    return np.sum(np.exp(theta))


_SCORES = np.array([[1.0, 2.0, 0.5], [-1.0, 0.0, 3.0]])
_HUGE = np.array([[1000.0, 1001.0, 990.0], [-2000.0, -2001.0, -2003.0]])
_P = np.array([[0.2, 0.5, 0.3], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.25, 0.25, 0.5]])
_LABELS = np.array([1, 0, 1, 2])

_SOFTMAX = Exercise(
    solution=softmax,
    lesson=8,
    title="A softmax that doesn't overflow",
    task="Write the softmax of each row. Scores of 1000 must not overflow.",
    outputs=("the probability",),
    probes=(
        call("two rows", _SCORES, text="With the scores ((1, 2, 0.5), (-1, 0, 3))"),
        call("huge scores", _HUGE, text="With scores of 1000 and -2000"),
        call("one row", _SCORES[:1], text="With the scores ((1, 2, 0.5),)"),
    ),
    mistakes={
        "overflow": (
            lambda z: _normalised(np.exp(z)),
            "exp(1000) is infinite. Subtract the row's largest score first: nothing else changes.",
        ),
        "one sum for all rows": (
            lambda z: _normalised(np.exp(z - z.max(axis=1, keepdims=True)), axis=None),
            "Do all rows together add up to 1? Each row does: axis=1.",
        ),
        "columns instead of rows": (
            lambda z: _normalised(np.exp(z - z.max(axis=0, keepdims=True)), axis=0),
            "Do the columns add up to 1? The rows do: axis=1.",
        ),
        "one maximum for all rows": (
            lambda z: _normalised(np.exp(z - z.max())),
            "Is one maximum subtracted from all rows? In a row far below it all is 0: 0/0.",
        ),
        "not normalised": (
            (lambda z: np.exp(z - z.max(axis=1, keepdims=True)), np.exp),
            "Do the rows add up to 1? Divide by their sums.",
        ),
        "minimum subtracted": (
            lambda z: _normalised(np.exp(z - z.min(axis=0, keepdims=True))),
            "Is a minimum subtracted? It is the largest score of each row.",
        ),
        "exponential left out": (
            (lambda z: _normalised(z), lambda z: _normalised(z - z.max(axis=1, keepdims=True))),
            "Was exp left out?",
        ),
        "sign flipped": (
            lambda z: _normalised(np.exp(z.min(axis=1, keepdims=True) - z)),
            "Does the smallest score get the largest probability? Check the sign.",
        ),
        "logarithm returned": (
            lambda z: np.log(softmax(z)),
            "Are these log-probabilities?",
        ),
    },
    hints=(
        "Subtracting a number from all scores of a row changes nothing: which one helps?",
        r"$$p_k = \frac{e^{z_k - \max z}}{\sum_j e^{z_j - \max z}}$$",
        "e = np.exp(z - z.max(axis=1, keepdims=True))\nreturn ...",
    ),
    explanation="The largest exponent is then 0, so that nothing overflows and no sum is 0.",
)

_GRADIENT = Exercise(
    solution=softmax_gradient,
    lesson=8,
    title="Back through softmax",
    task="Derive the gradient of the mean cross-entropy with respect to the scores, and write it.",
    outputs=("the gradient",),
    probes=(
        call("four examples", _P, _LABELS, text="With four examples of three classes"),
        call("one example", _P[:1], np.array([2]), text="With p = (0.2, 0.5, 0.3), label 2"),
    ),
    mistakes={
        "not divided by n": (
            lambda p, labels: p - _one_hot(p, labels),
            "Is it the sum over the examples? The loss is their mean: divide by n.",
        ),
        "sign flipped": (
            lambda p, labels: (_one_hot(p, labels) - p) / len(p),
            "Is the sign wrong? Raising the score of a wrong class raises the loss.",
        ),
        "one-hot left out": (
            (lambda p, labels: p / len(p), lambda p, labels: p),
            "Was the label left out? Subtract 1 at the right class.",
        ),
        "derivative of the sigmoid": (
            lambda p, labels: p * (1 - p) / len(p),
            "Is it p(1 − p)? That belongs to the sigmoid; here the terms combine to p − y.",
        ),
        "derivative of the logarithm only": (
            lambda p, labels: -_one_hot(p, labels) / p / len(p),
            "This is the derivative with respect to p. Go on through the softmax.",
        ),
        "squared error": (
            (
                lambda p, labels: (p - _one_hot(p, labels)) * p * (1 - p) / len(p),
                lambda p, labels: 2 * (p - _one_hot(p, labels)) / len(p),
            ),
            "Is it the gradient of a squared error? The loss is the cross-entropy.",
        ),
        "divided by all entries": (
            lambda p, labels: (p - _one_hot(p, labels)) / p.size,
            "Is it divided by n times the classes? The mean is over the examples.",
        ),
        "only the right class": (
            lambda p, labels: (p - 1) * _one_hot(p, labels) / len(p),
            "Is only the right class changed? The wrong ones have gradient p/n.",
        ),
    },
    hints=(
        "Write the loss as log Σ exp(z) − z_label, and differentiate.",
        r"$$\frac{\partial L}{\partial z} = \frac{p - y}{n}, \qquad y \text{ one-hot}$$",
        "grad = p.copy()\n... -= 1",
    ),
    explanation="The log and the exp cancel, and what remains is the error $p - y$.",
)

_BATCHES = Exercise(
    solution=minibatches,
    lesson=8,
    title="Mini-batches",
    task="Split one epoch into mini-batches of random examples; every example comes once.",
    probes=(
        _batch_probe("a smaller last one", 103, 20),
        _batch_probe("even", 60, 20),
        _batch_probe("one batch", 50, 64),
    ),
    mistakes={
        "not shuffled": (
            _batches(lambda n, rng: np.arange(n)),
            "Are the examples in their old order? Then every epoch has the same mini-batches.",
        ),
        "last batch dropped": (
            _batches(_permuted, last=False),
            "Is the last, smaller batch missing? Every example comes once.",
        ),
        "drawn with replacement": (
            _batches(lambda n, rng: rng.integers(0, n, n)),
            "Do some examples come twice and others never? Shuffle instead of drawing.",
        ),
        "only the batches shuffled": (
            _shuffled_batches,
            "Is only the order of the batches random? Shuffle the examples first.",
        ),
        "same order every epoch": (
            _batches(lambda n, rng: np.random.default_rng(0).permutation(n)),
            "Is every epoch in the same order? Use the generator that is given.",
        ),
        "counted from 1": (
            _batches(lambda n, rng: rng.permutation(n) + 1),
            "Do the indices go from 1 to n? Python counts from 0.",
        ),
        "number and size exchanged": (
            lambda n, size, rng: np.array_split(rng.permutation(n), size),
            "Are there batch_size batches? There are as many as it takes, of that size.",
        ),
        "batches of even size": (
            lambda n, size, rng: np.array_split(rng.permutation(n), -(-n // size)),
            "Are all batches equally large? All but the last have batch_size examples.",
        ),
        "one flat list": (
            lambda n, size, rng: rng.permutation(n),
            "Was the order left in one piece? Cut it into batches.",
        ),
    },
    hints=(
        "Shuffle the indices once, then cut the list into pieces.",
        "A slice may reach over the end: `order[100:120]` of 103 indices has 3.",
        "order = rng.permutation(n)\nreturn [... for start in range(0, n, batch_size)]",
    ),
    explanation="Shuffling first and slicing after uses every example exactly once.",
)

_CHECK = Exercise(
    solution=numerical_gradient,
    lesson=8,
    title="A gradient check",
    task="Estimate a gradient by central differences, to check the one you derived.",
    outputs=("the gradient",),
    probes=(
        call(
            "cubic",
            _curved,
            np.array([1.0, -2.0]),
            0.1,
            text="L = x³ + 2xy + y² at (1, -2), h = 0.1",
        ),
        call(
            "exponential",
            _steep,
            np.array([0.0, 1.0, -1.0]),
            0.2,
            text="L = Σ exp(θ) at (0, 1, -1), h = 0.2",
        ),
    ),
    mistakes={
        "one-sided difference": (
            (
                _differences(lambda f, x, s, h: (f(x + s) - f(x)) / h),
                _differences(lambda f, x, s, h: (f(x) - f(x - s)) / h),
            ),
            "Is the difference taken to one side only? Its error falls with h, not with h².",
        ),
        "2 left out": (
            _differences(lambda f, x, s, h: (f(x + s) - f(x - s)) / h),
            "Was the 2 left out? The two points are 2h apart.",
        ),
        "h left out": (
            (
                _differences(lambda f, x, s, h: f(x + s) - f(x - s)),
                _differences(lambda f, x, s, h: (f(x + s) - f(x - s)) / 2),
            ),
            "Was the division by 2h left out?",
        ),
        "bracket missing": (
            _differences(lambda f, x, s, h: (f(x + s) - f(x - s)) / 2 * h),
            "Is a bracket missing? `/ 2 * h` divides by 2 and multiplies by h.",
        ),
        "sign flipped": (
            _differences(lambda f, x, s, h: -_central(f, x, s, h)),
            "Are the two points exchanged?",
        ),
        "all coordinates at once": (
            (
                _differences(_central, at_once=True),
                lambda f, x, h: _central(f, x, np.full(len(x), h), h),
            ),
            "Are all coordinates moved at once? Move one at a time.",
        ),
        "second derivative": (
            _differences(lambda f, x, s, h: (f(x + s) - 2 * f(x) + f(x - s)) / h**2),
            "This is the second derivative.",
        ),
        "last coordinate left out": (
            lambda f, x, h: np.append(numerical_gradient(f, x, h)[:-1], 0.0),
            "Does the loop stop one coordinate early?",
        ),
    },
    hints=(
        "For each coordinate: move it by +h, by −h, and compare the losses.",
        r"$$\frac{\partial L}{\partial\theta_i} \approx "
        r"\frac{L(\theta + h e_i) - L(\theta - h e_i)}{2h}$$",
        "grad = np.zeros(len(theta))\nfor i in range(len(theta)):\n"
        "    shift = np.zeros(len(theta))\n    shift[i] = h",
    ),
    explanation="The errors of both sides cancel to first order; what remains falls with h².",
)

EXERCISES = (_SOFTMAX, _GRADIENT, _BATCHES, _CHECK)
