"""Exercises of lesson 08: softmax, its gradient, mini-batches, a gradient check."""

import numpy as np

from .engine import Exercise, Inferred, Probe
from .observe import Odd, array_seen
from .pairs import parts
from .probes import call, seeded, show_value, untouched


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


def _row_max(z):
    return z.max(axis=1, keepdims=True)


def _same(x):
    return x


@parts
def _probabilities(
    scale=_same,
    shift=_row_max,
    power=np.exp,
    total=lambda e: e.sum(axis=1, keepdims=True),
    after=_same,
):
    """The softmax of each row, with its parts to be exchanged."""

    def implementation(z):
        z = scale(z)
        e = power(z - shift(z))
        return after(e / total(e))

    return implementation


def _one_hot(p, labels):
    return np.eye(p.shape[1])[labels]


def _marked(mark):
    """A matrix like p with ones where ``mark(y, labels)`` puts them."""

    def target(p, labels):
        y = np.zeros_like(p)
        mark(y, labels)
        return y

    return target


def _in_columns(y, labels):
    y[:, labels] = 1


def _in_rows(y, labels):
    y[labels] = 1


def _turned_round(y, labels):
    y[labels, np.arange(len(labels))] = 1


def _turned_round_one_by_one(y, labels):
    for i, label in enumerate(labels):
        y[label][i] = 1


def _in_the_next(y, labels):
    y[np.arange(len(y)), labels - 1] = 1


def _per_example(p):
    return len(p)


@parts
def _error(of=lambda p: p, target=_one_hot, divisor=_per_example, sign=1, times=lambda p: 1.0):
    """(p − y)/n with its parts to be exchanged."""

    def implementation(p, labels):
        return sign * (of(p) - target(p, labels)) * times(p) / divisor(p)

    return implementation


def _shuffled(n, rng):
    return rng.permutation(n)


def _cut(order, n, size):
    return [order[start : start + size] for start in range(0, n, size)]


def _log_probabilities(z):
    shifted = z - _row_max(z)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@parts
def _batches(source=lambda rng: rng, order=_shuffled, cut=_cut, shift=0):
    """Mini-batches with the parts of their making to be exchanged."""
    return lambda n, size, rng: cut(order(n, source(rng)) + shift, n, size)


def _cut_without_the_rest(order, n, size):
    return [order[start : start + size] for start in range(0, n - size + 1, size)]


def _cut_with_an_empty_one(order, n, size):
    return [order[k * size : (k + 1) * size] for k in range(n // size + 1)]


def _cut_at_every_index(order, n, size):
    return [order[start : start + size] for start in range(n)]


def _cut_late(order, n, size):
    return _cut(order, n, size)[1:]


def _only_the_batches_shuffled(n, size, rng):
    batches = _cut(np.arange(n), n, size)
    rng.shuffle(order := list(range(len(batches))))
    return [batches[i] for i in order]


def _batch_probe(name, n, size):
    """A probe that looks at the properties of mini-batches, since their order is random.

    It ends where what follows would depend on the draw: that is no fingerprint.
    """

    def run(recorder):
        def epoch(label, rng):
            return recorder.call(label, n, size, rng, keep=False)

        with untouched() as left_alone:
            first = epoch("batches", np.random.default_rng(5))
            again = epoch("batches", np.random.default_rng(5))
            other = epoch("batches", np.random.default_rng(6))
        if not isinstance(first, tuple | np.ndarray) or not np.ndim(first[0]):
            recorder.note("batches", first)
            recorder.end()
        recorder.note("batches", Odd("a list of arrays"))
        recorder.note("number of batches", len(first))
        recorder.note("sizes of the batches", [len(batch) for batch in first])
        overlap = len(first) > 1 and np.mean(np.isin(first[1], first[0])) > 0.8
        first, again, other = (np.concatenate(list(batches)) for batches in (first, again, other))
        inside, found = np.arange(n), np.unique(first)
        recorder.note("do indices come twice (1: yes)", len(found) < len(first))
        recorder.note("are there others than 0 … n−1 (1: yes)", not np.isin(found, inside).all())
        recorder.note("are all of 0 … n−1 there (1: yes)", np.isin(inside, found).all())
        recorder.note("are the first two batches nearly the same (1: yes)", overlap)
        recorder.note("is np.random left alone (1: yes)", left_alone())
        repeats = np.array_equal(first, again)
        recorder.note("does the same generator give the same batches again (1: yes)", repeats)
        if repeats:
            differ = not np.array_equal(first, other)
            recorder.note("do two generators give different batches (1: yes)", differ)
        shuffled = not np.array_equal(np.sort(first), first)
        recorder.note("are the indices shuffled (1: yes)", shuffled)
        together = np.mean(np.abs(np.diff(first)) == 1) > 0.5
        recorder.note("are neighbours kept together (1: yes)", together)

    return Probe(name, f"With n = {n}, batch_size = {size}", run)


@parts
def _differences(
    quotient=lambda loss, theta, shift, h: (loss(theta + shift) - loss(theta - shift)) / (2 * h),
    sign=1,
    direction=lambda n, i: np.eye(n)[i],
    distance=lambda theta, h: h,
    coordinates=lambda rows: rows,
    result=lambda slopes, theta: slopes,
):
    """Central differences, one coordinate at a time, with their parts to be exchanged."""

    def implementation(loss, theta, h):
        slopes = np.zeros(len(theta))
        for i in coordinates(range(len(theta))):
            own = distance(theta[i], h)
            shift = own * direction(len(theta), i)
            slopes[i] = sign * quotient(loss, theta, shift, own)
        return result(slopes, theta)

    return implementation


def _fixed_distance(seen):
    """Differences with an h of their own, read off the first probe: ∂(x³)/∂x is 3x² + h²."""
    gradient = array_seen(seen)
    if gradient is None or gradient.shape != (2,):
        return None
    extra = gradient[0] - (3 * 1.5**2 - 4.0)
    return _differences(distance=lambda x, h: np.sqrt(extra) if extra > 1e-9 else 1e-5)


def _all_at_once(n, i):
    return np.ones(n)


def _left_behind(after):
    """Central differences that move θ itself and don't put it back: ``after`` is what is left."""

    def implementation(loss, theta, h):
        moved, slopes = theta.copy(), []
        for i in range(len(theta)):
            moved[i] += h
            up = loss(moved)
            moved[i] -= 2 * h
            slopes.append((up - loss(moved)) / (2 * h))
            moved[i] += after * h
        return np.array(slopes)

    return implementation


def _one_number_given(loss, theta, h):
    return np.array([(loss(x + h) - loss(x - h)) / (2 * h) for x in theta])


def _curved(theta):
    return theta[0] ** 3 + 2 * theta[0] * theta[1] + theta[1] ** 2


def _steep(theta):
    return np.sum(np.exp(theta))


def _falling(theta):
    return theta[0] ** 3 - theta[1] ** 3


def _mixed(theta):
    return theta[0] ** 3 * theta[1] ** 2 + np.exp(theta[2]) * theta[0] + theta[3] ** 4


# Scores from −1000 to 1000: each way to shift a row overflows, or leaves 0/0, in rows of its own.
_SCORES = np.array([[1.0, 2.0, 0.5], [-1.0, 0.0, 3.0]])
_HUGE = np.array([[1000.0, 1001.0, 990.0], [-2000.0, -2001.0, -2003.0]])
_WIDE = np.array(
    [
        [1000.0, 1001.0, 990.0],
        [-1000.0, 1000.0, -1000.0],
        [1000.0, -1000.0, 1000.0],
        [1000.0, -1000.0, -1000.0],
        [-1000.0, -1000.0, 1000.0],
        [-2000.0, 0.0, 1.0],
        [0.0, 1000.0, 400.0],
    ]
)
_LOW = np.array([[-1000.0, -1001.0, -1002.0, -999.0]])
_P = np.array([[0.2, 0.5, 0.3], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.25, 0.25, 0.5]])
_LABELS = np.array([1, 0, 1, 2])
_Q = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.1, 0.1, 0.7]])

_SOFTMAX = Exercise(
    solution=softmax,
    lesson=8,
    title="A softmax that doesn't overflow",
    task="Write the softmax of each row. Scores of 1000 must not overflow.",
    outputs=("the probability",),
    probes=(
        call("two rows", _SCORES, text="With z = ((1, 2, 0.5), (-1, 0, 3))"),
        call("huge scores", _HUGE, text="With z = ((1000, 1001, 990), (-2000, -2001, -2003))"),
        call("one row", _SCORES[:1], text="With z = ((1, 2, 0.5),)"),
        call("a square", np.vstack([_SCORES, [[0.0, 0.0, 1.0]]]), text="With three rows of three"),
        *(
            call(f"wide row {row + 1}", _WIDE[row : row + 1], text=f"With z = ({show_value(z)},)")
            for row, z in enumerate(_WIDE)
        ),
        call("low scores", _LOW, text="With z = ((-1000, -1001, -1002, -999),)"),
    ),
    mistakes={
        "sums without keepdims": (
            (
                lambda z: np.exp(z - _row_max(z)) / np.sum(np.exp(z - _row_max(z)), axis=1),
                lambda z: np.exp(z - z.max(axis=1)) / np.sum(np.exp(z - z.max(axis=1)), axis=1),
                lambda z: np.exp(z) / np.sum(np.exp(z), axis=1),
                lambda z: _probabilities(shift=lambda z: z.max(axis=1))(z),
            ),
            "A sum or maximum over axis=1 has shape (n,), which doesn't fit a matrix row by row. "
            "With keepdims=True it stays a column of shape (n, 1).",
        ),
        "one row only": (
            (_probabilities(after=lambda p: p[0]), _probabilities(after=lambda p: p[-1])),
            "Is only one row returned? A `return` inside the loop ends it in the first round: "
            "collect the rows, and return them behind the loop.",
        ),
        "one sum for all rows": (
            _probabilities(total=np.sum),
            "Do all rows together add up to 1? Each row does: axis=1, with keepdims=True.",
        ),
        "columns instead of rows": (
            (
                _probabilities(total=lambda e: e.sum(axis=0)),
                _probabilities(shift=lambda z: z.max(axis=0), total=lambda e: e.sum(axis=0)),
            ),
            "Do the columns add up to 1? The rows do: axis=1, with keepdims=True.",
        ),
        "each entry divided by itself": (
            _probabilities(total=_same),
            "Is each entry divided by itself? Divide by the sum of its row.",
        ),
        "not normalised": (
            (
                _probabilities(total=lambda e: 1.0),
                _probabilities(total=_row_max),
                _probabilities(total=lambda e: e.mean(axis=1, keepdims=True)),
            ),
            "Do the rows add up to 1? Divide each by its sum (not by its largest entry, or by its "
            "mean).",
        ),
        "overflow": (
            (
                _probabilities(shift=lambda z: 0.0),
                _probabilities(
                    shift=lambda z: 0.0, total=lambda e: e.sum(axis=1, keepdims=True) + 1e-8
                ),
                _probabilities(shift=lambda z: 0.0, after=np.nan_to_num),
            ),
            "exp(1000) is infinite. Subtract the row's largest score first: nothing else changes.",
        ),
        "maximum subtracted too late": (
            tuple(
                _probabilities(shift=lambda z: 0.0, power=lambda z, top=top: np.exp(z) - top(z))
                for top in (_row_max, np.max)
            ),
            "Is the maximum subtracted after exp? It belongs inside the bracket: np.exp(z - …).",
        ),
        "shifted in one place only": (
            (
                lambda z: np.exp(z - _row_max(z)) / np.exp(z).sum(axis=1, keepdims=True),
                lambda z: np.exp(z) / np.exp(z - _row_max(z)).sum(axis=1, keepdims=True),
            ),
            "Is the maximum subtracted above or below only? Keep e = np.exp(z - …), and divide it "
            "by its own sum.",
        ),
        "minimum subtracted": (
            _probabilities(shift=lambda z: z.min(axis=1, keepdims=True)),
            "Is the smallest score subtracted? The others then stay large: take the largest of "
            "each row.",
        ),
        "a constant subtracted": (
            tuple(_probabilities(shift=lambda z, c=c: c) for c in (1000, 1001)),
            "Is the same number subtracted whatever the scores are? Then low scores give 0/0: take "
            "the largest of each row.",
        ),
        "mean subtracted": (
            (
                _probabilities(shift=lambda z: z.mean(axis=1, keepdims=True)),
                _probabilities(shift=lambda z: np.median(z, axis=1, keepdims=True)),
            ),
            "Is the mean subtracted? A score far above it still overflows: take the largest of "
            "each row.",
        ),
        "first or last score subtracted": (
            (_probabilities(shift=lambda z: z[:, :1]), _probabilities(shift=lambda z: z[:, -1:])),
            "Is the first or the last score subtracted? It needn't be the largest: take the "
            "maximum of each row.",
        ),
        "maximum added": (
            _probabilities(shift=lambda z: -_row_max(z)),
            "Is the maximum added? Subtract it.",
        ),
        "largest size subtracted": (
            (
                _probabilities(shift=lambda z: np.abs(z).max(axis=1, keepdims=True)),
                _probabilities(shift=lambda z: np.abs(z).max()),
            ),
            "Is the largest absolute score subtracted? Take the largest score, with its sign: "
            "otherwise all of a negative row is 0, and 0/0.",
        ),
        "never less than 0 subtracted": (
            _probabilities(shift=lambda z: np.maximum(0, _row_max(z))),
            "Is at least 0 subtracted? In a row of large negative scores all is 0 then: 0/0. The "
            "row's own maximum is right, also where it is negative.",
        ),
        "one maximum for all rows": (
            _probabilities(shift=np.max),
            "Is one maximum subtracted from all rows? In a row far below it all is 0: 0/0. Take "
            "the maximum along axis=1, with keepdims=True.",
        ),
        "maximum of the columns": (
            _probabilities(shift=lambda z: z.max(axis=0)),
            "Is it the maximum of each column? Each row has its own: axis=1, keepdims=True.",
        ),
        "scores clipped": (
            tuple(
                _probabilities(
                    scale=lambda z, c=c, low=low: np.clip(z, low * c, c), shift=lambda z: 0.0
                )
                for c in (500.0, 700.0, 709.0, 100.0, 50.0, 20.0)
                for low in (-1.0, -1e9)  # cut off on both sides, or above only
            ),
            "Are large scores cut off? Then 1000 and 1001 become the same. Subtract the largest "
            "of each row instead.",
        ),
        "divided by the largest score": (
            (
                _probabilities(scale=lambda z: z / _row_max(z), shift=lambda z: 0.0),
                _probabilities(scale=lambda z: z / np.max(z), shift=lambda z: 0.0),
            ),
            "Are the scores divided by the largest one? That changes the result; subtracting it "
            "doesn't.",
        ),
        "exponential left out": (
            (
                _probabilities(power=_same),
                _probabilities(shift=lambda z: 0.0, power=_same),
            ),
            "Was exp left out?",
        ),
        "another base": (
            (
                _probabilities(power=lambda z: 2.0**z),
                _probabilities(power=lambda z: 10.0**z),
                _probabilities(power=np.square),
            ),
            "Is it another power than e to the z? np.exp(z).",
        ),
        "sign flipped": (
            (
                _probabilities(scale=np.negative),
                _probabilities(power=lambda z: np.exp(-z)),
            ),
            "Does the smallest score get the largest probability? Check the sign.",
        ),
        "sigmoid": (
            lambda z: 1 / (1 + np.exp(-z)),
            "Is it the sigmoid of each score? The softmax compares the scores of a row.",
        ),
        "logarithm returned": (
            (
                _probabilities(after=np.log),
                _log_probabilities,
            ),
            "Are these log-probabilities?",
        ),
        "class returned": (
            (
                _probabilities(after=lambda p: p.argmax(axis=1)),
                _probabilities(after=np.round),
                _probabilities(after=lambda p: np.eye(p.shape[1])[p.argmax(axis=1)]),
            ),
            "Is only the most likely class returned? Return all probabilities.",
        ),
    },
    hints=(
        "Subtracting a number from all scores of a row changes nothing. Which number helps?",
        "For the row (1000, 999) e¹⁰⁰⁰ overflows. Subtract 1000: (0, −1) gives e⁰ = 1 and e⁻¹ = "
        "0.37. What turns these into shares of the row?",
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
        call(
            "one example", _P[:1], np.array([2]), text="With p = ((0.2, 0.5, 0.3),), labels = (2,)"
        ),
        call("four classes", _Q, np.array([3, 0]), text="With two examples of four classes"),
    ),
    mistakes={
        "labels subtracted as numbers": (
            (
                _error(target=lambda p, labels: labels.reshape(-1, 1)),
                _error(target=lambda p, labels: labels),
            ),
            "Are the labels subtracted as numbers? A label says which column gets the 1: "
            "p[i, labels[i]] − 1 (one-hot).",
        ),
        "labels as columns of all rows": (
            _error(target=_marked(_in_columns)),
            "`[:, labels]` takes these columns in every row. Each row has its own column: "
            "[np.arange(n), labels].",
        ),
        "labels as rows": (
            _error(target=_marked(_in_rows)),
            "`[labels]` takes whole rows. Each row has its own column: [np.arange(n), labels].",
        ),
        "row and column exchanged": (
            (
                _error(target=_marked(_turned_round)),
                _error(target=_marked(_turned_round_one_by_one)),
            ),
            "Are row and column exchanged? The row comes first, p[row, column]: "
            "[np.arange(n), labels].",
        ),
        "labels counted from 1": (
            _error(target=_marked(_in_the_next)),
            "Is the label reduced by 1? Classes count from 0, like columns.",
        ),
        "ten classes taken for granted": (
            _error(target=lambda p, labels: np.eye(10)[labels]),
            "Is 10 the number of classes whatever comes in? It is p.shape[1].",
        ),
        "p left out": (
            lambda p, labels: -_one_hot(p, labels) / len(p),
            "Was p left out? The scores of the wrong classes count as well: the gradient is p, "
            "less 1 at the right class.",
        ),
        "one-hot left out": (
            _error(target=lambda p, labels: 0.0),
            "Was the label left out? Subtract 1 at the right class.",
        ),
        "1 subtracted everywhere": (
            _error(target=lambda p, labels: 1.0),
            "Is 1 subtracted everywhere? Only at the right class.",
        ),
        "1 put in place": (
            (
                lambda p, labels: np.where(_one_hot(p, labels), 1.0, p) / len(p),
                lambda p, labels: np.where(_one_hot(p, labels), -1.0, p) / len(p),
                lambda p, labels: np.where(_one_hot(p, labels), 0.0, p) / len(p),
            ),
            "Is the right class set to a number? Subtract 1 from what stands there: `-= 1`.",
        ),
        "only the right class": (
            lambda p, labels: (p - 1) * _one_hot(p, labels) / len(p),
            "Is only the right class changed? The wrong ones have gradient p/n.",
        ),
        "not divided by n": (
            _error(divisor=lambda p: 1),
            "Is it the sum over the examples? The loss is their mean: divide by n.",
        ),
        "bracket missing": (
            (
                _error(target=lambda p, y: _one_hot(p, y) / len(p), divisor=lambda p: 1),
                _error(target=lambda p, y: _one_hot(p, y) * len(p)),
            ),
            "Is only one of the two divided by n? The whole difference is: (p − y)/n.",
        ),
        "divided by all entries": (
            _error(divisor=np.size),
            "Is it divided by n times the classes? The mean is over the examples.",
        ),
        "divided by the classes": (
            _error(divisor=lambda p: p.shape[1]),
            "Is it divided by the number of classes? The mean is over the examples: len(labels).",
        ),
        "divided by a fixed number": (
            tuple(_error(divisor=lambda p, size=size: size) for size in (10, 32, 64, 100, 128)),
            "Is it divided by a fixed number? A mini-batch may have any size: len(labels).",
        ),
        "mean of the examples": (
            lambda p, labels: (p - _one_hot(p, labels)).mean(axis=0),
            "Were the examples averaged? Each row keeps its own gradient, divided by n.",
        ),
        "sign flipped": (
            _error(sign=-1),
            "Is the sign wrong? Raising the score of a wrong class raises the loss.",
        ),
        "added instead of subtracted": (
            _error(target=lambda p, labels: -_one_hot(p, labels)),
            "Is 1 added at the right class? It is subtracted.",
        ),
        "factor 2": (
            _error(times=lambda p: 2.0),
            "Is there a factor 2? That belongs to a squared error; the loss is the cross-entropy.",
        ),
        "derivative of the sigmoid": (
            (
                _error(target=lambda p, labels: 0.0, times=lambda p: 1 - p),
                _error(times=lambda p: p * (1 - p)),
                _error(times=lambda p: p),
                _error(times=lambda p: p, sign=-1),
                _error(times=lambda p: 1 / (p * (1 - p))),
                _error(times=lambda p: 1 / p),
            ),
            "Is there a factor p, or p(1 − p), or is it divided by it? That belongs to the sigmoid "
            "or to another loss; here the terms combine to p − y.",
        ),
        "derivative of the logarithm only": (
            (
                lambda p, labels: -_one_hot(p, labels) / p / len(p),
                lambda p, labels: -_one_hot(p, labels) / p,
            ),
            "This is the derivative with respect to p. Go on through the softmax.",
        ),
        "softmax taken twice": (
            _error(of=softmax),
            "p is the softmax already: is it taken a second time?",
        ),
        "loss returned": (
            (
                lambda p, labels: -np.mean(np.log(p[np.arange(len(p)), labels])),
                lambda p, labels: -np.log(p[np.arange(len(p)), labels]),
            ),
            "Is it the loss that is returned? Return its gradient, one number for each score.",
        ),
    },
    hints=(
        "Write the loss as log Σ exp(z) − z_label. What is the derivative of each part?",
        "One example with p = (0.7, 0.2, 0.1) and label 0 has the gradient (−0.3, 0.2, 0.1). "
        "What was done to p? And what is different if the loss is the mean over n examples?",
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
        _batch_probe("one left over", 41, 20),
    ),
    mistakes={
        "generator not used": (
            (
                _batches(source=lambda rng: np.random),
                _batches(source=lambda rng: np.random.default_rng()),
                _batches(source=seeded),
            ),
            "Is it the generator `rng` that shuffles? With the same generator the batches must be "
            "the same again: rng.permutation, not np.random.permutation.",
        ),
        "same order every epoch": (
            _batches(source=lambda rng: np.random.default_rng(0)),
            "Is every epoch in the same order? Use the generator that is given.",
        ),
        "not shuffled": (
            _batches(order=lambda n, rng: np.arange(n)),
            "Are the examples in their old order? Then every epoch has the same batches, and "
            "whatever order the data have gets into the training.",
        ),
        "only the batches shuffled": (
            _only_the_batches_shuffled,
            "Is only the order of the batches random? Shuffle the examples first.",
        ),
        "drawn with replacement": (
            (
                _batches(order=lambda n, rng: rng.integers(0, n, n)),
                lambda n, size, rng: [
                    rng.permutation(n)[start : start + size] for start in range(0, n, size)
                ],
                lambda n, size, rng: [rng.integers(0, n, size) for _ in range(0, n, size)],
                lambda n, size, rng: [rng.choice(n, size, False) for _ in range(0, n, size)],
            ),
            "Do some examples come twice and others never? Shuffle once, before the loop, instead "
            "of drawing.",
        ),
        "last batch dropped": (
            (
                _batches(cut=_cut_without_the_rest),
                _batches(cut=lambda order, n, size: _cut(order, n - size, size)),
                _batches(cut=lambda order, n, size: _cut(order, n - 1, size)),
            ),
            "Is the last, smaller batch missing? Every example comes once.",
        ),
        "first batch dropped": (
            _batches(cut=_cut_late),
            "Is the first batch missing? The first one starts at 0.",
        ),
        "empty batch at the end": (
            _batches(cut=_cut_with_an_empty_one),
            "Is there an empty batch at the end where n is a multiple of batch_size? "
            "range(0, n, batch_size) stops in time.",
        ),
        "batches overlap": (
            (
                _batches(cut=_cut_at_every_index),
                _batches(
                    cut=lambda order, n, size: [order[k : k + size] for k in range(n // size)]
                ),
            ),
            "Does a batch begin at every index? The next one begins where the last one ended: "
            "range(0, n, batch_size).",
        ),
        "only the first batch": (
            (
                lambda n, size, rng: rng.permutation(n)[:size],
                _batches(cut=lambda order, n, size: [order[:size]]),
            ),
            "Is there only one batch? Each `batch_size` indices make one, until all are used. (A "
            "`return` inside the loop ends it in the first round: it belongs behind the loop.)",
        ),
        "end of the slice fixed": (
            _batches(cut=lambda order, n, size: [order[k:size] for k in range(0, n, size)]),
            "Are the batches after the first one empty? A slice ends where its second number says: "
            "order[start : start + batch_size].",
        ),
        "the same batch again": (
            _batches(cut=lambda order, n, size: [order[:size] for _ in range(0, n, size)]),
            "Is it the same slice in every round? It starts at another place each time.",
        ),
        "one index too few": (
            (
                _batches(cut=lambda order, n, size: [b[:-1] for b in _cut(order, n, size)]),
                _batches(
                    cut=lambda order, n, size: [
                        order[start : start + size - 1] for start in range(0, n, size)
                    ]
                ),
            ),
            "Does each batch lack its last index? The end of a slice isn't part of it: "
            "order[start : start + batch_size].",
        ),
        "one index too many": (
            _batches(
                cut=lambda order, n, size: [
                    order[start : start + size + 1] for start in range(0, n, size)
                ]
            ),
            "Do neighbouring batches share an index? The end of a slice isn't part of it.",
        ),
        "counted from 1": (
            _batches(shift=1),
            "Do the indices go from 1 to n? Python counts from 0.",
        ),
        "number and size exchanged": (
            _batches(cut=lambda order, n, size: np.array_split(order, size)),
            "Are there batch_size batches? There are as many as it takes, of that size.",
        ),
        "batches of even size": (
            (
                _batches(cut=lambda order, n, size: np.array_split(order, -(-n // size))),
                _batches(cut=lambda order, n, size: np.array_split(order, n // size)),
                _batches(
                    cut=lambda order, n, size: [
                        order[min(start, max(n - size, 0)) :][:size] for start in range(0, n, size)
                    ]
                ),
            ),
            "Are all batches equally large? All but the last have batch_size examples.",
        ),
        "result of shuffle used": (
            lambda n, size, rng: rng.shuffle(np.arange(n))[:size],
            "rng.shuffle shuffles the array itself and returns None. First order = np.arange(n), "
            "then rng.shuffle(order); or take order = rng.permutation(n).",
        ),
        "generator returned": (
            lambda n, size, rng: (batch for batch in _cut(rng.permutation(n), n, size)),
            "A function with `yield` returns a generator; a list is asked for. Collect the "
            "batches in a list and return it.",
        ),
        "one flat list": (
            _batches(cut=lambda order, n, size: order),
            "Was the order left in one piece? Cut it into batches.",
        ),
    },
    hints=(
        "What do you have to shuffle, and how often in an epoch?",
        "A slice may reach over the end: `order[100:120]` of 103 indices has 3.",
        "order = rng.permutation(n)\nreturn [... for start in range(0, n, batch_size)]",
    ),
    explanation="Shuffling first and slicing after uses every example exactly once.",
)

_CHECK = Exercise(
    solution=numerical_gradient,
    lesson=None,
    title="A gradient check",
    task="Estimate a gradient by central differences, to check the one you derived.",
    outputs=("the gradient",),
    probes=tuple(
        call(name, loss, np.array(point), h, text=f"With L = {formula} at {text}, h = {h:g}")
        for name, loss, formula, point, text, h in (
            ("cubic", _curved, "x³ + 2xy + y²", [1.5, -2.0], "(1.5, -2)", 0.1),
            ("exponential", _steep, "Σ exp(θ)", [0.0, 2.0, -3.0], "(0, 2, -3)", 0.2),
            ("below zero", _falling, "a³ − b³", [-1.0, 1.5], "(-1, 1.5)", 0.1),
            (
                "four coordinates",
                _mixed,
                "a³b² + a exp(c) + d⁴",
                [0.5, 2.0, -1.0, 3.0],
                "(0.5, 2, -1, 3)",
                0.3,
            ),
        )
    ),
    mistakes={
        "one number given to the loss": (
            _one_number_given,
            "The loss takes the whole array θ: move one of its coordinates, leave the others as "
            "they are, and hand in all of them.",
        ),
        "all coordinates at once": (
            (
                _differences(direction=_all_at_once),
                _differences(direction=_all_at_once, result=lambda slopes, theta: slopes[0]),
            ),
            "Are all coordinates moved at once? Move one at a time.",
        ),
        "theta not put back": (
            (
                _left_behind(0),
                _left_behind(2),
                _differences(direction=lambda n, i: np.tri(n)[i]),
            ),
            "Is a coordinate still moved when the next one's turn comes? Put it back, or start "
            "from a copy of θ, or a shift of zeros, each time.",
        ),
        "both points the same": (
            _differences(quotient=lambda f, x, s, h: 0.0),
            "Are both points the same? `plus = theta` is no copy, only a second name: "
            "plus = theta.copy().",
        ),
        "one-sided difference": (
            (
                _differences(quotient=lambda f, x, s, h: (f(x + s) - f(x)) / h),
                _differences(quotient=lambda f, x, s, h: (f(x) - f(x - s)) / h),
            ),
            "Is the difference taken to one side only? Its error falls with h, not with h².",
        ),
        "one side over 2h": (
            (
                _differences(quotient=lambda f, x, s, h: (f(x + s) - f(x)) / (2 * h)),
                _differences(quotient=lambda f, x, s, h: (f(x) - f(x - s)) / (2 * h)),
            ),
            "Is one of the two points θ itself? They lie at +h and −h.",
        ),
        "bracket missing": (
            (
                _differences(quotient=lambda f, x, s, h: (f(x + s) - f(x - s)) / 2 * h),
                _differences(quotient=lambda f, x, s, h: f(x + s) - f(x - s) / (2 * h)),
                _differences(quotient=lambda f, x, s, h: f(x + s) - f(x - s) / 2 * h),
            ),
            "Is a bracket missing? `/ 2 * h` divides by 2 and multiplies by h; and the difference "
            "stands in brackets of its own.",
        ),
        "2 left out": (
            _differences(quotient=lambda f, x, s, h: (f(x + s) - f(x - s)) / h),
            "Was the 2 left out? The two points are 2h apart.",
        ),
        "h left out": (
            (
                _differences(quotient=lambda f, x, s, h: f(x + s) - f(x - s)),
                _differences(quotient=lambda f, x, s, h: (f(x + s) - f(x - s)) / 2),
            ),
            "Was the division by 2h left out?",
        ),
        "half the distance": (
            _differences(quotient=lambda f, x, s, h: (f(x + s / 2) - f(x - s / 2)) / h),
            "Are the points h/2 away? Move by h to either side, and divide by 2h.",
        ),
        "sign flipped": (
            _differences(sign=-1),
            "Are the two points exchanged?",
        ),
        "sign changed afterwards": (
            (
                _differences(result=lambda slopes, theta: np.abs(slopes)),
                _differences(result=lambda slopes, theta: slopes * np.sign(theta)),
            ),
            "Is the sign of the slope changed? The difference has the right one.",
        ),
        "added instead of subtracted": (
            _differences(quotient=lambda f, x, s, h: (f(x + s) + f(x - s)) / (2 * h)),
            "Are the two losses added? The slope is their difference over 2h.",
        ),
        "four points": (
            _differences(
                quotient=lambda f, x, s, h: (
                    (8 * (f(x + s) - f(x - s)) - f(x + 2 * s) + f(x - 2 * s)) / (12 * h)
                )
            ),
            "This formula takes four points, at ±h and ±2h, and is more exact. Two are asked for: "
            "at +h and −h.",
        ),
        "second derivative": (
            _differences(quotient=lambda f, x, s, h: (f(x + s) - 2 * f(x) + f(x - s)) / h**2),
            "This is the second derivative.",
        ),
        "distance scaled by theta": (
            (
                _differences(distance=lambda x, h: h * max(1.0, abs(x))),
                _differences(distance=lambda x, h: h * (1 + abs(x))),
                _differences(distance=lambda x, h: h * x),
            ),
            "Is h made larger where |θ| is? Take it as it is.",
        ),
        "distance of its own": (
            Inferred(_fixed_distance),
            "Is h set inside the function, or the derivative worked out by a formula? Use the "
            "argument h.",
        ),
        "only the first coordinate": (
            (
                _differences(coordinates=lambda rows: rows[:1]),
                _differences(
                    coordinates=lambda rows: rows[:1], result=lambda slopes, theta: slopes[0]
                ),
                _differences(
                    coordinates=lambda rows: rows[:1], result=lambda slopes, theta: slopes[:1]
                ),
            ),
            "Is only the first coordinate worked out? A `return` inside the loop ends it in the "
            "first round: it belongs behind the loop, as far left as `for`.",
        ),
        "only the last coordinate": (
            (
                _differences(result=lambda slopes, theta: slopes[-1]),
                _differences(coordinates=lambda rows: rows[-1:]),
            ),
            "Is only the last coordinate left? Put each one into its place, grad[i].",
        ),
        "last coordinate left out": (
            (
                _differences(coordinates=lambda rows: rows[:-1]),
                _differences(result=lambda slopes, theta: slopes[:-1]),
            ),
            "Does the loop stop one coordinate early?",
        ),
        "first coordinate left out": (
            (
                _differences(coordinates=lambda rows: rows[1:]),
                _differences(result=lambda slopes, theta: slopes[1:]),
            ),
            "Does the loop start at 1? Coordinates count from 0.",
        ),
        "coordinates added up": (
            _differences(result=lambda slopes, theta: np.sum(slopes)),
            "Are the coordinates added up? Return one number for each.",
        ),
    },
    hints=(
        "How much does the loss change if one coordinate moves a little to each side?",
        "For L = θ² at θ = 3 with h = 0.1: L(3.1) = 9.61 and L(2.9) = 8.41. The difference is "
        "1.2 over a distance of 0.2, so the slope is 6.",
        "grad = np.zeros(len(theta))\nfor i in range(len(theta)):\n"
        "    shift = np.zeros(len(theta))\n    shift[i] = h",
    ),
    explanation="The errors of both sides cancel to first order; what remains falls with h².",
)

EXERCISES = (_SOFTMAX, _GRADIENT, _BATCHES, _CHECK)
