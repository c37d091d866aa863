"""Run a learner's cells and judge the exercises, in a process that can do no harm.

The process reads ``{"cells": …, "skip": …, "seconds": …}`` from its standard input and writes a
line of JSON for each thing it finds. Before a learner's code runs there are limits of memory, of
file size and of time, no network, and no way to write, delete or start anything outside of its own
empty folder. That keeps slips and pranks away; it is no prison for somebody who studies it.
"""

import ast
import faulthandler
import json
import linecache
import os
import re
import sys
import traceback

from .. import checks
from ..checks import sandbox
from ..checks.engine import MENDING_SECONDS
from ..checks.own import keep
from ..guide import names_bound

LONGER = 10  # times as long for a cell as handed out: it comes back, and may import much
MERCY = 3.0  # seconds that compiled code gets beyond its time, before the process is ended
MEMORY = 3 << 29  # bytes of address space; NumPy, pandas and Matplotlib take a quarter of a GiB
LARGEST_FILE = 10 << 20
SAID = {"ended": "had not come back and could not be stopped", "died": "ended Python"}

_DENIED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.kill",
    "os.startfile",
    "pty.",
    "ftplib.",
    "smtplib.",
    "urllib.",
    "http.",
)
_CHANGING = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink"}
_CHANGING |= {"os.truncate", "os.chmod", "os.chown", "os.utime", "shutil.rmtree", "shutil.move"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main():
    """Answer the one request on the standard input."""
    tell = _speaker()
    request = json.load(sys.stdin)
    exercises = checks.exercises()  # with all that they import, before anything is forbidden
    _no_network()
    _limits()
    sys.addaudithook(_guard(os.getcwd()))
    try:
        Run(exercises, tell=tell, **request).all()
    except Exception:  # ours, not the learner's; not to be taken for an endless loop
        tell(failed=traceback.format_exc(limit=-1))
    tell(end=True)
    faulthandler.cancel_dump_traceback_later()
    sys.stdout.flush()
    os._exit(0)  # threads that never came back are not waited for


def _speaker():
    """What writes a line of JSON to the caller; the learner's code gets another stdout."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)

    def tell(**what):
        channel.write(json.dumps(what) + "\n")
        channel.flush()

    return tell


def _no_network():
    """A network of its own with nothing in it, where Linux allows that; the guard does the rest."""
    if sys.platform == "linux":
        import ctypes

        new_user, new_network = 0x10000000, 0x40000000
        unshare = ctypes.CDLL(None).unshare
        if unshare(new_network):
            unshare(new_user | new_network)


def _limits():
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, LARGEST_FILE)):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _guard(folder):
    """An audit hook that refuses the network, other programs, and changes outside of `folder`."""
    own = os.path.realpath(folder) + os.sep

    def inside(path):
        return isinstance(path, int) or os.path.realpath(os.fsdecode(path)).startswith(own)

    def changes(event, arguments):
        if event == "open":
            path, _, flags = arguments
            return flags & _WRITING and path != os.devnull and path
        if event == "os.mkdir" and os.path.isdir(arguments[0]):
            return None  # fails by itself
        return event in _CHANGING and arguments[0]

    def hook(event, arguments):
        if event.startswith(_DENIED):
            raise PermissionError(f"{event} is not allowed where notebooks are collected")
        path = changes(event, arguments)
        if path and not inside(path):
            raise PermissionError(f"{event}({path!r}) is not allowed where notebooks are collected")

    return hook


# ── cells ────────────────────────────────────────────────────────────────────────────────────────


class Run:
    """The cells of a notebook: those that the exercises need, and those that the learner changed.

    Parameters
    ----------
    exercises : dict of str to Exercise
    cells : list of dict
        As in `Submission`.
    skip : dict of str to str
        What ended an earlier process ("cell 12" or an exercise's name), and how: "ended" by the
        clock, or "died".
    seconds : float
        For a cell, and for all probes of an exercise.
    tell : callable
    """

    def __init__(self, exercises, cells, skip, seconds, tell):
        self.cells, self.exercises, self.skip, self.tell = cells, exercises, skip, tell
        self.seconds = seconds
        self.names = {"__name__": "__main__", "display": lambda *things, **options: None}
        for cell in cells:
            cell["code"] = without_magics(cell["source"])
            cell["tree"], cell["slip"] = _parsed(cell["code"])
            cell["binds"] = names_bound(cell["code"])
            cell["answers"] = list(_answers(cell["tree"]))
            cell["attempts"] = [name for name in exercises if name in self._attempted(cell)]

    def all(self):
        """Tell the answers, then run and judge."""
        for cell in self.cells:
            for name, given in cell["answers"]:
                self.tell(answer=name, given=given)
        for cell in (c for c in self.cells if c["number"] in self._needed()):
            for name in cell["attempts"]:
                self.names.pop(name, None)
            self._run(cell)
            for name in cell["attempts"]:
                if name in self.names:
                    self._judge(name, cell["number"])

    def _attempted(self, cell):
        """What a cell does for exercises; a lesson's `checks.mine` only takes up what is there."""
        kinds = (ast.FunctionDef, ast.ClassDef)
        defined = {node.name for node in cell["tree"].body if isinstance(node, kinds)}
        return cell["binds"] if cell["own"] else defined

    def _needed(self):
        """The numbers of the cells that run."""
        todo = [
            position
            for position, cell in enumerate(self.cells)
            if not cell["answers"] and (cell["own"] or cell["attempts"])
        ]
        needed = set(todo)
        while todo:
            position = todo.pop()
            for name in _used(self.cells[position]["tree"]):
                maker = next(
                    (i for i in range(position - 1, -1, -1) if name in self.cells[i]["binds"]), None
                )
                if maker is not None and maker not in needed:
                    needed.add(maker)
                    todo.append(maker)
        return {self.cells[position]["number"] for position in needed}

    def _run(self, cell):
        """Run a cell, and tell if it didn't come to its end."""
        number, file = cell["number"], f"<cell {cell['number']}>"
        if kind := self.skip.get(f"cell {number}"):
            return self._trouble(cell, kind, SAID[kind])
        if cell["slip"]:
            return self._trouble(cell, "syntax", cell["slip"])
        seconds = self.seconds if cell["own"] else LONGER * self.seconds
        self._at(f"cell {number}", seconds)
        linecache.cache[file] = (len(cell["code"]), None, cell["code"].splitlines(True), file)
        try:
            error = sandbox.run(lambda: self._executed(cell, file), seconds)
        except sandbox.TimeUp:
            kind = "endless" if cell["own"] else "slow"
            return self._trouble(cell, kind, f"had not come back after {seconds:g} s")
        if error and error.startswith("MemoryError"):  # what it filled is set free
            for name in cell["binds"]:
                self.names.pop(name, None)
        return error and self._trouble(cell, "error", error)

    def _trouble(self, cell, kind, error):
        """Tell what is wrong with a cell, and which exercises can't be judged therefore."""
        names = set(re.findall(r"^(?:def|class)\s+(\w+)", cell["code"], re.MULTILINE))
        names = [n for n in self.exercises if n in names | cell["binds"] and n not in self.names]
        self.tell(cell=cell["number"], kind=kind, error=error, exercises=names)

    def _executed(self, cell, file):
        try:
            exec(compile(cell["tree"], file, "exec", dont_inherit=True), self.names)
        except sandbox.Stop:
            raise
        except BaseException as error:
            return f"{type(error).__name__}: {error}"[:300]
        return None

    def _judge(self, name, number):
        if kind := self.skip.get(name):
            mistake = "endless loop" if kind == "ended" else "ended Python"
            verdict = checks.Verdict(name, False, mistake, f"It {SAID[kind]}.")
        else:
            self._at(name, 2 * self.seconds + MENDING_SECONDS)  # judged, and watched
            verdict = checks.graded(name, self.names[name], self.seconds)
            if verdict.passed:
                keep(name, self.names[name])  # for `checks.mine` in later cells
        self.tell(
            exercise=name,
            cell=number,
            status=verdict.status,
            mistakes=verdict.mistakes,
            variant=verdict.variant,
            message=verdict.message,
        )

    def _at(self, step, seconds):
        """Say what comes next, so that the caller knows what ended the process."""
        self.tell(at=step)
        faulthandler.dump_traceback_later(seconds + MERCY, exit=True, file=sys.__stderr__)


def without_magics(source):
    """A cell's Python: lines for IPython or the shell are left out, cell magics as a whole."""
    if source.lstrip().startswith("%%"):
        return ""
    return re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)


def _parsed(code):
    """The tree, and None; or an empty tree, and what is wrong."""
    try:
        return ast.parse(code), None
    except SyntaxError as error:
        line = (error.text or "").strip()
        return ast.Module([], []), f"{type(error).__name__} in line {error.lineno}: {line}"
    except (ValueError, RecursionError, MemoryError) as error:
        return ast.Module([], []), f"{type(error).__name__}: {error}"


def _used(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _answers(tree):
    """What calls of `answer` say: pairs of a question's id and what was given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "answer":
            given = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant)]
            if len(given) == 2 and isinstance(given[0], str):
                yield given[0], given[1]


if __name__ == "__main__":
    main()
