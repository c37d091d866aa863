"""A small neural network in NumPy whose weights are one flat vector, and its training loop.

Every optimiser of this course works elementwise on an array. A network fits in when all its
weights lie in **one** vector θ and the matrices of its layers are views of it: the optimiser sees
a vector, the network sees matrices, and nothing is copied between them.
"""

import itertools
import math
import sys
from contextlib import closing

import numpy as np

from ._validate import (
    as_array,
    check_count,
    check_data,
    check_flag,
    check_gradient,
    check_has,
    check_parameters,
    check_seed,
    takes,
)
from .descent import check_run, reset, updates

__all__ = ["BatchLoss", "Network", "TrainingDiverged", "train"]

MOST_PARAMETERS = 10**8  # 400 MB of float32
MOST_EPOCHS = 10**4
ROWS_AT_ONCE = 128  # images evaluated together: enough for a fast product, few enough for the cache


class Network:
    r"""A fully connected classifier: ReLU between the layers, softmax at the end.

    With a⁰ = x, one image a row, layer l = 1 … L computes

    .. math::
        z^l = a^{l-1} W^l + b^l, \qquad a^l = \max(z^l, 0) \; (l < L), \qquad
        p = \operatorname{softmax}(z^L),

    and the loss of n images with labels y is the mean cross-entropy −(1/n) Σᵢ log p[i, yᵢ].

    Parameters
    ----------
    sizes : sequence of int
        Widths of the layers from input to output, ``(784, 128, 10)`` by default. Two numbers make
        a linear classifier without hidden layer.
    seed : int
        Seed of the random start: He initialisation, W ~ N(0, 2 / inputs of the layer) [1]_, b = 0.
        The same seed gives the same start, in float32 rounded from the one in float64.
    dtype : {numpy.float32, numpy.float64}
        Number format of everything; float64 is meant for gradient checks.

    Attributes
    ----------
    theta : ndarray, shape (number of parameters,)
        W¹, b¹, W², b², … one after another. ``network.theta = vector`` copies into it.
    weights, biases : list of ndarray
        Views of `theta`: ``weights[0]`` is W¹, shape (inputs, outputs).

    Raises
    ------
    TypeError, ValueError
        If `sizes` has fewer than two entries or one that is not a positive integer, if there are
        fewer than two classes, or if `dtype` is neither float32 nor float64.

    References
    ----------
    .. [1] K. He, X. Zhang, S. Ren, J. Sun: Delving deep into rectifiers. ICCV 2015,
       doi:10.1109/ICCV.2015.123.

    Examples
    --------
    >>> network = Network(sizes=(4, 3, 2))
    >>> network.theta.size, [W.shape for W in network.weights]
    (23, [(4, 3), (3, 2)])
    """

    def __init__(self, sizes=(784, 128, 10), seed=0, dtype=np.float32):
        self.sizes = _check_sizes(sizes)
        self.dtype = _check_dtype(dtype)
        self._layout = _layout(self.sizes)
        random = np.random.default_rng(check_seed(seed))
        self._theta = np.zeros(self._layout[-1][0].stop, self.dtype)
        for W in self.weights:
            W[...] = random.normal(0.0, np.sqrt(2 / len(W)), W.shape)

    def __repr__(self):
        layers = "–".join(map(str, self.sizes))
        return f"Network {layers}, {self.theta.size} parameters, {self.dtype}"

    # The flat vector and its views. The views are made afresh at each access (a microsecond), so
    # they can't come loose from θ when a network is copied or pickled.

    def _views(self, flat):
        """Weight matrices and bias vectors as views of a flat vector: [W¹, …], [b¹, …]."""
        views = [flat[part].reshape(shape) for part, shape in self._layout]
        return views[0::2], views[1::2]

    @property
    def theta(self):
        """All parameters in one flat vector."""
        return self._theta

    @theta.setter
    def theta(self, values):
        if np.shape(values) != self._theta.shape:
            raise ValueError(
                f"theta must have shape {self._theta.shape}, got shape {np.shape(values)}"
            )
        self._theta[...] = values

    @property
    def weights(self):
        """The weight matrices [W¹, W², …], views of `theta`."""
        return self._views(self._theta)[0]

    @property
    def biases(self):
        """The bias vectors [b¹, b², …], views of `theta`."""
        return self._views(self._theta)[1]

    def astype(self, dtype):
        """Copy of the network with its parameters in another number format."""
        other = Network(self.sizes, dtype=dtype)
        other.theta = self.theta
        return other

    # Forward and backward

    def _forward(self, x):
        """Activations [a⁰ = x, a¹, …, aᴸ⁻¹] and zᴸ, the logits."""
        a = [x]
        for W, b in zip(*self._views(self._theta), strict=True):
            z = a[-1] @ W
            z += b
            a.append(z)
            if len(a) < len(self.sizes):  # the last z passes through softmax, not through ReLU
                np.maximum(z, 0, out=z)
        return a[:-1], z

    def loss(self, x, y):
        """Mean cross-entropy −(1/n) Σᵢ log p[i, yᵢ] of images `x` (n, inputs), labels `y` (n,).

        Raises ValueError as `loss_and_gradient` does.
        """
        x, y = self._check_images(x), self._check_labels(y, len(x))
        _, logits = self._forward(x)
        return -float(log_softmax(logits)[np.arange(len(y)), y].mean())

    def loss_and_gradient(self, x, y, out=None):
        r"""Loss and its gradient with respect to all parameters, by backpropagation.

        With δ the derivative of the loss with respect to z of a layer, from the last to the first,

        .. math::
            \delta^L = (p - y)/n, \quad
            \frac{\partial L}{\partial W^l} = (a^{l-1})^\top \delta^l, \quad
            \frac{\partial L}{\partial b^l} = \textstyle\sum_i \delta^l_i, \quad
            \delta^{l-1} = \delta^l (W^l)^\top \cdot 1[z^{l-1} > 0],

        where y stands for the labels as rows with a single 1.

        Parameters
        ----------
        x : array, shape (n, inputs)
            Images, one a row.
        y : integer array, shape (n,)
            Labels 0 … classes − 1.
        out : ndarray, optional
            Vector of the shape and dtype of `theta` that receives the gradient.

        Returns
        -------
        loss : float
        gradient : ndarray, shape of `theta`
            A new array, or `out`.

        Raises
        ------
        ValueError
            If a shape does not fit, there is no image, or a label is not an integer in range.
        """
        x, y = self._check_images(x), self._check_labels(y, len(x))
        gradient = np.empty_like(self._theta) if out is None else out
        weights = self.weights
        dW, db = self._views(gradient)
        n, rows = len(x), np.arange(len(x))

        a, logits = self._forward(x)
        log_p = log_softmax(logits)
        loss = -float(log_p[rows, y].sum()) / n

        delta = np.exp(log_p)
        delta[rows, y] -= 1
        delta /= n
        for layer in reversed(range(len(weights))):
            np.matmul(a[layer].T, delta, out=dW[layer])
            delta.sum(axis=0, out=db[layer])
            if layer > 0:
                delta = delta @ weights[layer].T
                delta *= a[layer] > 0  # a > 0 exactly where z > 0
        return loss, gradient

    # What a trained network is asked for

    def probabilities(self, x):
        """Softmax probabilities p, shape (n, classes); each row sums to 1."""
        return np.exp(log_softmax(self._logits(x)))

    def predict(self, x):
        """The most probable label of each image, shape (n,)."""
        return self._logits(x).argmax(axis=1)  # where p is largest, too

    def _logits(self, x):
        x = self._check_shape(x)
        starts = range(0, len(x), ROWS_AT_ONCE)
        parts = (self._in_dtype(x[start : start + ROWS_AT_ONCE]) for start in starts)
        return np.concatenate([self._forward(part)[1] for part in parts])

    def accuracy(self, x, y):
        """Share of the images whose predicted label is right, 0 … 1."""
        return float(np.mean(self.predict(x) == self._check_labels(y, len(x))))

    def check(self, x, y):
        """Raise TypeError or ValueError unless these images and labels fit the network."""
        self._check_labels(y, len(self._check_shape(x)))

    def _check_images(self, x):
        return self._in_dtype(self._check_shape(x))

    def _in_dtype(self, x):
        """Images in the network's number format. A whole data set is converted part by part."""
        with np.errstate(over="ignore"):  # beyond float32 they become inf, and the loss says so
            return x.astype(self.dtype, copy=False)

    def _check_shape(self, x):
        x = as_array(x)
        if x.dtype.kind not in "fiub":
            raise TypeError(f"x must hold numbers, one image a row, got {x.dtype}")
        if x.ndim != 2 or x.shape[1] != self.sizes[0] or len(x) == 0:
            raise ValueError(
                f"x must have shape (n, {self.sizes[0]}) with n >= 1, one image a row, "
                f"got shape {x.shape}"
            )
        return x

    def _check_labels(self, y, n):
        y = as_array(y)
        classes = self.sizes[-1]
        if y.shape != (n,) or y.dtype.kind not in "iu":
            raise ValueError(
                f"y must be {n} integer labels, one for each row of x, "
                f"got shape {y.shape} of {y.dtype}"
            )
        if y.min() < 0 or y.max() >= classes:
            wrong = np.flatnonzero((y < 0) | (y >= classes))[0]
            raise ValueError(
                f"y must hold labels from 0 to {classes - 1}, got {y[wrong]} at index {wrong}"
            )
        return y


def log_softmax(z):
    """Logarithm of softmax for each row, log p = z − log Σⱼ exp(zⱼ).

    The row's maximum is subtracted first; that leaves p as it is and keeps exp from overflowing.

    Parameters
    ----------
    z : ndarray of float, shape (n, classes)

    Returns
    -------
    ndarray of the same shape
    """
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def check_theta(network):
    """Return θ if it is a flat array with which the network computes, or raise an error."""
    theta = network.theta
    if not isinstance(theta, np.ndarray):
        raise TypeError(f"network.theta must be an array, got {type(theta).__name__}")
    check_parameters("network.theta", theta)
    if theta.ndim != 1 or theta.size == 0 or not theta.flags.writeable:
        locked = "" if theta.flags.writeable else ", read-only"
        raise ValueError(
            f"network.theta must be flat, not empty and writeable, got shape {theta.shape}{locked}"
        )
    if not np.may_share_memory(theta, network.theta):
        raise ValueError(
            "network.theta must be the array that the network computes with, got a new one at "
            "each access; what is written into a copy is lost"
        )
    return theta


class TrainingDiverged(FloatingPointError):
    """Raised by `train` when the loss leaves the finite numbers or the gradient is too large.

    Attributes
    ----------
    diverged_at : int
        Number t = 0, 1, … of the step that could not be made, over all epochs; as in a
        `Trajectory`.
    history : pandas.DataFrame
        The history up to the step before it.
    """

    def __init__(self, reason, history, diverged_at):
        self.history, self.diverged_at = history, diverged_at
        super().__init__(f"training diverged at step {diverged_at}: {reason}")


class BatchLoss:
    """The loss of a network on some images, as an objective of θ: `descend` can run on it.

    Parameters
    ----------
    network : Network
        Anything with a flat vector ``theta`` and ``loss_and_gradient(x, y)``. It is set to the θ
        that it is asked about.
    x, y : array
        Images and labels.
    **options
        Given on to ``network.loss_and_gradient``.
    """

    def __init__(self, network, x, y, **options):
        self.network, self.x, self.y, self.options = network, x, y, options

    @property
    def start(self):
        """θ of the network as it is now."""
        return np.array(self.network.theta)

    def loss_and_gradient(self, theta):
        """Loss and gradient at `theta`, a vector."""
        if theta is not self.network.theta:
            self.network.theta[...] = theta
        return self.network.loss_and_gradient(self.x, self.y, **self.options)

    def __repr__(self):
        return f"<loss of {self.network!r} on {len(self.x)} images>"


def train(
    network,
    data,
    optimizer,
    epochs=1,
    batch_size=64,
    seed=0,
    schedule=None,
    progress=True,
    stop=None,
    go_on=False,
):
    """Train a network with mini-batches, in place.

    Each epoch visits every training image once, in a new random order; its last mini-batch is
    smaller where `batch_size` does not divide the number of images. The optimiser is reset first,
    unless the training is to go on.

    Parameters
    ----------
    network : Network
        Its `theta` is updated. Anything with ``theta``, a flat array that it computes with;
        ``loss_and_gradient(x, y)``, the gradient an array like θ; and ``accuracy(x, y)``. The
        array x is filled anew for the next mini-batch, so whoever wants to keep it takes a copy.
        If it also has ``check(x, y)``, that says before the training whether data fit, and if
        ``loss_and_gradient`` takes ``out``, it gets the same array for the gradient each time.
    data : MNIST
        Anything with ``train_images``, ``train_labels``, ``test_images`` and ``test_labels``.
    optimizer : Optimizer
        Anything with ``step(theta, grad)``, as those of this course. If it has ``reset()``, that
        comes first; to go on it must have ``t``, the number of steps that it has made.
    epochs, batch_size : int
        At least 1.
    seed : int
        Seed of the random order.
    schedule : callable, optional
        ``schedule(t)`` gives the learning rate of step t = 0, 1, … over all epochs. Afterwards
        the optimiser has its own rate again.
    progress : bool
        Whether to show a progress bar. It appears only where somebody can watch it, in a terminal
        or a live notebook, and is gone when the training has finished.
    stop : callable, optional
        ``stop(network)`` is asked after each epoch; if it says True, that epoch was the last.
    go_on : bool
        Go on with the optimiser's state where the last training stopped: with step
        t = ``optimizer.t``, and with the order of the images that comes next. With the same seed
        two epochs and one more are the same as three. Only whole epochs can be gone on from.

    Returns
    -------
    pandas.DataFrame
        One row a step: ``epoch`` and ``step``, both counted from 1 (from where it goes on);
        ``loss``, that of the mini-batch before the update; in the last row of an epoch
        ``train_accuracy`` and ``test_accuracy``, those of all images after the update (NaN in the
        other rows).

    Raises
    ------
    TypeError, ValueError
        If images or labels do not fit the network or are not finite, a number is out of range, a
        schedule is given for an optimiser without learning rate, ``network.theta`` is not a flat
        array that can be updated in place, or the steps to go on from are not whole epochs of
        this data and batch size.
    TrainingDiverged
        If the loss becomes NaN or infinite or the gradient too large. The message names the step,
        the exception holds the history so far, and `network` is left as it was at that step.
    """
    check_has("network", network, "theta", "loss_and_gradient", "accuracy")
    check_run(optimizer, schedule)
    if stop is not None and not callable(stop):
        raise TypeError(f"stop must be a function or None, got {stop!r}")
    images, labels, test_images, test_labels = _check_data(network, data)
    epochs = check_count("epochs", epochs, 1, MOST_EPOCHS)
    batch_size = check_count("batch_size", batch_size, 1)
    seed, progress = check_seed(seed), check_flag("progress", progress)
    epoch_steps = -(-len(images) // batch_size)
    theta, losses, accuracies = check_theta(network), [], []
    first = 0
    if check_flag("go_on", go_on):
        first = check_has("optimizer", optimizer, "t").t
        if first % epoch_steps:
            raise ValueError(
                f"go_on must start at the end of an epoch: the optimiser has made {first} steps, "
                f"and with this batch_size and data an epoch has {epoch_steps}"
            )
    else:
        reset(optimizer)
    done = first // epoch_steps

    def objectives():
        """One for each mini-batch; what comes after an epoch's last update stands after them."""
        x = np.empty((min(batch_size, len(images)), *images.shape[1:]), images.dtype)
        options = {"out": np.empty_like(theta)} if takes(network.loss_and_gradient, "out") else {}
        batches = _mini_batches(len(images), batch_size, done + epochs, seed)
        for t, batch in enumerate(itertools.islice(batches, done * epoch_steps, None), 1):
            x_t = images.take(batch, axis=0, out=x[: len(batch)], mode="clip")
            yield BatchLoss(network, x_t, labels[batch], **options)
            if t % epoch_steps == 0:
                with np.errstate(all="ignore"):  # weights may be huge; the next look at θ tells
                    test = network.accuracy(test_images, test_labels)
                    accuracies.append((network.accuracy(images, labels), test))
                if stop is not None and stop(network):
                    return

    steps = objectives()
    if progress and _somebody_watches():
        title = getattr(optimizer, "name", type(optimizer).__name__)
        steps = _progress_bar(steps, epochs * epoch_steps, title)
    with closing(updates(steps, optimizer, theta, schedule, first, out=theta)) as run:
        for here in run:
            if not here.usable:
                history = _history(losses, accuracies, epoch_steps, first)
                raise TrainingDiverged(_why(here), history, first + len(losses))
            losses.append(float(here.loss))
    return _history(losses, accuracies, epoch_steps, first)


def _why(here):
    """Why a step can't be made."""
    if not np.isfinite(here.loss):
        return f"the loss became {here.loss}; a smaller learning rate may help"
    try:
        check_gradient(here.grad, here.theta)
    except ValueError as error:
        return str(error)
    return "a parameter became infinite; a smaller learning rate may help"


def _check_data(network, data):
    """The four arrays, if they fit the network and are finite."""
    check_data(data)
    checked = []
    for part in ("train", "test"):
        x, y = (as_array(getattr(data, f"{part}_{what}")) for what in ("images", "labels"))
        try:
            if hasattr(network, "check"):
                network.check(x, y)
            elif not len(x) or len(x) != len(y):
                raise ValueError(f"x and y must be as many, got {len(x)} and {len(y)}")
            _check_finite(x)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{part} data: {error}") from None
        checked += [x, y]
    return checked


def _check_finite(x):
    """A NaN among the pixels would look like a learning rate that is too large."""
    if x.dtype.kind != "f":
        return
    for start in range(0, len(x), ROWS_AT_ONCE):
        rows = x[start : start + ROWS_AT_ONCE]
        with np.errstate(all="ignore"):
            squares = np.vdot(rows, rows)
        if not np.isfinite(squares) and not np.isfinite(rows).all():
            row = start + int(np.argwhere(~np.isfinite(rows))[0][0])
            bad = x[row][~np.isfinite(x[row])].flat[0]
            raise ValueError(f"x must be finite, got {bad} in row {row}")


def _mini_batches(n, batch_size, epochs, seed):
    """Indices of one mini-batch after another, every epoch in a new random order."""
    random = np.random.default_rng(seed)
    for _ in range(epochs):
        order = random.permutation(n)
        for start in range(0, n, batch_size):
            yield order[start : start + batch_size]


def _history(losses, accuracies, epoch_steps, first):
    """The table `train` returns; `first` steps were made before."""
    import pandas as pd

    step = first + np.arange(1, len(losses) + 1)
    history = pd.DataFrame({"epoch": (step - 1) // epoch_steps + 1, "step": step, "loss": losses})
    columns = ["train_accuracy", "test_accuracy"]
    history[columns] = np.nan
    if accuracies:  # pandas refuses to assign no rows, as when the first epoch diverges
        history.loc[epoch_steps - 1 :: epoch_steps, columns] = accuracies
    return history


def _somebody_watches():
    """Whether a progress bar would be seen: in a terminal, or in a notebook a person runs.

    A program that executes a notebook (nbconvert, nbval, the book) tells the kernel that nobody
    can answer an `input()`; there a bar would only leave its traces in the stored output.
    """
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython(), "kernel", None) if ipython else None
    return kernel._allow_stdin if kernel else sys.stderr.isatty()


def _progress_bar(iterable, total, title):
    try:
        from tqdm.auto import tqdm
    except ImportError:  # the package works with NumPy alone
        return iterable
    return tqdm(iterable, desc=title, total=total, unit="step", leave=False)


def _layout(sizes):
    """Place and shape in θ of W¹, b¹, W², b², …: a list of (slice, shape)."""
    layout, start = [], 0
    for inputs, outputs in itertools.pairwise(sizes):
        for shape in (inputs, outputs), (outputs,):
            stop = start + math.prod(shape)
            layout.append((slice(start, stop), shape))
            start = stop
    return layout


def _check_sizes(sizes):
    if not np.iterable(sizes):
        raise TypeError(f"sizes must be a sequence of widths, got {sizes!r}")
    sizes = tuple(check_count("sizes", size, 1) for size in sizes)
    if len(sizes) < 2 or sizes[-1] < 2:
        raise ValueError(
            f"sizes must be at least two widths, the last one at least 2 classes, got {sizes}"
        )
    if sum((a + 1) * b for a, b in itertools.pairwise(sizes)) > MOST_PARAMETERS:
        raise ValueError(f"sizes must make at most {MOST_PARAMETERS:,} parameters, got {sizes}")
    return sizes


def _check_dtype(dtype):
    if not isinstance(dtype, type | str | np.dtype):
        raise TypeError(f"dtype must be float32 or float64, got {dtype!r}")
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(f"dtype must be float32 or float64, got {dtype}")
    return dtype
