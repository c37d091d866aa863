"""The network: its gradients, its flat vector, its training loop and its refusals."""

import copy
import gc
import io
import itertools
import pickle
import re
import sys
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rmsprop_lesson import (
    Adadelta,
    Adagrad,
    Adam,
    Cosine,
    GradientDescent,
    Momentum,
    RMSprop,
    descend,
)
from rmsprop_lesson.network import (
    BatchLoss,
    Network,
    TrainingDiverged,
    _check_finite,
    _check_sizes,
    _mini_batches,
    _somebody_watches,
    log_softmax,
    train,
)
from rmsprop_lesson.studies.gradients import (
    _central_difference,
    _relative_error,
    gradient_check,
)

ARCHITECTURES = [(5, 3), (6, 4, 3), (7, 6, 5, 4), (4, 5, 5, 5, 2), (784, 16, 10)]
OPTIMIZERS = [
    GradientDescent(0.1),
    Momentum(0.02),
    Adagrad(0.02),
    RMSprop(0.002),
    Adadelta(),
    Adam(0.002),
]


def digits(n, sizes, seed=0):
    """Random images in [0, 1) and labels that fit a network."""
    random = np.random.default_rng(seed)
    return random.random((n, sizes[0]), np.float32), random.integers(0, sizes[-1], n)


@pytest.fixture(scope="module")
def data():
    """A learnable problem in the shape of MNIST data: noisy copies of ten random patterns."""
    random = np.random.default_rng(1)
    patterns = random.random((10, 20), np.float32)

    def part(n):
        labels = random.integers(0, 10, n)
        noise = 0.3 * random.standard_normal((n, 20), np.float32)
        return patterns[labels] + noise, labels

    return SimpleNamespace(**dict(zip(
        ("train_images", "train_labels", "test_images", "test_labels"),
        (*part(500), *part(200)), strict=True)))  # fmt: skip


def small_network(seed=0, dtype=np.float32):
    return Network((20, 16, 10), seed, dtype)


# The gradient


@pytest.mark.parametrize("sizes", ARCHITECTURES, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_gradient_agrees_with_finite_differences(sizes, seed):
    x, y = digits(9, sizes, seed)
    assert gradient_check(Network(sizes, seed), x, y) < 1e-6


def test_gradient_check_sees_a_wrong_entry_in_every_block():
    sizes = (6, 5, 4)
    x, y = digits(9, sizes)

    class Wrong(Network):
        def astype(self, dtype):
            wrong = Wrong(self.sizes, dtype=dtype)
            wrong.theta, wrong.at = self.theta, self.at
            return wrong

        def loss_and_gradient(self, x, y, out=None):
            loss, gradient = super().loss_and_gradient(x, y, out)
            gradient[self.at] += 1e-4
            return loss, gradient

    for at in (0, 30, 35, 55):  # the first entries of W¹, b¹, W², b²
        network = Wrong(sizes)
        network.at = at
        assert gradient_check(network, x, y) > 1e-5


def test_gradient_check_leaves_the_network_alone():
    network = Network((6, 5, 4))
    before = network.theta.copy()
    gradient_check(network, *digits(5, network.sizes))
    assert np.array_equal(network.theta, before)
    assert network.theta.dtype == np.float32


def test_gradient_check_looks_at_as_many_coordinates_as_it_is_told():
    class Counting(Network):
        calls = 0

        def astype(self, dtype):
            twin = Counting(self.sizes, dtype=dtype)
            twin.theta = self.theta
            return twin

        def loss(self, x, y):
            Counting.calls += 1
            return super().loss(x, y)

    def calls(**arguments):
        Counting.calls = 0
        gradient_check(Counting((12, 6, 4)), *digits(5, (12, 6, 4)), **arguments)
        return Counting.calls

    assert calls() == 2 * (50 + 6 + 24 + 4)  # W¹ has 72 entries, the other blocks fewer than 50
    assert calls(coordinates=1) == 2 * 4
    assert calls(coordinates=5) == 2 * (5 + 5 + 5 + 4)


def test_gradient_check_draws_its_coordinates_by_the_seed_and_each_once():
    class Watched(Network):
        seen = ()

        def astype(self, dtype):
            twin = Watched(self.sizes, dtype=dtype)
            twin.theta = self.theta
            twin.start = twin.theta.copy()
            return twin

        def loss(self, x, y):
            Watched.seen += tuple(np.flatnonzero(self.theta != self.start).tolist())
            return super().loss(x, y)

    def seen(**arguments):
        Watched.seen = ()
        gradient_check(Watched((12, 6, 4)), *digits(5, (12, 6, 4)), **arguments)
        return Watched.seen

    every = seen(coordinates=100)
    assert sorted(every) == sorted(2 * list(range(12 * 6 + 6 + 6 * 4 + 4)))
    assert seen(coordinates=3) == seen(coordinates=3, seed=0) != seen(coordinates=3, seed=1)


def test_a_central_difference_is_that_of_the_loss_and_leaves_theta_alone():
    network = Network((6, 5, 4), dtype=np.float64)
    x, y = digits(5, network.sizes)
    before = network.theta.copy()
    exact = network.loss_and_gradient(x, y)[1]
    for k in (0, 32, 58):
        near = [_central_difference(network, x, y, k, h) - exact[k] for h in (1e-5, 1e-3)]
        assert near == pytest.approx([0, 0], abs=1e-6)
        assert np.array_equal(network.theta, before)


def test_the_relative_error_is_a_share_of_both_lengths():
    assert _relative_error(np.array([3.0, 4.0]), np.zeros(2)) == 1
    assert _relative_error(np.array([3.0, 4.0]), np.array([3.0, 0.0])) == pytest.approx(4 / 8)
    assert _relative_error(np.array([1e-9]), np.array([3e-9])) == pytest.approx(0.5)
    assert _relative_error(np.zeros(2), np.zeros(2)) == 0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"coordinates": 0}, ValueError, "^coordinates must be at least 1, got 0$"),
        ({"coordinates": 1.5}, TypeError, "^coordinates must be a whole number"),
        ({"h": 0}, ValueError, "^h must be greater than 0 and at most 1, got 0"),
        ({"h": 1.5}, ValueError, "^h must be greater than 0 and at most 1, got 1.5"),
        ({"seed": -1}, ValueError, "^seed must be at least 0, got -1$"),
        ({"network": 3}, TypeError, "^network must have theta, loss_and_gradient, got 3$"),
    ],
)
def test_gradient_check_refuses(arguments, error, message):
    network = Network((6, 5, 4))
    x, y = digits(5, network.sizes)
    with pytest.raises(error, match=message):
        gradient_check(**{"network": network, "x": x, "y": y} | arguments)
    assert gradient_check(network, x, y, h=1) > 0  # the largest distance that is allowed


def test_linear_classifier_has_the_gradient_of_the_textbook():
    network = Network((5, 3), dtype=np.float64)
    x, y = digits(8, network.sizes)
    _, gradient = network.loss_and_gradient(x, y)
    error = (network.probabilities(x) - np.eye(3)[y]) / len(x)
    expected = np.concatenate([(x.T @ error).ravel(), error.sum(axis=0)])
    np.testing.assert_allclose(gradient, expected, rtol=1e-12)


def test_out_receives_the_gradient_and_without_it_every_call_has_its_own():
    network = Network((6, 5, 4))
    x, y = digits(8, network.sizes)
    _, first = network.loss_and_gradient(x, y)
    kept = first.copy()
    buffer = np.full_like(first, np.nan)
    _, given_back = network.loss_and_gradient(x, y, out=buffer)
    assert given_back is buffer
    assert np.array_equal(buffer, first)
    network.loss_and_gradient(x[:3], y[:3])
    assert np.array_equal(first, kept)


def test_gradient_of_the_mean_is_the_mean_of_the_gradients():
    network = Network((6, 5, 4), dtype=np.float64)
    x, y = digits(8, network.sizes)
    loss, gradient = network.loss_and_gradient(x, y)
    parts = [network.loss_and_gradient(x[i : i + 1], y[i : i + 1]) for i in range(8)]
    np.testing.assert_allclose(np.mean([part[0] for part in parts]), loss, rtol=1e-12)
    np.testing.assert_allclose(np.mean([part[1] for part in parts], axis=0), gradient, atol=1e-14)


@given(st.permutations(range(7)))
def test_order_of_the_images_does_not_matter(order):
    network = Network((6, 5, 4), dtype=np.float64)
    x, y = digits(7, network.sizes)
    loss, gradient = network.loss_and_gradient(x, y)
    loss_2, gradient_2 = network.loss_and_gradient(x[order], y[order])
    assert loss_2 == pytest.approx(loss, rel=1e-13)
    np.testing.assert_allclose(gradient_2, gradient, atol=1e-15)


@given(st.floats(0.01, 100), st.integers(0, 100))
def test_scaling_hidden_weights_up_and_the_next_down_changes_nothing(c, seed):
    """ReLU is positively homogeneous: max(cz, 0) = c max(z, 0) for c > 0."""
    network = Network((6, 5, 4), seed, np.float64)
    network.biases[0][...] = 0.1
    x, y = digits(7, network.sizes, seed)
    before, gradient = network.loss_and_gradient(x, y)
    dW_before = network._views(gradient)[0]
    network.weights[0][...] *= c
    network.biases[0][...] *= c
    network.weights[1][...] /= c
    after, gradient = network.loss_and_gradient(x, y)
    dW_after = network._views(gradient)[0]
    assert after == pytest.approx(before, rel=1e-10)
    np.testing.assert_allclose(dW_after[0] * c, dW_before[0], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(dW_after[1] / c, dW_before[1], rtol=1e-8, atol=1e-12)


# Softmax and the loss


@given(
    arrays(np.float64, (4, 6), elements=st.floats(-1e4, 1e4)),
    st.floats(-1e4, 1e4),
)
def test_softmax_is_stable_and_a_common_shift_leaves_it(z, shift):
    p = np.exp(log_softmax(z))
    assert np.all(np.isfinite(log_softmax(z)))
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.exp(log_softmax(z + shift)), p, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_logits_have_a_finite_loss(dtype):
    network = Network((1, 3), dtype=dtype)
    network.theta = [1e4, -1e4, 0, 0, 0, 0]
    x = np.ones((1, 1))
    losses = [network.loss(x, [label]) for label in range(3)]
    assert losses == pytest.approx([0, 2e4, 1e4])
    assert all(np.all(np.isfinite(network.loss_and_gradient(x, [label])[1])) for label in range(3))


def test_loss_is_minus_the_mean_log_probability():
    network = Network((6, 5, 4), dtype=np.float64)
    x, y = digits(30, network.sizes)
    expected = -np.log(network.probabilities(x)[np.arange(30), y]).mean()
    assert network.loss(x, y) == pytest.approx(expected, rel=1e-13)
    assert network.loss_and_gradient(x, y)[0] == pytest.approx(expected, rel=1e-13)


def test_a_network_that_knows_nothing_has_the_loss_log_of_the_classes():
    network = Network((6, 5, 10))
    network.theta = np.zeros_like(network.theta)
    assert network.loss(*digits(12, network.sizes)) == pytest.approx(np.log(10))


def test_predictions_of_many_images_are_those_of_each():
    network = small_network()
    x, y = digits(1000, network.sizes)
    p = network.probabilities(x)
    assert p.shape == (1000, 10)
    np.testing.assert_allclose(p[700:701], network.probabilities(x[700:701]), rtol=1e-4)
    assert np.array_equal(network.predict(x), p.argmax(axis=1))
    inside = []
    forward = network._forward
    network._forward = lambda rows: inside.append(len(rows)) or forward(rows)
    network.probabilities(x)
    assert inside == 7 * [128] + [104]  # many at once would need memory for all
    assert network.accuracy(x, y) == np.mean(network.predict(x) == y)


# One flat vector


@pytest.mark.parametrize("sizes", ARCHITECTURES, ids=str)
def test_layers_are_views_that_fill_the_vector(sizes):
    network = Network(sizes)
    network.theta[...] = 0
    for part in (*network.weights, *network.biases):
        assert np.shares_memory(part, network.theta)
        part += 1
    assert np.all(network.theta == 1)
    assert [W.shape for W in network.weights] == list(itertools.pairwise(sizes))
    assert [b.shape for b in network.biases] == [(size,) for size in sizes[1:]]


def test_number_of_parameters_of_the_mnist_network():
    assert Network().theta.shape == (101_770,)
    assert repr(Network()) == "Network 784–128–10, 101770 parameters, float32"
    assert np.array_equal(Network().theta, Network(seed=0).theta)


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, copy.copy, lambda n: pickle.loads(pickle.dumps(n))]
)
def test_copies_keep_their_layers_in_their_vector(duplicate):
    twin = duplicate(Network((6, 5, 4)))
    twin.weights[0][...] = 7
    assert np.all(twin.theta[:30] == 7)


def test_assigning_theta_copies_into_the_vector():
    network = Network((6, 5, 4))
    W, new = network.weights[0], np.ones_like(network.theta)
    network.theta = new
    assert np.all(W == 1)
    assert not np.shares_memory(network.theta, new)
    with pytest.raises(ValueError, match=r"theta must have shape \(59,\), got shape \(58,\)"):
        network.theta = new[1:]


def test_he_initialisation():
    network = Network((400, 300, 10), seed=3)
    assert network.weights[0].std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert network.weights[1].std() == pytest.approx(np.sqrt(2 / 300), rel=0.05)
    assert abs(network.weights[0].mean()) < 1e-3
    assert not np.any(network.biases[0])
    assert not np.any(network.biases[1])


def test_seed_decides_the_start():
    assert np.array_equal(Network(seed=4).theta, Network(seed=4).theta)
    assert not np.array_equal(Network(seed=4).theta, Network(seed=5).theta)
    assert np.array_equal(
        Network(seed=4, dtype=np.float64).astype("f4").theta, Network(seed=4).theta
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(data, dtype):
    network = small_network(dtype=dtype)
    images = data.test_images.astype(dtype)
    assert network._check_images(images) is images  # 188 MB in float32: not copied for nothing
    assert network._check_images(data.test_images.astype(np.float64)).dtype == dtype
    train(network, data, RMSprop(0.001))
    _, gradient = network.loss_and_gradient(data.train_images, data.train_labels)
    assert network.theta.dtype == gradient.dtype == dtype
    assert network.probabilities(data.test_images).dtype == dtype


# Training


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)
def test_every_optimiser_lowers_the_loss(data, optimizer):
    network = small_network()
    before = network.loss(data.train_images, data.train_labels)
    history = train(network, data, optimizer, epochs=3, batch_size=20)
    assert network.loss(data.train_images, data.train_labels) < before
    assert history.loss[-25:].mean() < history.loss[:25].mean()


def test_training_reaches_a_good_accuracy(data):
    network = small_network()
    history = train(network, data, RMSprop(0.01), epochs=10, batch_size=20)
    assert history.test_accuracy.iloc[-1] > 0.85
    assert history.test_accuracy.iloc[-1] == network.accuracy(data.test_images, data.test_labels)
    assert history.train_accuracy.iloc[-1] == network.accuracy(data.train_images, data.train_labels)


def test_history_has_one_row_a_step_and_accuracies_at_the_end_of_epochs(data):
    history = train(small_network(), data, RMSprop(0.001), epochs=2, batch_size=64)
    assert list(history) == ["epoch", "step", "loss", "train_accuracy", "test_accuracy"]
    assert list(history.step) == list(range(1, 17))  # 500 images: 7 × 64 + 52 an epoch
    assert list(history.epoch) == [1] * 8 + [2] * 8
    assert history.loss.notna().all()
    for column in ("train_accuracy", "test_accuracy"):
        assert list(np.flatnonzero(history[column].notna())) == [7, 15]


def test_training_is_the_loop_one_would_write(data):
    ours, by_hand = small_network(), small_network()
    history = train(ours, data, RMSprop(0.003), epochs=2, batch_size=100, seed=5)
    optimizer, random, losses = RMSprop(0.003), np.random.default_rng(5), []
    for _ in range(2):
        for batch in np.split(random.permutation(500), 5):
            loss, grad = by_hand.loss_and_gradient(
                data.train_images[batch], data.train_labels[batch]
            )
            by_hand.theta = optimizer.step(by_hand.theta, grad)
            losses.append(loss)
    assert np.array_equal(ours.theta, by_hand.theta)
    assert list(history.loss) == losses


def test_every_epoch_visits_each_image_once(data, monkeypatch):
    seen = []
    original = Network.loss_and_gradient

    def spy(self, x, y, out=None):
        seen.append(x.copy())
        return original(self, x, y, out)

    monkeypatch.setattr(Network, "loss_and_gradient", spy)
    train(small_network(), data, RMSprop(0.001), epochs=2, batch_size=64)
    epochs = [np.concatenate(seen[:8]), np.concatenate(seen[8:])]
    assert not np.array_equal(*epochs)
    for images in epochs:
        assert len(images) == 500
        assert np.array_equal(np.unique(images, axis=0), np.unique(data.train_images, axis=0))


def test_seed_decides_the_order(data):
    def losses(seed):
        return list(train(small_network(), data, Adam(0.001), seed=seed).loss)

    assert losses(0) == losses(0)
    assert losses(0) != losses(1)


def test_a_used_optimiser_starts_anew(data):
    optimizer = RMSprop(0.003)
    first = train(small_network(), data, optimizer)
    assert list(train(small_network(), data, optimizer).loss) == list(first.loss)
    train(Network((20, 10)), data, optimizer)  # another number of parameters


def test_one_batch_when_there_are_fewer_images_than_batch_size(data):
    assert len(train(small_network(), data, RMSprop(0.001), epochs=3, batch_size=10_000)) == 3


def test_schedule_sets_the_rate_of_each_step_and_gives_it_back(data):
    optimizer, asked = GradientDescent(0.5), []

    def schedule(t):
        asked.append(t)
        return 0.1 if t < 4 else 1e-30

    network = small_network()
    train(network, data, optimizer, batch_size=100, schedule=lambda t: 1e-30)
    assert np.allclose(network.theta, small_network().theta, atol=1e-25)
    train(network, data, optimizer, epochs=2, batch_size=100, schedule=schedule)
    assert asked == list(range(10))
    assert optimizer.learning_rate == 0.5


def test_data_are_not_changed(data):
    before = copy.deepcopy(data)
    train(small_network(), data, RMSprop(0.01), epochs=2)
    for name, array in vars(before).items():
        assert np.array_equal(getattr(data, name), array)


def test_training_stops_after_the_epoch_in_which_it_is_told_to(data):
    asked, network = [], small_network()

    def stop(what):
        asked.append(what)
        return len(asked) == 2

    history = train(network, data, RMSprop(0.001), epochs=5, batch_size=100, stop=stop)
    assert asked == [network, network]
    assert list(history.epoch) == [1] * 5 + [2] * 5
    assert history.test_accuracy.iloc[-1] == network.accuracy(data.test_images, data.test_labels)


def test_unless_told_otherwise_an_epoch_of_64_images_a_step_in_the_order_of_seed_0(data):
    plain = train(small_network(), data, RMSprop(0.001))
    told = train(small_network(), data, RMSprop(0.001), epochs=1, batch_size=64, seed=0)
    assert plain.equals(told)
    assert len(plain) == 8


def test_mini_batches_are_a_new_permutation_every_epoch():
    batches = list(_mini_batches(7, 3, epochs=2, seed=1))
    random = np.random.default_rng(1)
    orders = [random.permutation(7), random.permutation(7)]
    expected = [order[a:b] for order in orders for a, b in ((0, 3), (3, 6), (6, 7))]
    assert [batch.tolist() for batch in batches] == [batch.tolist() for batch in expected]


def test_history_is_made_of_numbers(data):
    history = train(small_network(), data, RMSprop(0.001))
    assert [kind.kind for kind in history.dtypes] == ["i", "i", "f", "f", "f"]
    assert all(history[c].dtype == np.float64 for c in ("train_accuracy", "test_accuracy"))


def test_a_history_without_the_end_of_an_epoch_has_accuracies_that_are_nan(data):
    with pytest.raises(TrainingDiverged) as caught:
        train(small_network(), data, GradientDescent(1e-3), schedule=lambda t: 10.0 ** (19 * t))
    history = caught.value.history
    assert 0 < len(history) < 8
    assert history[["train_accuracy", "test_accuracy"]].isna().all(axis=None)
    assert history.test_accuracy.dtype == np.float64


# The progress bar


@pytest.mark.parametrize("allowed", [True, False])
def test_in_a_kernel_somebody_watches_if_somebody_can_answer(monkeypatch, allowed):
    class Terminal(io.StringIO):
        def isatty(self):
            return not allowed

    monkeypatch.setattr(sys, "stderr", Terminal())
    shell = SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=allowed))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert _somebody_watches() is allowed
    no_kernel = SimpleNamespace(get_ipython=lambda: SimpleNamespace())  # IPython in a terminal
    monkeypatch.setitem(sys.modules, "IPython", no_kernel)
    assert _somebody_watches() is not allowed


def test_progress_bar_shows_in_a_terminal_and_is_gone_afterwards(data, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setitem(sys.modules, "IPython", None)
    monkeypatch.setattr(sys, "stderr", Terminal())
    train(small_network(), data, RMSprop(0.001))
    shown = sys.stderr.getvalue()
    assert re.search(r"RMSprop: +0%.* 0/8 .*[ /?]step", shown)
    assert shown.rsplit("\r", 2)[1].strip() == ""  # overwritten with blanks
    monkeypatch.setattr(sys, "stderr", Terminal())
    train(small_network(), data, RMSprop(0.001), progress=False)
    assert sys.stderr.getvalue() == ""


def test_no_progress_bar_where_nobody_watches(data, capfd):
    train(small_network(), data, RMSprop(0.001))
    assert capfd.readouterr() == ("", "")


def test_an_executed_notebook_keeps_no_trace_of_the_bar():
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    cell = nbformat.v4.new_code_cell(
        "import numpy as np\n"
        "from types import SimpleNamespace\n"
        "from rmsprop_lesson import Network, RMSprop, train\n"
        "x, y = np.random.rand(500, 20), np.zeros(500, int)\n"
        "data = SimpleNamespace(train_images=x, train_labels=y, test_images=x, test_labels=y)\n"
        "history = train(Network((20, 10, 2)), data, RMSprop(0.001), epochs=3)"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    assert notebook.cells[0].outputs == []


# Divergence


@pytest.mark.parametrize("rate", [1e20, 1e30, 1e38])
def test_divergence_names_the_step_and_keeps_the_history(data, rate):
    network, optimizer = small_network(), GradientDescent(1e-3)
    with pytest.raises(TrainingDiverged, match="training diverged at step") as caught:
        train(network, data, optimizer, epochs=50, schedule=lambda t: 1e-3 if t < 10 else rate)
    history = caught.value.history
    assert isinstance(caught.value, FloatingPointError)
    assert caught.value.diverged_at == len(history) > 10
    assert np.all(np.isfinite(history.loss))
    assert history.test_accuracy.notna().sum() == caught.value.diverged_at // 8
    assert optimizer.learning_rate == 1e-3
    assert str(caught.value).startswith(f"training diverged at step {len(history)}: ")


def test_a_gradient_too_large_for_the_optimiser_counts_as_divergence(data):
    network = small_network()
    network.weights[0][...] *= 1e17
    before = network.theta.copy()
    with pytest.raises(TrainingDiverged, match="step 0: grad must be finite, with magnitudes up"):
        train(network, data, GradientDescent(1e-3))
    assert np.array_equal(network.theta, before)


def test_images_that_are_not_finite_stop_the_training_before_the_first_step(data):
    """It is the data's fault, and no smaller learning rate helps."""
    for part, row, bad in (
        ("train", 3, np.nan),
        ("train", 499, np.inf),
        ("test", 0, -np.inf),
        ("test", 150, np.nan),
    ):
        broken, network, optimizer = copy.deepcopy(data), small_network(), RMSprop(0.001)
        optimizer.step(np.ones(3), np.ones(3))
        getattr(broken, f"{part}_images")[row, 7] = bad
        with pytest.raises(
            ValueError, match=f"{part} data: x must be finite, got {bad} in row {row}"
        ):
            train(network, broken, optimizer)
        assert np.array_equal(network.theta, small_network().theta)
        assert optimizer.t == 1
    _check_finite(np.full((300, 20), 3e38, np.float32))  # the sum overflows, they don't


# Going on


@pytest.mark.parametrize(
    "make", [lambda: RMSprop(0.003, bias_correction=True), lambda: Adam(0.003)]
)
@pytest.mark.parametrize("parts", [(2, 1), (1, 1, 1)])
def test_training_in_parts_is_training_at_once(data, make, parts):
    whole, at_once, optimizer = small_network(), make(), make()
    schedule = Cosine(0.01, steps=24)
    history = train(whole, data, at_once, epochs=3, seed=4, schedule=schedule)
    network, tables = small_network(), []
    for epochs in parts:
        tables.append(
            train(network, data, optimizer, epochs, seed=4, schedule=schedule, go_on=True)
        )
    assert np.array_equal(network.theta, whole.theta)
    assert optimizer.t == at_once.t
    pd.testing.assert_frame_equal(pd.concat(tables, ignore_index=True), history)
    anew = train(network, data, optimizer, 1, seed=4)
    assert optimizer.t == 8
    assert list(anew.step) == [*range(1, 9)]


def test_going_on_with_a_saved_optimiser(data):
    network, optimizer = small_network(), RMSprop(0.003)
    train(network, data, optimizer)
    theta, state, t = network.theta.copy(), optimizer.state, optimizer.t
    expected = train(network, data, optimizer, go_on=True)
    other, again = RMSprop(0.003), small_network()
    again.theta, other.state, other.t = theta, state, t
    pd.testing.assert_frame_equal(train(again, data, other, go_on=True), expected)
    assert np.array_equal(network.theta, again.theta)


def test_divergence_while_going_on_counts_on(data):
    network, optimizer = small_network(), GradientDescent(1e-3)
    train(network, data, optimizer)
    rate = {True: 1e-3, False: 1e30}
    with pytest.raises(TrainingDiverged) as caught:
        train(network, data, optimizer, 9, schedule=lambda t: rate[t < 10], go_on=True)
    assert caught.value.diverged_at == 8 + len(caught.value.history) > 10
    assert caught.value.history.step.iloc[0] == 9


# Networks, optimisers and objectives of one's own


class Line:
    """What `train` and `gradient_check` ask of a network, and no more: softmax regression."""

    def __init__(self, dtype=np.float64):
        self.theta = np.zeros(200, dtype)

    def loss_and_gradient(self, x, y):
        log_p = log_softmax(x @ self.theta.reshape(20, 10))
        p = np.exp(log_p)
        p[np.arange(len(y)), y] -= 1
        return -log_p[np.arange(len(y)), y].mean(), (x.T @ p).ravel() / len(y)

    def accuracy(self, x, y):
        return np.mean((x @ self.theta.reshape(20, 10)).argmax(1) == y)


class Plain:
    """What `train` asks of an optimiser, and no more."""

    def reset(self):
        self.steps = 0

    def step(self, theta, grad):
        self.steps += 1
        return theta - 0.3 * grad


def test_a_network_of_ones_own(data):
    network, linear = Line(), Network((20, 10), dtype=np.float64)
    linear.theta = np.zeros(210)
    history = train(network, data, RMSprop(0.01), epochs=2)
    assert history.test_accuracy.iloc[-1] > 0.8
    assert history.loss.iloc[0] == pytest.approx(np.log(10))
    x, y = data.train_images[:30], data.train_labels[:30]
    assert gradient_check(network, x, y) < 1e-6
    before = network.theta.copy()
    gradient_check(network, x, y, coordinates=3)
    assert np.array_equal(network.theta, before)
    with pytest.raises(TypeError, match="astype or a theta of float64, got theta of float32"):
        gradient_check(Line(np.float32), x, y)
    broken = SimpleNamespace(**vars(data) | {"train_labels": data.train_labels[:-1]})
    with pytest.raises(ValueError, match="train data: x and y must be as many, got 500 and 499"):
        train(network, broken, RMSprop(0.01))
    with pytest.raises(TrainingDiverged):
        train(network, data, GradientDescent(1e308))


@pytest.mark.parametrize("make", [Line, small_network])
def test_an_optimiser_of_ones_own(data, make):
    network, twin, optimizer = make(), make(), Plain()
    history = train(network, data, optimizer, epochs=2, batch_size=100)
    expected = train(twin, data, GradientDescent(0.3), epochs=2, batch_size=100)
    np.testing.assert_allclose(network.theta, twin.theta, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(history.loss, expected.loss, rtol=1e-4)
    assert optimizer.steps == 10


def test_the_loss_of_a_batch_is_an_objective(data):
    network = small_network(dtype=np.float64)
    x, y = data.train_images[:50], data.train_labels[:50]
    start = network.theta.copy()
    run = descend(BatchLoss(network, x, y), RMSprop(0.01), steps=30)
    assert np.array_equal(run.positions[0], start)
    assert run.losses[-1] < 0.5 * run.losses[0]
    network.theta = run.positions[12]
    loss, gradient = network.loss_and_gradient(x, y)
    assert loss == run.losses[12]
    assert np.array_equal(gradient, run.gradients[12])
    assert "50 images" in repr(run)


def test_a_step_of_training_takes_no_large_piece_of_memory(data):
    """From 128 KiB on malloc maps fresh pages for each piece: an epoch took up to twice as long."""
    random = np.random.default_rng(0)
    part = random.random((640, 784), np.float32), random.integers(0, 10, 640)
    digits = SimpleNamespace(**dict(zip(vars(data), (*part, *part), strict=True)))
    network, optimizer = Network(), RMSprop(0.001)
    steps = []
    original = optimizer.step

    def step(theta, grad, out=None):
        gc.collect()
        steps.append(tracemalloc.get_traced_memory())
        tracemalloc.reset_peak()
        return original(theta, grad, out=out)

    optimizer.step = step
    tracemalloc.start()
    train(network, digits, optimizer)
    tracemalloc.stop()
    grown = [peak - held for (held, _), (_, peak) in itertools.pairwise(steps[2:])]
    assert len(grown) == 7
    assert max(grown) < 4 * 128 * 1024 < digits.train_images[:64].nbytes + 8 * network.theta.nbytes


def test_an_error_that_is_no_divergence_stays_what_it_is(data):
    with pytest.raises(ValueError, match="learning_rate must be"):
        train(small_network(), data, RMSprop(0.001), schedule=lambda t: -1.0)
    with pytest.raises(ValueError, match="broadcast"):
        train(small_network(), data, RMSprop(np.array([0.1, 0.2, 0.3])))


# Refusals


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sizes": (784,)}, ValueError, "sizes must be at least two widths"),
        ({"sizes": (784, 1)}, ValueError, "at least 2 classes"),
        ({"sizes": (784, 0, 10)}, ValueError, "sizes must be at least 1, got 0"),
        ({"sizes": (784, 2.5, 10)}, TypeError, "sizes must be a whole number"),
        ({"sizes": 784}, TypeError, "sizes must be a sequence of widths, got 784"),
        ({"sizes": (10**4, 10**4, 2)}, ValueError, "at most 100,000,000 parameters, got"),
        ({"sizes": (784, 10, 1)}, ValueError, "at least 2 classes"),
        ({"seed": -1}, ValueError, "^seed must be at least 0, got -1$"),
        ({"dtype": 3}, TypeError, "^dtype must be float32 or float64, got 3$"),
        ({"dtype": np.int64}, ValueError, "dtype must be float32 or float64, got int64"),
        ({"dtype": np.float16}, ValueError, "dtype must be float32 or float64, got float16"),
    ],
)
def test_network_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        Network(**arguments)


def test_weights_and_biases_together_are_at_most_a_hundred_million():
    assert _check_sizes([9_999, 10_000]) == (9_999, 10_000)  # exactly as many
    with pytest.raises(ValueError, match="at most 100,000,000 parameters, got"):
        _check_sizes([10_000, 10_000])


def test_images_beyond_float32_become_infinite_without_a_warning():
    assert np.all(np.isinf(Network((6, 5, 4))._check_images(np.full((2, 6), 1e300))))


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros(6), [0], r"x must have shape \(n, 6\).*got shape \(6,\)"),
        (np.zeros((2, 5)), [0, 1], r"x must have shape \(n, 6\).*got shape \(2, 5\)"),
        (np.zeros((0, 6)), [], r"n >= 1.*got shape \(0, 6\)"),
        (np.zeros((2, 6)), [0], "y must be 2 integer labels"),
        (np.zeros((2, 6)), [[0], [1]], r"y must be 2 integer labels.*shape \(2, 1\)"),
        (np.zeros((2, 6)), [0.0, 1.0], "y must be 2 integer labels.*float64"),
        (np.zeros((2, 6)), [0, 4], "y must hold labels from 0 to 3, got 4 at index 1"),
        (np.zeros((2, 6)), [-1, 0], "y must hold labels from 0 to 3, got -1 at index 0"),
    ],
)
@pytest.mark.parametrize("method", ["loss", "loss_and_gradient", "accuracy"])
def test_bad_images_and_labels_are_refused(method, x, y, message):
    with pytest.raises(ValueError, match=message):
        getattr(Network((6, 5, 4)), method)(x, y)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("train_images", np.zeros((500, 19)), "train data: x must have shape"),
        ("train_images", np.zeros((0, 20)), "train data: x must have shape.*n >= 1"),
        ("train_labels", np.zeros(500), "train data: y must be 500 integer labels"),
        ("train_labels", np.full(500, 10), "train data: y must hold labels from 0 to 9, got 10"),
        ("test_images", np.zeros((0, 20)), "test data: x must have shape"),
        ("test_labels", np.zeros(199, int), "test data: y must be 200 integer labels"),
    ],
)
def test_data_that_do_not_fit_are_refused_before_training(data, name, value, message):
    network = small_network()
    broken = SimpleNamespace(**{**vars(data), name: value})
    with pytest.raises(ValueError, match=message):
        train(network, broken, RMSprop(0.001))
    assert np.array_equal(network.theta, small_network().theta)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"batch_size": 2.0}, TypeError, "batch_size must be a whole number"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1 and at most 10000, got 0"),
        ({"epochs": None}, TypeError, "epochs must be a whole number"),
        ({"epochs": 10_001}, ValueError, "epochs must be at least 1 and at most 10000, got 10001"),
        ({"seed": -1}, ValueError, "^seed must be at least 0, got -1$"),
        ({"progress": 1}, TypeError, "^progress must be True or False, got 1$"),
        ({"schedule": 0.1}, TypeError, "^schedule must be a function of t or None, got 0.1$"),
        ({"stop": 3}, TypeError, "^stop must be a function or None, got 3$"),
    ],
)
def test_train_refuses(data, arguments, error, message):
    with pytest.raises(error, match=message):
        train(small_network(), data, RMSprop(0.001), **arguments)


def test_train_names_what_is_no_network_no_data_and_no_optimiser(data):
    network, optimizer = small_network(), RMSprop(0.001)
    with pytest.raises(
        TypeError, match=r"^network must have theta, loss_and_gradient, accuracy, got 3$"
    ):
        train(3, data, optimizer)
    with pytest.raises(TypeError, match=r"^optimizer must have step, got 3$"):
        train(network, data, 3)
    with pytest.raises(TypeError, match=r"^data must have train_images, train_labels, "):
        train(network, 3, optimizer)
    words = SimpleNamespace(**{**vars(data), "train_images": np.full((500, 20), "a")})
    with pytest.raises(
        TypeError, match=r"^train data: x must hold numbers, one image a row, got <U1"
    ):
        train(network, words, optimizer)


def test_a_schedule_needs_a_learning_rate(data):
    message = r"^schedule must be None for Adadelta\(\), which has no learning_rate$"
    with pytest.raises(TypeError, match=message):
        train(small_network(), data, Adadelta(), schedule=lambda t: 0.1)
    assert not hasattr(Adadelta(), "learning_rate")


# What train and gradient_check ask of somebody's own network and optimiser


class Own:
    """A softmax layer whose θ is given out as `give` says."""

    def __init__(self, give=lambda theta: theta, gradient=lambda g: g):
        self.inner, self.give, self.gradient = Network((20, 10), dtype=np.float64), give, gradient

    @property
    def theta(self):
        return self.give(self.inner.theta)

    def loss_and_gradient(self, x, y):
        loss, gradient = self.inner.loss_and_gradient(x, y)
        return loss, self.gradient(gradient)

    def accuracy(self, x, y):
        return self.inner.accuracy(x, y)


@pytest.mark.parametrize(
    ("give", "error", "message"),
    [
        (np.copy, ValueError, "theta must be the array that the network computes with"),
        (list, TypeError, "theta must be an array, got list"),
        (lambda theta: 3, TypeError, "theta must be an array, got int"),
        (lambda theta: theta.astype(int), TypeError, "theta must be a float or an array"),
        (lambda theta: theta[:, None], ValueError, r"theta must be flat.*got shape \(210, 1\)"),
        (lambda theta: theta[:0], ValueError, "theta must be flat, not empty"),
    ],
)
def test_a_theta_that_cannot_be_trained_is_refused_at_once(data, give, error, message):
    network, optimizer = Own(give), RMSprop(0.01)
    optimizer.step(1.0, 1.0)
    with pytest.raises(error, match=message):
        train(network, data, optimizer)
    assert optimizer.t == 1
    with pytest.raises(error, match=message):
        gradient_check(network, data.train_images[:4], data.train_labels[:4])


def test_a_theta_that_is_a_new_view_each_time_is_trained(data):
    own, ours = Own(lambda theta: theta[:]), Network((20, 10), dtype=np.float64)
    for network in (own, ours):
        train(network, data, RMSprop(0.01), batch_size=16)
    assert np.array_equal(own.theta, ours.theta)


@pytest.mark.parametrize(
    ("gradient", "error"),
    [
        (lambda g: None, TypeError),
        (lambda g: g[:-1], ValueError),
        (lambda g: g[:, None], ValueError),
    ],
)
def test_gradient_check_names_a_gradient_that_is_none(data, gradient, error):
    with pytest.raises(error, match="the gradient must"):
        gradient_check(Own(gradient=gradient), data.train_images[:4], data.train_labels[:4])


def test_to_go_on_takes_whole_epochs(data):
    network, optimizer = small_network(), RMSprop(0.01)
    size = len(data.train_images)
    train(network, data, optimizer, batch_size=-(-size // 3))
    theta = network.theta.copy()
    with pytest.raises(ValueError, match=r"has made 3 steps, and with .* an epoch has 2"):
        train(network, data, optimizer, batch_size=-(-size // 2), go_on=True)
    assert optimizer.t == 3
    assert np.array_equal(network.theta, theta)


class OnlyStep:
    def step(self, theta, grad):
        return theta - 0.1 * grad


def test_an_optimiser_with_step_alone_is_enough_but_not_to_go_on(data):
    own, ours = small_network(dtype=np.float64), small_network(dtype=np.float64)
    train(own, data, OnlyStep())
    train(ours, data, GradientDescent(0.1))
    assert np.array_equal(own.theta, ours.theta)
    with pytest.raises(TypeError, match="optimizer must have t"):
        train(own, data, OnlyStep(), go_on=True)


def test_one_count_for_the_step_at_which_a_run_and_a_training_diverged(data):
    network = small_network(dtype=np.float64)
    objective = BatchLoss(network, data.train_images, data.train_labels)
    with np.errstate(all="ignore"):
        run = descend(objective, GradientDescent(1e300), steps=9)
    network = small_network(dtype=np.float64)
    with pytest.raises(TrainingDiverged) as caught:
        train(network, data, GradientDescent(1e300), 9, batch_size=len(data.train_images))
    assert caught.value.diverged_at == run.diverged_at
    assert f"diverged at step {run.diverged_at}" in repr(run)
    assert f"diverged at step {run.diverged_at}:" in str(caught.value)
