"""RMSprop and its relatives: the experiments."""

import numpy as np

from ...descent import descend
from ...measures import steps_to_reach
from ...objectives import Parabola, Rosenbrock
from ...optimizers import Adadelta, Adagrad, Adam, GradientDescent, Momentum, RMSprop
from .finding import Finding, answers
from .measured import (
    ADAM,
    GD,
    RMS,
    common_to,
    deep_wells,
    end_of_run,
    races,
    scaled_losses,
    states,
    steps_under,
)


def _numbers(optimizer):
    """The names of the numbers that the basic method has: switches and unused extras are off."""
    return [k for k, v in optimizer.hyperparameters.items() if isinstance(v, float) and v]


@answers("A17")
def fewer_hyperparameters():
    ours, theirs = _numbers(RMSprop()), _numbers(Adadelta())
    return Finding(
        {"RMSprop": ", ".join(ours), "Adadelta": ", ".join(theirs)},
        {"RMSprop has fewer": len(ours) < len(theirs)},
    )


@answers("A18")
def simpler_than_adadelta():
    arrays = {name: states(o) for name, o in ((RMS, RMSprop()), ("Adadelta", Adadelta()))}
    lines = {RMS: len(RMSprop().equations()), "Adadelta": len(Adadelta().equations())}
    numbers = {f"{name}: arrays kept": n for name, n in arrays.items()}
    return Finding(
        numbers | {f"{name}: equations": n for name, n in lines.items()},
        {"less state": arrays[RMS] < arrays["Adadelta"],
         "fewer equations": lines[RMS] < lines["Adadelta"]},
    )  # fmt: skip


@answers("A19")
def one_rate_for_all():
    optimizer = Adadelta()
    steps_under(optimizer, [np.array([1000.0, 1.0])] * 3)
    steep, flat = (float(rate) for rate in optimizer.rate)
    return Finding(
        {"rate after 3 steps with g = 1000": steep, "with g = 1": flat},
        {"both parameters have one rate": bool(np.isclose(steep, flat, rtol=0.01))},
    )


@answers("A20")
def adaptive_momentum():
    pushes = [np.float64(1.0)] * 1000 + [np.float64(0.0)]
    ball, adadelta = steps_under(Momentum(0.1), pushes), steps_under(Adadelta(), pushes)
    return Finding(
        {
            "step when the gradient stops, heavy ball, in η": float(ball[-1]),
            "Adadelta": float(adadelta[-1]),
            "Adadelta's 1000th step over its first": float(adadelta[-2] / adadelta[0]),
        },
        {"it rolls on": bool(adadelta[-1] > 0)},
        {"it adapts to its own past steps": bool(adadelta[-2] > 1.5 * adadelta[0])},
    )


@answers("A21")
def simpler_and_more_stable():
    arrays = {RMS: states(RMSprop()), ADAM: states(Adam(0.1))}
    lines = {RMS: len(RMSprop().equations()), ADAM: len(Adam(0.1).equations())}
    shares, adam = deep_wells(), descend(Parabola(), Adam(0.1), steps=2000)
    ends = {RMS: end_of_run(0.1), ADAM: float(np.abs(adam.positions[-100:]).max())}
    stable = Finding(
        {f"|θ| at the end of a parabola, {name}": end for name, end in ends.items()}
        | {f"share in the deep well, {name}": shares[name] for name in (RMS, ADAM)},
        {
            "steadier than Adam at the end": ends[RMS] < ends[ADAM],
            "more often in the global minimum": shares[RMS] > shares[ADAM],
        },
    )
    return Finding(
        {f"arrays kept, {name}": n for name, n in arrays.items()}
        | {f"equations, {name}": n for name, n in lines.items()},
        {"simpler than Adam": arrays[RMS] < arrays[ADAM] and lines[RMS] < lines[ADAM]},
        also=stable,
    )


@answers("A22")
def adam_is_faster():
    found = {k: v for k, v in races().items() if "turned" not in k and "falling" not in k}
    numbers = {f"{k}, steps: {m}": v[m] for k, v in found.items() for m in (RMS, ADAM)}
    numbers["Rosenbrock, Adam with a sweep that ends at 0.01"] = _adam_on_a_short_sweep()
    return Finding(numbers, {f"{k}: Adam is faster": v[ADAM] < v[RMS] for k, v in found.items()})


def _adam_on_a_short_sweep():
    return steps_to_reach(descend(Rosenbrock(), Adam(0.01), steps=3000).losses, 0.01)


@answers("C3")
def speeds_up():
    found = {k: v for k, v in races().items() if "turned" not in k and "falling" not in k}
    numbers = {f"{k}, steps: {m}": v[m] for k, v in found.items() for m in (GD, RMS)}
    return Finding(numbers, {f"{k}: RMSprop is faster": v[RMS] < v[GD] for k, v in found.items()})


@answers("C6")
def memory():
    optimizers = (
        GradientDescent(0.1),
        Momentum(0.1),
        Adagrad(0.1),
        RMSprop(),
        Adadelta(),
        Adam(0.1),
    )
    arrays = {optimizer.name: states(optimizer) for optimizer in optimizers}
    return Finding(
        {f"{name}: arrays kept": n for name, n in arrays.items()},
        {
            "one array of the size of θ": arrays[RMS] == 1,
            "less than Adam and Adadelta": arrays[RMS] < min(arrays[ADAM], arrays["Adadelta"]),
        },
    )


@answers("C11")
def more_robust():
    usable = scaled_losses()
    common = {m: common_to([rates[m] for rates in usable.values()]) for m in (GD, RMS)}
    plain = float(abs(descend(Parabola(), GradientDescent(0.1), steps=2000).positions[-1]))
    settled = {RMS: end_of_run(0.1), GD: plain}
    return Finding(
        {f"rates good for all scales, {m}": n for m, n in common.items()}
        | {f"|θ| at the end, {m}": end for m, end in settled.items()},
        {
            "an unknown scale": common[RMS] > common[GD],
            "the end game at constant η": settled[RMS] <= settled[GD],
        },
    )
