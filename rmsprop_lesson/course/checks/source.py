"""Source text and its tree: stub and solution of the reference, and what a learner wrote."""

import ast
import dis
import inspect
import linecache
import textwrap
from functools import cache
from types import CodeType, FunctionType


@cache
def source_of(function):
    """The source of a function or class, flush left."""
    return textwrap.dedent(inspect.getsource(function)).rstrip("\n")


@cache
def stub_of(function, name, keep_body=False):
    """The source with the bodies replaced by dots; `keep_body` only renames it."""
    source = source_of(function)
    if keep_body:
        return source.replace(f"def {function.__name__}(", f"def {name}(", 1)
    lines = source.splitlines()
    for node in reversed(_functions(ast.parse(source).body[0])):
        last_kept = node.body[0].end_lineno if _has_docstring(node) else _last_header_line(node)
        indent = " " * (node.col_offset + 4)
        lines[last_kept : node.end_lineno] = [f"{indent}..."]
    return "\n".join(lines)


@cache
def without_docstrings(function):
    """The source without docstrings, as a solution is shown."""
    source = source_of(function)
    lines = source.splitlines()
    (top,) = ast.parse(source).body
    nodes = {node.lineno: node for node in (top, *_functions(top))}
    for _, node in sorted(nodes.items(), reverse=True):
        if _has_docstring(node):
            del lines[node.body[0].lineno - 1 : node.body[0].end_lineno]
    return "\n".join(line for line in lines if line).replace("\n    def ", "\n\n    def ")


def _functions(top):
    """A function itself, or the methods of a class, in order."""
    if isinstance(top, ast.FunctionDef):
        return [top]
    return [node for node in top.body if isinstance(node, ast.FunctionDef)]


def _has_docstring(node):
    return ast.get_docstring(node) is not None


def _last_header_line(node):
    return node.body[0].lineno - 1


def is_stub(function, stub, name):
    """Whether a function's byte code is that of the stub: docstring and comments don't count."""
    if type(function) not in (FunctionType, type):
        return False
    return _fingerprint(function) == _stub_fingerprint(stub, name) and not _says_return(function)


def _says_return(function):
    """Whether an empty function ends with `return` or `return None`, written out.

    The byte code is that of `...` or `pass`; what differs is where on its line the last statement,
    or the None in it, begins and how wide it is.
    """
    if type(function) is not FunctionType:
        return False
    *_, (line, _, start, end) = function.__code__.co_positions()
    if None in (start, end) or line == function.__code__.co_firstlineno:
        return False
    is_none = end - start == len("None") and start % 4 == len("return ") % 4  # pass: start % 4 is 0
    return is_none or end - start in (len("return"), len("return None"))


@cache
def _stub_fingerprint(stub, name):
    namespace = {}
    exec(compile(stub, "<stub>", "exec", dont_inherit=True), namespace)  # our own source
    return _fingerprint(namespace[name])


def _fingerprint(thing):
    """What a function, or the functions of a class, would do."""
    if type(thing) is FunctionType:
        return _code(thing.__code__)
    return {
        name: _code(value.__code__)
        for name, value in vars(thing).items()
        if type(value) is FunctionType
    }


def _code(code):
    """The instructions with what they work on, wherever the constants are stored."""
    return [
        (
            step.opname,
            _code(step.argval) if isinstance(step.argval, CodeType) else repr(step.argval),
        )
        for step in dis.get_instructions(code)
    ]


# ── the tree of a learner's source ───────────────────────────────────────────────────────────────


def source_tree(function):
    """The syntax tree of a function or class, and the names that it sees; or (None, None).

    The tree begins at line 1 and keeps its own text as ``tree.text``.
    """
    code = _some_code(function)
    if code is None:
        return None, None
    lines = linecache.getlines(code.co_filename)
    kind = ast.ClassDef if isinstance(function, type) else ast.FunctionDef
    around = []
    for node in ast.walk(_parsed("".join(lines)) or ast.Module([], [])):
        named = isinstance(node, kind) and node.name == function.__name__
        if named and node.lineno <= code.co_firstlineno <= node.end_lineno:
            around.append(alone(lines[node.lineno - 1 : node.end_lineno]))
    inside = vars(function).values() if isinstance(function, type) else (function,)
    first = next(f for f in inside if type(f) is FunctionType)
    cells = zip(first.__code__.co_freevars, first.__closure__ or (), strict=True)
    enclosed = {name: cell.cell_contents for name, cell in cells if name != "__class__"}
    tree = around[-1] if around else None
    return tree, tree and first.__globals__ | enclosed


def _parsed(text):
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def alone(lines):
    """The tree of a definition from its own lines; None if they don't stand alone."""
    text = textwrap.dedent("".join(lines))
    module = _parsed(text)
    if module is None:
        return None
    module.body[0].text = text
    return module.body[0]


def _some_code(function):
    if type(function) is FunctionType:
        return function.__code__
    if type(function) is not type:
        return None
    methods = [value for value in vars(function).values() if type(value) is FunctionType]
    return methods[0].__code__ if methods else None


def called(call):
    """The name of what is called, without its module."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
