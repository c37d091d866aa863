"""What RMSprop computes: the experiments."""

import numpy as np

from ...descent import descend
from ...measures import ewma
from ...objectives import Parabola
from ...optimizers import Momentum, RMSprop
from ..frameworks import LIBRARIES, agreement
from .finding import Finding, answers
from .measured import steps_under


def _average_of_gradients():
    """S after 50 alternating gradients ±1, and the averages of g and of g²."""
    signs = np.where(np.arange(50) % 2, -1.0, 1.0)
    optimizer = RMSprop(0.1)
    steps_under(optimizer, list(signs))
    S = float(optimizer.state["S"])
    return S, float(ewma(signs, 0.9)[-1]), float(ewma(signs**2, 0.9)[-1])


@answers("A12")
def average_of_squares():
    gradients = np.random.default_rng(0).standard_normal(30)
    optimizer = RMSprop(0.1, beta=0.9)
    steps_under(optimizer, list(gradients))
    gap = abs(float(optimizer.state["S"]) - ewma(gradients**2, 0.9)[-1])
    decays = {name: _default_decay(name) for name in ("torch", "keras", "optax", "tensorflow1")}
    near = sum(decay == 0.9 for decay in decays.values())
    return Finding(
        {"libraries with 0.9 by default": near, "of": len(decays), "PyTorch": decays["torch"]},
        {"S follows the equation": gap < 1e-12, "0.9 is the usual default": near >= 3},
    )


def _default_decay(library):
    names = {ours: name for name, ours in LIBRARIES[library].names.items()}
    return LIBRARIES[library].defaults[names["beta"]]


@answers("A13")
def epsilon_outside():
    optimizer = RMSprop(0.1, epsilon_inside=False)
    steps_under(optimizer, [np.float64(1e-6)] * 200)
    rate = 0.1 / (np.sqrt(optimizer.state["S"]) + 1e-8)
    inside = RMSprop(0.1)
    steps_under(inside, [np.float64(1e-6)] * 200)
    table = agreement().query("library == 'torch'")
    return Finding(
        {
            "rate at |g| = 1e-6, ε outside": float(optimizer.rate),
            "ε inside": float(inside.rate),
        },
        {
            "the rate is η/(√v + ε)": bool(np.isclose(optimizer.rate, rate, rtol=1e-12)),
            "PyTorch computes it": bool(table["difference"].max() < 1e-12),
        },
    )


def _keeps_gradients_in_S():
    S, of_gradients, of_squares = _average_of_gradients()
    return Finding(
        {"S": S, "average of g": of_gradients, "average of g²": of_squares},
        {"S is the average of g": abs(S - of_gradients) < 1e-9},
    )


@answers("A15")
def averages_gradients():
    return _keeps_gradients_in_S()


@answers("C12")
def ewma_of_gradients():
    return _keeps_gradients_in_S()


@answers("B2")
def same_average_as_momentum():
    signs = [np.float64((-1.0) ** t) for t in range(200)]
    steps = {"alternating ±1": signs, "constant 1": [np.float64(1.0)] * 200}
    numbers, holds = {}, {}
    for case, gradients in steps.items():
        rms, ball = RMSprop(0.1), Momentum(0.1, averaged=True)
        ours = abs(float(steps_under(rms, gradients)[-1]))
        heavy = abs(float(steps_under(Momentum(0.1), gradients)[-1]))
        steps_under(ball, gradients)
        numbers |= {f"{case}: RMSprop's step/η": ours, f"{case}: heavy ball's": heavy}
        holds[case] = bool(np.isclose(rms.state["S"], ball.state["v"], atol=1e-3))
    return Finding(numbers, {"both keep the same average": all(holds.values())})


@answers("B7")
def averages_per_epoch():
    from ...mnist import load_mnist
    from ...network import Network, train

    optimizer = RMSprop(0.001)
    train(Network((784, 10)), load_mnist(), optimizer, epochs=1, batch_size=64, progress=False)
    return Finding(
        {"updates of S in one epoch": optimizer.t}, {"one update an epoch": optimizer.t == 1}
    )


@answers("B8")
def no_epsilon():
    never = steps_under(RMSprop(0.1, epsilon=0.0), [np.array([3.0, 4.0]), np.array([-2.0, 1.5])])
    zero = steps_under(RMSprop(0.1, epsilon=0.0), [np.array([3.0, 0.0])])
    return Finding(
        {"first step under g = 3": float(zero[0, 0]), "under g = 0": float(zero[0, 1])},
        {
            "no gradient is 0": bool(np.isfinite(never).all()),
            "one has been 0 from the start": bool(np.isfinite(zero).all()),
        },
    )


@answers("B9")
def beta_called_momentum():
    theirs = {name: library for name, library in LIBRARIES.items() if name != "ours"}
    names = {
        library: next(n for n, ours in entry.names.items() if ours == "beta")
        for library, entry in theirs.items()
    }
    own = sum("momentum" in entry.names for entry in theirs.values())
    return Finding(
        {**names, "libraries with another setting `momentum`": own},
        {"some library calls β momentum": "momentum" in names.values()},
    )


@answers("C1")
def worked_example():
    theta, S, path = 2.0, 0.0, []
    for _ in range(5):
        S = 0.9 * S + 0.1 * theta**2
        theta -= 0.1 / np.sqrt(S + 1e-8) * theta
        path.append(theta)
    run = descend(Parabola(), RMSprop(0.1), steps=5)
    optax = agreement("worked").query("library == 'optax'")
    return Finding(
        {f"θ{t}": value for t, value in enumerate(path, start=1)},
        {
            "the two equations give our path": bool(np.allclose(run.positions[1:], path, 1e-14)),
            "and that of a published library": bool(optax["difference"].min() < 1e-12),
        },
        digits=5,
    )
