"""Six optimisers, each of which reads as its published equation.

An optimiser works elementwise on a float or on an array of any shape. It is given θ and the
gradient g at θ, keeps its own state, and returns the updated θ::

    optimizer = RMSprop(learning_rate=0.1)
    theta = optimizer.step(theta, grad)

Every hyperparameter may be an array that broadcasts with θ, so a whole grid of settings runs at
once. All may be changed between two steps, which is how a learning-rate schedule works.
"""

import copy
from inspect import Parameter, signature

import numpy as np

from ._latex import tex_number
from ._settings import DecayRate, WithSettings, is_grid
from ._validate import (
    check_count,
    check_gradient,
    check_number,
    check_out,
    check_parameters,
    check_state,
)

# A large θ is updated in blocks of this many bytes. The equations make temporary arrays; up to
# here these stay in the cache, and malloc has memory at hand for them, while from 128 KiB on it
# maps fresh pages for each: on the weights of the lessons' network that takes 3 times as long.
BLOCK = 112 * 1024

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


class Optimizer(WithSettings):
    """What all optimisers share: the arguments are checked, the state kept, the step made.

    A subclass gives ``__init__``, which keeps the settings under their own names, and `update`, its
    published equation. What is remembered from step to step are the arguments of `update` after
    g::

        class Signum(Optimizer):
            def __init__(self, learning_rate=0.01, beta=0.9):
                self.learning_rate = learning_rate
                self.beta = beta

            def update(self, g, v):
                v = self.beta * v + (1 - self.beta) * g
                step = self.learning_rate * np.sign(v)
                return step, v

    It may also give a `name` (by default that of the class), a `rate` that is not the learning
    rate, its `equations`, and an `initial_state` that is not zero.
    """

    name = "optimiser"
    _running = _decay_rates = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = vars(cls)
        if "update" in own or Optimizer in cls.__bases__:  # another method than its base
            cls.name = own.get("name", cls.__name__)
            cls.equations = own.get("equations", Optimizer.equations)
        named = signature(cls.update).parameters.values()
        cls._running = tuple(p.name for p in named if p.kind is not Parameter.VAR_POSITIONAL)[2:]
        rates = (name for name in dir(cls) if isinstance(getattr(cls, name, None), DecayRate))
        cls._decay_rates = tuple(rates)

    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls, *args, **kwargs)
        self.reset()
        return self

    def __copy__(self):
        return copy.deepcopy(self)  # two optimisers with one state would disturb each other

    def reset(self):
        """Forget the state: the next step is the first one, and θ may have another shape."""
        self._state, self._like = {}, None
        self.t = 0

    def update(self, g, *state):
        """The published equation, elementwise.

        Parameters
        ----------
        g : ndarray or NumPy scalar
            The gradient; not to be changed. Of a large one, a block of its elements.
        *state : like g
            The running quantities, as the step before left them; 0 in the first. A method names
            its own.

        Returns
        -------
        tuple
            What is to be subtracted from θ, and the running quantities after this step, in their
            order. Where there are none, the first alone.
        """
        raise NotImplementedError(f"{type(self).__name__} has no update")

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
            If `theta` is not float64 or float32 (integers would truncate every update), or if
            `theta` or `grad` has labels or a mask, such as a pandas Series: they would be lost.
        ValueError
            If the shapes differ or do not broadcast with the hyperparameters, if `grad` holds
            NaN, infinity or a magnitude beyond 1e150 (float32: 1e15), if shape or precision
            differ from those of the steps before, or if `out` does not fit the result.
            The state and `theta` are then as they were.
        """
        parameters = check_parameters("theta", theta)
        grad = check_gradient(grad, parameters)
        shape, has_grid = self._shape(parameters.shape)
        like = shape, parameters.dtype
        if self._like and self._like != like:
            raise ValueError(
                "theta must keep the shape {} and dtype {} of the steps before, got {} and {}; "
                "call reset() to start anew".format(*self._like, *like)
            )
        if out is not None:
            check_out(out, shape, parameters.dtype)
        before = self._state, self._like, self._t, self._past
        try:
            if not self._state:
                self._state = self.initial_state(shape, parameters.dtype)
            self._like = like
            self._count()
            in_blocks = parameters.nbytes > BLOCK and not has_grid
            with np.errstate(all="ignore"):
                move = self._move_in_blocks if in_blocks else self._move
                result = move(parameters, grad, out)
        except Exception:  # in an update of somebody's own
            self._state, self._like, self._t, self._past = before
            raise
        if out is not None:
            return out
        return float(result) if isinstance(theta, float) and result.ndim == 0 else result

    def _move(self, theta, grad, out):
        step = self._renew(theta[()], grad[()], self._state, ())
        return np.subtract(theta, step, out=out, dtype=theta.dtype)

    def _move_in_blocks(self, theta, grad, out):
        """What works elementwise may as well be flat; only the result has to keep its shape."""
        result = out
        if out is None or not out.flags.c_contiguous or _overlap(out, theta, grad):
            result = np.empty(theta.shape, theta.dtype)
        state = {name: values.reshape(-1) for name, values in self._state.items()}
        theta, grad, new = theta.reshape(-1), grad.reshape(-1), result.reshape(-1)
        size = BLOCK // theta.itemsize
        for start in range(0, theta.size, size):
            part = slice(start, start + size)
            step = self._renew(theta[part], grad[part], state, part)
            np.subtract(theta[part], step, out=new[part])
        if out is not None and result is not out:
            out[...] = result
        return result

    def _renew(self, theta, g, state, part):
        """The step for a part of θ (which weight decay asks for); its state is renewed in place."""
        result = self.update(g, **{name: values[part] for name, values in state.items()})
        if not self._running and not isinstance(result, tuple):
            return result
        if not isinstance(result, tuple) or len(result) != 1 + len(self._running):
            due = ", ".join(("step", *self._running))
            got = len(result) if isinstance(result, tuple) else f"one {type(result).__name__}"
            raise ValueError(f"update of {type(self).__name__} must return {due}; got {got}")
        step, *new = result
        for name, value in zip(self._running, new, strict=True):
            if name in state:  # a method may do without one that is switched off
                state[name][part] = value
        return step

    def _count(self):
        for name, (product, since, beta) in self._past.items():
            now = self.__dict__.get(name)
            if now is not beta:
                if beta is not None:
                    product, since = product * beta ** (self._t - since), self._t
                self._past = self._past | {name: (product, since, now)}
        self._t += 1

    def product(self, name):
        """βᵗ for the decay rate `name`; the product of all its values, if it has been changed."""
        product, since, beta = self._past[name]
        beta = self.__dict__[name] if beta is None else beta
        return product * beta ** (self._t - since)

    # What it remembers

    @property
    def t(self):
        """Number of steps since the start or the last `reset`; set it to go on from a saved one."""
        return self._t

    @t.setter
    def t(self, value):
        self._t = check_count("t", value)
        # For each decay rate: its product until it was changed, when that was, and its value since.
        self._past = dict.fromkeys(self._decay_rates, (1.0, 0, None))

    @property
    def products(self):
        """βᵗ by the name of each decay rate, or the product of all its values; set it after `t`.

        Raises
        ------
        TypeError, ValueError
            When set: if there is no such decay rate, or a product is not in [0, 1].
        """
        return {name: self.product(name) for name in self._decay_rates if name in self.__dict__}

    @products.setter
    def products(self, products):
        if products.keys() - set(self._decay_rates):
            raise ValueError(f"products must be of {self._decay_rates}, got {list(products)}")
        for name, product in products.items():
            product = check_number(name, product, lambda x: (x >= 0) & (x <= 1), "in [0, 1]")
            self._past = self._past | {name: (product, self._t, self.__dict__[name])}

    @property
    def state(self):
        """The running quantities by their names in the equations, as a dict of copies.

        Empty before the first step. To save an optimiser, keep `state` and `t`, and give both to
        a new one with the same settings, and `products` as well, if a decay rate has been changed
        on the way; or pickle the optimiser itself.

        Raises
        ------
        TypeError, ValueError
            When set: if it isn't a dict of arrays of one shape and precision under these names.
        """
        return {name: values.copy() for name, values in self._state.items()}

    @state.setter
    def state(self, state):
        self._state, self._like = check_state(state, self.initial_state((), np.float64))

    def initial_state(self, shape, dtype):
        """The state before the first step: a dict of arrays of `shape` and `dtype`, all 0."""
        return {name: np.zeros(shape, dtype) for name in self._running}

    def _known(self, name):
        """The running quantity `name`, once there is one."""
        if name not in self._state:
            raise RuntimeError(f"{self.name} has no rate yet: it depends on {name}; make a step")
        return self._state[name]

    @property
    def rate(self):
        """The effective learning rate: η itself, the same for every parameter."""
        return self.learning_rate

    def _shape(self, theta_shape):
        """The shape of θ broadcast against those of the settings, and whether any has one."""
        values = self.__dict__
        arrays = {n: values[n].shape for n in self._parameters if is_grid(values.get(n))}
        if not arrays:
            return theta_shape, False
        try:
            return np.broadcast_shapes(theta_shape, *arrays.values()), True
        except ValueError:
            raise ValueError(
                f"hyperparameters must broadcast with theta's shape {theta_shape}, got {arrays}"
            ) from None

    # How it shows itself

    def equations(self):
        """The update in LaTeX, a list of lines such as ``r"v = \\beta v + g"``; none by default."""
        return []

    def tex(self, name):
        """A setting in LaTeX: its number, or its symbol where it is a grid of numbers."""
        value = getattr(self, name)
        return _SYMBOLS.get(name, name) if np.ndim(value) else tex_number(value)

    def _rest(self, name):
        """1 − β in LaTeX."""
        value = getattr(self, name)
        return f"(1 - {_SYMBOLS[name]})" if np.ndim(value) else tex_number(1 - value)

    def _root_tex(self, S, inside=True):
        """√(S + ε) or √S + ε in LaTeX, without ε where it is zero."""
        if not np.any(self.epsilon):
            return rf"\sqrt{{{S}}}"
        epsilon = self.tex("epsilon")
        return rf"\sqrt{{{S} + {epsilon}}}" if inside else rf"\sqrt{{{S}}} + {epsilon}"

    def __repr__(self):
        settings = ", ".join(
            f"{k}={f'array of shape {v.shape}' if isinstance(v, np.ndarray) else v}"
            for k, v in self.hyperparameters.items()
            if k == "learning_rate" or is_grid(v) or v != self._parameters[k].default
        )
        return f"{type(self).__name__}({settings})"

    def _repr_latex_(self):
        lines = r" \\ ".join(line.replace("=", r"&\leftarrow", 1) for line in self.equations())
        return rf"$$\begin{{aligned}} {lines} \end{{aligned}}$$" if lines else None


def _overlap(out, theta, grad):
    """Whether writing a block into `out` may change another block that is still to be read."""
    return any(out is not one and np.may_share_memory(out, one) for one in (theta, grad))


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

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def update(self, g):
        step = self.learning_rate * g
        return step

    def equations(self):
        return [rf"\theta = \theta - {self.tex('learning_rate')}\, g"]


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

    def __init__(self, learning_rate, beta=0.9, *, averaged=False):
        self.learning_rate = learning_rate
        self.beta = beta
        self.averaged = averaged

    def update(self, g, v):
        weight = 1 - self.beta if self.averaged else 1
        v = self.beta * v + weight * g
        step = self.learning_rate * v
        return step, v

    def equations(self):
        weight = rf"{self._rest('beta')}\, g" if self.averaged else "g"
        return [
            rf"v = {self.tex('beta')}\, v + {weight}",
            rf"\theta = \theta - {self.tex('learning_rate')}\, v",
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

    def __init__(self, learning_rate, *, epsilon=1e-10):
        self.learning_rate = learning_rate
        self.epsilon = epsilon

    def update(self, g, G):
        G = G + g**2
        step = self.learning_rate * (g / (np.sqrt(G) + self.epsilon))
        return step, G

    @property
    def rate(self):
        """The effective learning rate of each parameter, η/(√G + ε); needs a step first."""
        with np.errstate(all="ignore"):
            return self.learning_rate / (np.sqrt(self._known("G")) + self.epsilon)

    def equations(self):
        root = self._root_tex("G", inside=False)
        return [
            "G = G + g^2",
            rf"\theta = \theta - \frac{{{self.tex('learning_rate')}}}{{{root}}}\, g",
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
        the first step is η/√(1−β) whatever the gradient. Where β changes on the way, βᵗ is the
        product of its values.

    Raises
    ------
    TypeError, ValueError
        If a hyperparameter is outside its range.

    Notes
    -----
    Libraries differ in the place and size of ε, in β and in S₀: PyTorch has β = 0.99 and ε outside
    the root, Keras and optax have β = 0.9 and ε inside. `studies.frameworks.LibraryRMSprop` has
    what some of them add: another start of S, the centred form, momentum and weight decay.

    References
    ----------
    T. Tieleman, G. Hinton, "Lecture 6.5 – rmsprop: Divide the gradient by a running average of
    its recent magnitude", COURSERA: Neural Networks for Machine Learning (2012).
    """

    name = "RMSprop"
    _hints = dict.fromkeys(
        ("initial_S", "centered", "momentum", "rate_inside_momentum", "weight_decay"),
        "frameworks.LibraryRMSprop has it",
    )

    def __init__(
        self,
        learning_rate=0.001,
        beta=0.9,
        *,
        epsilon=1e-8,
        epsilon_inside=True,
        bias_correction=False,
    ):
        self.learning_rate = learning_rate
        self.beta = beta
        self.epsilon = epsilon
        self.epsilon_inside = epsilon_inside
        self.bias_correction = bias_correction

    # The parentheses set the rounding: every number of the lessons was computed with this one.
    def update(self, g, S):
        S = self.beta * S + (1 - self.beta) * g**2
        S_hat = S / (1 - self.product("beta")) if self.bias_correction else S
        if self.epsilon_inside:
            step = self.learning_rate * (g / np.sqrt(S_hat + self.epsilon))
        else:
            step = self.learning_rate * (g / (np.sqrt(S_hat) + self.epsilon))
        return step, S

    @property
    def rate(self):
        """The effective learning rate of each parameter, η/√(S + ε); needs a step first."""
        S = self._known("S")
        with np.errstate(all="ignore"):
            S_hat = S / (1 - self.product("beta")) if self.bias_correction else S
            inside, outside = (self.epsilon, 0) if self.epsilon_inside else (0, self.epsilon)
            return self.learning_rate / (np.sqrt(S_hat + inside) + outside)

    def equations(self):
        beta, rest = self.tex("beta"), self._rest("beta")
        lines = [rf"S = {beta}\, S + {rest}\, g^2"]
        if self.bias_correction:
            lines.append(rf"\hat S = S / (1 - {beta}^t)")
        root = self._root_tex(r"\hat S" if self.bias_correction else "S", self.epsilon_inside)
        return [*lines, rf"\theta = \theta - \frac{{{self.tex('learning_rate')}}}{{{root}}}\, g"]


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

    def __init__(self, rho=0.95, *, epsilon=1e-6):
        self.rho = rho
        self.epsilon = epsilon

    def update(self, g, E_g, E_x):
        E_g = self.rho * E_g + (1 - self.rho) * g**2
        step = np.sqrt(E_x + self.epsilon) / np.sqrt(E_g + self.epsilon) * g
        E_x = self.rho * E_x + (1 - self.rho) * step**2
        return step, E_g, E_x

    @property
    def rate(self):
        """The rate each parameter's next gradient meets, √(E_x + ε)/√(E_g + ε); needs a step."""
        E_x, E_g = self._known("E_x"), self._known("E_g")
        with np.errstate(all="ignore"):
            return np.sqrt(E_x + self.epsilon) / np.sqrt(E_g + self.epsilon)

    def equations(self):
        rho, rest = self.tex("rho"), self._rest("rho")
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

    def __init__(self, learning_rate, beta1=0.9, beta2=0.999, *, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon

    def update(self, g, m, v):
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        m_hat = m / (1 - self.product("beta1"))
        v_hat = v / (1 - self.product("beta2"))
        step = self.learning_rate * (m_hat / (np.sqrt(v_hat) + self.epsilon))
        return step, m, v

    @property
    def rate(self):
        """The effective learning rate of each parameter, η/(√v̂ + ε); needs a step first."""
        v = self._known("v")
        with np.errstate(all="ignore"):
            v_hat = v / (1 - self.product("beta2"))
            return self.learning_rate / (np.sqrt(v_hat) + self.epsilon)

    def equations(self):
        beta1, beta2 = self.tex("beta1"), self.tex("beta2")
        root = self._root_tex(r"\hat v", inside=False)
        return [
            rf"m = {beta1}\, m + {self._rest('beta1')}\, g",
            rf"v = {beta2}\, v + {self._rest('beta2')}\, g^2",
            rf"\hat m = m / (1 - {beta1}^t)",
            rf"\hat v = v / (1 - {beta2}^t)",
            rf"\theta = \theta - \frac{{{self.tex('learning_rate')}}}{{{root}}}\, \hat m",
        ]
