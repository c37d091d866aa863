"""Stub and solution as source text, made from the reference function itself."""

import ast
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
    for node in reversed(_functions(ast.parse(source))):
        last_kept = node.body[0].end_lineno if _has_docstring(node) else _last_header_line(node)
        indent = " " * (node.col_offset + 4)
        lines[last_kept : node.end_lineno] = [f"{indent}..."]
    return "\n".join(lines)


def _functions(tree):
    """The top-level functions of a source, or the methods of its class, in order."""
    (top,) = tree.body
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
    return _fingerprint(function) == _stub_fingerprint(stub, name)


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
    constants = [c for c in code.co_consts if not isinstance(c, str)]
    nested = tuple(_code(c) if isinstance(c, CodeType) else repr(c) for c in constants)
    return code.co_code, code.co_names, nested
