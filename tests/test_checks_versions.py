"""Every catalogued mistake of the smaller exercises again, in the words of a learner."""

# ruff: noqa: E501 (a learner's function is easier to read as one string)

import numpy as np
import pytest

from rmsprop_lesson import checks

EXERCISES = checks.exercises()

M = "m = beta1 * m + (1 - beta1) * grad\n"
V = "v = beta2 * v + (1 - beta2) * grad * grad\n"
ADAM_END = "\nreturn theta, m, v"
E_G = "E_g = E_g * rho + grad * grad * (1 - rho)\n"
DELTA = "step = ((E_x + epsilon) / (E_g + epsilon)) ** 0.5 * grad\n"
E_X = "E_x = E_x * rho + step * step * (1 - rho)\n"
DELTA_END = "return theta - step, E_g, E_x"
ROW = "{g}; S = {S}; step = {step}; return g, S, step, theta - step"
TABLE = """
thetas = [theta]
S = {start}
for t in range({rounds}):
    old = S
    S = {S}
    theta = theta - {step}
    thetas.append(theta)
return {result}
"""
RUN = "right = [thetas[0]]\nS = 0\nfor _ in thetas[1:]:\n    x = right[-1]\n"
RUN += "    S = S + (1 - beta) * (x * x - S)\n"
RUN += "    right.append(x - learning_rate * x * (S + epsilon) ** -0.5)\n"
RUN += "bad = [t for t in range(len(right)) if abs(right[t] - thetas[t]) > tolerance]\n"
MEDIANS = "scores = [sorted(np.inf if x != x else x for x in row) for row in losses]\n"
COUNT = "t = 1\nwhile {}:\n    t = t + 1\nreturn t"
STOP = "best, wait = 0, 0\nfor t in range(len(losses)):\n    {}\n"
BETTER = "if losses[t] < losses[best]:\n        best, wait = t, 0\n    elif t:\n        wait += 1\n"
PROBABILITIES = "z = z - np.amax(z, 1)[:, None]\ne = np.exp(z)\n"
ORDER = "order = np.arange(n)\nrng.shuffle(order)\n"
CUT = "out = []\nwhile len(order):\n    out.append(order[:batch_size])\n"
CUT += "    order = order[batch_size:]\nreturn out"
EACH = "out = []\nfor i in range(theta.size):\n    up, down = theta.copy(), theta.copy()\n"
EACH += "    up[i] += h\n    down[i] -= h\n    out.append({})\nreturn out"
CENTRE = "S = S + (1 - beta) * (grad * grad - S)\nm = m + (1 - beta) * (grad - m)\n"
CENTRE += "theta = theta - learning_rate * grad / ({})\nreturn theta, S, m"


def row(g="g = theta", S="g * g * (1 - beta)", step="learning_rate * g * (S + epsilon) ** -0.5"):
    return ROW.format(g=g, S=S, step=step)


def table(
    start="0",
    rounds="steps",
    S="S + (1 - beta) * (theta * theta - S)",
    step="learning_rate * theta * (S + epsilon) ** -0.5",
    result="thetas",
):
    return TABLE.format(start=start, rounds=rounds, S=S, step=step, result=result)


def optimizer(
    S="self.S + (1 - self.b) * (grad * grad - self.S)",
    end="return theta - self.lr * grad * (self.S + self.e) ** -0.5",
    beta="0.9",
    start="self.S = 0",
    settings="beta, epsilon",
    name="MyRMSprop",
):
    return f"""class {name}:
    S = 0

    def __init__(self, learning_rate, beta={beta}, epsilon=1e-8):
        self.lr = learning_rate
        self.b, self.e = {settings}
        {start}

    def step(self, theta, grad):
        old = self.S
        self.S = {S}
        {end}
"""


FULL = """
S = {S}
values, Q = np.linalg.eigh(S)
step = learning_rate * {root} @ grad
return {result}
"""


def full_matrix(
    S="S + (1 - beta) * (np.outer(grad, grad) - S)",
    root="(Q * (values + epsilon) ** -0.5) @ Q.T",
    result="theta - step, S",
):
    return FULL.format(S=S, root=root, result=result)


NEXT = "self.t += 1\n        "


def corrected(
    S_hat="self.S / (1 - self.b**self.t)",
    step="self.lr * grad * (S_hat + self.e) ** -0.5",
    count=NEXT,
    start="self.S = self.t = 0",
    result="theta - step",
    **other,
):
    """Like `optimizer`, with bias correction."""
    lines = (f"{count}S_hat = {S_hat}", f"step = {step}", f"return {result}")
    end = "\n        ".join(lines)
    return optimizer(name="MyCorrectedRMSprop", start=start, end=end, **other)


VERSIONS = {
    "gradient_step": {
        "learning rate fixed": "return theta - 0.05 * grad",
        "gradient squared": "return theta - learning_rate * grad * grad",
        "learning rate added": "return theta - learning_rate + grad",
        "sign flipped": "return theta - learning_rate * -grad",
        "learning rate left out": "return -grad + theta",
        "divided by the learning rate": "step = grad / learning_rate\nreturn theta - step",
        "step returned": "theta = -grad * learning_rate\nreturn theta",
        "theta scaled too": "return theta * learning_rate - grad * learning_rate",
        "gradient normalised": "return theta - learning_rate * grad / np.sum(np.square(grad)) ** 0.5",
    },
    "valley_gradient": {
        "sign flipped": "return -point * np.array([1, condition])",
        "kappa on both": "return condition * point",
        "components added": "return point @ np.array([1, condition])",
        "x and y exchanged": "return point[::-1] * np.array([1, condition])",
        "factor 2 too many": "return 2 * np.asarray(point) * [1, condition]",
        "half too many": "return 0.5 * np.asarray(point) * [1, condition]",
        "axes swapped": "return np.asarray(point) * [condition, 1]",
        "order swapped": "x, y = point\nreturn [condition * y, x]",
        "kappa left out": "return 1.0 * point",
        "kappa squared": "return np.asarray(point) * [1, condition * condition]",
        "loss returned": "x, y = point\nreturn 0.5 * x * x + 0.5 * condition * y * y",
        "components not differentiated": "x, y = point\nreturn [0.5 * x * x, 0.5 * condition * y * y]",
    },
    "largest_stable_rate": {
        "first or last axis": "return 2 / curvatures[-1]",
        "just below the bound": "return 1.99 / max(curvatures)",
        "4 instead of 2": "return 4 / max(curvatures)",
        "flattest axis": "return 2.0 / min(curvatures)",
        "1 instead of 2": "return 1.0 / max(curvatures)",
        "mean of the curvatures": "return 2.0 * len(curvatures) / sum(curvatures)",
        "sum of the curvatures": "return 2.0 / sum(curvatures)",
        "one bound per axis": "return [2 / c for c in curvatures]",
        "not inverted": "return sorted(curvatures)[-1]",
    },
    "ewma": {
        "only the first average": "return [(1 - beta) * values[0]]",
        "beta left out": "a, out = 0, []\nfor x in values:\n    a += (1 - beta) * x\n"
        "    out.append(a)\nreturn out",
        "brackets missing in the correction": "a, out = 0, []\n"
        "for t, x in enumerate(values, 1):\n    a = beta * a + (1 - beta) * x\n"
        "    out.append(a / 1 - beta**t)\nreturn out",
        "beta and 1-beta swapped": "a, out = 0, []\nfor x in values:\n    a += beta * (x - a)\n"
        "    out.append(a)\nreturn out",
        "starts at the first value": "a, out = values[0], []\nfor x in values:\n"
        "    a += (1 - beta) * (x - a)\n    out.append(a)\nreturn out",
        "1-beta left out": "a, out = 0, []\nfor x in values:\n    a = x + beta * a\n"
        "    out += [a]\nreturn out",
        "plain mean": "return [np.mean(values[: i + 1]) for i in range(len(values))]",
        "sum": "return [sum(values[: i + 1]) for i in range(len(values))]",
        "average does not carry over": "out = []\nfor x in values:\n    a = 0\n"
        "    a = beta * a + (1 - beta) * x\n    out.append(a)\nreturn out",
        "one value late": "a, out = 0, []\nfor x in values:\n    out.append(a)\n"
        "    a += (1 - beta) * (x - a)\nreturn out",
        "only the last average": "a = 0\nfor x in values:\n    a += (1 - beta) * (x - a)\nreturn a",
        "start included": "out = [0]\nfor x in values:\n"
        "    out.append(beta * out[-1] + (1 - beta) * x)\nreturn out",
    },
    "heavy_ball_step": {
        "old velocity used": "theta = theta - learning_rate * v\nreturn theta, v * beta + grad",
        "velocity restarted": "v = 0 * theta\nv = v + grad\nreturn theta - learning_rate * v, v",
        "velocity not decayed": "v = grad + v\nreturn theta - learning_rate * v, v",
        "beta on both terms": "v = beta * grad + beta * v\nreturn theta - learning_rate * v, v",
        "gradient squared": "v = grad * grad + beta * v\nreturn theta - learning_rate * v, v",
        "sign flipped": "v = grad + beta * v\nreturn learning_rate * v + theta, v",
        "learning rate left out": "v = grad + beta * v\nreturn theta + -v, v",
        "learning rate twice": "v = learning_rate * grad + v * beta\n"
        "theta = theta - learning_rate * v\nreturn theta, v",
        "wrong order returned": "v = grad + v * beta\nreturn v, theta - v * learning_rate",
    },
    "adagrad_step": {
        "gradient not squared": "G = grad + G\nreturn theta - learning_rate * grad / (G**0.5 + epsilon), G",
        "G restarted": "G = grad * grad\nreturn theta - learning_rate / (G**0.5 + epsilon) * grad, G",
        "average instead of sum": "G = G + 0.1 * (grad * grad - G)\n"
        "return theta - learning_rate / (G**0.5 + epsilon) * grad, G",
        "no square root": "G = grad * grad + G\nreturn theta - grad / (epsilon + G) * learning_rate, G",
        "old G used": "old = G\nG = grad * grad + G\n"
        "return theta - learning_rate * grad / (old**0.5 + epsilon), G",
        "one G for all": "G = np.vdot(grad, grad) + G\n"
        "return theta - learning_rate / (G**0.5 + epsilon) * grad, G",
        "epsilon missing": "G = grad * grad + G\nreturn theta - learning_rate * grad / G**0.5, G",
        "epsilon added to theta": "G = grad * grad + G\n"
        "return epsilon + theta - learning_rate * grad / G**0.5, G",
        "sign flipped": "G = grad * grad + G\n"
        "return learning_rate * grad / (G**0.5 + epsilon) + theta, G",
        "square of g in the step": "s = grad * grad\nG = s + G\n"
        "return theta - learning_rate * s / (G**0.5 + epsilon), G",
    },
    "half_life": {
        "logarithms left out": "return np.log(0.5 / beta)",
        "approximation for beta near 1": "return np.log(2) / (1 - beta)",
        "window instead of half-life": "return (1 - beta) ** -1",
        "1/beta": "return beta**-1",
        "sign flipped": "return -np.log(0.5) / np.log(beta)",
        "1-beta in the logarithm": "import math\nreturn math.log(0.5, 1 - beta)",
        "fraction upside down": "import math\nreturn math.log(beta, 0.5)",
        "logarithms mixed": "import math\nreturn math.log10(0.5) / math.log(beta)",
        "half of the logarithm": "import math\nreturn 1 / 2 / math.log(beta)",
        "rounded": "import math\nreturn math.ceil(math.log(0.5, beta))",
    },
    "past_weights": {
        "bracket missing": "return [1 - beta * beta**k for k in range(n)]",
        "product instead of power": "return [(1 - beta) * beta * k for k in range(n)]",
        "one weight too many or too few": "return [(1 - beta) * beta**k for k in range(n + 1)]",
        "1-beta left out": "return [beta**k for k in range(n)]",
        "oldest first": "return [(1 - beta) * beta**k for k in range(n - 1, -1, -1)]",
        "one step late": "return [(1 - beta) * beta ** (k + 1) for k in range(n)]",
        "beta and 1-beta swapped": "return [beta * (1 - beta) ** k for k in range(n)]",
        "normalised": "w = np.array([beta**k for k in range(n)])\nreturn w / w.sum()",
        "equal weights": "return np.ones(n) / n",
        "summed up": "return sum((1 - beta) * beta**k for k in range(n))",
    },
    "first_update": {
        "loss taken for the gradient": row(g="g = 0.5 * theta * theta"),
        "factor 2 in the gradient": row(g="g = theta + theta"),
        "1-beta left out": row(S="g * g"),
        "beta instead of 1-beta": row(S="g * g * beta"),
        "gradient not squared": row(S="g * (1 - beta)"),
        "no square root": row(step="learning_rate * g / (epsilon + S)"),
        "previous S used": row(step="learning_rate * g / epsilon**0.5"),
        "learning rate left out": row(step="g * (epsilon + S) ** -0.5"),
        "gradient left out of the step": row(step="learning_rate * (epsilon + S) ** -0.5"),
        "sign flipped": row().replace("theta - step", "step + theta"),
    },
    "worked_table": {
        "S restarted at each step": table(S="0 + (1 - beta) * theta * theta"),
        "previous S used": table(step="learning_rate * theta * (old + epsilon) ** -0.5"),
        "S starts at the gradient": table(start="theta * theta"),
        "1-beta left out": table(S="theta * theta + beta * S"),
        "gradient not squared": table(S="S + (1 - beta) * (theta - S)"),
        "beta and 1-beta swapped": table(S="S + beta * (theta * theta - S)"),
        "no square root": table(step="learning_rate * theta / (epsilon + S)"),
        "gradient never renewed": table(
            S="S + (1 - beta) * (thetas[0] ** 2 - S)",
            step="learning_rate * thetas[0] * (S + epsilon) ** -0.5",
        ),
        "start left out": table(result="thetas[1:]"),
        "last step left out": table(rounds="steps - 1"),
        "one step too many": table(rounds="steps + 1"),
        "only the last value": table(result="theta"),
    },
    "first_slip": {
        "counted from 0": RUN + "return bad[0] - 1 if bad else 0",
        "counted from 2": RUN + "return bad[0] + 1 if bad else 0",
        "only too large values seen": RUN
        + "bad = [t for t in bad if thetas[t] > right[t]]\nreturn bad[0] if bad else 0",
        "only too small values seen": RUN
        + "bad = [t for t in bad if thetas[t] < right[t]]\nreturn bad[0] if bad else 0",
        "tolerance ignored": RUN
        + "for t in range(1, len(right)):\n    if thetas[t] != right[t]:\n        return t",
        "error as a share": RUN.replace("abs(right[t] - thetas[t])", "abs(1 - thetas[t] / right[t])")
        + "return bad[0] if bad else 0",
        "largest error": RUN
        + "return max(bad, key=lambda t: abs(right[t] - thetas[t])) if bad else 0",
        "printed values carried along": RUN.replace("for _ in thetas[1:]", "for x in thetas[:-1]")
        .replace("    x = right[-1]\n", "") + "return bad[0] if bad else 0",
        "rounded before comparing": RUN.replace("bad =", "right = np.round(right, 3)\nbad =")
        + "return bad[0] if bad else 0",
        "only the first row seen": RUN + "return 1 if 1 in bad else 0",
        "1-beta left out": RUN.replace("S + (1 - beta) * (x * x - S)", "beta * S + x * x")
        + "return bad[0] if bad else 0",
        "no square root": RUN.replace("-0.5", "-1") + "return bad[0] if bad else 0",
        "last slip": RUN + "return max(bad) if bad else 0",
        "number of slips": RUN + "return len(bad)",
        "slip returned as the value": RUN
        + "t = bad[0] if bad else 0\nreturn thetas[t] - right[t]",
    },
    "corrected_average": {
        "t one too small": "return S / np.float64(1 - beta**t / beta)",
        "t one too large": "return S / (1 - beta * beta**t)",
        "multiplied": "return S - S * beta**t",
        "beta times t": "return S / (1 - t * beta)",
        "power of 1-beta": "return S * (1 - beta) ** -t",
        "power left out": "return S * (1 - beta) ** -1",
        "divided by the power": "return S * beta**-t",
        "root of the correction": "return S * (1 - beta**t) ** -0.5",
        "brackets missing": "share = S / 1\nreturn share - beta**t",
        "plus instead of minus": "return S * (1 + beta**t) ** -1",
        "sign flipped": "return -S / (1 - beta**t)",
        "S left out": "return (1 - beta**t) ** -1",
    },
    "first_step_factor": {
        "root left out": "return (1 - beta) ** -1",
        "brackets missing": "return 1 / 1 - beta**0.5",
        "power without brackets": "return 1 / ((1 - beta) ** 1 / 2)",
        "share instead of factor": "return (1 - beta) ** -0.5 - 1",
        "fraction upside down": "return (1 - beta) ** 0.5",
        "beta instead of 1-beta": "return beta**-0.5",
        "no bias": "return 1",
        "neither root nor fraction": "return -beta + 1",
    },
    "steps_until_unbiased": {
        "one step early": COUNT.format("(1 - beta ** (t + 1)) ** -0.5 >= 1 + excess")
        .replace("t = 1", "t = 0"),
        "one step late": COUNT.format("(1 - beta ** (t - 1)) * (1 + excess) ** 2 <= 1")
        .replace("t = 1", "t = 2"),
        "root left out": COUNT.format("(1 - beta**t) * (1 + excess) <= 1"),
        "weight instead of step": COUNT.format("1 - beta**t <= 1 - excess"),
        "1 forgotten": COUNT.format("t < 10_000 and (1 - beta**t) ** -0.5 >= excess"),
        "stops at once": COUNT.format("1 / 1 - beta**t >= 1 + excess"),
        "power of 1-beta": COUNT.format("(1 - (1 - beta) ** t) ** -0.5 >= 1 + excess"),
        "excess taken as a percentage": COUNT.format("(1 - beta**t) ** -0.5 >= 1 + excess * 0.01"),
        "rounded to the nearest": "import math\n"
        "return round(math.log(1 - (1 + excess) ** -2, beta))",
        "window": "return (1 - beta) ** -1",
        "not whole": "import math\nreturn math.log(1 - (1 + excess) ** -2, beta)",
        "factor returned": COUNT.format("(1 - beta**t) ** -0.5 >= 1 + excess")
        .replace("return t", "return (1 - beta**t) ** -0.5"),
    },
    "adam_step": {
        "no bias correction": M + V + "theta = theta - learning_rate * m / (v**0.5 + epsilon)" + ADAM_END,
        "only m corrected": M + V + "mh = m / (1 - beta1**t)\n"
        "theta = theta - learning_rate * mh / (v**0.5 + epsilon)" + ADAM_END,
        "only v corrected": M + V + "vh = v / (1 - beta2**t)\n"
        "theta = theta - learning_rate * m / (vh**0.5 + epsilon)" + ADAM_END,
        "corrected averages returned": M + V + "m = m / (1 - beta1**t)\nv = v / (1 - beta2**t)\n"
        "theta = theta - learning_rate * m / (v**0.5 + epsilon)" + ADAM_END,
        "betas exchanged": "beta1, beta2 = beta2, beta1\n" + M + V
        + "theta = theta - learning_rate * m / (1 - beta1**t) / "
        "((v / (1 - beta2**t)) ** 0.5 + epsilon)" + ADAM_END,
        "gradient in the numerator": M + V
        + "theta = theta - learning_rate * grad / ((v / (1 - beta2**t)) ** 0.5 + epsilon)" + ADAM_END,
        "v of the plain gradient": M + "v = beta2 * v + grad * (1 - beta2)\n"
        "theta = theta - learning_rate * m / (1 - beta1**t) / "
        "((v / (1 - beta2**t)) ** 0.5 + epsilon)" + ADAM_END,
        "m of the squared gradient": M.replace("grad", "grad * grad") + V
        + "theta = theta - learning_rate * m / (1 - beta1**t) / "
        "((v / (1 - beta2**t)) ** 0.5 + epsilon)" + ADAM_END,
        "no square root": M + V + "theta = theta - learning_rate * m / (1 - beta1**t) / "
        "(v / (1 - beta2**t) + epsilon)" + ADAM_END,
        "t from 0": M + V + "t = np.float64(t - 1)\n"
        "theta = theta - learning_rate * m / (1 - beta1**t) / "
        "((v / (1 - beta2**t)) ** 0.5 + epsilon)" + ADAM_END,
        "t one too large": M + V + "t += 1\ntheta = theta - learning_rate * m / (1 - beta1**t) / "
        "((v / (1 - beta2**t)) ** 0.5 + epsilon)" + ADAM_END,
        "sign flipped": M + V + "theta = theta + learning_rate * m / (1 - beta1**t) / "
        "((v / (1 - beta2**t)) ** 0.5 + epsilon)" + ADAM_END,
    },
    "adadelta_step": {
        "E_x updated first": "E_x = E_x * rho + grad * grad * (1 - rho)\n" + E_G + DELTA + E_X + DELTA_END,
        "E_x of the gradient": E_G + DELTA + "E_x = E_x * rho + grad * grad * (1 - rho)\n" + DELTA_END,
        "E_x never updated": E_G + DELTA + DELTA_END,
        "step not squared": E_G + DELTA + "E_x = E_x * rho + step * (1 - rho)\n" + DELTA_END,
        "old E_g used": DELTA + E_G + E_X + DELTA_END,
        "roots left out": E_G + "step = grad * (epsilon + E_x) / (epsilon + E_g)\n" + E_X + DELTA_END,
        "fraction upside down": E_G + DELTA.replace("0.5", "-0.5") + E_X + DELTA_END,
        "epsilon outside the roots": E_G
        + "step = (E_x**0.5 + epsilon) * grad / (E_g**0.5 + epsilon)\n" + E_X + DELTA_END,
        "epsilon missing above": E_G + "step = (E_x / (E_g + epsilon)) ** 0.5 * grad\n" + E_X + DELTA_END,
        "sign flipped": E_G + DELTA + E_X + "return theta + step, E_g, E_x",
    },
    "fair_winner": {
        "mean instead of median": MEDIANS + "best = min(range(len(scores)), "
        "key=lambda i: sum(scores[i]) / len(scores[i]))\nreturn rates[best]",
        "luckiest run": "return rates[np.nanargmin(losses) // losses.shape[1]]",
        "worst run": MEDIANS + "return rates[np.argmin([row[-1] for row in scores])]",
        "diverged runs ignored": "return rates[np.argmin(np.nanmedian(losses, axis=1))]",
        "NaN not handled": "m = np.median(losses.T, axis=0)\nreturn rates[m.argmin()]",
        "diverged runs count as 0": "m = np.median(np.nan_to_num(losses), axis=1)\n"
        "return rates[m.argmin()]",
        "one seed only": "return rates[np.argmin([np.inf if x != x else x for x in losses.T[0]])]",
        "index returned": MEDIANS + "return np.argmin([np.median(row) for row in scores])",
        "loss returned": MEDIANS + "return min(np.median(row) for row in scores)",
        "largest loss": MEDIANS + "return rates[np.argmax([np.median(row) for row in scores])]",
        "rates with one NaN left out": "m = np.median(losses, axis=1)\n"
        "return rates[np.argmin(np.where(m == m, m, np.inf))]",
        "a number instead of infinity": "l = np.nan_to_num(losses, nan=1e6)\n"
        "return rates[np.median(l, axis=1).argmin()]",
        "along the wrong axis": "l = np.nan_to_num(losses, nan=np.inf)\n"
        "return rates[np.argmin(np.median(l.T, axis=1))]",
        "first or last rate": "return rates[-1]",
        "np.where the wrong way round": "losses = np.where(~np.isnan(losses), np.inf, losses)\n"
        "return rates[np.argmin(np.median(losses, 1))]",
        "smallest or largest rate": "return max(rates)",
    },
    "sample_rates": {
        "uniform on the linear scale": "return low + (high - low) * rng.random(n)",
        "exponents returned": "a, b = np.log10([low, high])\nreturn a + (b - a) * rng.random(n)",
        "bases mixed": "a, b = np.log10([low, high])\nreturn np.exp(a + (b - a) * rng.random(n))",
        "a fixed grid": "return np.logspace(np.log10(low), np.log10(high), n)",
        "powers of ten only": "a, b = np.log10([low, high]).round()\n"
        "return 10.0 ** rng.integers(a, b, n, endpoint=True)",
        "one rate for all": "a, b = np.log10([low, high])\n"
        "return np.ones(n) * 10 ** (a + (b - a) * rng.random())",
        "one rate": "return low * (high / low) ** rng.random()",
        "low and high ignored": "return 10 ** rng.uniform(-5, -1, n)",
        "generator not used": "return low * (high / low) ** np.random.rand(n)",
        "generator made anew": "g = np.random.default_rng(42)\n"
        "return low * (high / low) ** g.random(n)",
        "logarithms left out": "return 10 ** (low + (high - low) * rng.random(n))",
        "rounded": "return np.round(low * (high / low) ** rng.random(n), 4)",
        "normal instead of uniform": "a, b = np.log([low, high])\n"
        "return np.exp((a + b) / 2 + (b - a) / 2 * rng.standard_normal(n))",
    },
    "cosine_rate": {
        "half left out": "return learning_rate + learning_rate * np.cos(t / steps * np.pi)",
        "1 left out": "return np.cos(t / steps * np.pi) * learning_rate",
        "going up": "return learning_rate / 2 - learning_rate / 2 * np.cos(t / steps * np.pi)",
        "full period": "return learning_rate * np.cos(np.pi * t / steps) ** 2",
        "quarter period": "return learning_rate * np.sin(np.pi / 2 * (1 - t / steps))",
        "pi left out": "return learning_rate * np.cos(t / steps / 2) ** 2",
        "pi not exact": "return learning_rate * np.cos(3.14159 * t / steps / 2) ** 2",
        "degrees": "return learning_rate / 2 * (1 + np.cos(t / steps * 180))",
        "straight line": "return learning_rate - learning_rate * t / steps",
        "bracket missing": "return 0.5 * learning_rate * 1 + np.cos(np.pi * t / steps)",
        "starts again at the end": "t %= steps\n"
        "return learning_rate * np.cos(np.pi * t / steps / 2) ** 2",
        "ends above 0": "return 1e-4 + (learning_rate - 1e-4) * np.cos(np.pi * t / steps / 2) ** 2",
        "whole division": "return learning_rate * np.cos(np.pi * (t // steps) / 2) ** 2",
    },
    "best_epoch": {
        "lowest of all": "return losses.index(min(losses))",
        "first rise stops": "t = 0\nwhile t + 1 < len(losses) and losses[t + 1] < losses[t]:\n"
        "    t += 1\nreturn t",
        "stops one epoch late": STOP.format(BETTER + "    if wait == patience + 1:\n        break")
        + "return best",
        "epoch of the stop": STOP.format(BETTER + "    if wait == patience:\n        return t")
        + "return t",
        "number of epochs trained": STOP.format(BETTER + "    if wait == patience:\n        break")
        + "return t + 1",
        "counted back from the stop": STOP.format(BETTER + "    if wait == patience:\n        break")
        + "return t - patience",
        "counter never set back": STOP.format(
            BETTER.replace("best, wait = t, 0", "best = t") + "    if wait == patience:\n        break"
        )
        + "return best",
        "good epochs counted": STOP.format(
            BETTER.replace("elif t:\n        wait", "if t:\n        wait")
            + "    if wait == patience:\n        break"
        ).replace("best, wait = 0, 0", "best, wait = 0, 1")
        + "return best",
        "stops one epoch early": STOP.format(BETTER + "    if wait == patience - 1 and wait:\n"
        "        break") + "return best",
        "first epoch only": "best, low = 0, 0\nfor t in range(len(losses)):\n"
        "    if losses[t] < low:\n        best, low = t, losses[t]\nreturn best",
        "compared with the epoch before": STOP.format(
            "wait = wait + 1 if t and losses[t] >= losses[t - 1] else 0\n"
            "    if losses[t] < losses[best]:\n        best = t\n"
            "    if wait == patience:\n        break"
        )
        + "return best",
        "a margin asked for": STOP.format(
            BETTER.replace("losses[best]", "losses[best] - 3e-4")
            + "    if wait == patience:\n        break"
        )
        + "return best",
        "best starts at a number": STOP.format(
            BETTER.replace("losses[best]", "low").replace("best, wait = t, 0",
                                                          "best, low, wait = t, losses[t], 0")
            .replace("elif t", "else")
            + "    if wait == patience:\n        break"
        ).replace("best, wait = 0, 0", "best, low, wait = 0, 1e4, 0")
        + "return best",
        "equal losses not counted": STOP.format(
            BETTER.replace("elif t", "elif losses[t] > losses[best]")
            + "    if wait == patience:\n        break"
        )
        + "return best",
        "another epoch if never stopped": STOP.format(
            BETTER + "    if wait == patience:\n        return best"
        )
        + "return t",
        "equal counts as better": STOP.format(
            BETTER.replace("<", "<=") + "    if wait == patience:\n        break"
        )
        + "return best",
        "loss returned": STOP.format(BETTER + "    if wait == patience:\n        break")
        + "return losses[best]",
        "counted from 1": STOP.format(BETTER + "    if wait == patience:\n        break")
        + "return 1 + best",
    },
    "softmax": {
        "overflow": "e = np.exp(z)\nreturn (e.T / e.sum(1)).T",
        "one sum for all rows": PROBABILITIES + "return e / e.sum()",
        "columns instead of rows": "e = np.exp(z - np.amax(z, 0))\nreturn e / e.sum(0)",
        "one maximum for all rows": "e = np.exp(z - np.amax(z))\nreturn e / e.sum(1)[:, None]",
        "not normalised": PROBABILITIES + "return e",
        "minimum subtracted": "e = np.exp(z - np.amin(z, 1)[:, None])\nreturn e / e.sum(1)[:, None]",
        "mean subtracted": "e = np.exp(z - z.mean(1)[:, None])\nreturn e / e.sum(1)[:, None]",
        "first or last score subtracted": "e = np.exp(z - z[:, [0]])\nreturn e / e.sum(1)[:, None]",
        "never less than 0 subtracted": "e = np.exp(z - np.amax(z, 1).clip(0)[:, None])\n"
        "return e / e.sum(1)[:, None]",
        "largest size subtracted": "e = np.exp(z - np.amax(abs(z), 1)[:, None])\n"
        "return e / e.sum(1)[:, None]",
        "each entry divided by itself": PROBABILITIES + "return e / e",
        "sums without keepdims": PROBABILITIES + "return e / e.sum(1)",
        "scores clipped": "e = np.exp(np.minimum(np.maximum(z, -500), 500))\n"
        "return e / e.sum(1)[:, None]",
        "another base": PROBABILITIES.replace("np.exp(z)", "2.0**z") + "return e / e.sum(1)[:, None]",
        "sigmoid": "return np.exp(-np.logaddexp(0, -z))",
        "exponential left out": "return (z.T / z.sum(1)).T",
        "sign flipped": "e = np.exp(-(z - np.amin(z, 1)[:, None]))\nreturn e / e.sum(1)[:, None]",
        "logarithm returned": PROBABILITIES + "return np.log(e / e.sum(1)[:, None])",
        "class returned": "return np.argmax(z, 1)",
        "maximum subtracted too late": "e = np.exp(z) - np.amax(z, 1)[:, None]\n"
        "return e / e.sum(1)[:, None]",
        "shifted in one place only": PROBABILITIES.replace("z = z", "s = z")
        .replace("np.exp(z)", "np.exp(s)") + "return e / np.exp(z).sum(1)[:, None]",
        "one row only": "for row in z:\n    e = np.exp(row - max(row))\n    return e / sum(e)",
    },
    "softmax_gradient": {
        "not divided by n": "g = np.array(p)\nfor i, k in enumerate(labels):\n    g[i, k] -= 1\nreturn g",
        "sign flipped": "g = -p\nfor i, k in enumerate(labels):\n    g[i, k] += 1\nreturn g / len(p)",
        "one-hot left out": "return p * len(labels) ** -1",
        "derivative of the sigmoid": "return (p - p * p) / len(labels)",
        "derivative of the logarithm only": "g = 0 * p\nfor i, k in enumerate(labels):\n"
        "    g[i, k] = -1 / p[i, k] / len(p)\nreturn g",
        "labels subtracted as numbers": "return (p - labels[:, None]) / len(p)",
        "labels as columns of all rows": "g = np.array(p)\ng[:, labels] -= 1\nreturn g / len(p)",
        "labels as rows": "g = np.array(p)\ng[labels] -= 1\nreturn g / len(p)",
        "softmax taken twice": "g = np.exp(p) / np.exp(p).sum(1)[:, None]\n"
        "for i, k in enumerate(labels):\n    g[i, k] -= 1\nreturn g / len(p)",
        "1 put in place": "g = np.array(p)\nfor i, k in enumerate(labels):\n    g[i, k] = 1\n"
        "return g / len(p)",
        "mean of the examples": "g = np.array(p)\nfor i, k in enumerate(labels):\n    g[i, k] -= 1\n"
        "return sum(g) / len(p)",
        "loss returned": "return -sum(np.log(p[i, k]) for i, k in enumerate(labels)) / len(p)",
        "factor 2": "g = np.array(p)\nfor i, k in enumerate(labels):\n    g[i, k] -= 1\n"
        "return g / len(p) * 2",
        "divided by all entries": "g = np.array(p)\nfor i, k in enumerate(labels):\n"
        "    g[i, k] -= 1\nreturn g / np.size(p)",
        "row and column exchanged": "g = np.array(p)\ng[labels, range(len(p))] -= 1\n"
        "return g / len(p)",
        "bracket missing": "g = np.array(p)\nfor i, k in enumerate(labels):\n"
        "    g[i, k] -= 1 / len(p)\nreturn g",
        "only the right class": "g = 0 * p\nfor i, k in enumerate(labels):\n"
        "    g[i, k] = (p[i, k] - 1) / len(p)\nreturn g",
    },
    "minibatches": {
        "not shuffled": "order = list(range(n))\n" + CUT,
        "last batch dropped": ORDER + "return [order[k * batch_size : (k + 1) * batch_size] "
        "for k in range(n // batch_size)]",
        "drawn with replacement": "order = rng.choice(n, n)\n" + CUT,
        "only the batches shuffled": "order = np.arange(n)\n"
        + CUT.replace("return out", "return [out[i] for i in rng.permutation(len(out))]"),
        "same order every epoch": "rng = np.random.default_rng(42)\n" + ORDER + CUT,
        "generator not used": "order = np.random.permutation(n)\n" + CUT,
        "empty batch at the end": ORDER + "return [order[k * batch_size : (k + 1) * batch_size] "
        "for k in range(n // batch_size + 1)]",
        "result of shuffle used": "order = rng.shuffle(list(range(n)))\nreturn [order[:batch_size]]",
        "generator returned": ORDER + CUT.replace("return out", "yield from out"),
        "only the first batch": ORDER + "return order[:batch_size]",
        "counted from 1": ORDER.replace("arange(n)", "arange(1, n + 1)") + CUT,
        "number and size exchanged": ORDER
        + "k = np.linspace(0, n, batch_size + 1).round().astype(int)\n"
        "return np.array_split(order, batch_size)",
        "batches of even size": ORDER + "return np.array_split(order, (n - 1) // batch_size + 1)",
        "one flat list": ORDER + "return order",
    },
    "numerical_gradient": {
        "one-sided difference": EACH.format("(loss(up) - loss(theta)) / h"),
        "2 left out": EACH.format("(loss(up) - loss(down)) / h"),
        "h left out": EACH.format("0.5 * (loss(up) - loss(down))"),
        "bracket missing": EACH.format("0.5 * h * (loss(up) - loss(down))"),
        "sign flipped": EACH.format("(loss(down) - loss(up)) / (2 * h)"),
        "all coordinates at once": "return (loss(theta + h) - loss(theta - h)) / (2 * h)",
        "second derivative": EACH.format("(loss(up) + loss(down) - 2 * loss(theta)) / h / h"),
        "one side over 2h": EACH.format("(loss(up) - loss(theta)) / h / 2"),
        "half the distance": EACH.replace("+= h", "+= h / 2").replace("-= h", "-= h / 2")
        .format("(loss(up) - loss(down)) / h"),
        "distance scaled by theta": EACH.replace("+= h", "+= h * abs(theta[i])")
        .replace("-= h", "-= h * abs(theta[i])")
        .format("(loss(up) - loss(down)) / (2 * h * abs(theta[i])) if theta[i] else 0.0 / theta[i]"),
        "distance of its own": "h = 1e-3\n" + EACH.format("(loss(up) - loss(down)) / (2 * h)"),
        "both points the same": EACH.replace("theta.copy(), theta.copy()", "[theta.copy()] * 2")
        .format("(loss(up) - loss(down)) / (2 * h)"),
        "theta not put back": "x, out = theta.copy(), []\nfor i in range(len(x)):\n    x[i] += h\n"
        "    up = loss(x)\n    x[i] -= 2 * h\n    out.append((up - loss(x)) / 2 / h)\nreturn out",
        "one number given to the loss": "return [(loss(x + h) - loss(x - h)) / 2 / h for x in theta]",
        "only the first coordinate": EACH.format("(loss(up) - loss(down)) / (2 * h)")
        .replace("\nreturn out", "\n    return out"),
        "sign changed afterwards": EACH.format("abs(loss(up) - loss(down)) / (2 * h)"),
        "four points": EACH.replace("down[i] -= h", "down[i] -= h\n    s = up - theta").format(
            "(loss(down - s) - 8 * loss(down) + 8 * loss(up) - loss(up + s)) / h / 12"
        ),
        "last coordinate left out": "out = np.zeros(theta.size)\nfor i in range(theta.size - 1):\n"
        "    up, down = theta.copy(), theta.copy()\n    up[i] += h\n    down[i] -= h\n"
        "    out[i] = (loss(up) - loss(down)) / 2 / h\nreturn out",
    },
    "centered_step": {
        "mean not subtracted": CENTRE.format("(S + epsilon) ** 0.5"),
        "mean not squared": CENTRE.format("(S + epsilon - m) ** 0.5"),
        "mean squared in the average": CENTRE.replace("(grad - m)", "(grad * grad - m)").format(
            "(S + epsilon - m * m) ** 0.5"
        ),
        "variance turned round": CENTRE.format("np.sqrt(epsilon - S + m * m)"),
        "mean added": CENTRE.format("(S + epsilon + m * m) ** 0.5"),
        "mean subtracted outside the root": CENTRE.format("(S + epsilon) ** 0.5 - m"),
        "difference squared": CENTRE.format("((S - m) * (S - m) + epsilon) ** 0.5"),
        "old mean used": "old = m\n" + CENTRE.format("(S + epsilon - old * old) ** 0.5"),
        "epsilon missing": CENTRE.format("(S - m * m) ** 0.5"),
        "no square root": CENTRE.format("epsilon + S - m * m"),
    },
    "MyRMSprop": {
        "S restarted at each step": optimizer(S="(1 - self.b) * grad * grad"),
        "one S for all objects": optimizer(start="pass")
        .replace("self.S = self.S +", "type(self).S = self.S +"),
        "settings ignored": optimizer(settings="0.9, 1e-8"),
        "PyTorch's default": optimizer(beta="0.99"),
        "S starts at 1": optimizer(start="self.S = 1"),
        "previous S used": optimizer(end="return theta - self.lr * grad / np.sqrt(old + self.e)"),
        "1-beta left out": optimizer(S="grad * grad + self.b * self.S"),
        "beta and 1-beta swapped": optimizer(S="self.S + self.b * (grad * grad - self.S)"),
        "sum instead of average": optimizer(S="grad * grad + self.S"),
        "gradient not squared": optimizer(S="self.S + (1 - self.b) * (grad - self.S)"),
        "no square root": optimizer(end="return theta - self.lr / (self.e + self.S) * grad"),
        "sign flipped": optimizer(end="return theta + self.lr * grad * (self.S + self.e) ** -0.5"),
        "step returned": optimizer(end="return self.lr * grad * (self.S + self.e) ** -0.5"),
    },
    "clip_gradient": {
        "each component clipped": "return np.maximum(np.minimum(grad, most), -most)",
        "always scaled": "n = np.sum(grad * grad) ** 0.5\nreturn most * grad / n if n else grad",
        "vectors only": "n = np.dot(grad, grad) ** 0.5\nreturn grad if n <= most else most * grad / n",
        "length not rooted": "n = np.sum(grad * grad)\nreturn grad * min(1, most / n) if n else grad",
        "sum of absolute values": "n = abs(grad).sum()\nreturn grad / max(1, n / most)",
        "largest component": "return grad / max(1, abs(grad).max() / most)",
        "scaled to length 1": "n = np.sum(grad * grad) ** 0.5\nreturn grad / n if n > most else grad",
        "nothing clipped": "return 1.0 * grad",
        "length subtracted": "n = np.sum(grad * grad) ** 0.5\nreturn grad - max(0, n - most)",
        "number of components": "n = np.shape(grad)[0]\nreturn grad * min(1, most / n)",
        "length returned": "n = np.sum(grad * grad) ** 0.5\nreturn most if n > most else n",
    },
    "full_matrix_step": {
        "S kept diagonal": full_matrix(S="beta * S + (1 - beta) * np.diag(grad * grad)"),
        "inverse without root": full_matrix(root="(Q / (values + epsilon)) @ Q.T"),
        "multiplied by the root": full_matrix(root="(Q * (values + epsilon) ** 0.5) @ Q.T"),
        "not turned back": full_matrix(root="(Q * (values + epsilon) ** -0.5).T"),
        "not turned first": full_matrix(root="(Q * (values + epsilon) ** -0.5)"),
        "squares instead of products": full_matrix(S="beta * S + (1 - beta) * grad * grad"),
        "turned the wrong way": full_matrix(root="(Q.T * (values + epsilon) ** -0.5) @ Q"),
        "beta and 1-beta swapped": full_matrix(S="S + beta * (np.outer(grad, grad) - S)"),
        "1-beta left out": full_matrix(S="beta * S + grad[:, None] * grad"),
        "sum instead of average": full_matrix(S="grad[:, None] * grad + S"),
        "old S not decayed": full_matrix(S="S + np.outer((1 - beta) * grad, grad)"),
        "S restarted at each step": full_matrix(S="grad[:, None] * grad"),
        "root taken twice": full_matrix(root="(Q / np.sqrt(np.sqrt(values + epsilon))) @ Q.T"),
        "diag missing": full_matrix(root="((values + epsilon) ** -0.5 * (Q @ Q.T))"),
        "Cholesky factor": full_matrix(
            root="np.linalg.inv(np.linalg.cholesky(S + epsilon * np.eye(len(S))))"
        ),
        "learning rate left out": full_matrix(result="theta - step / learning_rate, S"),
        "sign flipped": full_matrix(result="theta + step, S"),
        "step returned": full_matrix(result="step, S"),
        "wrong order returned": full_matrix(result="S, theta - step"),
    },
    "MyCorrectedRMSprop": {
        "no bias correction": corrected("self.S"),
        "power t left out": corrected("self.S / (1 - self.b)"),
        "correction kept in S": corrected(
            "self.S", count=NEXT + "self.S = self.S / (1 - self.b**self.t)\n        "
        ),
        "corrected twice": corrected(
            step="(1 - self.b**self.t) ** 0.5 * self.lr * grad / np.sqrt(S_hat + self.e)"
        ),
        "bias correction multiplied": corrected("(1 - self.b**self.t) * self.S"),
        "t never raised": corrected(count=""),
        "bias correction from t = 2": corrected(start="self.S, self.t = 0, 1"),
        "bias correction of the whole step": corrected(
            "self.S", "self.lr * grad / np.sqrt(S_hat + self.e) / (1 - self.b**self.t)"
        ),
        "S restarted at each step": corrected(S="(1 - self.b) * grad * grad"),
        "sign flipped": corrected(result="theta + step"),
        "step returned": corrected(result="step"),
        "one t for all objects": corrected(
            start="self.S = 0", count="type(self).t = self.t + 1\n        "
        ).replace("    S = 0\n\n", "    S = t = 0\n\n"),
    },
    "from_pytorch": {
        "epsilon inside": "return dict(learning_rate=lr, beta=alpha, epsilon=eps, epsilon_inside=True)",
        "place of epsilon forgotten": "return dict(learning_rate=lr, beta=alpha, epsilon=eps)",
        "epsilon squared": "return dict(learning_rate=lr, beta=alpha, epsilon=eps * eps, "
        "epsilon_inside=False)",
        "place of epsilon as text": "return dict(learning_rate=lr, beta=alpha, epsilon=eps, "
        "epsilon_inside='False')",
        "a setting left out": "return dict(learning_rate=lr, beta=alpha, epsilon_inside=False)",
        "names without values": "return {'learning_rate', 'beta', 'epsilon', 'epsilon_inside'}",
        "another default of lr": "return dict(learning_rate=0.003 if lr == 0.01 else lr, beta=alpha, "
        "epsilon=eps, epsilon_inside=False)",
        "alpha turned into 1-alpha": "return dict(learning_rate=lr, beta=1.0 - alpha, epsilon=eps, "
        "epsilon_inside=False)",
        "beta left at its default": "return dict(learning_rate=lr, beta=9 / 10, epsilon=eps, "
        "epsilon_inside=False)",
        "defaults of this course": "return dict(learning_rate=0.001 if lr == 0.01 else lr, "
        "beta=0.9 if alpha == 0.99 else alpha, epsilon=eps, epsilon_inside=False)",
        "PyTorch's names kept": "return dict(lr=lr, alpha=alpha, eps=eps, epsilon_inside=False)",
        "values without names": "return [lr, alpha, eps, False]",
    },
    "count_flips": {
        "turns counted": "d = path[1:] - path[:-1]\nreturn ((d[1:] > 0) != (d[:-1] > 0)).sum(0)",
        "share instead of number": "return ((path[1:] > 0) != (path[:-1] > 0)).mean(0)",
        "each flip counted twice": "return 2 * ((path[1:] > 0) != (path[:-1] > 0)).sum(0)",
        "flips in one direction only": "return np.sum(np.diff((path > 0).astype(int), axis=0) == 1, 0)",
        "negative positions counted": "return [sum(x < 0 for x in column) for column in path.T]",
        "not counted": "return path[1:] * path[:-1] < 0",
        "compared with the start": "return [sum(x * c[0] < 0 for x in c) for c in path.T]",
        "flips cancel": "return np.diff(np.sign(path), axis=0).sum(0)",
        "all coordinates together": "return np.count_nonzero(path[1:] * path[:-1] < 0)",
        "steps instead of coordinates": "return [sum(a * b < 0) for a, b in zip(path, path[1:])]",
        "unchanged signs counted": "return np.count_nonzero(path[1:] * path[:-1] > 0, axis=0)",
        "first compared with the last": "return sum(path[t - 1] * path[t] < 0 for t in range(len(path)))",
        "always 0": "return 0 * path[0]",
        "one coordinate only": "for c in path.T:\n    return sum(c[1:] * c[:-1] < 0)",
        "neighbouring coordinates compared": "up = path > 0\n"
        "return np.sum(np.roll(up, 1) ^ up, axis=0)",
        "one flip too many": "return [1 + sum(a * b < 0 for a, b in zip(c, c[1:])) for c in path.T]",
    },
    "steps_to_reach": {
        "below instead of at most": "t = 0\nwhile t < len(losses):\n    if losses[t] < target:\n"
        "        return t\n    t += 1\nreturn -1",
        "counted from 1": "for t, x in enumerate(losses, 1):\n    if not x > target:\n"
        "        return t\nreturn -1",
        "another number if never": "t = 0\nwhile t < len(losses) and losses[t] > target:\n"
        "    t += 1\nreturn t",
        "only the first loss seen": "for t, x in enumerate(losses):\n    return t if x <= target else -1",
        "start left out": "for t in range(1, len(losses)):\n    if losses[t] <= target:\n"
        "        return t\nreturn -1",
        "only equal counts": "return losses.index(target) if target in losses else -1",
        "last instead of first": "found = -1\nfor t, x in enumerate(losses):\n"
        "    if x <= target:\n        found = t\nreturn found",
        "stays below": "t = len(losses)\nwhile t and losses[t - 1] <= target:\n    t -= 1\n"
        "return t if t < len(losses) else -1",
        "number of good losses": "good = [x for x in losses if x <= target]\nreturn len(good) or -1",
        "steps above the target": "return len([x for x in losses if x > target])",
        "loss returned": "good = [x for x in losses if x <= target]\nreturn good[0] if good else -1",
    },
}  # fmt: skip


# Right solutions in other styles: with NumPy, with loops and lists, in place on copies, float32.
RIGHT = {
    "gradient_step": (
        "theta = np.array(theta, float)\ntheta -= learning_rate * np.asarray(grad)\nreturn theta",
        "return np.float32(theta) - np.float32(learning_rate) * np.float32(grad)",
    ),
    "valley_gradient": (
        "return point * np.array([1, condition])",
        "return [float(point[0]), float(condition * point[1])]",
        "return np.float32([point[0], condition * point[1]])",
    ),
    "largest_stable_rate": ("return min(2 / c for c in curvatures)", "return 2.0 / max(curvatures)"),
    "ewma": (
        "a, out = 0, []\nfor x in values:\n    a += (1 - beta) * (x - a)\n    out.append(a)\nreturn out",
        "return [sum((1 - beta) * beta ** (t - k) * values[k] for k in range(t + 1)) "
        "for t in range(len(values))]",
        "out = np.zeros(len(values), np.float32)\nfor t, x in enumerate(values):\n"
        "    out[t] = beta * (out[t - 1] if t else 0) + (1 - beta) * x\nreturn out",
    ),
    "heavy_ball_step": (
        "v = grad + v * beta\nreturn theta - learning_rate * v, v",
        "v = np.array(v, np.float32)\nv *= beta\nv += grad\nreturn [theta - learning_rate * v, v]",
    ),
    "adagrad_step": (
        "G = np.square(grad) + G\nreturn theta - grad * learning_rate / (epsilon + G**0.5), G",
        "G = np.array(G, np.float32)\nG += np.square(grad)\n"
        "return [theta - learning_rate * grad / (np.sqrt(G) + epsilon), G]",
    ),
    "half_life": ("import math\nreturn math.log(0.5, beta)", "return np.log2(0.5) / np.log2(beta)"),
    "past_weights": (
        "return [(1 - beta) * beta**k for k in range(n)]",
        "w = np.full(n, beta, np.float32)\nw[0] = 1 - beta\nreturn np.cumprod(w)",
    ),
    "first_update": (row(), "import math\n" + row(step="learning_rate / math.sqrt(S + epsilon) * g")),
    "worked_table": (table(), table(result="np.float32(thetas)")),
    "first_slip": (RUN + "return bad[0] if bad else 0", RUN + "return next(iter(bad), 0)"),
    "corrected_average": ("return S * (1 - beta**t) ** -1", "return np.float32(S) / (1 - beta**t)"),
    "first_step_factor": ("return (1 - beta) ** -0.5", "import math\nreturn math.sqrt(1 / (1 - beta))"),
    "steps_until_unbiased": (
        COUNT.format("(1 - beta**t) * (1 + excess) ** 2 <= 1"),
        "return np.floor(np.log(1 - (1 + excess) ** -2) / np.log(beta)) + 1",
    ),
    "adam_step": (
        M + V + "theta = theta - learning_rate * (m / (1 - beta1**t)) / "
        "((v / (1 - beta2**t)) ** 0.5 + epsilon)" + ADAM_END,
        "m = np.float32(m) + np.float32(1 - beta1) * (grad - m)\n" + V
        + "rate = learning_rate / (1 - beta1**t)\n"
        "return [theta - rate * m / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v]",
    ),
    "adadelta_step": (
        E_G + DELTA + E_X + DELTA_END,
        "E_g = np.array(E_g)\nE_g *= rho\nE_g += (1 - rho) * np.square(grad)\n" + DELTA + E_X + DELTA_END,
    ),
    "fair_winner": (
        MEDIANS + "return min(zip(scores, rates), key=lambda pair: np.median(pair[0]))[1]",
        "losses = losses.copy()\nlosses[np.isnan(losses)] = np.inf\n"
        "ranked, k = np.sort(losses), losses.shape[1]\n"
        "return rates[(ranked[:, (k - 1) // 2] + ranked[:, k // 2]).argmin()]",
    ),
    "sample_rates": (
        "return np.exp(rng.uniform(np.log(low), np.log(high), n))",
        "return [low * (high / low) ** rng.random() for _ in range(n)]",
        "return np.float32(low) * np.float32(high / low) ** rng.random(n, np.float32)",
    ),
    "cosine_rate": (
        "return learning_rate * np.cos(np.pi * t / steps / 2) ** 2",
        "import math\nreturn 0.5 * learning_rate + 0.5 * learning_rate * math.cos(math.pi * t / steps)",
    ),
    "best_epoch": (
        STOP.format(BETTER + "    if wait == patience:\n        break") + "return best",
        "for t in range(len(losses)):\n    best = int(np.argmin(losses[: t + 1]))\n"
        "    if t - best == patience:\n        return best\nreturn best",
    ),
    "softmax": (
        PROBABILITIES + "return e / e.sum(1)[:, None]",
        "return [np.exp(r - max(r)) / sum(np.exp(r - max(r))) for r in z.astype(np.float32)]",
        "logs = z - np.logaddexp.reduce(z, axis=1, keepdims=True)\nreturn np.exp(logs)",
    ),
    "softmax_gradient": (
        "return (p - np.eye(p.shape[1])[labels]) / len(p)",
        "g = np.array(p, np.float32)\nfor i, k in enumerate(labels):\n    g[i, k] -= 1\nreturn g / len(p)",
    ),
    "minibatches": (ORDER + CUT, ORDER + "return np.split(order, range(batch_size, n, batch_size))"),
    "numerical_gradient": (
        EACH.format("(loss(up) - loss(down)) / (2 * h)"),
        "return [(loss(theta + h * e) - loss(theta - h * e)) / h / 2 for e in np.eye(len(theta))]",
    ),
    "centered_step": (
        CENTRE.format("(S + epsilon - m * m) ** 0.5"),
        "S = np.array(S, float)\nm = np.array(m, float)\nS *= beta\nm *= beta\n"
        "S += (1 - beta) * np.square(grad)\nm += (1 - beta) * np.asarray(grad)\n"
        "return [theta - learning_rate * grad / np.sqrt(S - np.square(m) + epsilon), S, m]",
    ),
    "MyRMSprop": (
        optimizer(),
        optimizer(start="pass"),
        optimizer(S="np.float32(self.b * self.S + (1 - self.b) * grad * grad)"),
    ),
    "clip_gradient": (
        "return grad / max(1, np.sum(grad * grad) ** 0.5 / most)",
        "n = float(np.sqrt((grad**2).sum()))\nif n <= most:\n    return grad\nreturn most * (grad / n)",
    ),
    "full_matrix_step": (
        full_matrix(),
        full_matrix(root="np.linalg.inv((Q * (values + epsilon) ** 0.5) @ Q.T)"),
    ),
    "MyCorrectedRMSprop": (
        corrected(),
        corrected("self.S / -np.expm1(self.t * np.log(self.b))"),
        corrected("self.S / (1 - self.share)", start="self.S, self.share = 0, 1",
                  count="self.share *= self.b\n        "),
    ),
    "from_pytorch": (
        "return dict(epsilon_inside=False, epsilon=eps, beta=alpha, learning_rate=lr)",
        "out = {}\nout['learning_rate'], out['beta'], out['epsilon'] = lr, alpha, eps\n"
        "out['epsilon_inside'] = False\nreturn out",
    ),
    "count_flips": (
        "return np.count_nonzero(path[1:] * path[:-1] < 0, axis=0)",
        "return [sum(a * b < 0 for a, b in zip(c, c[1:])) for c in path.astype(np.float32).T]",
    ),
    "steps_to_reach": (
        "return next((t for t, x in enumerate(losses) if x <= target), -1)",
        "low = np.asarray(losses) <= target\nreturn int(low.argmax()) if low.any() else -1",
    ),
}  # fmt: skip


def written(name, body):
    """The function `name` with this body, made as a notebook cell makes it."""
    if not body.startswith("class "):
        header = EXERCISES[name].stub.splitlines()[0]
        body = header + "\n" + "\n".join("    " + line for line in body.splitlines())
    namespace = {"np": np}
    exec(body, namespace)
    return namespace[name]


def test_there_is_a_second_version_of_half_or_more():
    others = [name for name in EXERCISES if name not in {"rmsprop_step", "mended_step"}]
    assert sorted(VERSIONS) == sorted(RIGHT) == sorted(others)
    for name in others:
        assert set(VERSIONS[name]) <= set(EXERCISES[name].mistakes), name
        assert 2 * len(VERSIONS[name]) >= len(EXERCISES[name].mistakes), name


@pytest.mark.parametrize(
    ("name", "mistake"), [(name, mistake) for name in VERSIONS for mistake in VERSIONS[name]]
)
def test_a_mistake_in_other_words_gets_its_own_name(name, mistake):
    verdict = EXERCISES[name].judge(written(name, VERSIONS[name][mistake]), seconds=2)
    assert (verdict.passed, verdict.mistake) == (False, mistake), verdict
    assert verdict.message.endswith(EXERCISES[name].mistakes[mistake][1])


# Where the catalogue has several forms of a mistake: others than in VERSIONS.
OTHER_FORMS = [
    (
        "minibatches",
        "one index too few",
        ORDER + "return [order[k : k + batch_size - 1] for k in range(0, n, batch_size)]",
    ),
    ("softmax", "overflow", "e = np.exp(z)\nreturn np.nan_to_num(e / e.sum(1)[:, None])"),
    ("softmax", "not normalised", PROBABILITIES + "return e / np.mean(e, 1)[:, None]"),
    (
        "softmax_gradient",
        "row and column exchanged",
        "y = np.zeros(p.shape)\nfor i, k in enumerate(labels):\n    y[k][i] = 1\nreturn (p - y) / len(p)",
    ),
    (
        "softmax_gradient",
        "derivative of the sigmoid",
        "g = np.array(p)\nfor i, k in enumerate(labels):\n    g[i, k] -= 1\n"
        "return g / (p - p * p) / len(p)",
    ),
    (
        "minibatches",
        "drawn with replacement",
        "return [rng.choice(n, batch_size, replace=False) for k in range(-(-n // batch_size))]",
    ),
    (
        "minibatches",
        "last batch dropped",
        ORDER + "return [order[k : k + batch_size] for k in range(0, n - 1, batch_size)]",
    ),
    (
        "minibatches",
        "batches of even size",
        ORDER + "return [order[k : k + batch_size] if k + batch_size <= n else order[-batch_size:] "
        "for k in range(0, n, batch_size)]",
    ),
    (
        "minibatches",
        "generator not used",
        "np.random.seed(1)\norder = np.random.permutation(n)\n" + CUT,
    ),
    (
        "numerical_gradient",
        "theta not put back",
        "step, out = 0 * theta, []\nfor i in range(theta.size):\n    step[i] = h\n"
        "    out.append((loss(theta + step) - loss(theta - step)) / (2 * h))\nreturn out",
    ),
    (
        "cosine_rate",
        "ends above 0",
        "return max(0.002, learning_rate * np.cos(t / steps * np.pi / 2) ** 2)",
    ),
    (
        "sample_rates",
        "generator not used",
        "np.random.seed(7)\nreturn low * (high / low) ** np.random.rand(n)",
    ),
    (
        "sample_rates",
        "a fixed grid",
        "grid = np.geomspace(low, high, n)\nrng.shuffle(grid)\nreturn grid",
    ),
    (
        "fair_winner",
        "NaN not handled",
        "best = rates[0], np.median(losses[0])\nfor r, row in zip(rates, losses):\n"
        "    if np.median(row) < best[1]:\n        best = r, np.median(row)\nreturn best[0]",
    ),
    (
        "steps_to_reach",
        "another number if never",
        "for t, x in enumerate(losses):\n    if x <= target:\n        return t",
    ),
    ("count_flips", "not counted", "return np.where(np.diff(path > 0, axis=0))[0]"),
    ("largest_stable_rate", "condition number", "c = sorted(curvatures)\nreturn 2 * c[0] / c[-1]"),
    (
        "valley_gradient",
        "components not differentiated",
        "return [point[0], condition * point[1] ** 2]",
    ),
    (
        "first_slip",
        "theta_0 fixed",
        RUN.replace("right = [thetas[0]]", "right = [2.0]") + "return bad[0] if bad else 0",
    ),
    (
        "first_slip",
        "relative tolerance added",
        RUN.replace(
            "abs(right[t] - thetas[t]) > tolerance",
            "not np.isclose(thetas[t], right[t], atol=tolerance)",
        )
        + "return bad[0] if bad else 0",
    ),
    ("first_slip", "never 0", RUN + "if bad:\n    return bad[0]"),
    (
        "numerical_gradient",
        "all coordinates at once",
        "d = [loss(theta + h) - loss(theta - h)]\nreturn np.array(d * len(theta)) / (2 * h)",
    ),
    (
        "MyRMSprop",
        "one S for all objects",
        optimizer(start="MyRMSprop.S = 0").replace("self.S = self", "MyRMSprop.S = self"),
    ),
]


@pytest.mark.parametrize(("name", "mistake", "body"), OTHER_FORMS)
def test_another_form_of_a_mistake_gets_its_name_too(name, mistake, body):
    verdict = EXERCISES[name].judge(written(name, body))
    assert (verdict.passed, verdict.mistake) == (False, mistake), verdict


# Every valid form of the smaller exercises, in other words than in the catalogue.
VARIANTS = {
    "ewma": {
        "bias correction": "a, w, out = 0, 1, []\nfor x in values:\n    a += (1 - beta) * (x - a)\n"
        "    w *= beta\n    out.append(a / (1 - w))\nreturn out",
    },
    "heavy_ball_step": {
        "rate made up for the average": "v = v + (1 - beta) * (grad - v)\n"
        "return theta - learning_rate / (1 - beta) * v, v",
        "rate and 1-beta inside": "v = beta * v + learning_rate * (grad - beta * grad)\n"
        "return theta - v, v",
        "minus inside the velocity": "v = -(grad - beta * v)\nreturn learning_rate * v + theta, v",
        "averaged form": "v = v + (1 - beta) * (grad - v)\nreturn theta - learning_rate * v, v",
        "rate inside the velocity": "v = beta * v + learning_rate * grad\nreturn theta - v, v",
        "Nesterov": "v = beta * v + grad\n"
        "return theta - learning_rate * grad - learning_rate * beta * v, v",
    },
    "adagrad_step": {
        "epsilon as a floor": "G = G + grad * grad\n"
        "return theta - learning_rate * grad / np.fmax(G**0.5, epsilon), G",
        "epsilon inside the root": "G = G + grad * grad\n"
        "return theta - learning_rate * grad * (G + epsilon) ** -0.5, G",
    },
    "first_update": {
        "epsilon outside the root": row(step="learning_rate * g / (S**0.5 + epsilon)"),
    },
    "first_slip": {
        "epsilon outside the root": RUN.replace(
            "(S + epsilon) ** -0.5", "/ (S**0.5 + epsilon)"
        ).replace("* x * /", "* x /")
        + "return bad[0] if bad else 0",
    },
    "worked_table": {
        "epsilon outside the root": table(step="learning_rate * theta / (S**0.5 + epsilon)"),
        "epsilon as a floor": table(step="learning_rate * theta / np.fmax(S**0.5, epsilon)"),
        "bias correction": table(
            step="learning_rate * theta * (S / (1 - beta ** (t + 1)) + epsilon) ** -0.5"
        ),
    },
    "adam_step": {
        "epsilon as a floor": M + V + "theta = theta - learning_rate * m / (1 - beta1**t)"
        " / np.fmax((v / (1 - beta2**t)) ** 0.5, epsilon)" + ADAM_END,
        "efficient form": M + V + "rate = (1 - beta2**t) ** 0.5 / (1 - beta1**t)\n"
        "theta = theta - learning_rate * rate * m / (v**0.5 + epsilon)" + ADAM_END,
        "epsilon inside the root": M + V + "theta = theta - learning_rate * m / (1 - beta1**t)"
        " * (v / (1 - beta2**t) + epsilon) ** -0.5" + ADAM_END,
    },
    "centered_step": {
        "epsilon outside the root": CENTRE.format("(S - m * m) ** 0.5 + epsilon"),
        "epsilon as a floor": CENTRE.format("np.fmax(S - m * m, epsilon) ** 0.5"),
    },
    "MyRMSprop": {
        "epsilon as a floor": optimizer(
            end="return theta - self.lr * grad / np.fmax(self.S**0.5, self.e)"
        ),
        "bias correction": optimizer(
            start="self.S = self.t = 0",
            end="self.t += 1\n        root = (self.S / (1 - self.b**self.t) + self.e) ** 0.5\n"
            "        return theta - self.lr * grad / root",
        ),
        "epsilon outside the root": optimizer(
            end="return theta - self.lr * grad / (self.S**0.5 + self.e)"
        ),
    },
    "full_matrix_step": {
        "epsilon outside the root": full_matrix(
            root="(Q / (np.maximum(values, 0) ** 0.5 + epsilon)) @ Q.T"
        ),
    },
    "MyCorrectedRMSprop": {
        "correction in the rate": corrected(
            "self.S", "self.lr * (1 - self.b**self.t) ** 0.5 * grad / (S_hat + self.e) ** 0.5"
        ),
        "epsilon outside the root": corrected(step="self.lr * grad / (S_hat**0.5 + self.e)"),
        "epsilon as a floor": corrected(step="self.lr * grad / np.fmax(S_hat**0.5, self.e)"),
    },
}


@pytest.mark.parametrize(
    ("name", "variant"), [(name, variant) for name in VARIANTS for variant in VARIANTS[name]]
)
def test_a_valid_form_in_other_words_passes_and_is_named(name, variant):
    verdict = EXERCISES[name].judge(written(name, VARIANTS[name][variant]))
    assert (verdict.passed, verdict.variant) == (True, variant), verdict
    assert EXERCISES[name].variants[variant][1] in verdict.message


def test_every_valid_form_has_a_second_version():
    own = {"rmsprop_step", "mended_step"}  # theirs are in test_checks_rmsprop.py
    forms = {n: set(e.variants) for n, e in EXERCISES.items() if e.variants and n not in own}
    assert {name: set(versions) for name, versions in VARIANTS.items()} == forms


@pytest.mark.parametrize(
    ("name", "body"), [(name, body) for name, bodies in RIGHT.items() for body in bodies]
)
def test_a_right_solution_passes_in_any_style(name, body):
    verdict = EXERCISES[name].judge(written(name, body))
    assert verdict.passed, verdict
    assert verdict.variant is None


# Two slips at once: the names of both, in the order in which one should mend them.
TWO = [
    ("softmax", ("not normalised", "overflow"), "e = np.exp(z)\nreturn e / np.amax(e, 1)[:, None]"),
    (
        "numerical_gradient",
        ("all coordinates at once", "one-sided difference"),
        "return (loss(theta + h) - loss(theta)) / h",
    ),
    (
        "count_flips",
        ("flips in one direction only", "all coordinates together"),
        "return np.count_nonzero((path[1:] > 0) & (path[:-1] < 0))",
    ),
    (
        "steps_to_reach",
        ("counted from 1", "another number if never"),
        COUNT.format("t <= len(losses) and losses[t - 1] > target"),
    ),
    ("valley_gradient", ("factor 2 too many", "kappa left out"), "return 2 * point"),
    (
        "valley_gradient",
        ("factor 2 too many", "sign flipped"),
        "return -2 * point * [1, condition]",
    ),
    (
        "largest_stable_rate",
        ("one bound per axis", "1 instead of 2"),
        "return 1 / np.array(curvatures)",
    ),
    (
        "best_epoch",
        ("stops one epoch late", "best starts at a number"),
        "best, low, wait = 0, 50, 0\nfor t, x in enumerate(losses):\n    wait += 1\n"
        "    if x < low:\n        best, low, wait = t, x, 0\n    if wait > patience:\n        break\n"
        "return best",
    ),
    (
        "minibatches",
        ("drawn with replacement", "last batch dropped"),
        "return [rng.choice(n, batch_size) for _ in range(n // batch_size)]",
    ),
    (
        "numerical_gradient",
        ("2 left out", "sign flipped"),
        EACH.format("(loss(down) - loss(up)) / h"),
    ),
    (
        "fair_winner",
        ("diverged runs ignored", "mean instead of median"),
        "return rates[np.argmin(np.nanmean(losses, axis=1))]",
    ),
    (
        "steps_to_reach",
        ("below instead of at most", "another number if never"),
        "return next((t for t, x in enumerate(losses) if x < target), None)",
    ),
    (
        "count_flips",
        ("first compared with the last", "all coordinates together"),
        "return np.sum(path * np.roll(path, -1, axis=0) < 0)",
    ),
    (
        "softmax",
        ("one sum for all rows", "one maximum for all rows"),
        "e = np.exp(z - np.max(z))\nreturn e / np.sum(e)",
    ),
    (
        "softmax",
        ("columns instead of rows", "overflow"),
        "return np.exp(z) / sum(np.exp(z))",
    ),
    (
        "cosine_rate",
        ("half left out", "full period"),
        "return learning_rate * (1 + np.cos(2 * np.pi * t / steps))",
    ),
    (
        "fair_winner",
        ("NaN not handled", "mean instead of median"),
        "return rates[np.argmin(losses.sum(axis=1))]",
    ),
    (
        "from_pytorch",
        ("epsilon inside", "alpha turned into 1-alpha"),
        "return dict(learning_rate=lr, beta=1 - alpha, epsilon=eps, epsilon_inside=True)",
    ),
    (
        "softmax_gradient",
        ("not divided by n", "factor 2"),
        "g = 2 * p\ng[range(len(p)), labels] -= 2\nreturn g",
    ),
    (
        "numerical_gradient",
        ("one-sided difference", "first coordinate left out"),
        "out = np.zeros(len(theta))\nfor i in range(1, len(theta)):\n    up = theta.copy()\n"
        "    up[i] += h\n    out[i] = (loss(up) - loss(theta)) / h\nreturn out",
    ),
]


@pytest.mark.parametrize(("name", "mistakes", "body"), TWO)
def test_two_slips_at_once_are_both_named(name, mistakes, body):
    verdict = EXERCISES[name].judge(written(name, body))
    assert (verdict.passed, verdict.mistakes) == (False, mistakes), verdict
    for mistake in mistakes:
        assert EXERCISES[name].mistakes[mistake][1] in verdict.message


def test_what_all_explanations_share_is_named_and_the_rest_is_left_open():
    verdict = EXERCISES["fair_winner"].judge(
        written("fair_winner", "return rates[np.argmin(losses.min(axis=1))]")
    )
    either = "either NaN not handled or diverged runs count as 0"
    assert (verdict.passed, verdict.mistakes) == (False, ("luckiest run", either)), verdict


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("softmax", "return 0 * z / 0"),
        ("cosine_rate", "return learning_rate * steps * t * 0"),
        ("sample_rates", "return low * high * rng.random(n) / np.zeros(n) * 0"),
        ("fair_winner", "return 0 * rates[0] * losses[0, 0]"),
    ],
)
def test_a_constant_is_not_explained_by_two_slips(name, body):
    verdict = EXERCISES[name].judge(written(name, body))
    assert (verdict.passed, verdict.mistake) == (False, "unknown"), verdict


# Programs that once passed by chance, or were given a wrong name.
BY_CHANCE = [
    ("best_epoch", STOP.format(BETTER.replace("losses[best]", "losses[best] - 0.05")
     + "    if wait == patience:\n        break") + "return best"),
    ("best_epoch", "low, best, wait = 1e9, 0, 0\nfor t, x in enumerate(losses):\n"
     "    low, best, wait = (x, t, 0) if x < low else (low, best, wait + 1)\n"
     "    if wait == patience:\n        break\nreturn best"),
    ("minibatches", ORDER + "return [order[k : k + batch_size] for k in range(0, n - 1, batch_size)]"),
    ("softmax", "e = np.exp(z - z.mean(axis=1, keepdims=True))\nreturn e / e.sum(1)[:, None]"),
    ("sample_rates", "return 10 ** np.random.uniform(np.log10(low), np.log10(high), n)"),
    ("minibatches", "order = np.random.permutation(n)\n" + CUT),
    ("minibatches", "order = np.random.default_rng().permutation(n)\n" + CUT),
    ("numerical_gradient", "return [(loss(theta + h * max(1, abs(x)) * e) - loss(theta - h * "
     "max(1, abs(x)) * e)) / (2 * h * max(1, abs(x))) for x, e in zip(theta, np.eye(len(theta)))]"),
    ("fair_winner", "ok = ~np.isnan(losses).any(axis=1)\nif not ok.any():\n    ok = ~ok\n"
     "return rates[ok][np.argmin(np.median(np.nan_to_num(losses[ok], nan=np.inf), axis=1))]"),
    ("first_slip", RUN.replace("for _ in thetas[1:]", "for x in thetas[:-1]")
     .replace("    x = right[-1]\n", "") + "return bad[0] if bad else 0"),
    ("best_epoch", STOP.format(BETTER.replace("best, wait = t, 0", "best = t")
     + "    if wait == patience:\n        break") + "return best"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body"), BY_CHANCE)
def test_what_once_passed_by_chance_is_named_now(name, body):
    verdict = EXERCISES[name].judge(written(name, body))
    assert not verdict.passed
    assert verdict.mistake in EXERCISES[name].mistakes, verdict
