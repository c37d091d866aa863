"""Make every run of the tests the same run, on every machine."""

import os

# Before NumPy loads: one thread per test process, so that runs side by side don't fight.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# Nobody's progress changes because tests run.
os.environ["RMSPROP_LESSON_PROGRESS"] = "off"

import matplotlib  # noqa: E402
from hypothesis import settings  # noqa: E402

# The tests need no display. (An environment variable would reach the notebooks' kernels too.)
matplotlib.use("agg")

# The same examples each time, no stop-watch on a loaded machine, nothing kept between runs.
settings.register_profile("lesson", derandomize=True, deadline=None, database=None)
settings.load_profile("lesson")

# What needs more than the course's own environment has targets of its own: make test-browser,
# make test-hard, make test-classroom.
collect_ignore = [
    folder
    for folder, asked in {
        "browser": "BROWSER",
        "classroom": "CLASSROOM",
        "hard": "HARD",
    }.items()
    if asked not in os.environ
]
