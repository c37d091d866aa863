"""The course inside a web page: what the site's Python worker is asked, and what it answers.

A page sends requests to a `Session` and gets plain JSON back: run a cell, check an exercise, walk
down the valley with the learner's optimiser. On the way the session tells what was printed and
shown, and what the verdict will be if it never comes back: there are no threads in a browser, so
the page can only end the worker, and must know beforehand what to say.

Imported with the standard library alone: without NumPy, cells run and checks don't.
"""

import ast
import base64
import builtins
import contextlib
import copy
import json
import linecache
import os
import sys
import tempfile
import traceback
from pathlib import Path

MOST = 20_000  # letters printed by one cell that are shown
WHERE = "the lesson runs whole in JupyterLab"
_STOPPED = (
    "{} had not come back after {:g} s, and was stopped.\nDoes every loop in it come to an end?"
)


class Session:
    """The learner's names, which live as long as the worker, and what can be done with them.

    Parameters
    ----------
    tell : callable
        ``tell(kind, json)`` gets what a request has to say before its answer: "output"
        (``{"text": …}``, ``{"html": …}`` or ``{"image": …, "alt": …}``), "time" (the seconds from
        now on after which the worker may be ended) and "fate" (the answer in that case).
    """

    def __init__(self, tell):
        # The page keeps what is done; here it is only for this session, for `checks.mine`.
        self._folder = Path(tempfile.mkdtemp())
        os.environ["RMSPROP_LESSON_PROGRESS"] = str(self._folder / "progress.json")
        self._tell = lambda kind, value: tell(kind, json.dumps(value))
        self._names = {"__name__": "__main__", "display": self._display}
        self._cells = 0
        self._walkers = {}
        builtins.input = _no_input

    def answer(self, request, arguments):
        """Return the answer to a request as JSON.

        Parameters
        ----------
        request : {"run", "check", "walk"}
        arguments : str
            The method's keyword arguments as JSON.
        """
        method = {"run": self.run, "check": self.check, "walk": self.walk}[request]
        return json.dumps(method(**json.loads(arguments)))

    # ── requests ──

    def run(self, code, imports="", mine=None):
        """Run a cell as a notebook does: a last expression is shown.

        Parameters
        ----------
        code : str
        imports : str
            The lesson's import statements, whose names the cell can use.
        mine : dict of str to str, optional
            What passed the exercises, here or on other pages, for `checks.mine`.

        Returns
        -------
        dict
            ``{"error": text or None}``.
        """
        self._import(imports)
        for name, source in (mine or {}).items():
            path = self._folder / "my_code" / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return {"error": self._executed(code)}

    def check(self, name, code, imports=""):
        """Run the code of an exercise, then its check.

        Returns
        -------
        dict
            ``error`` (text or None) and ``verdict`` (None after an error): ``passed``, ``status``,
            ``mistake``, ``text`` and ``html``.
        """
        from rmsprop_lesson.course import checks
        from rmsprop_lesson.course.checks.engine import SECONDS
        from rmsprop_lesson.course.checks.verdict import Verdict

        exercise = checks.exercises()[name]
        self._import(imports)
        self._names.pop(name, None)  # what an earlier run defined is not what stands there now
        self._tell("time", SECONDS)
        self._foretell(Verdict(name, False, "endless loop", _STOPPED.format("Your code", SECONDS)))
        error = self._executed(code)
        if error is None and name not in self._names:
            error = f"NameError: the code defines no {name}; it must have exactly this name"
        if error is not None:
            return {"error": error, "verdict": None}
        self._tell("time", SECONDS)
        verdict = exercise.judge(self._names[name], SECONDS, self._foretell)
        return {"error": None, "verdict": _plain(verdict)}

    def walk(self, name, code, settings, imports=""):
        """Run the learner's optimiser in the valley; see `own.computed` for what comes back."""
        from rmsprop_lesson.course.checks.engine import SECONDS
        from rmsprop_lesson.course.explorers.own import computed, relevant

        failed = {"name": name, "settings": relevant(settings), "run": None}
        self._tell("time", SECONDS)
        self._tell("fate", failed | {"error": f"it had not come back after {SECONDS:g} s"})
        if self._walkers.get(name) != code:
            self._import(imports)
            self._names.pop(name, None)
            if error := self._executed(code):
                return failed | {"error": error.splitlines()[-1]}
            self._walkers[name] = code
        if name not in self._names:
            return failed | {"error": f"the code defines no {name}"}
        with contextlib.redirect_stdout(None):
            return computed(self._names[name], settings)

    # ── names ──

    def _import(self, imports):
        """Give the session the lesson's names; those that can't be had here say so when used."""
        for node in ast.parse(imports).body:
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                if isinstance(self._names.get(bound, Missing(bound, "")), Missing):
                    self._names[bound] = _imported(node, alias, bound)

    def _executed(self, code):
        """Run code among the session's names; return its error in a few lines, or None."""
        self._cells += 1
        file = f"<cell {self._cells}>"
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        printed = _Printed(self._tell)
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                *body, last = ast.parse(code, file).body or [ast.Pass()]
                if not isinstance(last, ast.Expr):
                    body.append(last)
                exec(compile(ast.Module(body, []), file, "exec", dont_inherit=True), self._names)
                if isinstance(last, ast.Expr):
                    shown = compile(ast.Expression(last.value), file, "eval", dont_inherit=True)
                    self._display(eval(shown, self._names))
        except BaseException as error:
            return _short(error, file)
        finally:
            printed.flush()
        return None

    # ── what is told on the way ──

    def _display(self, *things):
        for thing in things:
            if thing is not None:
                sys.stdout.flush()
                self._tell("output", _shown(thing))

    def _foretell(self, verdict):
        self._tell("fate", {"error": None, "verdict": _plain(verdict)})


class Missing:
    """Stands for a name that this page can't import, and says so as soon as it is used."""

    def __init__(self, name, package):
        self.__dict__.update(_name=name, _package=package)

    def __getattr__(self, attribute):
        raise ImportError(f"{self._name} needs {self._package}, which is not on this page: {WHERE}")

    def __call__(self, *args, **kwargs):
        return self.__getattr__("__call__")


def _imported(node, alias, bound):
    names, one = {}, copy.copy(node)
    one.names = [alias]
    try:
        exec(compile(ast.Module([one], []), "<import>", "exec"), names)
        return names[bound]
    except ModuleNotFoundError as error:
        return Missing(bound, (error.name or alias.name).partition(".")[0])


def _no_input(prompt=""):
    raise RuntimeError("input() can't be used on a page")


def _plain(verdict):
    """A verdict as plain JSON, with the words that suit a page."""
    if verdict.status == "open":
        verdict.message = "Work on the code in the editor, then press Run and check."
    return {
        "passed": verdict.passed,
        "status": verdict.status,
        "mistake": verdict.mistake,
        "text": repr(verdict),
        "html": verdict._repr_html_(),
    }


def _shown(thing):
    """How a notebook would show a value: its HTML, its picture with words, or its text."""
    if bundle := getattr(thing, "_repr_mimebundle_", None):
        data, about = bundle()
        if png := data.get("image/png"):
            png = png if isinstance(png, str) else base64.b64encode(png).decode()
            alt = about.get("image/png", {}).get("alt") or data.get("text/plain", "")
            return {"image": f"data:image/png;base64,{png}", "alt": alt}
        return {"text": f"{data.get('text/plain', thing)!s}\n"}
    try:
        if page := getattr(thing, "_repr_html_", lambda: None)():
            return {"html": page}
    except ImportError:
        pass  # it would have been a table of a package that is not here
    return {"text": f"{thing!r}\n"}


def _short(error, file):
    """The line of the learner's code and what went wrong there."""
    if isinstance(error, SyntaxError) and error.filename == file:
        line, code = error.lineno, (error.text or "").strip()
    else:
        own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
        line, code = (own[-1].lineno, own[-1].line) if own else (None, "")
    place = f"line {line}:  {code}\n" if line else ""
    report = list(traceback.TracebackException.from_exception(error).format_exception_only())
    what = report[-1] if isinstance(error, SyntaxError) else "".join(report)
    if isinstance(error, ModuleNotFoundError):
        what = f"{what.rstrip()} on this page: {WHERE}"
    if isinstance(error, MemoryError):
        what = "MemoryError: the memory that a page may use is used up"
    return place + what.rstrip()


class _Printed:
    """A stdout that tells the page each line, up to a limit."""

    encoding = "utf-8"

    def __init__(self, tell):
        self._tell, self._line, self._left = tell, "", MOST

    def write(self, text):
        self._line += text
        if "\n" in text or len(self._line) > MOST:
            self.flush()
        return len(text)

    def flush(self):
        if self._line and self._left > 0:
            cut = len(self._line) > self._left
            text = self._line[: self._left] + ("\n… more was printed" if cut else "")
            self._tell("output", {"text": text})
        self._left -= len(self._line)
        self._line = ""

    def isatty(self):
        return False
