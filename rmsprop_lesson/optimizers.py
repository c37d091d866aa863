"""Six optimisers, each of which reads as its published equation.

An optimiser works elementwise on a float or on an array of any shape. It is given θ and the
gradient g at θ, keeps its own state, and returns the updated θ::

    optimizer = RMSprop(learning_rate=0.1)
    theta = optimizer.step(theta, grad)

Every hyperparameter may be an array that broadcasts with θ, so a whole grid of settings runs at
once. All may be changed between two steps, which is how a learning-rate schedule works.
"""

from inspect import signature

import numpy as np

from ._latex import tex_number
from ._validate import (
    Flag,
    Setting,
    check_gradient,
    check_parameters,
    fraction,
    non_negative,
    positive,
)


def _average(average, beta, value):
    """average ← β·average + (1−β)·value, in place; `value` is used up as scratch."""
    average *= beta
    value *= 1 - beta
    average += value


_SYMBOLS = {
    "learning_rate": r"\eta",
    "beta": r"\beta",
    "beta1": r"\beta_1",
    "beta2": r"\beta_2",
    "rho": r"\rho",
    "epsilon": r"\epsilon",
    "momentum": r"\mu",
    "weight_decay": r"\lambda",
}


def _is_on(setting):
    """Whether a hyperparameter that defaults to 0 is in use, in any cell of a grid."""
    return setting != 0 if isinstance(setting, float) else setting.any()


class Optimizer:
    """What all optimisers share: the arguments are checked, the state kept, the step made.

    A subclass gives `_change`, its published equation, which writes the amount to be subtracted
    from θ, and `initial_state`.

    Attributes
    ----------
    t : int
        Number of steps made since the start or the last `reset`.
    state : dict of str to ndarray
        The running quantities of the method, by their names in the equations; empty before the
        first step.
    """

    name = "optimiser"
    _settings = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = (name for name, value in vars(cls).items() if isinstance(value, Setting))
        cls._settings = (*cls._settings, *own)

    def __init__(self):
        self.reset()

    def reset(self):
        """Forget the state: the next step is the first one, and θ may have another shape."""
        self.t = 0
        self.state = {}
        self._work = None

    def step(self, theta, grad, out=None):
        """Make one update.

        Parameters
        ----------
        theta : float or ndarray of float64 or float32
            The parameters; any shape.
        grad : float or ndarray
            The gradient at `theta`, of the same shape; it is never changed.
        out : ndarray, optional
            Where to write the result, as in NumPy. ``out=theta`` updates in place, which saves a
            copy for a large network. Without it `theta` is left as it was.

        Returns
        -------
        float or ndarray
            The updated parameters in the precision of `theta`, with the shape of `theta`
            broadcast against that of the hyperparameters. As in IEEE arithmetic an update that
            overflows gives infinity, and one that divides 0 by 0 (ε = 0) gives NaN; neither
            warns.

        Raises
        ------
        TypeError
            If `theta` is not float64 or float32 (integers would truncate every update).
        ValueError
            If the shapes differ or do not broadcast with the hyperparameters, if `grad` holds
            NaN, infinity or a magnitude beyond 1e150 (float32: 1e15), if shape or precision
            differ from those of the steps before, or if `out` does not fit the result.
            The state and `theta` are then as they were.
        """
        parameters = check_parameters("theta", theta)
        grad = check_gradient(grad, parameters)
        shape = self._shape(parameters.shape)
        self._check_out(out, shape, parameters.dtype)
        self._check_same(shape, parameters.dtype)
        if self.t == 0:
            self.state = self.initial_state(shape, parameters.dtype)
            self._work = np.empty(shape, parameters.dtype)
        self.t += 1
        with np.errstate(all="ignore"):
            self._change(parameters, grad, self._work)
            result = np.subtract(parameters, self._work, out=out)
        if out is not None:
            return out
        return float(result) if isinstance(theta, float) and result.ndim == 0 else result[()]

    def initial_state(self, shape, dtype):
        """The state before the first step: a dict of arrays of `shape` and `dtype`."""
        return {}

    def _change(self, theta, grad, step):
        """Update the state by `grad` and write into `step` what is to be subtracted from θ."""
        raise NotImplementedError

    @property
    def hyperparameters(self):
        """The settings by name, as a dict."""
        return {name: getattr(self, name) for name in self._settings}

    def _shape(self, theta_shape):
        """The shape of θ broadcast against those of the hyperparameters."""
        values = self.__dict__
        names = [name for name in self._settings if isinstance(values[name], np.ndarray)]
        if not names:
            return theta_shape
        shapes = {name: values[name].shape for name in names}
        try:
            return np.broadcast_shapes(theta_shape, *shapes.values())
        except ValueError:
            raise ValueError(
                f"hyperparameters must broadcast with theta's shape {theta_shape}, got {shapes}"
            ) from None

    @staticmethod
    def _check_out(out, shape, dtype):
        if out is None:
            return
        if not isinstance(out, np.ndarray):
            raise TypeError(f"out must be an array, got {type(out).__name__}")
        if (out.shape, out.dtype) != (shape, dtype) or not out.flags.writeable:
            locked = "" if out.flags.writeable else ", read-only"
            raise ValueError(
                f"out must be a writeable array of shape {shape} and dtype {dtype}, "
                f"got shape {out.shape} and dtype {out.dtype}{locked}"
            )

    def _stepped(self, name):
        """The state array `name`, once there is one."""
        if self.t == 0:
            raise RuntimeError(f"{self.name} has no rate yet: it depends on {name}; make a step")
        return self.state[name]

    def _check_same(self, shape, dtype):
        if self.t and (self._work.shape, self._work.dtype) != (shape, dtype):
            raise ValueError(
                f"theta must keep the shape {self._work.shape} and dtype {self._work.dtype} of "
                f"the steps before, got {shape} and {dtype}; call reset() to start anew"
            )

    def _tex(self, name):
        """A hyperparameter in LaTeX: its number, or its symbol where it is a grid of numbers."""
        value = getattr(self, name)
        return _SYMBOLS[name] if np.ndim(value) else tex_number(value)

    def _rest(self, name):
        """1 − β in LaTeX."""
        value = getattr(self, name)
        return f"(1 - {_SYMBOLS[name]})" if np.ndim(value) else tex_number(1 - value)

    def _root_tex(self, S, inside=True):
        """√(S + ε) or √S + ε in LaTeX, without ε where it is zero."""
        if not _is_on(self.epsilon):
            return rf"\sqrt{{{S}}}"
        epsilon = self._tex("epsilon")
        return rf"\sqrt{{{S} + {epsilon}}}" if inside else rf"\sqrt{{{S}}} + {epsilon}"

    def __repr__(self):
        defaults = {k: p.default for k, p in signature(type(self)).parameters.items()}
        settings = ", ".join(
            f"{k}={f'array of shape {v.shape}' if isinstance(v, np.ndarray) else v}"
            for k, v in self.hyperparameters.items()
            if k == "learning_rate" or isinstance(v, np.ndarray) or v != defaults.get(k)
        )
        return f"{type(self).__name__}({settings})"

    def _repr_latex_(self):
        lines = r" \\ ".join(line.replace("=", r"&\leftarrow", 1) for line in self._equations())
        return rf"$$\begin{{aligned}} {lines} \end{{aligned}}$$"


class GradientDescent(Optimizer):
    r"""Gradient descent, :math:`\theta \leftarrow \theta - \eta g`.

    Parameters
    ----------
    learning_rate : float or array_like
        η > 0, in units of θ² per unit of loss.

    Raises
    ------
    TypeError, ValueError
        If the learning rate is not a finite number greater than 0.

    References
    ----------
    A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées",
    Comptes Rendus 25 (1847), 536–538.
    """

    name = "gradient descent"
    learning_rate = positive()

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        super().__init__()

    @property
    def rate(self):
        """The effective learning rate: η itself."""
        return self.learning_rate

    def _change(self, theta, grad, step):
        np.multiply(grad, self.learning_rate, out=step)  # η g

    def _equations(self):
        return [rf"\theta = \theta - {self._tex('learning_rate')}\, g"]


class Momentum(Optimizer):
    r"""Gradient descent with momentum (the heavy ball).

    .. math:: v \leftarrow \beta v + g, \qquad \theta \leftarrow \theta - \eta v

    With ``averaged=True`` the velocity is an average, :math:`v \leftarrow \beta v + (1-\beta) g`;
    its steps are smaller by the factor 1 − β.

    Parameters
    ----------
    learning_rate : float or array_like
        η > 0, in units of θ² per unit of loss.
    beta : float or array_like
        Decay rate β in [0, 1), without unit.
    averaged : bool
        Whether v is an average instead of a sum.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is outside its range.

    References
    ----------
    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR
    Computational Mathematics and Mathematical Physics 4 (1964), 1–17.
    """

    name = "momentum"
    learning_rate = positive()
    beta = fraction()
    averaged = Flag()

    def __init__(self, learning_rate, beta=0.9, averaged=False):
        self.learning_rate = learning_rate
        self.beta = beta
        self.averaged = averaged
        super().__init__()

    def initial_state(self, shape, dtype):
        return {"v": np.zeros(shape, dtype)}

    @property
    def rate(self):
        """The learning rate η; momentum has the same one for every parameter."""
        return self.learning_rate

    def _change(self, theta, grad, step):
        v = self.state["v"]
        if self.averaged:
            step[...] = grad
            _average(v, self.beta, step)  # v ← βv + (1−β)g
        else:
            v *= self.beta
            v += grad  # v ← βv + g
        np.multiply(v, self.learning_rate, out=step)  # η v

    def _equations(self):
        weight = rf"{self._rest('beta')}\, g" if self.averaged else "g"
        return [
            rf"v = {self._tex('beta')}\, v + {weight}",
            rf"\theta = \theta - {self._tex('learning_rate')}\, v",
        ]


class Adagrad(Optimizer):
    r"""Adagrad: each parameter's rate falls with the sum of its squared gradients.

    .. math:: G \leftarrow G + g^2, \qquad
              \theta \leftarrow \theta - \frac{\eta}{\sqrt{G} + \epsilon}\, g

    Parameters
    ----------
    learning_rate : float or array_like
        η > 0, in units of θ.
    epsilon : float or array_like
        ε ≥ 0, in units of g; outside the root, as in PyTorch.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is outside its range.

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and
    stochastic optimization", JMLR 12 (2011), 2121–2159.
    """

    name = "Adagrad"
    learning_rate = positive()
    epsilon = non_negative()

    def __init__(self, learning_rate, epsilon=1e-10):
        self.learning_rate = learning_rate
        self.epsilon = epsilon
        super().__init__()

    def initial_state(self, shape, dtype):
        return {"G": np.zeros(shape, dtype)}

    @property
    def rate(self):
        """The effective learning rate of each parameter, η/(√G + ε); needs a step first."""
        with np.errstate(all="ignore"):
            return self.learning_rate / (np.sqrt(self._stepped("G")) + self.epsilon)

    def _change(self, theta, grad, step):
        G = self.state["G"]
        G += np.square(grad, out=step)  # G ← G + g²
        np.sqrt(G, out=step)
        step += self.epsilon  # √G + ε
        np.divide(grad, step, out=step)
        step *= self.learning_rate  # η g / (√G + ε)

    def _equations(self):
        root = self._root_tex("G", inside=False)
        return [
            "G = G + g^2",
            rf"\theta = \theta - \frac{{{self._tex('learning_rate')}}}{{{root}}}\, g",
        ]


class RMSprop(Optimizer):
    r"""RMSprop: each parameter's step is its gradient over a running root mean square.

    .. math:: S \leftarrow \beta S + (1-\beta)\, g^2, \qquad
              \theta \leftarrow \theta - \frac{\eta}{\sqrt{S + \epsilon}}\, g

    All operations are elementwise, S starts at 0.

    Parameters
    ----------
    learning_rate : float or array_like
        η > 0, in units of θ: about the size of a step once S has settled.
    beta : float or array_like
        Decay rate β in [0, 1), without unit: S remembers about 1/(1−β) gradients.
    epsilon : float or array_like
        ε ≥ 0; in units of g² inside the root, of g outside. With ε = 0 a parameter whose gradient
        has always been zero becomes NaN (0/0).
    epsilon_inside : bool
        True for √(S + ε), False for √S + ε.
    bias_correction : bool
        Divide S by 1 − βᵗ in the denominator (t = 1 in the first step), as Adam does. Without it
        the first step is η/√(1−β) whatever the gradient.

    Other Parameters
    ----------------
    initial_S : float or array_like
        S before the first step, in units of g². TensorFlow 1 starts at 1.
    centered : bool
        Subtract the squared mean, S − m² with m ← βm + (1−β)g, which estimates the variance
        instead of the mean square. Under a constant gradient the difference vanishes and the
        steps blow up.
    momentum : float or array_like
        Decay rate μ in [0, 1) of a velocity b that sums the scaled gradients; 0 for none.
    rate_inside_momentum : bool
        False for b ← μb + g/√(S+ε), θ ← θ − ηb (PyTorch); True for b ← μb + ηg/√(S+ε), θ ← θ − b
        (Keras, optax). They differ only if η changes between steps.
    weight_decay : float or array_like
        λ ≥ 0: adds λθ to the gradient, as PyTorch does.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is outside its range.

    Notes
    -----
    Libraries differ in the place and size of ε, in β and in S₀: PyTorch has β = 0.99 and ε outside
    the root, Keras and optax have β = 0.9 and ε inside.

    References
    ----------
    T. Tieleman, G. Hinton, "Lecture 6.5 – rmsprop: Divide the gradient by a running average of
    its recent magnitude", COURSERA: Neural Networks for Machine Learning (2012). Centred form:
    A. Graves, "Generating sequences with recurrent neural networks", arXiv:1308.0850 (2013).
    """

    name = "RMSprop"
    learning_rate = positive()
    beta = fraction()
    epsilon = non_negative()
    epsilon_inside = Flag()
    bias_correction = Flag()
    initial_S = non_negative()
    centered = Flag()
    momentum = fraction()
    rate_inside_momentum = Flag()
    weight_decay = non_negative()

    def __init__(
        self,
        learning_rate=0.001,
        beta=0.9,
        epsilon=1e-8,
        epsilon_inside=True,
        bias_correction=False,
        *,
        initial_S=0.0,
        centered=False,
        momentum=0.0,
        rate_inside_momentum=False,
        weight_decay=0.0,
    ):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.epsilon_inside = epsilon_inside
        self.bias_correction = bias_correction
        self.initial_S = initial_S
        self.centered = centered
        self.momentum = momentum
        self.rate_inside_momentum = rate_inside_momentum
        self.weight_decay = weight_decay
        super().__init__()

    def initial_state(self, shape, dtype):
        with np.errstate(over="ignore"):  # S₀ beyond float32 is infinite
            state = {"S": np.full(shape, self.initial_S, dtype)}
        if self.centered:
            state["m"] = np.zeros(shape, dtype)
        if _is_on(self.momentum):
            state["b"] = np.zeros(shape, dtype)
        return state

    def _running(self, name):
        """The state array `name`; a variant switched on during a run starts it at 0."""
        if name not in self.state:
            self.state[name] = np.zeros_like(self.state["S"])
        return self.state[name]

    @property
    def rate(self):
        """The effective learning rate of each parameter, η/√(S + ε); needs a step first."""
        S = self._stepped("S")
        with np.errstate(all="ignore"):
            return self.learning_rate / self._root(np.empty_like(S))

    def _change(self, theta, grad, step):
        if _is_on(self.weight_decay):
            grad = grad + self.weight_decay * theta
        if self.centered:
            step[...] = grad
            _average(self._running("m"), self.beta, step)  # m ← βm + (1−β)g
        _average(self.state["S"], self.beta, np.square(grad, out=step))  # S ← βS + (1−β)g²
        np.divide(grad, self._root(step), out=step)  # g / √(S + ε)
        self._apply_rate(step)  # η g / √(S + ε)

    def _root(self, out):
        """Write the denominator √(S + ε), in the published form that was chosen, into `out`."""
        S, correction = self.state["S"], 1.0
        if self.bias_correction:
            correction = 1 - self.beta**self.t
            S = np.divide(S, correction, out=out)  # S / (1 − βᵗ)
        if self.centered:
            S = np.subtract(S, np.square(self._running("m") / correction), out=out)  # S − m²
            np.maximum(S, 0.0, out=S)  # a variance: only rounding takes it below 0
        if self.epsilon_inside:
            return np.sqrt(np.add(S, self.epsilon, out=out), out=out)
        return np.add(np.sqrt(S, out=out), self.epsilon, out=out)

    def _apply_rate(self, step):
        """Multiply by η; with momentum, before or after summing into the velocity b."""
        if not _is_on(self.momentum):
            step *= self.learning_rate
            return
        b = self._running("b")
        if self.rate_inside_momentum:
            step *= self.learning_rate
        b *= self.momentum
        b += step
        np.multiply(b, 1.0 if self.rate_inside_momentum else self.learning_rate, out=step)

    def _equations(self):
        g = "g"
        lines = []
        if _is_on(self.weight_decay):
            lines.append(rf"g' = g + {self._tex('weight_decay')}\, \theta")
            g = "g'"
        beta, rest = self._tex("beta"), self._rest("beta")
        lines.append(rf"S = {beta}\, S + {rest}\, {g}^2")
        if self.centered:
            lines.append(rf"m = {beta}\, m + {rest}\, {g}")
        if self.bias_correction:
            lines.append(rf"\hat S = S / (1 - {beta}^t)")
        if self.centered and self.bias_correction:
            lines.append(rf"\hat m = m / (1 - {beta}^t)")
        hat = r"\hat " if self.bias_correction else ""
        S = hat + "S" + (f" - {hat}m^2" if self.centered else "")
        root = self._root_tex(S, self.epsilon_inside)
        eta = self._tex("learning_rate")
        if not _is_on(self.momentum):
            return [*lines, rf"\theta = \theta - \frac{{{eta}}}{{{root}}}\, {g}"]
        inner, outer = (eta, "") if self.rate_inside_momentum else ("1", rf"{eta}\,")
        mu = self._tex("momentum")
        return [
            *lines,
            rf"b = {mu}\, b + \frac{{{inner}}}{{{root}}}\, {g}",
            rf"\theta = \theta - {outer} b",
        ]


class Adadelta(Optimizer):
    r"""Adadelta: the step is the gradient times the RMS of past steps over that of gradients.

    .. math::
        E_g \leftarrow \rho E_g + (1-\rho) g^2, \qquad
        \Delta = \frac{\sqrt{E_x + \epsilon}}{\sqrt{E_g + \epsilon}}\, g, \qquad
        E_x \leftarrow \rho E_x + (1-\rho) \Delta^2, \qquad
        \theta \leftarrow \theta - \Delta

    There is no learning rate: Δ has the units of θ by itself.

    Parameters
    ----------
    rho : float or array_like
        Decay rate ρ in [0, 1), without unit.
    epsilon : float or array_like
        ε ≥ 0, inside both roots. It starts the movement; with ε = 0 nothing ever moves.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is outside its range.

    References
    ----------
    M. D. Zeiler, "ADADELTA: an adaptive learning rate method", arXiv:1212.5701 (2012).
    """

    name = "Adadelta"
    rho = fraction()
    epsilon = non_negative()

    def __init__(self, rho=0.95, epsilon=1e-6):
        self.rho = rho
        self.epsilon = epsilon
        super().__init__()

    def initial_state(self, shape, dtype):
        return {"E_g": np.zeros(shape, dtype), "E_x": np.zeros(shape, dtype)}

    @property
    def rate(self):
        """The rate each parameter's next gradient meets, √(E_x + ε)/√(E_g + ε); needs a step."""
        with np.errstate(all="ignore"):
            return np.sqrt(self._stepped("E_x") + self.epsilon) / np.sqrt(
                self.state["E_g"] + self.epsilon
            )

    def _change(self, theta, grad, step):
        E_g, E_x = self.state["E_g"], self.state["E_x"]
        _average(E_g, self.rho, np.square(grad, out=step))  # E_g ← ρE_g + (1−ρ)g²
        np.sqrt((E_x + self.epsilon) / (E_g + self.epsilon), out=step)
        step *= grad  # Δ = √(E_x + ε)/√(E_g + ε) g
        _average(E_x, self.rho, np.square(step))  # E_x ← ρE_x + (1−ρ)Δ²

    def _equations(self):
        rho, rest = self._tex("rho"), self._rest("rho")
        roots = rf"\frac{{{self._root_tex('E_x')}}}{{{self._root_tex('E_g')}}}"
        return [
            rf"E_g = {rho}\, E_g + {rest}\, g^2",
            rf"\Delta = {roots}\, g",
            rf"E_x = {rho}\, E_x + {rest}\, \Delta^2",
            r"\theta = \theta - \Delta",
        ]


class Adam(Optimizer):
    r"""Adam: averaged gradients over the root of averaged squares, both bias-corrected.

    .. math::
        m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1-\beta_2) g^2, \qquad
        \theta \leftarrow \theta
            - \eta\, \frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)} + \epsilon}

    Parameters
    ----------
    learning_rate : float or array_like
        η > 0, in units of θ.
    beta1, beta2 : float or array_like
        Decay rates in [0, 1) of the gradient and of its square, without unit.
    epsilon : float or array_like
        ε ≥ 0, in units of g; outside the root, as in the paper and PyTorch.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is outside its range.

    References
    ----------
    D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015,
    arXiv:1412.6980.
    """

    name = "Adam"
    learning_rate = positive()
    beta1 = fraction()
    beta2 = fraction()
    epsilon = non_negative()

    def __init__(self, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        super().__init__()

    def initial_state(self, shape, dtype):
        return {"m": np.zeros(shape, dtype), "v": np.zeros(shape, dtype)}

    @property
    def rate(self):
        """The effective learning rate of each parameter, η/(√v̂ + ε); needs a step first."""
        v = self._stepped("v")
        with np.errstate(all="ignore"):
            return self.learning_rate / self._root(np.empty_like(v))

    def _change(self, theta, grad, step):
        m, v = self.state["m"], self.state["v"]
        step[...] = grad
        _average(m, self.beta1, step)  # m ← β₁m + (1−β₁)g
        _average(v, self.beta2, np.square(grad, out=step))  # v ← β₂v + (1−β₂)g²
        np.divide(m, self._root(step), out=step)
        step *= self.learning_rate / (1 - self.beta1**self.t)  # η m̂ / (√v̂ + ε)

    def _root(self, out):
        """Write √v̂ + ε with v̂ = v/(1−β₂ᵗ) into `out`."""
        np.sqrt(np.divide(self.state["v"], 1 - self.beta2**self.t, out=out), out=out)
        return np.add(out, self.epsilon, out=out)

    def _equations(self):
        beta1, beta2 = self._tex("beta1"), self._tex("beta2")
        root = self._root_tex(r"\hat v", inside=False)
        return [
            rf"m = {beta1}\, m + {self._rest('beta1')}\, g",
            rf"v = {beta2}\, v + {self._rest('beta2')}\, g^2",
            rf"\hat m = m / (1 - {beta1}^t)",
            rf"\hat v = v / (1 - {beta2}^t)",
            rf"\theta = \theta - \frac{{{self._tex('learning_rate')}}}{{{root}}}\, \hat m",
        ]
