"""Which code of a lesson belongs on a slide: updates at work, line by line, and nothing else."""

import ast

MOST_LINES = 12
SHOWING = {"print", "display", "predict", "quiz", "explore", "plots", "checks", "pd"}
SCOPES = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


def worked(source):
    """Return the lines of a cell that a room should read, or an empty string.

    They are there if a loop or a function makes a name's new value from its old one, as an update
    rule does. Imports, printing, plotting and what is there to be displayed are left out; the
    output stands beside. What is longer than a slide can show is left out as a whole.

    Parameters
    ----------
    source : str
        A cell of Python.

    Returns
    -------
    str
    """
    body = ast.parse(source).body
    makers = (ast.For, ast.While, ast.FunctionDef)
    if not any(_updates(n.body) for s in body for n in ast.walk(s) if isinstance(n, makers)):
        return ""
    plumbing = {line for s in body for line in _plumbing(s, last=s is body[-1])}
    lines = [text for i, text in enumerate(source.splitlines(), 1) if i not in plumbing]
    shown = "\n".join(lines).strip("\n")
    return shown if shown.count("\n") < MOST_LINES else ""


def _updates(body):
    """Whether a statement gives a new value to a name that was read before."""
    read = set()
    for statement in body:
        names = list(_names(statement))
        read |= {name.id for name in names if isinstance(name.ctx, ast.Load)}
        written = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        changes = isinstance(statement, ast.Assign) and read & written
        if changes or isinstance(statement, ast.AugAssign):
            return True
    return False


def _names(node):
    """The names in a node, without those that live inside a comprehension or a lambda only."""
    if isinstance(node, ast.Name):
        yield node
    if not isinstance(node, SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _names(child)


def _plumbing(statement, last=False):
    """The numbers of a statement's lines that only import, fetch or show something."""
    whole = range(statement.lineno, statement.end_lineno + 1)
    value = isinstance(statement, ast.Assign) and ast.unparse(statement.value)
    fetches = value and value.startswith("checks.mine(")
    if fetches or isinstance(statement, ast.Import | ast.ImportFrom) or _shows(statement, last):
        return set(whole)
    inner = getattr(statement, "body", [])
    lines = {line for s in inner for line in _plumbing(s)}
    return set(whole) if inner and lines >= {s.lineno for s in inner} else lines


def _shows(statement, last):
    if not isinstance(statement, ast.Expr) or isinstance(statement.value, ast.Yield):
        return False
    called = statement.value
    while isinstance(called, ast.Call | ast.Attribute):
        called = called.func if isinstance(called, ast.Call) else called.value
    return last or (isinstance(called, ast.Name) and called.id in SHOWING)
