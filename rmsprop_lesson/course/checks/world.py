"""Exercises of lesson 11: a gradient that is too long, and RMSprop with the full matrix."""

import numpy as np

from .engine import Exercise
from .pairs import parts
from .probes import call, steps
from .rmsprop import rmsprop_step


def clip_gradient(grad, most):
    """Shorten a gradient that is longer than `most`; keep its direction.

    Parameters
    ----------
    grad : array
        The gradient, all parameters together, a vector or a matrix; leave it unchanged.
    most : float
        The largest length that is let through.

    Returns
    -------
    array of the shape of `grad`
        The gradient itself if it is not longer than `most`.
    """
    norm = np.linalg.norm(grad)
    return grad * (most / norm) if norm > most else grad


def full_matrix_step(theta, grad, S, learning_rate, beta, epsilon):
    """Make one update of RMSprop with the full matrix, ε inside the root.

    Parameters
    ----------
    theta, grad : array of shape (d,)
        Parameters and gradient; leave them unchanged.
    S : array of shape (d, d)
        Running average of the products of any two components of g; leave it unchanged.
    learning_rate, beta, epsilon : float
        η, β and ε.

    Returns
    -------
    theta, S
        Both after the update.
    """
    S = beta * S + (1 - beta) * np.outer(grad, grad)
    values, vectors = np.linalg.eigh(S)
    root = vectors @ np.diag(1 / np.sqrt(values + epsilon)) @ vectors.T
    return theta - learning_rate * root @ grad, S


def _length(grad):
    return np.sqrt(np.sum(grad**2))


@parts
def _clipped(
    length=_length,
    too_long=lambda norm, most: norm > most,
    shortened=lambda grad, norm, most: grad * (most / norm),
):
    """A clipped gradient with its parts to be exchanged."""

    def implementation(grad, most):
        norm = length(grad)
        return shortened(grad, norm, most) if too_long(norm, most) else grad

    return implementation


def _inverse_root(values, e):
    return 1 / np.sqrt(values + e)


@parts
def _full(
    average=lambda S, g, b: b * S + (1 - b) * np.outer(g, g),
    scale=_inverse_root,
    matrix=lambda Q, scales: Q @ np.diag(scales) @ Q.T,
    move=lambda theta, g, step: theta - step,
    which=lambda new, old: new,
    least=lambda values: np.maximum(values, 0.0),
    rate=lambda lr: lr,
):
    """The full-matrix update with its parts to be exchanged."""

    def implementation(theta, grad, S, lr, b, e):
        new = average(S, grad, b)
        values, vectors = np.linalg.eigh(which(new, S))
        step = rate(lr) * matrix(vectors, scale(least(values), e)) @ grad
        return move(theta, grad, step), new

    return implementation


def _entry_by_entry(combine, unit=np.ones_like):
    """The root of each entry of S instead of the root of the matrix."""

    def implementation(theta, grad, S, lr, b, e):
        S = b * S + (1 - b) * np.outer(grad, grad)
        return combine(theta, lr, grad, np.sqrt(S + e * unit(S))), S

    return implementation


def _identity(S):
    return np.eye(len(S))


def _times_instead_of_at(theta, grad, S, lr, b, e):
    S = b * S + (1 - b) * np.outer(grad, grad)
    values, Q = np.linalg.eigh(S)
    return theta - lr * (Q @ np.diag(_inverse_root(values, e)) @ Q.T) * grad, S


def _epsilon_in_each_entry(theta, grad, S, lr, b, e):
    S = b * S + (1 - b) * np.outer(grad, grad)
    values, Q = np.linalg.eigh(S + e)
    return theta - lr * Q @ np.diag(1 / np.sqrt(values)) @ Q.T @ grad, S


def _scales_times_gradient(theta, grad, S, lr, b, e):
    """A row of scales where a diagonal matrix is meant, and * before the gradient."""
    S = b * S + (1 - b) * np.outer(grad, grad)
    values, Q = np.linalg.eigh(S)
    return theta - lr * Q @ _inverse_root(values, e) @ Q.T * grad, S


def _cholesky(solve):
    """The step with a Cholesky factor L of S in place of its root."""

    def implementation(theta, grad, S, lr, b, e):
        S = b * S + (1 - b) * np.outer(grad, grad)
        return theta - lr * solve(np.linalg.cholesky(S + e * np.eye(len(S))), grad), S

    return implementation


def _diagonal(theta, grad, S, lr, b, e):
    S = b * S + (1 - b) * np.outer(grad, grad)
    return theta - lr * grad / np.sqrt(np.diag(S) + e), S


_CLIP = Exercise(
    solution=clip_gradient,
    lesson=11,
    title="A gradient that is too long",
    task=(
        "Shorten a gradient to the length `most` if it is longer. Its direction must stay, so all "
        "of its components are multiplied by the same number."
    ),
    outputs=("the gradient",),
    probes=(
        call("too long", grad=np.array([3.0, -4.0]), most=1.0),
        call("short enough", grad=np.array([0.3, 0.2, -0.1]), most=1.0),
        call("just right", grad=np.array([0.6, 0.8]), most=1.0),
        call("another limit", grad=np.array([6.0, 2.0, -3.0]), most=2.5),
        call("a little too long", grad=np.array([2.0, 2.0, -1.0]), most=2.5),
        call("a small limit", grad=np.array([0.3, -0.2]), most=0.5),
        call("above a small limit", grad=np.array([0.5, -0.3]), most=0.5),
        call("below a limit", grad=np.array([1.2, -1.6]), most=2.5),
        call("one large component", grad=np.array([0.1, 1.2, 0.2, -0.1]), most=1.5),
        call("all small", grad=np.full(100, 0.2), most=1.0),
        call("zero", grad=np.zeros(3), most=1.0),
        call("a matrix", grad=np.array([[3.0, 0.0], [0.0, 4.0]]), most=2.0),
    ),
    mistakes={
        "each component clipped": (
            (
                lambda grad, most: np.clip(grad, -most, most),
                lambda grad, most: np.minimum(grad, most),
                _clipped(shortened=lambda grad, norm, most: np.sign(grad) * most),
                lambda grad, most: np.where(np.abs(grad) >= most, most, grad),
                lambda grad, most: np.where(np.abs(grad) < most, 0.0, grad),
                lambda grad, most: np.where(np.abs(grad) > most, 0.0, grad),
            ),
            "Is each component cut by itself? That turns the gradient. Multiply all of them by the "
            "same number.",
        ),
        "always scaled": (
            (
                lambda grad, most: grad * (most / max(_length(grad), 1e-300)),
                lambda grad, most: grad * (most / _length(grad)),
            ),
            "Is a short gradient made longer? Leave it as it is.",
        ),
        "each row by itself": (
            lambda grad, most: np.array(
                [_clipped()(row, most) for row in np.atleast_2d(grad)]
            ).reshape(np.shape(grad)),
            "Is the length that of each row? All parameters together make one gradient, whatever "
            "its shape: take the squares of all of them.",
        ),
        "vectors only": (
            (
                _clipped(length=lambda grad: np.sqrt(grad @ grad)),
                lambda grad, most: grad * min(1, most / np.sqrt(grad @ grad)),
                _clipped(length=lambda grad: sum(grad**2) ** 0.5),
                _clipped(length=lambda grad: np.linalg.norm(grad, 2)),
            ),
            "For a vector this is right. A matrix is one gradient, too: np.sum(grad**2) adds up "
            "the squares of all its numbers.",
        ),
        "length not rooted": (
            _clipped(length=lambda grad: np.sum(grad**2)),
            "Was the root left out? The length is the root of the sum of squares.",
        ),
        "sum of absolute values": (
            (
                _clipped(length=lambda grad: np.sum(np.abs(grad))),
                _clipped(length=lambda grad: np.linalg.norm(grad, 1)),
            ),
            "Is the length a sum of absolute values? It is the root of the sum of squares.",
        ),
        "sum of the components": (
            (
                _clipped(length=np.sum),
                _clipped(length=lambda grad: np.abs(np.sum(grad))),
            ),
            "Is the length the sum of the components? Those of (3, −4) cancel. It is the root of "
            "the sum of squares.",
        ),
        "largest component": (
            (
                _clipped(length=lambda grad: np.max(np.abs(grad))),
                _clipped(length=lambda grad: np.linalg.norm(grad, np.inf)),
                _clipped(length=np.max),
            ),
            "Is the largest component taken for the length?",
        ),
        "mean of squares": (
            _clipped(length=lambda grad: np.sqrt(np.mean(grad**2))),
            "Is it the mean of the squares under the root? Take their sum.",
        ),
        "scaled to length 1": (
            (
                _clipped(shortened=lambda grad, norm, most: grad / norm),
                lambda grad, most: grad / max(_length(grad), most),
            ),
            "Is the new length 1? It is `most`.",
        ),
        "fraction upside down": (
            _clipped(shortened=lambda grad, norm, most: grad * norm / most),
            "Is the fraction upside down? Multiply by `most`, and divide by the length.",
        ),
        "divided by most": (
            _clipped(shortened=lambda grad, norm, most: grad / most),
            "Is the gradient divided by `most`? Divide by its length, and multiply by `most`.",
        ),
        "length subtracted": (
            _clipped(shortened=lambda grad, norm, most: grad - (norm - most)),
            "Is a number subtracted from each component? That turns the gradient: multiply them.",
        ),
        "number of components": (
            _clipped(length=len),
            "Is it `len(grad)`? That is how many components there are; np.linalg.norm says "
            "how long the gradient is.",
        ),
        "set to zero": (
            _clipped(shortened=lambda grad, norm, most: np.zeros_like(grad)),
            "Does a gradient that is too long become 0? Its direction is still worth a step.",
        ),
        "condition turned round": (
            (
                _clipped(too_long=lambda norm, most: 0 < norm < most),
                _clipped(too_long=lambda norm, most: norm < most),
            ),
            "Are the short ones scaled, and the long ones left? It is the other way round.",
        ),
        "nothing clipped": (
            lambda grad, most: grad,
            "Is the gradient returned as it came?",
        ),
        "length returned": (
            lambda grad, most: min(_length(grad), most),
            "Is a length returned? Return the gradient.",
        ),
    },
    hints=(
        "How long is (3, −4)? By which number do you multiply it to make it 1 long?",
        "For (3, −4) and most = 1 the factor is 1/5. And for (0.3, 0.4), which is 0.5 long?",
        "norm = np.linalg.norm(grad)\nreturn grad * (...) if norm > most else grad",
    ),
    explanation=(
        "One number for all components, so the direction stays. Clipping each component by itself "
        "(`np.clip`) is done too, under the name of clipping by value."
    ),
)

_Q = np.array([[0.6, -0.3], [-0.3, 0.5]])
_PATH = [(3.0, 4.0), (-2.0, 1.5), (0.5, 2.0), (-1.0, -1.0)]

_FULL = Exercise(
    solution=full_matrix_step,
    lesson=11,
    title="RMSprop with the full matrix",
    task=(
        "Write the update (11.5) and (11.6). `np.outer(g, g)` is the matrix $gg^\\top$, and "
        "`values, vectors = np.linalg.eigh(S)` takes a symmetric matrix apart."
    ),
    outputs=("θ", "S"),
    probes=(
        steps(
            "four steps",
            (1.0, -2.0),
            _PATH,
            (0.1, 0.9, 1e-3),
            start=[np.zeros((2, 2))],
            text="From θ = (1, -2), S = 0, η = 0.1, β = 0.9, ε = 1e-3",
        ),
        steps(
            "from a state",
            (0.5, 0.2),
            [(0.3, -0.4), (0.1, 0.7)],
            (0.3, 0.6, 0.05),
            start=[_Q],
            text="From θ = (0.5, 0.2), S = ((0.6, -0.3), (-0.3, 0.5)), η = 0.3, β = 0.6, ε = 0.05",
        ),
        steps(
            "a short memory",
            (1.0, 0.4),
            [(0.9, -0.2), (0.3, 0.8)],
            (0.2, 0.4, 0.02),
            start=[_Q],
            text="From θ = (1, 0.4), S = ((0.6, -0.3), (-0.3, 0.5)), η = 0.2, β = 0.4, ε = 0.02",
        ),
        steps(
            "three parameters",
            (0.0, 1.0, 2.0),
            [(1.0, 2.0, 0.5), (-0.5, 1.0, 1.5)],
            (0.2, 0.8, 0.01),
            start=[np.eye(3) / 4],
            text="With three parameters, S = diag(1/4), η = 0.2, β = 0.8, ε = 0.01",
        ),
    ),
    variants={
        "epsilon outside the root": (
            _full(scale=lambda values, e: 1 / (np.sqrt(values) + e)),
            "ε is added after the root; the exercise has it inside.",
        ),
    },
    mistakes={
        "diagonal only": (
            _diagonal,
            "Is only the diagonal of S used? That is RMSprop as you know it; here the root is that "
            "of the matrix.",
        ),
        "S kept diagonal": (
            _full(average=lambda S, g, b: b * S + (1 - b) * np.diag(g**2)),
            "Does S average only the squares? np.outer(g, g) has all the products.",
        ),
        "squares instead of products": (
            (
                _full(average=lambda S, g, b: b * S + (1 - b) * g**2),
                _full(average=lambda S, g, b: b * S + (1 - b) * g**2, least=lambda values: values),
                _full(average=lambda S, g, b: b * S + (1 - b) * (g @ g)),
                rmsprop_step,  # with a matrix S, θ becomes a matrix, too
            ),
            "Is g² or g·g added to S? np.outer(g, g) has the product of any two components: a "
            "matrix.",
        ),
        "root of each entry": (
            (
                lambda theta, g, S, lr, b, e: (
                    theta - lr * (1 / np.sqrt(np.abs(b * S + (1 - b) * np.outer(g, g)) + e)) @ g,
                    b * S + (1 - b) * np.outer(g, g),
                ),
                _entry_by_entry(lambda theta, lr, g, root: theta - lr * g / root),
                _entry_by_entry(lambda theta, lr, g, root: theta - lr * (1 / root) @ g),
                _entry_by_entry(lambda theta, lr, g, root: theta - lr * (1 / root) @ g, _identity),
            ),
            "Is the root taken of each entry of S? Take it of the eigenvalues, and make the root "
            "of the matrix with the eigenvectors.",
        ),
        "* instead of @": (
            (
                _times_instead_of_at,
                _full(matrix=lambda Q, scales: Q * np.diag(scales) * Q.T),
                _full(matrix=lambda Q, scales: Q * scales * Q.T),
            ),
            "Is a matrix multiplied by *? That works entry by entry. The product of matrices, or "
            "of a matrix and a vector, is written @.",
        ),
        "epsilon added to each entry": (
            _epsilon_in_each_entry,
            "Is ε added to every entry of S? εI has it on the diagonal only: add ε to the "
            "eigenvalues.",
        ),
        "inverse without root": (
            _full(scale=lambda values, e: 1 / (values + e)),
            "Was the root left out? Then it is the inverse of S, and the step has another unit.",
        ),
        "root taken twice": (
            _full(scale=lambda values, e: (values + e) ** -0.25),
            "Is it a fourth root? It is the square root, 1/√(value + ε).",
        ),
        "diag missing": (
            (
                _full(matrix=lambda Q, scales: Q @ scales @ Q.T),
                _full(matrix=lambda Q, scales: Q.T @ scales @ Q),
                _full(matrix=lambda Q, scales: Q @ (scales * Q.T)),
                _full(matrix=lambda Q, scales: (Q @ scales) * Q.T),
                _scales_times_gradient,
            ),
            "Is np.diag missing? The scales are a row of numbers. Between the two matrices they "
            "have to be a matrix: vectors @ np.diag(…) @ vectors.T.",
        ),
        "Cholesky factor": (
            (
                _cholesky(np.linalg.solve),
                _cholesky(lambda L, grad: np.linalg.solve(L.T, grad)),
            ),
            "Is it a Cholesky factor? L Lᵀ = S, too, but it depends on the order of the "
            "parameters. Take the root of the eigenvalues.",
        ),
        "multiplied by the root": (
            _full(scale=lambda values, e: np.sqrt(values + e)),
            "Is the gradient multiplied by the root? Divide: 1/√(value + ε).",
        ),
        "not turned back": (
            _full(matrix=lambda Q, scales: np.diag(scales) @ Q.T),
            "Is the result left in the turned axes? Multiply by the vectors after the division, "
            "to turn it back.",
        ),
        "not turned first": (
            _full(matrix=lambda Q, scales: Q @ np.diag(scales)),
            "Is g divided in its own axes? Turn it into those of the eigenvectors first: "
            "vectors.T @ grad.",
        ),
        "turned the wrong way": (
            _full(matrix=lambda Q, scales: Q.T @ np.diag(scales) @ Q),
            "Are the vectors and their transpose exchanged? The eigenvectors are the columns: "
            "vectors @ … @ vectors.T.",
        ),
        "previous S used": (
            _full(which=lambda new, old: old),
            "Is the root taken of the old S? Update it first.",
        ),
        "beta and 1-beta swapped": (
            _full(average=lambda S, g, b: (1 - b) * S + b * np.outer(g, g)),
            "Were β and 1 − β exchanged?",
        ),
        "1-beta left out": (
            _full(average=lambda S, g, b: b * S + np.outer(g, g)),
            "Was (1 − β) left out?",
        ),
        "sum instead of average": (
            _full(average=lambda S, g, b: S + np.outer(g, g)),
            "Is S a sum? That is Adagrad with the full matrix.",
        ),
        "old S not decayed": (
            _full(average=lambda S, g, b: S + (1 - b) * np.outer(g, g)),
            "Is the old S kept in full? It is multiplied by β.",
        ),
        "S restarted at each step": (
            (
                _full(average=lambda S, g, b: (1 - b) * np.outer(g, g)),
                _full(average=lambda S, g, b: np.outer(g, g)),
            ),
            "Is the old S dropped? It stays in, with the weight β.",
        ),
        "learning rate left out": (
            _full(rate=lambda lr: 1.0),
            "Was the learning rate left out?",
        ),
        "epsilon squared": (
            _full(scale=lambda values, e: 1 / np.sqrt(values + e**2)),
            "Is ε squared? Inside the root it is ε itself.",
        ),
        "epsilon missing": (
            _full(scale=lambda values, e: 1 / np.sqrt(values + 1e-12)),
            "Was ε left out? After the first gradient one eigenvalue of S is still 0.",
        ),
        "sign flipped": (
            _full(move=lambda theta, g, step: theta + step),
            "Is the step added? Subtract it.",
        ),
        "step returned": (
            _full(move=lambda theta, g, step: step),
            "Is it the step that is returned? Return the new θ.",
        ),
        "wrong order returned": (
            (
                lambda *given: _full()(*given)[::-1],
                lambda *given: _full(least=lambda values: values)(*given)[::-1],
            ),
            "Are the two returned in the wrong order? First θ, then S.",
        ),
        "S never updated": (
            lambda theta, g, S, lr, b, e: (_full()(theta, g, S, lr, b, e)[0], S),
            "Is the old S returned? Return the new one.",
        ),
    },
    hints=(
        "Two lines are like those of RMSprop. What takes the place of g², and what of dividing "
        "by a root?",
        "In the axes of the eigenvectors S is diagonal. There you know what to do: divide each "
        "component by √(value + ε). `vectors.T @ grad` is the gradient in these axes.",
        "values, vectors = np.linalg.eigh(S)\nroot = vectors @ np.diag(...) @ vectors.T",
    ),
    explanation=(
        "The eigenvectors are the axes in which the gradients are not correlated. There it is "
        "plain RMSprop. So it doesn't matter how the valley is turned."
    ),
)

EXERCISES = (_CLIP, _FULL)
