"""The libraries themselves, beside ours and beside what was recorded.

Needs the extra "frameworks"; `make test-frameworks` installs it into an environment of its own.
Without it everything here is skipped.
"""

import inspect
import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import nbformat
import numpy as np
import pytest

from rmsprop_lesson import Network, frameworks, load_mnist
from rmsprop_lesson.studies.frameworks import LIBRARIES, Recording, recordings, replay, to_ours
from rmsprop_lesson.studies.world import clip
from tools import record_frameworks as recorder

needed = {"reason": 'the extra "frameworks" is not installed'}
torch = pytest.importorskip("torch", **needed)
keras = pytest.importorskip("keras", **needed)  # its backend is chosen by the recorder
jax = pytest.importorskip("jax", **needed)
optax = pytest.importorskip("optax", **needed)

# Keras 3.15 with PyTorch's tensors, of itself.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSON, WORLD = NOTEBOOKS / "09_which_rmsprop.ipynb", NOTEBOOKS / "11_in_the_world.ipynb"
# TensorFlow is not in the extra; whoever has it, tests it too.
RUNS = [run for run in recorder.RUNS if find_spec(recorder.PACKAGES[run[1]])]
each_run = pytest.mark.parametrize(
    ("problem", "library", "variant", "settings", "shrink"),
    RUNS,
    ids=[" ".join(run[:3]) for run in RUNS],
)


@cache
def live_positions(*run):
    """What the library computes here and now; `run` is problem, library and variant."""
    problem, library, _, settings, shrink = next(r for r in RUNS if r[:3] == run)
    return recorder.positions(library, settings, problem, shrink)


@each_run
def test_ours_agrees_live(problem, library, variant, settings, shrink):
    positions = live_positions(problem, library, variant)
    gradients = recorder.random_gradients() if problem == "random" else None
    live = Recording(library, "", variant, settings, shrink, gradients, positions)
    assert np.abs(replay(live) - positions).max() < 1e-12


@each_run
def test_recording_is_what_the_library_does(problem, library, variant, settings, shrink):
    recorded = recordings(library, problem)[library, variant]
    assert (recorded.settings, recorded.shrink) == (settings, shrink)
    live = live_positions(problem, library, variant)
    assert np.abs(live - recorded.positions).max() < 1e-12


@pytest.mark.parametrize("library", ["torch", "keras", "optax"])
def test_every_setting_and_default_of_the_library_is_known(library):
    known = LIBRARIES[library]
    module, _, name = known.optimizer.rpartition(".")
    signature = inspect.signature(getattr(import_module(module), name)).parameters
    own = {k: p.default for k, p in signature.items() if k not in ("params", "kwargs")}
    assert set(own) == {*known.names, *known.foreign, *known.irrelevant}
    assert {k: own[k] for k in known.names if own[k] is not inspect.Parameter.empty} == (
        known.defaults
    )
    assert not any(own[name] for name in known.foreign)  # off by default


def test_weight_decay_of_keras_shrinks_theta_beside_the_update():
    """The reason why it can't be translated: θ ← (1 − ηλ)θ − ηg/√(S + ε), with g alone in S."""
    gradients, theta = recorder.random_gradients(), recorder.START.copy()
    settings = {"learning_rate": 0.01, "weight_decay": 0.1}
    path = recorder.run_keras(settings, theta, lambda t, now: gradients[t], len(gradients))
    optimizer = to_ours("keras", learning_rate=0.01)
    for grad, expected in zip(gradients, path, strict=True):
        theta = optimizer.step((1 - 0.01 * 0.1) * theta, grad)
        assert np.abs(theta - expected).max() < 1e-12


def test_optax_chain_is_the_weight_decay_of_torch():
    """As the reason in `translate` says."""
    jax.config.update("jax_enable_x64", True)
    optimizer = optax.chain(
        optax.add_decayed_weights(0.1),
        optax.rmsprop(0.01, decay=0.99, eps_in_sqrt=False),
    )
    theta = jax.numpy.asarray(recorder.START)
    state = optimizer.init(theta)
    for grad, expected in zip(
        recorder.random_gradients(),
        recordings("torch")["torch", "weight decay"].positions[1:],
        strict=True,
    ):
        updates, state = optimizer.update(jax.numpy.asarray(grad), state, theta)
        theta = optax.apply_updates(theta, updates)
        assert np.abs(np.asarray(theta) - expected).max() < 1e-12


def test_centred_form_of_torch_blows_up_under_a_constant_gradient():
    theta = torch.zeros(1, dtype=torch.float64)
    optimizer = torch.optim.RMSprop([theta], lr=0.01, alpha=0.9, centered=True)
    steps = []
    for _ in range(100):
        before = theta.item()
        theta.grad = torch.ones_like(theta)
        optimizer.step()
        steps.append((before - theta.item()) / 0.01)
    t = np.arange(1, 101)
    assert np.allclose(steps, 1 / np.sqrt(0.9**t * (1 - 0.9**t)), rtol=1e-4)
    assert steps[-1] > 100


def test_keras_trains_our_network_as_we_do():
    data, example = load_mnist("sample"), recorder.KERAS_EXAMPLE
    live = recorder.mnist_example()
    recorded = frameworks.keras_example()
    assert {k: recorded[k] for k in example} == example
    assert np.allclose(live["losses"], recorded["losses"], rtol=0, atol=5e-5)

    network = Network(example["sizes"], seed=example["seed"])
    optimizer, size = to_ours("keras", **example["settings"]), example["batch_size"]
    for losses in live["losses"]:
        total = 0.0
        for start, so_far in zip(range(0, 4000, size), losses, strict=True):
            x = data.train_images[start : start + size]
            loss, gradient = network.loss_and_gradient(x, data.train_labels[start : start + size])
            optimizer.step(network.theta, gradient, out=network.theta)
            total += loss * len(x)
            assert total / (start + len(x)) == pytest.approx(so_far, abs=5e-5)
    accuracy = network.accuracy(data.test_images, data.test_labels)
    assert live["test_accuracy"] == pytest.approx(accuracy, abs=0.003)


def lesson_code(lesson=LESSON):
    """What needs a library: the ```python blocks of the lesson's text that begin with an import."""
    cells = nbformat.read(lesson, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(r"```python\n(import .*?)```", text, flags=re.DOTALL)


@pytest.fixture(scope="module")
def shown():
    """What the names in the lesson's code blocks stand for after all of them have run."""
    usual = keras.config.floatx()
    names = {}
    for code in lesson_code():
        exec(compile(code, LESSON.name, "exec"), names)
    keras.config.set_floatx(usual)
    return names


@pytest.mark.parametrize("library", ["torch", "keras", "optax"])
def test_code_shown_in_the_lesson_does_what_the_lesson_says(shown, library):
    variant = {"torch": "default decay", "keras": "default ε", "optax": "defaults"}[library]
    recorded = recordings(library, "worked")[library, variant].positions[1:, 0]
    assert np.allclose(shown[f"{library}_path"], recorded, rtol=0, atol=1e-12)


def test_keras_example_shown_in_the_lesson_is_the_recorded_one(shown):
    recorded = frameworks.keras_example()
    ends = [losses[-1] for losses in recorded["losses"]]
    assert np.allclose(shown["history"].history["loss"], ends, rtol=0, atol=5e-5)
    start = Network(recorded["sizes"], seed=recorded["seed"])
    assert np.array_equal(shown["network"].theta, start.theta)  # Keras trained its own copy


def test_training_loop_shown_in_lesson_11_is_the_recorded_one_and_ours():
    recorded, data, names = frameworks.torch_loop(), load_mnist("sample"), {}
    (code,) = lesson_code(WORLD)
    exec(compile(code, WORLD.name, "exec"), names)
    assert np.allclose(names["loop_losses"], recorded["losses"], rtol=0, atol=5e-5)

    network = Network(recorded["sizes"], seed=recorded["seed"])
    optimizer = to_ours("torch", **recorded["settings"])
    size, losses = recorded["batch_size"], []
    for start in list(range(0, len(data.train_images), size)) * recorded["epochs"]:
        x = data.train_images[start : start + size]
        loss, gradient = network.loss_and_gradient(x, data.train_labels[start : start + size])
        optimizer.step(network.theta, clip(gradient, recorded["most"]), out=network.theta)
        losses.append(loss)
    assert np.allclose(losses, recorded["losses"], rtol=0, atol=5e-5)
    accuracy = network.accuracy(data.test_images, data.test_labels)
    assert accuracy == pytest.approx(recorded["test_accuracy"], abs=0.003)
