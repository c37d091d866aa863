"""Run a learner's code so that it can't hang, flood or disturb the notebook.

`run` is all that the checks use; who keeps the time depends on where Python runs:

* In a Jupyter kernel the code runs in a daemon thread, which works on every platform. When the time
  is up, an exception is raised inside that thread; that stops any Python loop. What it can't stop
  is a single call into compiled code that never comes back: such a thread is left behind and ends
  with the kernel, and if the call keeps Python's global lock (``10**10**9``), only a restart of the
  kernel helps.
* In a browser (Pyodide, ``sys.platform == "emscripten"``) there are no threads and no signals. The
  code runs directly, and the page that started the web worker ends it when the time is up: that
  stops anything.

Memory isn't limited.
"""

import builtins
import contextlib
import ctypes
import gc
import math
import os
import random
import sys
import threading
import warnings

import numpy as np

HAS_THREADS = sys.platform != "emscripten"


class Stop(SystemExit):
    """Raised inside the learner's thread when the time is up; threads end quietly on SystemExit."""


class TimeUp(Exception):
    """The learner's code was still running when the time was up."""


class _Sink:
    """A stdout that swallows everything."""

    encoding = "utf-8"

    def write(self, text):
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


def _no_input(prompt=""):
    raise RuntimeError("input() can't be used in a check")


def _folder():
    """The working folder; None if it has been deleted."""
    try:
        return os.getcwd()
    except OSError:
        return None


def _restore_folder(saved):
    if saved is not None:
        with contextlib.suppress(OSError):  # deleted meanwhile
            os.chdir(saved)


def _restore_environment(saved):
    if dict(os.environ) != saved:
        os.environ.clear()
        os.environ.update(saved)


# What is noted before and put back after: pairs of a getter and a setter.
_GLOBALS = (
    (np.random.get_state, np.random.set_state),
    (random.getstate, random.setstate),
    (np.get_printoptions, lambda options: np.set_printoptions(**options)),
    (_folder, _restore_folder),
    (lambda: dict(os.environ), _restore_environment),
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
)
_MODULES = (builtins, math, np, np.linalg, np.random)


@contextlib.contextmanager
def undisturbed():
    """Put back whatever global state the code inside changes, and swallow what it prints."""
    saved = [(set_back, get()) for get, set_back in _GLOBALS]
    names = [(vars(module), dict(vars(module))) for module in _MODULES]
    streams = sys.stdout, sys.stderr
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sys.stdout = sys.stderr = _Sink()
            builtins.input = _no_input
            yield
    finally:
        sys.stdout, sys.stderr = streams
        for namespace, before in names:  # new names stay: they are modules that loaded meanwhile
            namespace.update(before)
        for set_back, value in saved:
            set_back(value)


def run(work, seconds):
    """Return ``work()``, computed where it can do no harm.

    Parameters
    ----------
    work : callable
        Takes no argument. It handles the exceptions of the learner's code itself, all but `Stop`.
    seconds : float
        The time limit. In a browser it is the page that keeps it, by ending the web worker.

    Raises
    ------
    TimeUp
        If it took longer; what runs is stopped as well as it can be.
    """
    box = []

    def guarded():
        with contextlib.suppress(Stop), np.errstate(all="ignore"):
            box.append(work())

    with undisturbed():
        if HAS_THREADS:
            _in_a_thread(guarded, seconds)
        else:
            guarded()
    if not box:
        raise TimeUp
    return box[0]


def _in_a_thread(target, seconds):
    thread = threading.Thread(target=target, daemon=True, name="learner")
    thread.start()
    try:
        thread.join(seconds)
    finally:  # also when the learner presses the stop button
        _stop(thread)


def _stop(thread, attempts=25):
    """Raise `Stop` in the thread, again and again in case a bare `except:` swallows it."""
    for _ in range(attempts):
        if not thread.is_alive():
            return
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(Stop)
        )
        thread.join(0.02)
