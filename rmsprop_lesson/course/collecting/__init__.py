"""A class at a glance: what was handed in, judged, with the misconceptions ranked.

``python -m rmsprop_lesson collect FOLDER --out class.csv`` writes the table and a page beside it.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

from ..checks.engine import SECONDS
from .report import Learner, SchoolClass
from .returned import read_roster, returned
from .submission import Broken, read

__all__ = ["SchoolClass", "collect", "read_roster"]

PATIENCE = 120.0  # seconds for a process; it ends by itself long before
TRIES = 4  # processes for one notebook, each without what ended those before
KINDS = {
    "syntax": "syntax error",
    "error": "error in the cell",
    "slow": "a cell before it takes long",
    "endless": "endless loop",
    "ended": "endless loop",
    "died": "ended Python",
}
TIME_UP = 1  # the exit code of a process that faulthandler ended


@dataclass
class Ran:
    """What the processes of one notebook told.

    Attributes
    ----------
    verdicts : dict
        Exercise → its last verdict, as plain JSON.
    troubles : list of dict
        Cells that didn't run: ``cell``, ``kind`` (of `KINDS`), ``error``, and the ``exercises``
        that can't be judged therefore.
    given : dict
        Question → answer.
    ended : bool
        Whether the last process came to its end.
    failed : str
        What went wrong in the judge itself.
    """

    verdicts: dict = field(default_factory=dict)
    troubles: list = field(default_factory=list)
    given: dict = field(default_factory=dict)
    ended: bool = False
    failed: str = ""

    def sort(self, told):
        """Put one thing that a process told where it belongs."""
        self.ended = self.ended or "end" in told
        self.failed = self.failed or told.get("failed", "")
        if "answer" in told:
            self.given[told["answer"]] = told["given"]
        if "kind" in told:
            self.troubles.append(told)
            for name in told["exercises"]:
                said = {"status": "did not run", "mistakes": [KINDS[told["kind"]]]}
                self._judge(name, said | {"message": told["error"], "cell": told["cell"]})
        if "exercise" in told:
            self._judge(told["exercise"], told)

    def _judge(self, name, verdict):
        """Keep the last verdict; that on an untouched stub only where there is no other."""
        if verdict["status"] != "open" or name not in self.verdicts:
            self.verdicts[name] = verdict


def collect(folder, roster=(), jobs=None, seconds=SECONDS):
    """Judge every notebook of a folder.

    Parameters
    ----------
    folder : str or Path
        See `returned`.
    roster : iterable of str
        Everybody's names, so that those who handed in nothing are listed.
    jobs : int, optional
        Processes at once: all cores if left out, unless ``joblib.parallel_config`` says something
        else, which may be a cluster's engine.
    seconds : float
        For each cell, and for the check of each exercise.

    Returns
    -------
    SchoolClass

    Raises
    ------
    NotADirectoryError
        If there is no such folder.
    ValueError
        If nobody's work is in it.
    ImportError
        If joblib is missing.
    """
    try:
        from joblib import Parallel, delayed
        from joblib.parallel import get_active_backend
    except ImportError:
        raise ImportError(
            "collecting needs the package joblib, which is not installed: pip install joblib"
        ) from None
    everybody = returned(folder, roster)
    if not everybody:
        raise ValueError(f"{folder} is empty: nobody handed in anything, and no list names anybody")
    named = get_active_backend()[1]
    parallel = Parallel(n_jobs=jobs or (-1 if named in (None, 1) else named))
    learners = parallel(delayed(judged)(one, seconds) for one in everybody)
    return SchoolClass(learners)


def judged(one, seconds=SECONDS):
    """Everything about what one learner handed in.

    Parameters
    ----------
    one : Returned
    seconds : float

    Returns
    -------
    Learner
    """
    learner = Learner(one.learner, one.id)
    if not one.files:
        learner.note("not handed in")
    notebooks = [path for path in one.files if path.suffix == ".ipynb"]
    for path in notebooks or one.files:
        try:
            submission = read(path)
        except Broken as error:
            learner.note("broken", str(error))
        else:
            learner.add(submission, run(submission, seconds))
    return learner


def run(submission, seconds=SECONDS):
    """Run a notebook's cells in processes of their own, and gather what they tell.

    Parameters
    ----------
    submission : Submission
    seconds : float

    Returns
    -------
    Ran
    """
    skip = {}
    for _ in range(TRIES):
        ran, at = Ran(given=dict(submission.given)), None
        lines, code = _told({"cells": submission.cells, "skip": skip, "seconds": seconds})
        for told in lines:
            at = told.get("at", at)
            ran.sort(told)
        if ran.ended or at is None:
            break
        skip[at] = "ended" if code == TIME_UP else "died"
    return ran


def _told(request):
    """The lines of one process, and its exit code."""
    code = f"import sys; sys.path[:0] = {sys.path!r}; from {__name__}.worker import main; main()"
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
        "RMSPROP_LESSON_PROGRESS": "off",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with tempfile.TemporaryDirectory() as folder:
        environment["TMPDIR"] = folder
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        try:
            out, _ = process.communicate(json.dumps(request).encode(), timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()  # it can't have started others
            out, _ = process.communicate()
    lines = [json.loads(line) for line in out.decode().splitlines() if line.endswith("}")]
    return lines, process.returncode
