"""What the site adds to its theme: equations and figures that are linked, no script that a style
replaces.

Formulas are typeset by KaTeX while the site is built; one that it can't read ends the build.
"""

import re

from docutils import nodes
from sphinx.util import logging
from sphinxcontrib import katex

from tools.outputs import PAPER, paper
from tools.spaces import held

LOG = logging.getLogger(__name__)

TAG = re.compile(r"\\tag\{(\d+\.\d+)\}")
FIGURE = re.compile(r'id="figure-(\d+)-(\d+)"')
MENTION = re.compile(rf"\((\d+\.\d+)\)|\b(Figure \d+\.\d+)|{PAPER.pattern}")
NOT_PROSE = nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw
NO_LINK = (*NOT_PROSE, nodes.reference, nodes.title)

# The theme draws its icons with a script of 1.5 MB, though its style has them as a font. Live code
# needs a server elsewhere, and nothing here uses tabs; the search page alone needs the index.
NOT_NEEDED = ("scripts/fontawesome.js", "sphinx-thebe.", "design-tabs.js", "sphinx-design.min.css")
ONLY_TO_SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")
THEBE = re.compile(
    r'<script type="text/x-thebe-config">.*?</script>'
    r"|<script>\s*(?:const )?(?:THEBE_JS_URL|thebe_selector)\b.*?</script>",
    re.DOTALL,
)

# The door's equations give their symbols classes.
CLASSES = {"trust": True, "strict": "ignore"}

# Behind a formula that another one follows; course.css breaks the row there on a phone.
BREAK = re.compile(
    r'(<span class="mspace allowbreak"></span>(?:<span class="mspace"[^>]*></span>)?</span>)'
)

# A bracket such as (1 - \beta^t), and the signs in it behind which KaTeX lets a line break.
BRACKET = re.compile(r"(?<!left)\([^()&]{1,16}\)")
SIGN = re.compile(r"[-+=<>]|\\(?:cdot|times|pm|le|ge)(?![a-z])")

# Marks with which no line begins, and the longest TeX and the longest code that surely fit a phone.
MARKS = re.compile(r"[,.;:!?)]+")
SHORT = {nodes.math: 40, nodes.literal: 20}
TOGETHER = "course-together"

# What a screen reader would stumble over in the pages of the theme, of docutils and of pandas.
FOR_SCREEN_READERS = [
    (r'<div id="pst-primary-sidebar"', r'\g<0> role="region" aria-label="Course"'),
    (r'<aside class="footnote-list', r'<aside role="note" class="footnote-list'),
    (r'role="doc-biblioentry"', r'role="listitem"'),
    (r"<th([^>]*)>(?:\s|<p>|</p>)*</th>", r"<td\1></td>"),
]


def setup(app):
    """Register with Sphinx."""
    katex.KATEX_DEFAULT_OPTIONS |= {"throwOnError": True, **CLASSES}
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 120  # the machine may be busy
    # How often it looks for the server's socket. Between the socket's birth and its listening a
    # connection is refused; who looks each millisecond meets that moment on a busy machine.
    katex.ONE_MILLISECOND = 0.1
    app.connect("autodoc-process-docstring", escape)
    app.connect("doctree-read", name_equations)
    app.connect("doctree-read", name_figures)
    app.connect("doctree-read", let_break)
    app.connect("doctree-read", keep_together)
    app.connect("doctree-resolved", link_mentions)
    app.connect("build-finished", tidy)
    return {"parallel_read_safe": False, "parallel_write_safe": True}


def escape(app, what, name, thing, options, lines):
    """Keep the star of a shape such as (n, *θ.shape) from starting an emphasis, "M. D." a list."""
    stars, initials = re.compile(r"(?<=[(, ])\*(?=\w+\.shape)"), re.compile(r"^(\s*)(?=[A-Z]\. )")
    lines[:] = [initials.sub(r"\1\\", stars.sub(r"\\*", line)) for line in lines]


def name_equations(app, doctree):
    """Give each numbered equation an anchor, and remember where it is."""
    known = app.env.__dict__.setdefault("course_equations", {})
    for block in doctree.findall(nodes.math_block):
        if tag := TAG.search(block.astext()):
            anchor = "equation-" + tag[1].replace(".", "-")
            if known.setdefault(tag[1], (app.env.docname, anchor))[0] == app.env.docname:
                block["ids"].append(anchor)


def name_figures(app, doctree):
    """Remember where each figure is; tools/figures.py has numbered them."""
    known = app.env.__dict__.setdefault("course_equations", {})
    for block in doctree.findall(nodes.raw):
        for lesson, count in FIGURE.findall(block.astext()):
            known[f"Figure {lesson}.{count}"] = app.env.docname, f"figure-{lesson}-{count}"


def let_break(app, doctree):
    """Let a row of equations break between two of them, where a screen is narrow.

    Within a short bracket it doesn't break.
    """
    for block in doctree.findall(nodes.math_block):
        if "begin{" not in block.astext():
            broken = block.astext().replace(r"\qquad", r"\qquad\allowbreak")
            broken = BRACKET.sub(lambda found: SIGN.sub(r"\g<0>\\nobreak ", found[0]), broken)
            block.children = [nodes.Text(broken)]


def keep_together(app, doctree):
    """Keep marks beside a short formula or name on its line, and a number with what it is of."""
    for text in list(doctree.findall(nodes.Text)):
        if (kept := held(text)) != text and not any(
            isinstance(node, NOT_PROSE) for node in _ancestors(text)
        ):
            text.parent.replace(text, nodes.Text(kept))
    for kind, longest in SHORT.items():
        for node in list(doctree.findall(kind)):
            if len(node.astext()) <= longest:
                _keep_with_marks(node)
            elif kind is nodes.math:
                _end_with_marks(node)


def _marks_behind(node):
    behind = node.next_node(descend=False, siblings=True)
    return behind, isinstance(behind, nodes.Text) and MARKS.match(behind)


def _keep_with_marks(short):
    parent, place = short.parent, short.parent.index(short)
    behind, marks = _marks_behind(short)
    if not marks:
        return
    parent[place : place + 2] = [
        nodes.inline("", "", short, nodes.Text(marks[0]), classes=[TOGETHER]),
        nodes.Text(behind[marks.end() :]),
    ]
    before = parent[place - 1] if place else None
    if isinstance(before, nodes.Text) and before.endswith("("):
        parent[place].insert(0, nodes.Text("("))
        parent[place - 1] = nodes.Text(before[:-1])


def _end_with_marks(formula):
    """A long formula may break, so the marks behind it become its last part."""
    behind, marks = _marks_behind(formula)
    if marks:
        formula.children = [nodes.Text(rf"{formula.astext()}\text{{{marks[0]}}}")]
        behind.parent.replace(behind, nodes.Text(behind[marks.end() :]))


def link_mentions(app, doctree, docname):
    """Make a link of each "(3.1)", "Figure 3.2" and "arXiv:1212.5701" in the text."""
    for text in list(doctree.findall(nodes.Text)):
        if any(isinstance(node, NO_LINK) for node in _ancestors(text)):
            continue
        pieces, done = [], 0
        for mention in MENTION.finditer(text):
            if address := _address(app, mention, docname):
                link = nodes.reference("", mention[0], refuri=address, internal=not mention[3])
                pieces += [nodes.Text(text[done : mention.start()]), link]
                done = mention.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(text[done:])])


def _ancestors(node):
    while node := node.parent:
        yield node


def _address(app, mention, docname):
    """Where something is that the text mentions; None for a number that is no equation's."""
    if mention[3]:
        return paper(PAPER.match(mention[0]))
    known, name = getattr(app.env, "course_equations", {}), mention[1] or mention[2]
    if name not in known:
        if mention[2]:
            LOG.warning("%s is mentioned, and there is no such figure", name, location=docname)
        return None
    page, anchor = known[name]
    address = "" if page == docname else app.builder.get_relative_uri(docname, page)
    return f"{address}#{anchor}"


def tidy(app, error):
    """Take out of every page what it loads and doesn't use; mend what isn't accessible."""
    if error or app.builder.format != "html":
        return
    for path in app.outdir.rglob("*.html"):
        unused = NOT_NEEDED if path.name == "search.html" else NOT_NEEDED + ONLY_TO_SEARCH
        names = "|".join(map(re.escape, unused))
        loads = rf'<(?:script|link)\b[^>]*(?:src|href)="[^"]*(?:{names})[^>]*>(?:\s*</script>)?'
        page = THEBE.sub("", path.read_text(encoding="utf-8"))
        page = re.sub(loads, "", page)
        page = BREAK.sub(r'\1<br class="course-break">', page)
        for wrong, right in FOR_SCREEN_READERS:
            page = re.sub(wrong, right, page)
        path.write_text(page, encoding="utf-8")
