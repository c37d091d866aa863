"""Exercises of lesson 04: the worked table, by hand and by program."""

from inspect import signature

import numpy as np

from . import hidden
from .engine import Exercise
from .pairs import parts
from .probes import call


def first_update(theta, learning_rate, beta, epsilon):
    """Work out the first RMSprop update on L(θ) = θ²/2, from S = 0.

    Parameters
    ----------
    theta : float
        θ₀.
    learning_rate, beta, epsilon : float
        η, β and ε (inside the root).

    Returns
    -------
    grad, S, step, theta : float
        The gradient at θ₀, S₁, what is subtracted from θ₀, and θ₁.
    """
    grad = theta
    S = (1 - beta) * grad**2
    step = learning_rate * grad / np.sqrt(S + epsilon)
    theta = theta - step
    return grad, S, step, theta


def _shuffled(theta, learning_rate, beta, epsilon):
    """Work out the first RMSprop update on L(θ) = θ²/2, from S = 0: g, S₁, the step and θ₁."""
    theta = theta - step
    S = (1 - beta) * grad**2
    grad = theta**2 / 2
    step = learning_rate * grad / np.sqrt(S + epsilon)
    grad = theta
    S = beta * grad**2
    return grad, S, step, theta


def worked_table(theta, learning_rate, beta, epsilon, steps):
    """Compute the column θ_t of the worked table: RMSprop on L(θ) = θ²/2, from S = 0.

    Parameters
    ----------
    theta : float
        θ₀.
    learning_rate, beta, epsilon : float
        η, β and ε (inside the root).
    steps : int
        Number of updates.

    Returns
    -------
    array of shape (steps + 1,)
        θ₀, θ₁, …
    """
    S, thetas = 0.0, [theta]
    for _ in range(steps):
        grad = theta
        S = beta * S + (1 - beta) * grad**2
        theta = theta - learning_rate * grad / np.sqrt(S + epsilon)
        thetas.append(theta)
    return np.array(thetas)


def first_slip(thetas, learning_rate, beta, epsilon, tolerance):
    """Find the first wrong entry in a printed column θ_t of RMSprop on L(θ) = θ²/2.

    Parameters
    ----------
    thetas : sequence of float
        The printed θ₀, θ₁, …; θ₀ is given and right, S starts at 0.
    learning_rate, beta, epsilon : float
        η, β and ε (inside the root).
    tolerance : float
        The largest error that rounding excuses.

    Returns
    -------
    int
        The first t at which the printed θ_t is off by more than the tolerance; 0 if none is.
    """
    theta, S = thetas[0], 0.0
    for t in range(1, len(thetas)):
        S = beta * S + (1 - beta) * theta**2
        theta = theta - learning_rate * theta / np.sqrt(S + epsilon)
        if abs(thetas[t] - theta) > tolerance:
            return t
    return 0


@parts
def _first(gradient=None, average=None, step=None, result=None):
    """A first update with one column worked out differently."""

    def implementation(theta, lr, b, e):
        g = gradient(theta) if gradient else theta
        S = average(g, b) if average else (1 - b) * g**2
        move = step(g, S, lr, e) if step else lr * g / np.sqrt(S + e)
        return g, S, move, result(theta, move) if result else theta - move

    return implementation


def _table(average=None, step=None, start=0.0):
    """A table with its S, its step or its start worked out differently."""

    def implementation(theta, lr, b, e, steps):
        S, thetas = start if not callable(start) else start(theta), [theta]
        for t in range(1, steps + 1):
            old, S = S, (average(S, theta, b) if average else b * S + (1 - b) * theta**2)
            move = step(theta, S, old, lr, b, e, t) if step else lr * theta / np.sqrt(S + e)
            theta = theta - move
            thetas.append(theta)
        return np.array(thetas)

    return implementation


def _outside(x, S, old, lr, b, e, t):
    """A step with ε outside the root."""
    return lr * x / (np.sqrt(S) + e)


def _frozen(theta, lr, b, e, steps):
    """A table whose gradient is taken at θ₀ only."""
    S, thetas, g = 0.0, [theta], theta
    for _ in range(steps):
        S = b * S + (1 - b) * g**2
        thetas.append(thetas[-1] - lr * g / np.sqrt(S + e))
    return np.array(thetas)


def _step_first(fresh):
    """A table that moves θ before it makes S; `fresh`: with the new S in the step all the same."""

    def implementation(theta, lr, b, e, steps):
        S, thetas = 0.0, [theta]
        for _ in range(steps):
            used = b * S + (1 - b) * theta**2 if fresh else S
            theta = theta - lr * theta / np.sqrt(used + e)
            S = b * S + (1 - b) * theta**2
            thetas.append(theta)
        return np.array(thetas)

    return implementation


def _column_of_S(table, at_theta=False):
    """The column of S, from 0 or from θ₀."""

    def implementation(theta, lr, b, e, steps):
        column = [0.0]
        for before in table(theta, lr, b, e, steps)[:-1]:
            column.append(b * column[-1] + (1 - b) * before**2)
        return np.array([theta, *column[1:]] if at_theta else column)

    return implementation


def _exchanged(theta, lr, b, e, steps):
    """A table that takes each update's θ for S, and S for θ."""
    S, thetas = 0.0, [theta]
    for _ in range(steps):
        new_S = b * S + (1 - b) * theta**2
        S, theta = theta - lr * theta / np.sqrt(new_S + e), new_S
        thetas.append(theta)
    return np.array(thetas)


def _own_rows(thetas, lr, b, e, average, step, start, printed, first=None):
    """A column computed again; `printed`: each row from the printed one before it.

    With `first` the second row is made from that number, whatever is printed.
    """
    S, x, own = start, thetas[0] if first is None else first, [thetas[0]]
    for t in range(1, len(thetas)):
        x = thetas[t - 1] if printed else x
        old, S = S, average(S, x, b)
        x = x - step(x, S, old, lr, e)
        own.append(x)
    return np.array(own)


def _first_off(off, errors):
    return int(np.argmax(off)) if np.any(off) else 0


@parts
def _search(
    average=lambda S, x, b: b * S + (1 - b) * x**2,
    step=lambda x, S, old, lr, e: lr * x / np.sqrt(S + e),
    start=0.0,
    first=None,
    printed=False,
    rounded=lambda own: own,
    error=lambda printed, own: printed - own,
    off=lambda error, tolerance: abs(error) > tolerance,
    choose=_first_off,
):
    """A search for the first slip, with its parts to be exchanged."""

    def implementation(thetas, lr, b, e, tolerance):
        own = rounded(_own_rows(thetas, lr, b, e, average, step, start, printed, first))
        errors = error(np.asarray(thetas), own)
        return choose(off(errors, tolerance), errors)

    return implementation


def _made_with(rule, count, theta=1.5, lr=0.2, b=0.7, e=1e-8, digits=4):
    """A printed column that has been computed by a wrong rule; θ₀ alone is right."""
    right = {name: part.default for name, part in signature(_search).parameters.items()}
    chosen = {name: rule.get(name, right[name]) for name in ("average", "step", "start", "printed")}
    thetas = [theta] * (count + 1)
    return tuple(np.round(_own_rows(thetas, lr, b, e, **chosen), digits).tolist())


# What may be wrong in the row's own rule: a column that was made with it looks right to who makes
# the same slip.
_RULES = {
    "1-beta left out": {"average": lambda S, x, b: b * S + x**2},
    "beta and 1-beta swapped": {"average": lambda S, x, b: (1 - b) * S + b * x**2},
    "S restarted at each row": {"average": lambda S, x, b: (1 - b) * x**2},
    "gradient not squared": {"average": lambda S, x, b: b * S + (1 - b) * x},
    "previous S used": {"step": lambda x, S, old, lr, e: lr * x / np.sqrt(old + e)},
    "no square root": {"step": lambda x, S, old, lr, e: lr * x / (S + e)},
    "S starts at the gradient": {"start": 1.5**2},
    "sign flipped": {"step": lambda x, S, old, lr, e: -lr * x / np.sqrt(S + e)},
    "theta left out of the step": {"step": lambda x, S, old, lr, e: lr / np.sqrt(S + e)},
}

_SAID = {
    "1-beta left out": "Was (1 − β) left out of S?",
    "beta and 1-beta swapped": "Were β and 1 − β exchanged in S?",
    "S restarted at each row": "Is S set to 0 in each row? It has to carry over.",
    "gradient not squared": "Was the square left out in S?",
    "previous S used": "Is the step made with the S of the row before? Update S first.",
    "no square root": "Was the root left out in the step?",
    "S starts at the gradient": "Does S start at g²? It starts at 0.",
    "sign flipped": "Is the step added? Subtract it.",
    "theta left out of the step": "Was θ, the gradient here, left out of the step?",
}

# Columns with slips of different kinds; the first is the one that circulates in print.
_PRINTED = (2.0, 1.683, 1.449, 1.292, 1.179, 1.095)
_RIGHT = (2.0, 1.684, 1.474, 1.309, 1.170, 1.049)
_HIGH = (2.0, 1.684, 1.474, 1.409, 1.170, 1.149)
_LATE = (1.0, 0.5528, 0.2933, 0.1323, 0.0489)
_BELOW = tuple(worked_table(-1.0, 0.3, 0.6, 0.05, 4) + np.array([0.0, 0.0, 0.0, 0.003, 0.0]))
_WITH_EPSILON = tuple(worked_table(0.8, 0.2, 0.5, 0.3, 4).round(4))
_OUTSIDE = {"step": lambda x, S, old, lr, e: lr * x / (np.sqrt(S) + e)}
_FINE = (2.0, 1.6838, 1.4744, 1.3087)  # θ₂ is 1.47388, which is 1.474 in three digits
_NEAR = tuple(worked_table(0.9, 0.1, 0.6, 1e-8, 7) + 0.001 * np.array([0, 1.8, 1.8, 0, 0, 0, 0, 3]))
_BARELY = (2.0, 1.68428, 1.4739, 1.3087)  # θ₁ is 1.683772, and 0.0005 + 1e-5·θ₁ would do
_DRIFT = tuple(
    round(theta + 0.0005 * t, 5) for t, theta in enumerate(worked_table(2.0, 0.1, 0.9, 1e-8, 7))
)


def _column(name, thetas, settings, tolerance):
    keys = ("thetas", "learning_rate", "beta", "epsilon", "tolerance")
    return call(name, **dict(zip(keys, (thetas, *settings, tolerance), strict=True)))


_FIRST_SETTINGS, _OTHER_SETTINGS = (0.1, 0.9, 1e-8), (0.2, 0.7, 1e-8)

_FIRST = Exercise(
    solution=first_update,
    lesson=4,
    title="Order the lines of an update",
    task=(
        "Here are the lines of the first update, shuffled. Two of them don't belong there at all. "
        "Delete these two, and put the others in order; the `return` stays last."
    ),
    outputs=("the gradient", "S", "the step", "θ"),
    probes=(
        call("worked example", theta=2.0, learning_rate=0.1, beta=0.9, epsilon=1e-8),
        call("negative start", theta=-0.5, learning_rate=0.3, beta=0.8, epsilon=0.01),
        call("large epsilon", theta=1.5, learning_rate=0.2, beta=0.6, epsilon=0.3),
        call("past the minimum", theta=0.1, learning_rate=0.2, beta=0.4, epsilon=1e-4),
    ),
    variants={
        "epsilon outside the root": (
            _first(step=lambda g, S, lr, e: lr * g / (np.sqrt(S) + e)),
            "ε stands outside the root; the table has it inside.",
        ),
    },
    mistakes={
        "loss taken for the gradient": (
            _first(gradient=lambda theta: theta**2 / 2),
            "Is the gradient θ²/2? That is the loss; its derivative is θ.",
        ),
        "factor 2 in the gradient": (
            _first(gradient=lambda theta: 2 * theta),
            "Is the gradient 2θ? The ½ of the loss cancels the 2.",
        ),
        "1-beta left out": (
            _first(average=lambda g, b: g**2),
            "Was (1 − β) left out? S₁ = β·0 + (1 − β)g².",
        ),
        "beta instead of 1-beta": (
            _first(average=lambda g, b: b * g**2),
            "Is g² weighted by β? New values have the weight 1 − β.",
        ),
        "gradient not squared": (
            _first(average=lambda g, b: (1 - b) * g),
            "Was the square left out in S?",
        ),
        "no square root": (
            _first(step=lambda g, S, lr, e: lr * g / (S + e)),
            "Was the root left out in the step?",
        ),
        "root kept in S": (
            _first(
                average=lambda g, b: np.sqrt((1 - b) * g**2),
                step=lambda g, S, lr, e: lr * g / (S + e),
            ),
            "Is the root taken in S already? S₁ is (1 − β)g² itself; its root is for the step.",
        ),
        "previous S used": (
            _first(step=lambda g, S, lr, e: lr * g / np.sqrt(e)),
            "Is the step made with S₀ = 0? It uses the new S.",
        ),
        "learning rate left out": (
            _first(step=lambda g, S, lr, e: g / np.sqrt(S + e)),
            "Was the learning rate left out?",
        ),
        "gradient left out of the step": (
            (
                _first(step=lambda g, S, lr, e: lr / np.sqrt(S + e)),
                _first(
                    step=lambda g, S, lr, e: lr / np.sqrt(S + e),
                    result=lambda theta, step: theta - step * theta,
                ),
            ),
            "Is this the rate η/√(S + ε)? The step is the rate times the gradient.",
        ),
        "sign flipped": (
            _first(result=lambda theta, step: theta + step),
            "Is the step added? It is subtracted.",
        ),
        "step negative": (
            tuple(
                _first(step=step, result=lambda theta, step: theta + step)
                for step in (
                    lambda g, S, lr, e: -lr * g / np.sqrt(S + e),
                    lambda g, S, lr, e: -lr * g / (np.sqrt(S) + e),
                )
            ),
            "Does the step have a minus? It is what is subtracted from θ, so it has the sign of g.",
        ),
        "theta not moved": (
            _first(result=lambda theta, step: theta),
            "Is θ still θ₀? The line that subtracts the step from it belongs to the update, too.",
        ),
    },
    hints=(
        "Each line needs only numbers that are there already. Which one needs θ alone?",
        "With θ₀ = 3 and β = 0.9 the gradient is 3, and S₁ = 0.9·0 + 0.1·3² = 0.9. How long is "
        "the step, and where does it lead?",
        "grad = theta\nS = (1 - beta) * grad**2\nstep = ...",
    ),
    explanation=(
        "The step is $\\eta/\\sqrt{1-\\beta}$ in size, whatever θ₀ is: "
        "g cancels against $\\sqrt S$."
    ),
    draft=_shuffled,
)

_TABLE = Exercise(
    solution=worked_table,
    lesson=4,
    title="The worked table, by program",
    task=(
        "Compute the column $\\theta_t$ of the table. Your own `rmsprop_step` can make the "
        "updates; the gradient at θ is θ."
    ),
    outputs=("θ",),
    probes=(
        call("worked example", theta=2.0, learning_rate=0.1, beta=0.9, epsilon=1e-8, steps=5),
        call("other settings", theta=-1.0, learning_rate=0.3, beta=0.5, epsilon=0.05, steps=4),
        call("large epsilon", theta=0.1, learning_rate=0.2, beta=0.7, epsilon=0.3, steps=4),
        call("no step", theta=1.0, learning_rate=0.1, beta=0.9, epsilon=1e-8, steps=0),
        call("near the minimum", theta=1e-5, learning_rate=0.1, beta=0.9, epsilon=1e-6, steps=3),
        call("at the minimum", theta=0.0, learning_rate=0.1, beta=0.9, epsilon=1e-8, steps=2),
    ),
    variants={
        "epsilon as a floor": (
            _table(step=lambda x, S, old, lr, b, e, t: lr * x / max(np.sqrt(S), e)),
            "ε is a lower bound of the denominator instead of being added to it.",
        ),
        "epsilon outside the root": (
            _table(step=_outside),
            "ε stands outside the root; the table has it inside.",
        ),
        "bias correction": (
            _table(step=lambda x, S, old, lr, b, e, t: lr * x / np.sqrt(S / (1 - b**t) + e)),
            "S is divided by 1 − βᵗ (lesson 05). The worked table is without.",
        ),
    },
    mistakes={
        "S restarted at each step": (
            _table(average=lambda S, x, b: (1 - b) * x**2),
            "Is S set to 0 inside the loop? It has to carry over.",
        ),
        "previous S used": (
            _table(step=lambda x, S, old, lr, b, e, t: lr * x / np.sqrt(old + e)),
            "Is the step made with the S of the row before? Update S first.",
        ),
        "S starts at the gradient": (
            _table(start=lambda theta: theta**2),
            "Does S start at g²? It starts at 0.",
        ),
        "S in place of theta": (
            tuple(
                _column_of_S(table, at_theta)
                for table in (worked_table, _table(step=_outside))
                for at_theta in (False, True)
            ),
            "Is it S that is collected? The column is that of θ.",
        ),
        "1-beta left out": (
            _table(average=lambda S, x, b: b * S + x**2),
            "Was (1 − β) left out?",
        ),
        "no average at all": (
            _table(average=lambda S, x, b: x**2),
            "Is the step made from g² alone? The old S has to stay in: βS + (1 − β)g².",
        ),
        "gradient not squared": (
            _table(average=lambda S, x, b: b * S + (1 - b) * x),
            "Was the square left out in S?",
        ),
        "beta and 1-beta swapped": (
            _table(average=lambda S, x, b: (1 - b) * S + b * x**2),
            "Were β and 1 − β exchanged?",
        ),
        "no square root": (
            _table(step=lambda x, S, old, lr, b, e, t: lr * x / (S + e)),
            "Was the root left out?",
        ),
        "new theta in S": (
            _step_first(fresh=False),
            "Is θ moved before S is made? The gradient comes first, then S with it, then the step.",
        ),
        "gradient of two places": (
            _step_first(fresh=True),
            "Is S made from the new θ? Step and S need the same gradient: keep it in a name of its "
            "own before θ moves.",
        ),
        "theta and S exchanged": (
            _exchanged,
            "Are θ and S exchanged where they are taken from your function? It returns θ first.",
        ),
        "theta_0 fixed": (
            lambda theta, *others: worked_table(2.0, *others),
            "Does the table always begin at 2? Where it begins is an argument, θ.",
        ),
        "gradient never renewed": (
            _frozen,
            "Is the gradient taken once, before the loop? It changes with θ.",
        ),
        "start left out": (
            lambda *args: worked_table(*args)[1:],
            "Does the list begin with θ₁? θ₀ comes first.",
        ),
        "last step left out": (
            lambda theta, lr, b, e, n: worked_table(theta, lr, b, e, max(n - 1, 0)),
            "Is the loop one round short? There are `steps` updates.",
        ),
        "one step too many": (
            lambda theta, lr, b, e, n: worked_table(theta, lr, b, e, n + 1),
            "Does the loop run once too often? There are `steps` updates.",
        ),
        "one array again and again": (
            tuple(
                lambda *args, table=table: np.full(args[-1] + 1, table(*args)[-1])
                for table in (worked_table, _table(step=_outside))
            ),
            "Does each row hold the last θ? The list holds one array, which is changed in place: "
            "write theta = theta - …, which makes a new one.",
        ),
        "only the last value": (
            lambda *args: worked_table(*args)[-1],
            "Is only the last θ returned? Collect all of them.",
        ),
    },
    update=hidden.column(("bias correction", "epsilon outside the root", "epsilon as a floor")),
    hints=(
        "What must be there before the loop begins? What changes in each round?",
        "One round is one row. In the first one θ = 2 and S = 0 give S = 0.4 and θ = 1.6838; "
        "the second one begins with *these two*. `rmsprop_step(theta, theta, S, …)` makes a row.",
        "S, thetas = 0.0, [theta]\nfor _ in range(steps):\n    grad = theta\n    S = ...",
    ),
    explanation="S is made before the loop and updated inside, so that it carries over.",
)

_SLIP = Exercise(
    solution=first_slip,
    lesson=4,
    title="Find the slip in a printed table",
    task=(
        "A table in print may be wrong. Recompute it with full precision and find the first "
        "$\\theta_t$ that rounding can't excuse."
    ),
    outputs=("t",),
    probes=(
        _column("the printed table", _PRINTED, _FIRST_SETTINGS, 0.002),
        _column("a right table", _RIGHT, _FIRST_SETTINGS, 0.002),
        _column("strict tolerance", _PRINTED, _FIRST_SETTINGS, 0.0005),
        _column("two slips upward", _HIGH, _FIRST_SETTINGS, 0.002),
        _column("slip at the end", _LATE, (0.2, 0.8, 1e-8), 0.002),
        _column("half a thousandth more in each row", _DRIFT, _FIRST_SETTINGS, 0.0018),
        _column("from below zero", _BELOW, (0.3, 0.6, 0.05), 0.002),
        _column("large epsilon", _WITH_EPSILON, (0.2, 0.5, 0.3), 0.001),
        _column("epsilon outside", _made_with(_OUTSIDE, 4, e=0.3), (0.2, 0.7, 0.3), 0.001),
        _column("a slip that rounding hides", _FINE, _FIRST_SETTINGS, 0.00045),
        _column("nearly as far off as is excused", _NEAR, (0.1, 0.6, 1e-8), 0.002),
        _column("hardly farther off than is excused", _BARELY, _FIRST_SETTINGS, 0.0005),
        *(
            _column(f"a table with the slip: {name}", _made_with(rule, 4), _OTHER_SETTINGS, 0.01)
            for name, rule in _RULES.items()
        ),
    ),
    variants={
        "epsilon outside the root": (
            _search(**_OUTSIDE),
            "ε stands outside the root; the table has it inside.",
        ),
    },
    mistakes={
        "printed values carried along": (
            _search(printed=True),
            "Is each row computed from the printed θ of the row before? Then a small drift is "
            "never seen: carry your own θ along.",
        ),
        **{
            name: (_search(**rule), f"{_SAID[name]} The rule of the row is that of `worked_table`.")
            for name, rule in _RULES.items()
        },
        "theta_0 fixed": (
            (
                _search(first=2.0),
                lambda thetas, *others: first_slip(thetas, *others) if thetas[0] == 2.0 else 0,
            ),
            "Does your column always begin at 2? It begins where the printed one does: thetas[0].",
        ),
        "counted from 0": (
            _search(choose=lambda off, errors: max(_first_off(off, errors) - 1, 0)),
            "Is t one too small? θ₀ stands at t = 0, so the first update gives t = 1.",
        ),
        "counted from 2": (
            _search(choose=lambda off, errors: _first_off(off, errors) + bool(np.any(off))),
            "Is t one too large? θ₀ stands at t = 0, so the first update gives t = 1.",
        ),
        "only too large values seen": (
            _search(off=lambda error, tolerance: error > tolerance),
            "Is the sign of the error lost? Compare its absolute value with the tolerance.",
        ),
        "only too small values seen": (
            _search(off=lambda error, tolerance: -error > tolerance),
            "Is the sign of the error lost? Compare its absolute value with the tolerance.",
        ),
        "condition the wrong way round": (
            _search(off=lambda error, tol: (abs(error) <= tol) & (np.arange(len(error)) > 0)),
            "Is it the first right entry that is found? A slip is off by more than the tolerance.",
        ),
        "always 0": (
            lambda *given: 0,
            "Is the answer always 0? Then the loop ends at t = 0, with θ₀. Begin it at t = 1, "
            "where your first θ belongs: `enumerate` begins at 0. And a slip is off by more than "
            "the tolerance, not by less.",
        ),
        "tolerance ignored": (
            _search(off=lambda error, tolerance: abs(error) > 1e-9),
            "Is every rounded number called wrong? Use the tolerance.",
        ),
        "error as a share": (
            (
                _search(error=lambda printed, own: abs(printed - own) / abs(own)),
                _search(error=lambda printed, own: abs(printed - own) / abs(printed)),
                _search(error=lambda printed, own: abs(printed - own) / own, off=np.greater),
                _search(error=lambda printed, own: abs(printed - own) / printed, off=np.greater),
            ),
            "Is the error divided by θ? The tolerance is for the difference itself.",
        ),
        "relative tolerance added": (
            _search(
                error=lambda printed, own: abs(printed - own) - 1e-5 * abs(own), off=np.greater
            ),
            "Is it np.isclose that compares? It adds a hundred-thousandth of the number to the "
            "tolerance; rtol=0 leaves that out.",
        ),
        "rounded before comparing": (
            (
                _search(rounded=lambda own: np.round(own, 3)),
                _search(rounded=lambda own: np.round(own, 2)),
            ),
            "Is your own column rounded before it is compared? Recompute with full precision.",
        ),
        "only the first row seen": (
            _search(choose=lambda off, errors: int(off[1])),
            "Is only t = 1 looked at? A `return 0` in the loop (in an `else`, say) ends it in the "
            "first round: it belongs behind the loop.",
        ),
        "never 0": (
            (
                _search(choose=lambda off, errors: _first_off(off, errors) if any(off) else -1),
                _search(choose=lambda off, e: _first_off(off, e) if any(off) else len(off)),
                _search(choose=lambda off, e: _first_off(off, e) if any(off) else len(off) - 1),
                _search(choose=lambda off, e: _first_off(off, e) if any(off) else None),
            ),
            "What if no entry is wrong? Then 0.",
        ),
        "largest error": (
            _search(choose=lambda off, e: int(np.argmax(abs(e))) if np.any(off) else 0),
            "Is this the largest error? The first one is asked for.",
        ),
        "last slip": (
            _search(choose=lambda off, errors: int(np.flatnonzero(off)[-1]) if any(off) else 0),
            "Is this the last slip? Return at the first one.",
        ),
        "number of slips": (
            _search(choose=lambda off, errors: int(np.sum(off))),
            "Is this how many are wrong? The first t is asked for.",
        ),
        "all slips returned": (
            _search(choose=lambda off, errors: np.flatnonzero(off)),
            "Are these all slips? The first t is asked for.",
        ),
        "yes or no returned": (
            _search(choose=lambda off, errors: float(np.any(off))),
            "Is the answer only whether there is a slip? Return its t.",
        ),
        "slip returned as the value": (
            (
                _search(choose=lambda off, errors: float(errors[_first_off(off, errors)])),
                _search(choose=lambda off, errors: float(abs(errors[_first_off(off, errors)]))),
            ),
            "Is it the error that is returned? Return its t.",
        ),
        "theta returned": (
            (
                lambda thetas, *others: thetas[first_slip(thetas, *others)],
                lambda thetas, *others: (t := first_slip(thetas, *others)) and thetas[t],
            ),
            "Is it the wrong θ that is returned? Return its t, the place where it stands.",
        ),
    },
    hints=(
        "With which numbers do you go on to the next row: with your own, or with the printed ones?",
        "For the printed column 2, 1.684, 1.5 and a tolerance of 0.001: your θ₁ is 1.6838, so "
        "1.684 is excused; your θ₂ is 1.4739, and 1.5 is not. The answer is 2.",
        "theta, S = thetas[0], 0.0\nfor t in range(1, len(thetas)):\n    S = ...",
    ),
    explanation=(
        "Carrying on from your own numbers, not from the printed ones, keeps later rows right."
    ),
)

EXERCISES = (_FIRST, _TABLE, _SLIP)
