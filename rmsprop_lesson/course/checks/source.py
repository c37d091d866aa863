"""Stub and solution as source text, made from the reference function itself."""

import ast
import dis
import inspect
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
