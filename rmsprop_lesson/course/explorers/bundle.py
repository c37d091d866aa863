"""The explorers' ES modules as one module, which is what a notebook widget and a page can load.

The modules need no build step: a page can load ``js/explorers.mjs`` as it is. Bundled, each module
becomes a function scope of its own, in the order in which they import each other. Lines that are
comments are left out, and nothing else changes.
"""

import re
from functools import cache
from pathlib import Path

JS = Path(__file__).with_name("js")
ENTRY = "explorers"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.mjs";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:const|let|function|class) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)  # a line of its own
_DEFAULT = re.compile(r"^export default .*;\n", re.MULTILINE)


@cache
def bundle():
    """Return the source of the whole family as one ES module without imports.

    It exports ``mount``, ``mountAll`` and the default ``{ render }`` that anywidget asks for.

    Raises
    ------
    ValueError
        If a module has an import that is not of the form ``import { a } from "./b.mjs";``.
    """
    scopes = [_scope(name) for name in _in_order(ENTRY, [])]
    exported = ", ".join(name for name in _exports(_source(ENTRY)) if name != "render")
    end = [
        f"export const {{ {exported} }} = ${ENTRY};",
        f"export default {{ render: ${ENTRY}.render }};",  # by name it would be of an old form
        "",
    ]
    return "\n".join([*scopes, *end])


def _source(name):
    return (JS / f"{name}.mjs").read_text(encoding="utf-8")


def _in_order(name, done):
    """Module names, each after those that it imports."""
    for _, other in _IMPORT.findall(_source(name)):
        if other not in done:
            _in_order(other, done)
    if name not in done:
        done.append(name)
    return done


def _exports(source):
    return [name for _, name in _EXPORT.findall(source)]


def _scope(name):
    source = _source(name)
    body = _COMMENT.sub(
        "", _DEFAULT.sub("", _EXPORT.sub(r"\1", _IMPORT.sub(r"const {\1} = $\2;\n", source)))
    )
    if left := re.search(r"^(?:import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"{name}.mjs has a line that cannot be bundled: {left.group()}")
    exported = ", ".join(_exports(source))
    return f"const ${name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"
