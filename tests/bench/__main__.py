"""Measure speed and memory beside PyTorch, and print each figure with its target.

    python -m tests.bench            with torch installed; a few minutes

Ratios of processor times, which other programs disturb less than they do the clock. What is
compared runs in processes of its own, one thread each, that take turns, so that a busy moment of
the machine meets both sides. A ratio is the median over the rounds; the times beside it are medians
too. RMSPROP_LESSON_DATA names a folder with the full MNIST
files; without them images of the same shape are made up.
"""

import argparse
import os
import platform
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from rmsprop_lesson.mnist import mnist_available

from .memory import notebook_peak
from .workers import Worker

LESSON = Path(__file__).parents[2] / "notebooks" / "08_mnist_network.ipynb"
LINE = "{:<58} {:>10} {:>10} {:>7}  {}"

# What is measured: title, the two workers, unit, and target of the ratio (None: for information).
STEP, EPOCH, TRAIN = "RMSprop step", "epoch, updates only", "train(), with both accuracies"
COMPARISONS = [
    (f"{STEP} / PyTorch, network's four tensors", "step", "step_torch", "µs", 1.1),
    (f"{STEP} / PyTorch, one flat tensor", "step", "step_torch_flat", "µs", None),
    (f"{EPOCH} / PyTorch", "epoch", "epoch_torch", "s", 0.45),
    (f"{EPOCH} / its matrix products", "epoch", "epoch_products", "s", 2.2),
    (f"{TRAIN} / PyTorch", "train", "train_torch", "s", 0.45),
    (f"{TRAIN} / its matrix products", "train", "train_products", "s", 2.2),
]
SCALE = {"s": 1, "ms": 1e3, "µs": 1e6}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each comparison")
    rounds = parser.parse_args().rounds

    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("full MNIST" if mnist_available("full") else "no full MNIST here: made-up images")
    print(LINE.format("", "ours", "other", "ratio", "target"))
    for title, ours, other, unit, target in COMPARISONS:
        report(title, *compare(ours, other, rounds), unit, target)
    report("import rmsprop_lesson / import numpy", *imports(3 * rounds), "ms", 1.3)
    if LESSON.exists():
        peak = notebook_peak(LESSON)
        title = f"peak memory of {LESSON.name}, sample only"
        print(LINE.format(title, f"{peak:.0f} MiB", "", "", verdict(peak, 220)))
    else:
        print(f"peak memory: not measured, there is no {LESSON.name}")


def compare(ours, other, rounds):
    """Let two workers take turns; the times of both, a list each."""
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(name)) for name in (ours, other)]
        for worker in workers:
            worker.measure()  # the first round warms up
        times = list(zip(*([w.measure() for w in workers] for _ in range(rounds)), strict=True))
        for worker in workers:
            if worker.note:
                print(f"  {worker.name}: {worker.note}")
    return times


def imports(rounds):
    """Times of the two imports in fresh interpreters that take turns."""
    code = "from time import perf_counter as t; s = t(); import {}; print(t() - s)"

    def once(module):
        command = [sys.executable, "-c", code.format(module)]
        return float(subprocess.run(command, check=True, capture_output=True).stdout)

    pairs = [(once("rmsprop_lesson"), once("numpy")) for _ in range(rounds)]
    return list(zip(*pairs, strict=True))


def report(title, ours, other, unit, target):
    ratio = median(a / b for a, b in zip(ours, other, strict=True))
    a, b = (f"{SCALE[unit] * median(times):.3g} {unit}" for times in (ours, other))
    print(LINE.format(title, a, b, f"{ratio:.2f}", verdict(ratio, target)), flush=True)


def verdict(figure, target):
    if target is None:
        return "for information"
    return f"at most {target}: {'met' if figure <= target else 'MISSED'}"


if __name__ == "__main__":
    main()
