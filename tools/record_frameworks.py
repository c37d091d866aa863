"""Record what PyTorch, Keras, optax and TensorFlow 1 compute, for lessons 09 and 11.

    python -m tools.record_frameworks                  needs the extra "frameworks"
    python -m tools.record_frameworks tensorflow1      needs TensorFlow 2 (its "compat.v1")

It writes the runs of these libraries into rmsprop_lesson/studies/framework_trajectories.json and
leaves the others there as they are.

Nothing in here uses the course's own optimisers, so that what is recorded is independent of them.
"""

import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np

FILE = Path(__file__).resolve().parents[1] / "rmsprop_lesson/studies/framework_trajectories.json"
STEPS = 50
# Tiny gradients show what ε does, large ones what it does not do.
SCALES = np.array([1e-5, 1.0, 100.0])
START = np.array([1.0, -2.0, 0.5])

# (library, variant, settings, shrink): with shrink ≠ 1 the learning rate is shrink**t times it.
VARIANTS = [
    ("torch", "defaults", {}, 1.0),
    ("torch", "decay 0.9", {"alpha": 0.9}, 1.0),
    ("torch", "large ε", {"eps": 1e-3}, 1.0),
    ("torch", "centred", {"centered": True}, 1.0),
    ("torch", "momentum", {"momentum": 0.9}, 1.0),
    ("torch", "momentum, falling rate", {"momentum": 0.9}, 0.95),
    ("torch", "weight decay", {"weight_decay": 0.1}, 1.0),
    (
        "torch",
        "all at once",
        {"lr": 0.02, "alpha": 0.8, "eps": 1e-6, "centered": True, "momentum": 0.5,
         "weight_decay": 0.01},
        0.95,
    ),
    ("keras", "defaults", {}, 1.0),
    ("keras", "decay 0.99", {"rho": 0.99}, 1.0),
    ("keras", "large ε", {"epsilon": 1e-3}, 1.0),
    ("keras", "centred", {"centered": True}, 1.0),
    ("keras", "momentum", {"momentum": 0.9}, 1.0),
    ("keras", "momentum, falling rate", {"momentum": 0.9}, 0.95),
    (
        "keras",
        "all at once",
        {"learning_rate": 0.02, "rho": 0.8, "epsilon": 1e-6, "centered": True, "momentum": 0.5},
        0.95,
    ),
    ("optax", "defaults", {"learning_rate": 0.01}, 1.0),
    ("optax", "decay 0.99", {"learning_rate": 0.01, "decay": 0.99}, 1.0),
    ("optax", "large ε", {"learning_rate": 0.01, "eps": 1e-3}, 1.0),
    ("optax", "ε outside", {"learning_rate": 0.01, "eps_in_sqrt": False}, 1.0),
    ("optax", "S₀ = 1", {"learning_rate": 0.01, "initial_scale": 1.0}, 1.0),
    ("optax", "bias correction", {"learning_rate": 0.01, "bias_correction": True}, 1.0),
    ("optax", "centred", {"learning_rate": 0.01, "centered": True}, 1.0),
    ("optax", "momentum", {"learning_rate": 0.01, "momentum": 0.9}, 1.0),
    ("optax", "momentum, falling rate", {"learning_rate": 0.01, "momentum": 0.9}, 0.95),
    (
        "optax",
        "all at once",
        {"learning_rate": 0.02, "decay": 0.8, "eps": 1e-6, "initial_scale": 0.5,
         "eps_in_sqrt": False, "bias_correction": True, "momentum": 0.5},
        0.95,
    ),
    (
        # From S₀ = 0 this would divide 0 by 0: with m̂² = Ŝ = g² the first variance is zero.
        "optax",
        "centred, bias correction, S₀ = 1",
        {"learning_rate": 0.01, "initial_scale": 1.0, "centered": True, "bias_correction": True},
        1.0,
    ),
]  # fmt: skip

# TensorFlow 1 rounds its settings to float32, so these are numbers that float32 holds exactly.
EXACT = {"learning_rate": 2**-6, "decay": 0.875, "epsilon": 2**-33}
VARIANTS += [
    ("tensorflow1", "decay 0.875", EXACT, 1.0),
    ("tensorflow1", "large ε", EXACT | {"epsilon": 2**-10}, 1.0),
    ("tensorflow1", "centred", EXACT | {"centered": True}, 1.0),
    ("tensorflow1", "momentum", EXACT | {"momentum": 0.5}, 1.0),
    ("tensorflow1", "momentum, falling rate", EXACT | {"momentum": 0.5}, 0.5),
    ("tensorflow1", "all at once", EXACT | {"momentum": 0.75, "centered": True}, 0.5),
]

# The worked example: L = θ²/2 from θ₀ = 2, so that the gradient is θ.
WORKED = [
    ("torch", "decay 0.9", {"lr": 0.1, "alpha": 0.9}, 1.0),
    ("torch", "default decay", {"lr": 0.1}, 1.0),
    ("torch", "ε = 0", {"lr": 0.1, "alpha": 0.9, "eps": 0}, 1.0),
    ("torch", "centred", {"lr": 0.1, "alpha": 0.9, "centered": True}, 1.0),
    ("torch", "momentum", {"lr": 0.1, "alpha": 0.9, "momentum": 0.9}, 1.0),
    ("keras", "default ε", {"learning_rate": 0.1}, 1.0),
    ("keras", "ε = 1e-8", {"learning_rate": 0.1, "epsilon": 1e-8}, 1.0),
    ("optax", "defaults", {"learning_rate": 0.1}, 1.0),
    ("optax", "bias correction", {"learning_rate": 0.1, "bias_correction": True}, 1.0),
    (
        "optax",
        "as TensorFlow 1",
        {"learning_rate": 0.1, "initial_scale": 1.0, "eps": 1e-10},
        1.0,
    ),
]
WORKED_STEPS = 5

RUNS = [("random", *variant) for variant in VARIANTS] + [("worked", *variant) for variant in WORKED]

# The centred form under a gradient that does not change, in the two precisions: S − m² → 0.
CONSTANT = [("float32", 10.0), ("float64", 0.1)]
CONSTANT_STEPS = 600

KERAS_EXAMPLE = {
    "settings": {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-7},
    "sizes": [784, 128, 10],
    "seed": 0,
    "epochs": 3,
    "batch_size": 64,
}

# The training loop of lesson 11: this network, in float32, with shortened gradients.
TORCH_LOOP = {
    "settings": {"lr": 0.003, "alpha": 0.9},
    "sizes": [784, 32, 10],
    "seed": 0,
    "epochs": 3,
    "batch_size": 64,
    "most": 1.0,
}


def random_gradients():
    """Random gradients of three sizes; the middle parameter's are zero for the first ten steps."""
    gradients = np.random.RandomState(0).normal(size=(STEPS, SCALES.size)) * SCALES
    gradients[:10, 1] = 0.0
    return gradients


def run_torch(settings, start, gradient, steps, shrink=1.0):
    """θ after each step of torch.optim.RMSprop, in float64."""
    import torch

    theta = torch.tensor(start, dtype=torch.float64)
    optimizer = torch.optim.RMSprop([theta], **settings)
    group = optimizer.param_groups[0]
    rate = group["lr"]
    for t in range(steps):
        group["lr"] = rate * shrink**t
        theta.grad = torch.tensor(gradient(t, theta.numpy()))
        optimizer.step()
        yield theta.numpy().copy()


def run_keras(settings, start, gradient, steps, shrink=1.0):
    """θ after each step of keras.optimizers.RMSprop, in float64."""
    import keras

    usual = keras.config.floatx()
    keras.config.set_floatx("float64")  # otherwise the learning rate is kept in float32
    try:
        theta = keras.Variable(start, dtype="float64")
        optimizer = keras.optimizers.RMSprop(**settings)
        rate = settings.get("learning_rate", 0.001)
        for t in range(steps):
            optimizer.learning_rate = rate * shrink**t
            now = keras.ops.convert_to_numpy(theta)
            optimizer.apply([keras.ops.convert_to_tensor(gradient(t, now))], [theta])
            yield keras.ops.convert_to_numpy(theta).copy()
    finally:
        keras.config.set_floatx(usual)


def run_optax(settings, start, gradient, steps, shrink=1.0):
    """θ after each step of optax.rmsprop, in float64."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    rate = settings["learning_rate"]
    optimizer = optax.rmsprop(**settings | {"learning_rate": lambda t: rate * shrink**t})
    theta = jax.numpy.asarray(start)
    state = optimizer.init(theta)
    for t in range(steps):
        grad = jax.numpy.asarray(gradient(t, np.asarray(theta)))
        updates, state = optimizer.update(grad, state, theta)
        theta = optax.apply_updates(theta, updates)
        yield np.asarray(theta)


def run_tensorflow1(settings, start, gradient, steps, shrink=1.0):
    """θ after each step of tf.compat.v1.train.RMSPropOptimizer, in float64."""
    import tensorflow as tf

    theta = tf.Variable(start)
    rate = tf.Variable(settings["learning_rate"], dtype=tf.float32)
    optimizer = tf.compat.v1.train.RMSPropOptimizer(**settings | {"learning_rate": lambda: rate})
    for t in range(steps):
        rate.assign(settings["learning_rate"] * shrink**t)
        optimizer.apply_gradients([(tf.constant(gradient(t, theta.numpy())), theta)])
        yield theta.numpy()


RUN = {"torch": run_torch, "keras": run_keras, "optax": run_optax, "tensorflow1": run_tensorflow1}
PACKAGES = {"torch": "torch", "keras": "keras", "optax": "optax", "tensorflow1": "tensorflow"}


def positions(library, settings, problem, shrink):
    """θ₀ … of one library on one of the two problems, shape (steps + 1, n)."""
    if problem == "worked":
        start, steps = np.array([2.0]), WORKED_STEPS
        path = RUN[library](settings, start, lambda t, theta: theta.copy(), steps, shrink)
    else:
        start, gradients = START, random_gradients()
        path = RUN[library](settings, start, lambda t, theta: gradients[t], STEPS, shrink)
    return np.array([start, *path])


def first_nan(dtype, gradient):
    """The step at which PyTorch's centred form turns a constant gradient into NaN, or None."""
    import torch

    theta = torch.zeros(1, dtype=getattr(torch, dtype))
    optimizer = torch.optim.RMSprop([theta], lr=0.01, alpha=0.9, centered=True)
    for step in range(1, CONSTANT_STEPS + 1):
        theta.grad = torch.full_like(theta, gradient)
        optimizer.step()
        if not torch.isfinite(theta).all():
            return step
    return None


def train_keras(images, labels, test_images, test_labels, theta):
    """Train the network of KERAS_EXAMPLE from the weights `theta`; return what Keras reports."""
    import keras

    inputs, hidden, classes = KERAS_EXAMPLE["sizes"]
    model = keras.Sequential(
        [
            keras.layers.Input((inputs,)),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    model.set_weights(theta)
    model.compile(
        optimizer=keras.optimizers.RMSprop(**KERAS_EXAMPLE["settings"]),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    losses = []
    note = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: losses.append([]),
        on_train_batch_end=lambda batch, logs: losses[-1].append(round(float(logs["loss"]), 6)),
    )
    model.fit(
        images,
        labels,
        epochs=KERAS_EXAMPLE["epochs"],
        batch_size=KERAS_EXAMPLE["batch_size"],
        shuffle=False,
        verbose=0,
        callbacks=[note],
    )
    _, accuracy = model.evaluate(test_images, test_labels, verbose=0)
    return {
        "version": version("keras"),
        "backend": keras.backend.backend(),
        **KERAS_EXAMPLE,
        "losses": losses,
        "test_accuracy": round(float(accuracy), 4),
    }


def mnist_example():
    """Train Keras on the MNIST sample, from the random start that the course's network has."""
    from rmsprop_lesson import Network, load_mnist

    data = load_mnist("sample")
    network = Network(KERAS_EXAMPLE["sizes"], seed=KERAS_EXAMPLE["seed"])
    pairs = zip(network.weights, network.biases, strict=True)
    start = [array for pair in pairs for array in pair]
    return train_keras(
        data.train_images, data.train_labels, data.test_images, data.test_labels, start
    )


def torch_loop():
    """Train the network of TORCH_LOOP in PyTorch; return what it reports."""
    import torch

    from rmsprop_lesson import Network, load_mnist

    data, start = load_mnist("sample"), Network(TORCH_LOOP["sizes"], seed=TORCH_LOOP["seed"])
    inputs, hidden, classes = TORCH_LOOP["sizes"]
    model = torch.nn.Sequential(
        torch.nn.Linear(inputs, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, classes)
    )
    with torch.no_grad():
        for layer, W, b in zip(model[::2], start.weights, start.biases, strict=True):
            layer.weight[:] = torch.tensor(W.T)
            layer.bias[:] = torch.tensor(b)
    optimizer = torch.optim.RMSprop(model.parameters(), **TORCH_LOOP["settings"])
    images, labels = torch.tensor(data.train_images), torch.tensor(data.train_labels).long()
    losses, size = [], TORCH_LOOP["batch_size"]
    for _ in range(TORCH_LOOP["epochs"]):
        for i in range(0, len(images), size):
            scores = model(images[i : i + size])
            loss = torch.nn.functional.cross_entropy(scores, labels[i : i + size])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), TORCH_LOOP["most"])
            optimizer.step()
            losses.append(round(loss.item(), 6))
    right = model(torch.tensor(data.test_images)).argmax(axis=1).numpy() == data.test_labels
    return {
        "version": installed_version("torch"),
        **TORCH_LOOP,
        "losses": losses,
        "test_accuracy": round(float(right.mean()), 4),
    }


def installed_version(package):
    """The version of a package, under whichever of its names it is installed."""
    try:
        return version(package).split("+")[0]
    except PackageNotFoundError:
        return version(f"{package}-cpu")


def record(libraries):
    """All that the file holds, with the part of `libraries` made anew."""
    stored = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"runs": [], "versions": {}}
    known = {(r["library"], r["problem"], r["variant"]): r for r in stored["runs"]}
    for problem, library, variant, settings, shrink in RUNS:
        if library in libraries:
            known[library, problem, variant] = {
                "library": library,
                "problem": problem,
                "variant": variant,
                "settings": settings,
                "shrink": shrink,
                "positions": positions(library, settings, problem, shrink).tolist(),
            }
    keys = [(library, problem, variant) for problem, library, variant, _, _ in RUNS]
    data = stored | {
        "made_by": "tools/record_frameworks.py",
        "versions": stored["versions"]
        | {library: installed_version(PACKAGES[library]) for library in libraries},
        "gradients": {"random": random_gradients().tolist(), "worked": None},
        "runs": [known[key] for key in keys if key in known],
    }
    if "torch" in libraries:
        data["constant_gradient"] = [
            {"dtype": dtype, "gradient": gradient, "first_nan": first_nan(dtype, gradient)}
            for dtype, gradient in CONSTANT
        ]
        data["torch_loop"] = torch_loop()
    if "keras" in libraries:
        data["keras_example"] = mnist_example()
    return data


def main(libraries):
    """Make the recordings of `libraries` anew and write the file, a line each."""
    data = record(libraries)
    runs = data.pop("runs")
    lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in data.items()]
    rows = ",\n".join(json.dumps(run, ensure_ascii=False) for run in runs)
    text = "{" + ",\n".join(lines) + ',\n"runs": [\n' + rows + "\n]}\n"
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    print(f"{FILE.name}: {len(runs)} runs, {len(text.encode()) / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:] or ["torch", "keras", "optax"])
