"""The processes that `python -m tests.bench` measures.

``python -m tests.bench.workers epoch`` prepares the task below with that name and then answers
each line on stdin with the seconds of one unit (a step, an epoch). A task is a function that
prepares and returns the function to be timed; what that one returns is printed beside the
figures, to show that the work was done.
"""

import os
import subprocess
import sys
from time import process_time
from types import SimpleNamespace

import numpy as np

THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in THREADS} | {"VECLIB_MAXIMUM_THREADS": "1"}
SIZES = (784, 128, 10)
BATCH = 64
RATE = 0.001


class Worker:
    """A process with one of the tasks; `measure` makes one round."""

    def __init__(self, name):
        self.name, self.note = name, ""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__, self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | ONE_THREAD,
        )
        return self

    def measure(self):
        """Seconds of one round."""
        print(file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the worker {self.name} failed, see above")
        seconds, _, self.note = answer.strip().partition(" ")
        return float(seconds)

    def __exit__(self, *exception):
        self.process.communicate()  # closes its stdin, which ends it


def serve(name):
    work = TASKS[name]()
    for _ in sys.stdin:
        start = process_time()
        note = work()
        print((process_time() - start) / getattr(work, "units", 1), note or "", flush=True)


def digits():
    """The full MNIST data, or random images of the same shape where they are not at hand."""
    from rmsprop_lesson.mnist import load_mnist, mnist_available

    if mnist_available("full"):
        return load_mnist("full")
    random, parts = np.random.default_rng(0), {}
    for part, n in ("train", 60_000), ("test", 10_000):
        parts[f"{part}_images"] = random.random((n, SIZES[0]), np.float32)
        parts[f"{part}_labels"] = random.integers(0, SIZES[-1], n)
    return SimpleNamespace(**parts)


# One hundred steps of the optimiser


def step():
    from rmsprop_lesson import RMSprop
    from rmsprop_lesson.network import Network

    theta, grad = Network(SIZES).theta, np.random.default_rng(0).normal(size=101_770)
    grad, optimizer = grad.astype(np.float32), RMSprop(RATE)

    def hundred_steps():
        for _ in range(100):
            optimizer.step(theta, grad, out=theta)

    hundred_steps.units = 100
    return hundred_steps


def step_torch():
    network, _, optimizer = _torch_network()
    return _torch_steps(network.parameters(), optimizer)


def step_torch_flat():
    torch = _torch()
    theta = torch.randn(101_770, requires_grad=True)
    return _torch_steps([theta], torch.optim.RMSprop([theta], lr=RATE, alpha=0.9))


def _torch_steps(parameters, optimizer):
    torch = _torch()
    for p in parameters:
        p.grad = torch.randn_like(p)

    def hundred_steps():
        for _ in range(100):
            optimizer.step()

    hundred_steps.units = 100
    return hundred_steps


# One epoch of updates; the losses are kept, the accuracies not computed


def epoch():
    from rmsprop_lesson import RMSprop
    from rmsprop_lesson.network import Network

    data, network, optimizer = digits(), Network(SIZES), RMSprop(RATE)
    gradient, random = np.empty_like(network.theta), np.random.default_rng(0)
    images = data.train_images
    room = np.empty_like(images[:BATCH])  # no array of a step is made anew, as in train()

    def one_epoch():
        losses, order = [], random.permutation(len(data.train_images))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            x = images.take(batch, axis=0, out=room[: len(batch)], mode="clip")
            y = data.train_labels[batch]
            loss, _ = network.loss_and_gradient(x, y, out=gradient)
            optimizer.step(network.theta, gradient, out=network.theta)
            losses.append(loss)
        return f"mean loss {np.mean(losses):.3f}"

    return one_epoch


def epoch_torch():
    torch, data = _torch(), digits()
    network, loss_function, optimizer = _torch_network()
    images, labels = torch.tensor(data.train_images), torch.tensor(data.train_labels)

    def one_epoch():
        losses, order = [], torch.randperm(len(images))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            optimizer.zero_grad()
            loss = loss_function(network(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return f"mean loss {np.mean(losses):.3f}"

    one_epoch.network = network
    return one_epoch


def epoch_products():
    images = digits().train_images
    random = np.random.default_rng(0)
    W1, W2 = (random.random(shape, np.float32) for shape in ((784, 128), (128, 10)))
    dW1, dW2 = np.empty_like(W1), np.empty_like(W2)
    a, z = np.empty((BATCH, 128), np.float32), np.empty((BATCH, 10), np.float32)

    def one_epoch():
        for start in range(0, len(images), BATCH):
            x = images[start : start + BATCH]
            hidden, out = a[: len(x)], z[: len(x)]
            np.matmul(x, W1, out=hidden)
            np.matmul(hidden, W2, out=out)
            np.matmul(hidden.T, out, out=dW2)
            np.matmul(out, W2.T, out=hidden)
            np.matmul(x.T, hidden, out=dW1)

    return one_epoch


# One epoch as the lesson trains, with the accuracies on all training and test images at its end


def train():
    from rmsprop_lesson import RMSprop
    from rmsprop_lesson.network import Network, train

    data, network, optimizer = digits(), Network(SIZES), RMSprop(RATE)

    def one_epoch():
        history = train(network, data, optimizer, batch_size=BATCH, progress=False)
        return f"test accuracy {history.test_accuracy.iloc[-1]:.3f}"

    return one_epoch


def train_torch():
    torch, data, one_epoch = _torch(), digits(), epoch_torch()
    parts = [
        (torch.tensor(data.train_images), torch.tensor(data.train_labels)),
        (torch.tensor(data.test_images), torch.tensor(data.test_labels)),
    ]

    @torch.no_grad()
    def accuracy(images, labels):
        return (one_epoch.network(images).argmax(1) == labels).float().mean().item()

    def epoch_and_accuracies():
        one_epoch()
        _, test = (accuracy(*part) for part in parts)
        return f"test accuracy {test:.3f}"

    return epoch_and_accuracies


def train_products():
    from rmsprop_lesson.network import ROWS_AT_ONCE

    data, one_epoch = digits(), epoch_products()
    W1, W2 = np.ones((784, 128), np.float32), np.ones((128, 10), np.float32)

    def epoch_and_accuracies():
        one_epoch()
        for images in data.train_images, data.test_images:
            for start in range(0, len(images), ROWS_AT_ONCE):
                images[start : start + ROWS_AT_ONCE] @ W1 @ W2

    return epoch_and_accuracies


def _torch():
    import torch

    torch.set_num_threads(1)
    return torch


def _torch_network():
    torch = _torch()
    torch.manual_seed(0)
    inputs, hidden, classes = SIZES
    network = torch.nn.Sequential(
        torch.nn.Linear(inputs, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, classes)
    )
    optimizer = torch.optim.RMSprop(network.parameters(), lr=RATE, alpha=0.9)
    return network, torch.nn.CrossEntropyLoss(), optimizer


TASKS = {
    task.__name__: task
    for task in (
        step, step_torch, step_torch_flat,
        epoch, epoch_torch, epoch_products,
        train, train_torch, train_products,
    )
}  # fmt: skip


if __name__ == "__main__":
    serve(sys.argv[1])
