"""Importing the package loads NumPy and nothing that is heavier."""

import subprocess
import sys

import pytest

import rmsprop_lesson

HEAVY = [
    "pandas",
    "matplotlib",
    "tqdm",
    "joblib",
    "anywidget",
    "IPython",
    "pooch",
    "yaml",
]


def test_import_loads_nothing_heavy():
    """In a fresh interpreter, which says itself what it has loaded."""
    code = (
        "import sys; before = set(sys.modules); import numpy; import rmsprop_lesson;"
        "from rmsprop_lesson import RMSprop, Parabola, descend;"
        "descend(Parabola(), RMSprop(0.1), steps=3);"
        "print(*(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "rmsprop_lesson.descent" in loaded
    assert {name.split(".")[0] for name in loaded}.isdisjoint(HEAVY)
    own = {name for name in loaded if name.startswith("rmsprop_lesson.")}
    core = ("_latex", "_settings", "_validate", "descent", "objectives", "optimizers")
    assert own == {f"rmsprop_lesson.{name}" for name in core}


def test_every_public_name_is_there():
    for name in dir(rmsprop_lesson):
        assert getattr(rmsprop_lesson, name) is not None, name
    assert {"RMSprop", "descend", "Network", "load_mnist"} <= set(dir(rmsprop_lesson))
    with pytest.raises(AttributeError, match="'rmsprop_lesson' has no attribute 'RMSProp'"):
        _ = rmsprop_lesson.RMSProp
