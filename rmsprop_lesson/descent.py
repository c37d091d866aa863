"""Run an optimiser on an objective and keep what happened.

An **objective** is anything with ``loss_and_gradient(theta)``, which returns both at θ. An
**optimiser** is anything with ``step(theta, grad)``, which returns the next θ. `updates` is the
loop in which they meet, in `descend` as in `network.train`.
"""

from contextlib import closing
from dataclasses import dataclass, replace
from itertools import repeat
from math import prod

import numpy as np

from ._settings import is_grid
from ._validate import (
    GRADIENT_LIMIT,
    PLAIN,
    as_array,
    check_count,
    check_has,
    check_parameters,
    takes,
)

MOST_NUMBERS = 5 * 10**7  # in each recorded array: 400 MB


def descend(objective, optimizer, start=None, steps=100, schedule=None):
    """Minimise `objective` with `optimizer` and record the way.

    The optimiser is reset first, and so is the noise of the objective, so that a run can be
    repeated. A run that leaves the finite numbers is cut there, without a warning. With an array
    of hyperparameters all settings run at once; one that diverges is NaN from there on, while the
    others go on.

    Parameters
    ----------
    objective : Objective
        Anything with ``loss_and_gradient(theta)``, which returns both as real numbers. Where the
        loss is one number for a whole array θ, its elements are the coordinates of one run; the
        leading axes that loss and θ share are runs of a grid. If it has ``reset()``, that comes
        first.
    optimizer : Optimizer
        Anything with ``step(theta, grad)``, which returns the new θ, such as `RMSprop`. If it has
        ``reset()``, that comes first; its ``state``, a dict of arrays in θ's shape, is recorded.
    start : float or array_like, optional
        θ₀; by default ``objective.start``. A whole number counts as a float.
    steps : int
        Number of updates, at least 0; together with all runs of a grid up to 5·10⁷.
    schedule : callable, optional
        ``schedule(t)`` gives the learning rate of step t = 0, 1, …; afterwards the optimiser has
        its own learning rate again.

    Returns
    -------
    Trajectory

    Raises
    ------
    TypeError, ValueError
        If `steps` is not a whole number in its range, `start` not a point with a finite loss and
        a usable gradient, or another argument not what it is said to be; if there is a schedule
        for an optimiser without a learning rate.
    """
    check_has("objective", objective, "loss_and_gradient")
    check_run(optimizer, schedule)
    reset(objective)  # the first look at θ₀ sees the noise of the run
    theta, lanes = _starting_point(objective, optimizer, start)
    steps = check_count("steps", steps, most=MOST_NUMBERS // max(theta.size, 1))
    reset(objective)
    reset(optimizer)
    return _record(objective, optimizer, theta, lanes, steps, schedule)


def reset(thing):
    """Let an objective or an optimiser start anew, if it has anything to forget."""
    if hasattr(thing, "reset"):
        thing.reset()


def check_run(optimizer, schedule):
    """Raise TypeError unless the optimiser can make steps, and the schedule set its rate."""
    check_has("optimizer", optimizer, "step")
    if schedule is None:
        return
    if not callable(schedule):
        raise TypeError(f"schedule must be a function of t or None, got {schedule!r}")
    if not hasattr(optimizer, "learning_rate"):
        raise TypeError(f"schedule must be None for {optimizer!r}, which has no learning_rate")


@dataclass(slots=True)
class Look:
    """What is seen at θ: its loss and gradient, and which runs can go on from there."""

    theta: np.ndarray
    loss: np.ndarray
    grad: np.ndarray
    usable: np.ndarray


def updates(objectives, optimizer, theta, schedule=None, first=0, out=None):
    """The stepping loop: for each objective a look at θ, then the step to the next θ.

    Parameters
    ----------
    objectives : iterable
        One for each update: the same again and again, or one mini-batch after another.
    optimizer : Optimizer
    theta : ndarray
        θ₀.
    schedule : callable, optional
        ``schedule(t)`` gives the learning rate of step t. When the loop is closed, the optimiser
        has its own learning rate again.
    first : int
        Number t of the first step.
    out : ndarray, optional
        `theta` itself, if it is to be updated in place.

    Yields
    ------
    Look
        Before each step. The step is made from its `theta` with its `grad`, when the next look is
        asked for.
    """
    own_rate = getattr(optimizer, "learning_rate", None)
    direct = {"out": out} if out is not None and takes(optimizer.step, "out") else {}
    try:
        for t, objective in enumerate(objectives, first):
            here = look(objective, theta)
            yield here
            if schedule is not None:
                _set_rate(optimizer, schedule, t)
            theta = optimizer.step(here.theta, here.grad, **direct)
            if out is not None and theta is out:
                continue
            theta = check_parameters("what step() returns", theta)
            if theta.shape != here.theta.shape:
                raise ValueError(
                    f"step() must keep theta's shape {here.theta.shape}, got {theta.shape}; so "
                    "must the learning rate that a schedule gives"
                )
            if out is not None:
                out[...] = theta
                theta = out
    finally:
        if schedule is not None:
            optimizer.learning_rate = own_rate


def _set_rate(optimizer, schedule, t):
    rate = schedule(t)
    try:
        optimizer.learning_rate = rate
    except (TypeError, ValueError) as error:
        zero = np.any(as_array(rate) == 0)
        hint = "; a warm-up over n steps can begin with η(t + 1)/n instead of ηt/n" if zero else ""
        raise type(error)(f"schedule gave no rate for step t = {t}: {error}{hint}") from error


def look(objective, theta):
    """Loss and gradient at θ, in θ's precision and without warnings, as a `Look`."""
    with np.errstate(all="ignore"):
        pair = objective.loss_and_gradient(theta)
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"loss_and_gradient() must return loss and gradient, got {pair!r:.60}")
        loss, grad = pair
        loss = _real("the loss", loss)
        grad = _real("the gradient", grad).astype(theta.dtype, copy=False)
        if grad.shape != theta.shape:
            raise ValueError(
                f"the gradient must have theta's shape {theta.shape}, got shape {grad.shape}"
            )
        if loss.shape != theta.shape[: loss.ndim]:
            raise ValueError(f"the loss of theta of shape {theta.shape} has shape {loss.shape}")
        return Look(theta, loss, grad, _usable(theta, loss, grad))


def _real(name, value):
    array = np.asarray(value) if type(value) in PLAIN else as_array(value)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be made of real numbers, got {value!r}")
    return array


def _usable(theta, loss, grad):
    """Per run of a grid: whether θ, its loss and its gradient are numbers one can go on with.

    Divergence is this and nothing else, here and in training.
    """
    limit, loss = GRADIENT_LIMIT[theta.dtype], loss.astype(theta.dtype, copy=False)
    if loss.ndim == 0:  # one run: Σg² and Σθ² are false for NaN and infinity, and quicker
        squares = np.vdot(grad, grad) <= limit * limit and np.isfinite(np.vdot(theta, theta))
        if squares and np.isfinite(loss):
            return np.True_
    coordinates = tuple(range(loss.ndim, theta.ndim))
    usable = np.isfinite(theta) & (np.abs(grad) <= limit)
    return np.isfinite(loss) & usable.all(axis=coordinates)


def _starting_point(objective, optimizer, start):
    """θ₀ as a float array in the shape of the whole grid of settings, and the grid's shape."""
    start = getattr(objective, "start", None) if start is None else start
    if start is None:
        raise TypeError(f"start must be given for {objective!r}, which has none of its own")
    start = as_array(start)
    theta = check_parameters("start", start.astype(float) if start.dtype.kind in "iu" else start)
    settings = getattr(optimizer, "hyperparameters", {}).values()
    shapes = [value.shape for value in settings if is_grid(value)]
    try:
        shape = np.broadcast_shapes(theta.shape, *shapes)
    except ValueError:
        raise ValueError(
            f"start must broadcast with the optimiser's settings, got shape {theta.shape} and "
            f"{sorted({s for s in shapes if s})}; n settings in the plane have shape (n, 1)"
        ) from None
    theta = np.array(np.broadcast_to(theta, shape))
    seen = look(objective, theta)
    if not seen.usable.all():
        raise ValueError(
            f"start must be a point with a finite loss and gradient, got {start} "
            f"with loss {seen.loss} and gradient {seen.grad}"
        )
    return theta, seen.loss.shape


def _record(objective, optimizer, theta, lanes, steps, schedule):
    """The run as a trajectory: everything at θ_t is noted before the step to θ_{t+1}."""
    a_lane = (..., *[None] * (theta.ndim - len(lanes)))  # one number per run, spread over θ
    positions = np.full((steps + 1, *theta.shape), np.nan, theta.dtype)
    losses = np.full((steps + 1, *lanes), np.nan, theta.dtype)
    gradients = np.full((steps, *theta.shape), np.nan, theta.dtype)
    state = {}
    diverged_at = np.full(lanes, np.nan)
    end = steps + 1
    with closing(updates(repeat(objective), optimizer, theta, schedule)) as run:
        for t, here in enumerate(run):
            if not here.usable.all():
                diverged_at[np.isnan(diverged_at) & ~here.usable] = t
                ended = ~np.isnan(diverged_at)
                if ended.all():
                    end = t
                    break
                here.loss = np.where(ended, np.nan, here.loss)
                here.theta = np.where(ended[a_lane], np.nan, here.theta)
                here.grad = np.where(ended[a_lane], 0.0, here.grad)
            positions[t], losses[t] = here.theta, here.loss
            for name, value in _state(optimizer, theta).items():
                if name not in state:
                    state[name] = np.full_like(positions, np.nan)
                state[name][t] = value
            if t == steps:
                break
            gradients[t] = here.grad
    if diverged_at.ndim == 0:
        diverged_at = None if np.isnan(diverged_at) else int(diverged_at)
    return Trajectory(
        objective=objective,
        optimizer=optimizer,
        positions=positions[:end],
        gradients=gradients[: end - 1],
        losses=losses[:end],
        state={name: values[:end] for name, values in state.items()},
        diverged_at=diverged_at,
    )


def _state(optimizer, theta):
    """The optimiser's running quantities; before the first step, what they start from."""
    if getattr(optimizer, "t", 0) == 0 and hasattr(optimizer, "initial_state"):
        return optimizer.initial_state(theta.shape, theta.dtype)
    state = getattr(optimizer, "state", {})
    return state if isinstance(state, dict) else {}


@dataclass(frozen=True)
class Trajectory:
    """What `descend` recorded: n updates, or fewer where the run diverged.

    Attributes
    ----------
    objective, optimizer
        What ran on what.
    positions : ndarray of shape (n + 1, …), with θ's shape
        θ₀ … θₙ.
    gradients : ndarray of shape (n, …), with θ's shape
        The gradient that each update used (0 for a run of a grid that has ended).
    losses : ndarray of shape (n + 1, ...)
        The loss at each position.
    state : dict of str to ndarray of shape (n + 1, …), with θ's shape
        The optimiser's running quantities, before the first update and after each; for RMSprop
        S. They say nothing about a run of a grid that has ended.
    diverged_at : None, int or ndarray of float
        The first t at which θ_t, its loss or its gradient was no longer usable, None if there was
        none; for a grid of settings an array, NaN where there was none.
    """

    objective: object
    optimizer: object
    positions: np.ndarray
    gradients: np.ndarray
    losses: np.ndarray
    state: dict
    diverged_at: object

    @property
    def step(self):
        """What each update subtracted from θ: θ_t − θ_{t+1}, of shape (n, …), with θ's shape."""
        return self.positions[:-1] - self.positions[1:]

    @property
    def diverged(self):
        """Whether the run diverged; for a grid of settings an array."""
        return ~np.isnan(np.asarray(self.diverged_at, float))[()]

    def __len__(self):
        """The number of updates that were made."""
        return len(self.gradients)

    def run(self, *index):
        """One run out of a grid of settings, as a trajectory of its own.

        Parameters
        ----------
        *index : int
            Where the setting stands in the grid.

        Returns
        -------
        Trajectory

        Raises
        ------
        IndexError
            If the grid has no such place.
        """
        if len(index) != self.losses.ndim - 1:
            raise IndexError(f"index must have {self.losses.ndim - 1} numbers, got {index}")
        at = (slice(None), *index)
        diverged_at = int(self.diverged_at[index]) if self.diverged[index] else None
        n = len(self.positions) if diverged_at is None else diverged_at
        return replace(
            self,
            positions=self.positions[at][:n],
            gradients=self.gradients[at][: n - 1],
            losses=self.losses[at][:n],
            state={name: values[at][:n] for name, values in self.state.items()},
            diverged_at=diverged_at,
        )

    def table(self):
        """The run as a table, one row an update.

        Returns
        -------
        pandas.DataFrame
            Columns t, θ_t, ∇L, for each running quantity its value before and after the update
            (for RMSprop S_t and S_{t+1}), step, θ_{t+1}. A point in the plane has one column per
            coordinate, marked [1] and [2].

        Raises
        ------
        ValueError
            If the trajectory holds a grid of settings: take one with `run` first.
        """
        import pandas as pd

        if self.losses.ndim > 1:
            raise ValueError(f"table() shows one run, here are {self.losses.shape[1:]}; use run()")
        columns = {"θ_t": self.positions[:-1], "∇L": self.gradients}
        for name, values in self.state.items():
            columns |= {f"{name}_t": values[:-1], f"{name}_{{t+1}}": values[1:]}
        columns |= {"step": self.step, "θ_{t+1}": self.positions[1:]}
        table = {"t": np.arange(len(self))}
        for name, values in columns.items():
            if values.ndim == 1:
                table[name] = values
            else:
                coordinates = values.reshape(len(values), prod(values.shape[1:])).T
                table |= {f"{name}[{i}]": value for i, value in enumerate(coordinates, start=1)}
        return pd.DataFrame(table)

    def __repr__(self):
        runs = self.losses.shape[1:]
        what = f"{len(self)} steps of {self.optimizer!r} on {self.objective!r}"
        if runs:
            return f"<{what}: {np.prod(runs)} runs, {np.sum(self.diverged)} diverged>"
        if self.diverged:
            return f"<{what}: diverged at step {self.diverged_at}>"
        return f"<{what}: loss from {self.losses[0]:.6g} to {self.losses[-1]:.6g}>"

    def _repr_html_(self):
        if self.losses.ndim > 1:
            return None
        html = self.table().to_html(index=False, max_rows=10, float_format="{:.6g}".format)
        if self.diverged:
            html += f"<p>diverged at step {self.diverged_at}</p>"
        return html
