"""Train a small network with every optimiser and rate; record what the MNIST explorer shows.

    python -m tools.record_mnist_runs        writes mnist_runs.json, a minute

The network is 784-32-10, its data the sample of 4 000 + 1 000 digits, its mini-batches hold 64, its
seeds are 0. Of each run the record holds the loss (means over a seventh of an epoch), both
accuracies after each epoch, and what the network thought of two dozen test digits: of each kind one
that is easier and one that is harder than most, and the four hardest of all.
"""

import base64
import json
from pathlib import Path

import numpy as np

from rmsprop_lesson import Adadelta, Network, load_mnist, train
from rmsprop_lesson.course.explorers import runs as explorer_runs
from rmsprop_lesson.network import TrainingDiverged
from rmsprop_lesson.studies.races import ENTRANTS

PLACE = Path(explorer_runs.__file__).with_name("mnist_runs.json")
METHODS = ("gradient descent", "momentum", "Adagrad", "RMSprop", "Adadelta", "Adam")
RATES = tuple(10.0**k for k in range(-5, 2))
SIZES, EPOCHS, BATCH, PER_EPOCH = (784, 32, 10), 6, 64, 7
HARD = 4


def main():
    """Write the record."""
    data = load_mnist()
    runs = [
        run
        for name in METHODS
        for run in ([one_run(data, name, rate) for rate in RATES] if name != "Adadelta"
                    else [one_run(data, name, None)])
    ]  # fmt: skip
    shown = chosen(data.test_labels, runs)
    record = {
        "sizes": SIZES,
        "batch": BATCH,
        "epochs": EPOCHS,
        "per_epoch": PER_EPOCH,
        "train_images": len(data.train_labels),
        "test_images": len(data.test_labels),
        "rates": RATES,
        "labels": "".join(map(str, data.test_labels[shown])),
        "pixels": packed(data.test_images[shown]),
        "runs": [written(run, shown) for run in runs],
    }
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    PLACE.write_text(text.replace('{"method"', '\n{"method"') + "\n", encoding="utf-8")


def one_run(data, name, rate):
    """Train once; return what happened, with the probabilities of all test digits."""
    optimizer = Adadelta() if rate is None else ENTRANTS[name](rate)
    network = Network(SIZES, seed=0)
    thoughts = [network.probabilities(data.test_images)]

    def look(network):
        thoughts.append(network.probabilities(data.test_images))
        return False

    diverged = None
    options = {"epochs": EPOCHS, "batch_size": BATCH, "seed": 0, "progress": False}
    try:
        history = train(network, data, optimizer, stop=look, **options)
    except TrainingDiverged as error:
        history, diverged = error.history, error.diverged_at + 1
    print(f"{name} {rate}: {diverged or history['test_accuracy'].iloc[-1]}", flush=True)
    return {"method": name, "rate": rate, "history": history, "diverged_at": diverged,
            "thoughts": thoughts}  # fmt: skip


def curve(losses):
    """Means of the mini-batches' losses over sevenths of an epoch, to three digits."""
    stretch = -(-4000 // BATCH) // PER_EPOCH
    means = [np.mean(losses[i : i + stretch]) for i in range(0, len(losses), stretch)]
    return [float(f"{mean:.3g}") for mean in means]


def chosen(labels, runs):
    """Positions of the digits that are shown. Hard is what many runs get wrong in the end."""
    missed = sum(run["thoughts"][-1].argmax(axis=1) != labels for run in runs)
    order = np.argsort(missed, kind="stable")
    kinds = [order[labels[order] == digit] for digit in range(10)]
    ordinary = [kind[len(kind) * part // 4] for kind in kinds for part in (1, 3)]
    return np.array([*ordinary, *order[-HARD:]])


def written(run, shown):
    """A run as plain JSON. Guesses and their percentages (two digits, at most 99) are strings."""
    history = run["history"]
    ends = history.dropna()
    thoughts = [probabilities[shown] for probabilities in run["thoughts"]]
    sure = [np.minimum(99, np.floor(100 * p.max(axis=1))).astype(int) for p in thoughts]
    return {
        "method": run["method"],
        "rate": run["rate"],
        "diverged_at": run["diverged_at"],
        "loss": curve(history["loss"].to_numpy()),
        "train": [float(f"{a:.4f}") for a in ends["train_accuracy"]],
        "test": [float(f"{a:.3f}") for a in ends["test_accuracy"]],
        "guesses": ["".join(map(str, p.argmax(axis=1))) for p in thoughts],
        "sure": ["".join(f"{s:02}" for s in percent) for percent in sure],
    }


def packed(images):
    """Images as one base64 string of 4-bit greys, two pixels a byte."""
    greys = np.round(images * 15).astype(np.uint8).reshape(-1, 2)
    return base64.b64encode((greys[:, 0] << 4 | greys[:, 1]).tobytes()).decode()


if __name__ == "__main__":
    main()
