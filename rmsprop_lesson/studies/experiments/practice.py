"""Generalising, converging, tuning: the experiments."""

import numpy as np

from ...descent import descend
from ...measures import first_step_factor
from ...objectives import Parabola, Valley
from ...optimizers import RMSprop
from ...schedules import Cosine, Exponential, InverseSquareRoot
from ..races import Projected
from ..troubles import RareTruth
from .finding import Finding, answers
from .measured import (
    GD,
    RMS,
    common_to,
    each,
    end_of_run,
    first_steps,
    generalisation,
    rare_truth,
    scaled_losses,
    steps_under,
)


@answers("A1")
def optimising_generalises():
    found = generalisation()
    numbers = {f"training error, {name}": train for name, (_, train, _) in found.items()}
    numbers |= {f"test error, {name}": test for name, (_, _, test) in found.items()}
    carried_over = all(test == 0 for _, train, test in found.values() if train == 0)
    return Finding(numbers, {"whatever fits the old data fits new data": carried_over})


@answers("A4")
def optimisers_regularise():
    found = generalisation()
    return Finding(
        {f"test error, {name}": test for name, (_, _, test) in found.items()},
        {f"{name} finds weights that generalise": r[2] == 0 for name, r in found.items()},
    )


@answers("A11")
def less_tuning():
    usable = scaled_losses()
    numbers = {
        f"{method}, scale {c:g}: usable η": _from_to(rates[method])
        for method in (GD, RMS)
        for c, rates in usable.items()
    }
    common = {m: common_to([rates[m] for rates in usable.values()]) for m in (GD, RMS)}
    ends = each(end_of_run, (0.1, 0.01, 0.001))
    numbers |= {f"|θ| at the end, η = {eta}": end for eta, end in ends.items()}
    return Finding(
        numbers,
        {
            "one rate serves all scales": common[RMS] > 0 == common[GD],
            "the rate no longer matters": ends[0.1] < 2 * ends[0.001],
        },
    )


def _from_to(rates):
    low, high = (float(f"{rate:.2g}") for rate in rates[[0, -1]])
    return f"{low:g} to {high:g}"


@answers("A26")
def schedules_help():
    schedules = {
        "exponential, 0.99": Exponential(0.1, 0.99),
        "cosine": Cosine(0.1, steps=2000),
        "1/√t": InverseSquareRoot(0.1),
    }
    ends = {}
    for name, schedule in schedules.items():
        run = descend(Parabola(), RMSprop(0.1), 0.5, steps=2000, schedule=schedule)
        ends[name] = float(np.abs(run.positions[-100:]).max())
    constant = end_of_run(0.1)
    return Finding(
        {"|θ| at the end, constant η": constant, **{f"{name}": end for name, end in ends.items()}},
        {f"{name} ends closer": end < constant / 5 for name, end in ends.items()},
    )


@answers("A27")
def stable_convergence():
    ends = rare_truth()
    run = descend(RareTruth(), Projected(RMSprop(0.01)), steps=500)
    longest, bound = float(np.abs(run.step).max() / 0.01), first_step_factor(0.9)
    return Finding(
        {f"{name} ends at (optimum −1)": end for name, end in ends.items()}
        | {"longest step/η": longest},
        {"with the usual β = 0.9 it converges": ends["RMSprop β = 0.9"] < -0.9},
        {"its steps are bounded": longest <= bound * (1 + 1e-9)},
    )


@answers("A29")
def two_hyperparameters():
    gradients = [np.float64(1e-6)] * 200
    steps = {
        place: float(steps_under(RMSprop(0.1, epsilon_inside=place == "inside"), gradients)[-1])
        for place in ("inside", "outside")
    }
    first = first_steps((0.9, 0.99))
    ends = each(end_of_run, (0.1, 0.01))
    return Finding(
        {f"step/η at |g| = 1e-6, ε {place}": step for place, step in steps.items()},
        {"apart from β and η nothing matters": steps["outside"] < 2 * steps["inside"]},
        {"β matters": first[0.99] > 2 * first[0.9], "η matters": ends[0.1] > 5 * ends[0.01]},
    )


@answers("A30")
def ways_of_tuning():
    from ..tuning import LogUniform, grid_search, random_search

    quiet = {"n_jobs": 1, "progress": False}
    untuned = _valley_loss(0.001)
    grid = grid_search(_valley_loss, {"learning_rate": np.geomspace(1e-3, 1, 7)}, **quiet)
    chance = random_search(_valley_loss, {"learning_rate": LogUniform(1e-3, 1)}, 7, **quiet)
    cosine = descend(Valley(), RMSprop(0.3), steps=200, schedule=Cosine(0.3, steps=200))
    best, lucky = float(grid["value"].min()), float(chance["value"].min())
    falling, (stalled, cut), folds = float(cosine.losses[-1]), _monitored(), _cross_validated()
    return Finding(
        {
            "loss at an untuned η = 0.001": untuned,
            "after grid search": best,
            "after random search": lucky,
            "with a schedule": falling,
            "a loss that was seen to stall": stalled,
            "after η was cut": cut,
            "mean accuracy over folds, η = 0.01": folds[0.01],
            "η = 1e-6": folds[1e-6],
        },
        {
            "grid search helps": best < untuned / 5,
            "random search helps": lucky < untuned / 5,
            "schedules help": falling < best,
            "monitoring helps": cut < stalled / 5,
            "cross-validation tells good from bad": folds[0.01] > folds[1e-6] + 0.2,
        },
    )


def _monitored():
    """Loss of a run whose curve has gone flat, and after its rate is cut for that reason."""
    run = descend(Valley(), RMSprop(0.3), steps=100)
    before, now = run.losses[50:75].mean(), run.losses[75:].mean()
    if now < before / 2:
        raise RuntimeError(f"the loss still falls, from {before:.3g} to {now:.3g}")
    cut = descend(Valley(), RMSprop(0.03), run.positions[-1], steps=100)
    return float(now), float(cut.losses[75:].mean())


def _valley_loss(learning_rate):
    return float(descend(Valley(), RMSprop(learning_rate), steps=200).losses[-50:].mean())


def _cross_validated():
    from ...mnist import MNIST, load_mnist
    from ..tuning import cross_validate

    data = load_mnist()
    few = MNIST(
        data.train_images[:600], data.train_labels[:600], data.test_images, data.test_labels
    )
    table = cross_validate(few, {"learning_rate": [1e-6, 0.01]}, k=3, n_jobs=1, progress=False)
    return table.groupby("learning_rate")["accuracy"].mean().to_dict()
