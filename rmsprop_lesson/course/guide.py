"""Say which cell to run first when a name is missing: an IPython extension.

A kernel that imports anything of `rmsprop_lesson.course` loads it, as each lesson's first cells do.
Other kernels are left alone. To have it even before a cell has run, let IPython load
``rmsprop_lesson.course.guide`` at its start, as `make` does for the kernels of its own ``.venv``.
"""

import ast
import json
import os
import sys
from pathlib import Path


def join_lesson():
    """Load this extension into the kernel that runs here, if one does.

    A shell has one place for such an answer: where somebody else has taken it, it stays theirs.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if hasattr(shell, "kernel") and not shell.custom_exceptions:
        load_ipython_extension(shell)


def load_ipython_extension(shell):
    """Let a NameError end with the cell that defines the name, where a notebook has one."""
    shell.set_custom_exc((NameError,), _explain)


def _explain(shell, kind, error, trace, tb_offset=1):
    report = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
    try:
        advice = _advice(shell, error.name)
    except Exception:  # whatever the files here are like, the error itself must be shown
        advice = None
    shell._showtraceback(kind, error, [*report, advice] if advice else report)


def _advice(shell, name):
    source = shell.user_ns.get("In", [""])[-1]
    for path in _notebooks(shell):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells]
        if source not in sources:
            continue
        heading = ""
        for number, (cell, text) in enumerate(zip(cells, sources, strict=True), start=1):
            if cell["cell_type"] == "markdown":
                heading = _heading(text) or heading
            elif name in names_bound(text):
                return (
                    f"\n{name!r} is made in cell {number} of {path.name}, in the section "
                    f"“{heading}”, which begins\n\n    {text.splitlines()[0]}\n\n"
                    "Run that cell first, or all cells above this one "
                    "(Run ▸ Run All Above Selected Cell)."
                )
    return None


def _notebooks(shell):
    """The notebook that the kernel belongs to, as far as it is known, and its neighbours."""
    known = [os.environ.get("JPY_SESSION_NAME"), shell.user_ns.get("__vsc_ipynb_file__")]
    first = [Path(path) for path in known if path and Path(path).is_file()]
    return first + sorted(Path.cwd().glob("*.ipynb"))


def _heading(markdown):
    """The last heading of a Markdown cell."""
    titles = [line.lstrip("#").strip() for line in markdown.splitlines() if line.startswith("#")]
    return titles[-1] if titles else None


def names_bound(source):
    """Names that a cell binds at its top level.

    Parameters
    ----------
    source : str

    Returns
    -------
    set of str
        Empty where the cell is no plain Python.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic, or a learner's slip
        return set()
    return set().union(*map(_bound_by, tree.body))


def _bound_by(statement):
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    inner = set().union(*map(_bound_by, _inner_statements(statement)))
    return inner | _stored(statement)


def _inner_statements(statement):
    """What stands inside of if, for, with and try."""
    blocks = [getattr(statement, part, []) for part in ("body", "orelse", "finalbody")]
    handlers = [handler.body for handler in getattr(statement, "handlers", [])]
    return [inner for block in blocks + handlers for inner in block]


def _stored(statement):
    """Names that are assigned to, those inside of comprehensions and functions left out."""
    found, todo = set(), [statement]
    own_scope = ast.comprehension | ast.Lambda | ast.stmt
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        todo += [n for n in ast.iter_child_nodes(node) if not isinstance(n, own_scope)]
    return found
