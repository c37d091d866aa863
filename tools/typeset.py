"""Markdown as HTML for decks and for the guide at the desk, with formulas typeset by KaTeX."""

import json
import re
import subprocess

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from . import npm
from .spaces import held

FORMULA = re.compile("\x02(m?)([ib])(.*?)\x03", re.DOTALL)
# KaTeX in Node.js: a list of formulas as JSON in, a list of their HTML out.
TYPESET = """
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0));
const html = formulas.map(([tex, options]) => katex.renderToString(tex, options));
process.stdout.write(JSON.stringify(html));
"""


def _placeholder(tex, options):
    return f"\x02{'b' if options['display_mode'] else 'i'}{tex}\x03"


PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
PARSER.use(dollarmath_plugin, renderer=_placeholder, double_inline=True)
SHORT = re.compile(r'(<span class="math inline">\x02i[^\x03]{1,40}\x03</span>)([,.;:!?)]*)')


def markdown(text):
    """Markdown as HTML, formulas still to be typeset; what belongs together stays on its line."""
    html = held(PARSER.render(text))
    html = SHORT.sub(r'<span style="white-space: nowrap">\1\2</span>', html)
    return re.sub(r'href="(\d\d_\w+)\.ipynb', r'href="\1.html', html)


def spoken(html):
    """HTML for the speaker's window: it lacks KaTeX's style, without which both forms show."""
    return html.replace("\x02", "\x02m")


def typeset(pages):
    """Replace the formulas that `markdown` left in some pages by what KaTeX makes of them."""
    formulas = [
        [tex, {"displayMode": kind == "b", "output": "mathml" if mathml else "htmlAndMathml"}]
        for html in pages
        for mathml, kind, tex in FORMULA.findall(html)
    ]
    katex = npm.package("katex") / "dist" / "katex.js"
    answer = subprocess.run(
        ["node", "-e", TYPESET, katex],
        input=json.dumps(formulas).encode(),
        stdout=subprocess.PIPE,
        env=npm.environment(),
        check=True,
    )
    ready = iter(json.loads(answer.stdout))
    return [FORMULA.sub(lambda _: next(ready), html) for html in pages]
