"""Make a reveal.js deck of each lesson, from the notebook, in _build/slides: python -m tools.slides

The cells' slide marks are Jupyter's own: slide and subslide begin a slide, a fragment appears with
a key, notes are for the speaker, skip leaves out. What is stored in the notebook is shown; nothing
is executed. A deck opens from a folder or a USB stick: all that it loads lies beside it in assets.

nbconvert's slides would need MathJax, its own template and a script for the widgets; a page of our
own is shorter, and reads Markdown with the parser that the site uses.
"""

import json
import re
import shutil
import subprocess
from html import escape, unescape

import nbformat
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from . import book, npm, outputs, teaching
from .worked_code import worked

SLIDES = book.BUILD / "slides"
DECK = book.ROOT / "tools" / "deck"
STYLES = {"light": "a11y-high-contrast-light", "dark": "a11y-high-contrast-dark"}
FORMULA = re.compile("\x02(m?)([ib])(.*?)\x03", re.DOTALL)
WIDE, LONG = 4, 14  # columns beyond which a table takes the slide's width; rows that a slide shows
SIGHTS = ("<img", "<table", "rmsprop-explorer")
ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
HEADING = re.compile(r"\A#+ (.*)")
QUIZ = re.compile(r'data-explorer="quiz" data-settings="(.*?)"')
EXPERIMENT = re.compile(
    r"<details><summary>The experiment.{1,6}s code</summary>(.*?)</details>", re.DOTALL
)
PREDICTED = re.compile(
    r'data-explorer="prediction" data-settings="(.*?)".*?'
    r'<div class="rmsprop-reveal"[^>]*>(<img[^>]*>|.*?(?=</div></details>))',
    re.DOTALL,
)
PREDICTION = 'data-explorer="prediction"'
EXPLORER = re.compile(r'data-explorer="(?!prediction)([a-z-]+)"')  # a quiz, too
# KaTeX in Node.js: a list of formulas as JSON in, a list of their HTML out.
TYPESET = """
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0));
const html = formulas.map(([tex, options]) => katex.renderToString(tex, options));
process.stdout.write(JSON.stringify(html));
"""


def main():
    """Make all decks, and the page that lists them."""
    shutil.rmtree(SLIDES, ignore_errors=True)
    assets = SLIDES / "assets"
    figures = outputs.Figures(assets / "figures", "assets/figures")
    _place_assets(assets)
    titles = {}
    for number, path in teaching.NOTEBOOKS.items():
        notebook = outputs.prepare(nbformat.read(path, as_version=4), figures)
        sections = typeset(deck(notebook.cells, teaching.minutes(number)))
        titles[path.stem] = notebook.cells[0].source.partition("\n")[0].lstrip("# ")
        _write(path.stem, titles[path.stem], f'<div class="slides">{sections}</div>')
    links = "".join(f'<li><a href="{stem}.html">{name}</a></li>' for stem, name in titles.items())
    about = (DECK / "index.html").read_text(encoding="utf-8")
    _write("index", "Slides", about.replace("LINKS", links))


def _write(stem, title, body):
    page = (DECK / "page.html").read_text(encoding="utf-8")
    page = page.replace("TITLE", escape(title)).replace("BODY", body)
    (SLIDES / f"{stem}.html").write_text(page, encoding="utf-8")


def _place_assets(folder):
    book.place_scripts(folder)
    reveal = npm.package("reveal.js")
    for name in ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js"):
        shutil.copy(reveal / name, folder)
    for name in ("deck.css", "deck.js"):
        shutil.copy(DECK / name, folder)
    colours = [
        HtmlFormatter(style=style).get_style_defs(f'html[data-theme="{theme}"] .highlight')
        for theme, style in STYLES.items()
    ]
    (folder / "code.css").write_text("\n".join(colours), encoding="utf-8")


# ── from cells to slides ─────────────────────────────────────────────────────────────────────────


def slides(cells):
    """Group cells into slides: lists of (mark, cell), without what is skipped.

    Each question has a slide of its own, and so has what a prediction reveals. What has nothing to
    show but a heading goes with the slide that follows.
    """
    groups = []
    for cell in cells:
        mark = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if mark in ("slide", "subslide") or not groups:
            groups.append([])
        if mark != "skip":
            groups[-1].append((mark, _without_experiments(cell)))
    parted = [part for group in groups for part in _asked_and_answered(group)]
    whole, waiting = [], []
    for group in parted:
        waiting = waiting + group
        if _has_content(waiting):
            whole.append(waiting)
            waiting = []
    return whole


def _without_experiments(cell):
    """A cell whose results don't fold away the code that made them: a key shows it."""
    if cell.cell_type == "code":
        for output in cell.outputs:
            if found := EXPERIMENT.search(output.get("data", {}).get("text/html", "")):
                output.data["text/html"] = output.data["text/html"].replace(found[0], "")
                cell.source = f"{cell.source}\n\n{unescape(re.sub('<[^>]*>', '', found[1]))}"
    return cell


def _asked_and_answered(group):
    """Part a group after each question, and between a prediction and what it reveals."""
    parts = [[]]
    for mark, cell in group:
        html = "".join(o.get("data", {}).get("text/html", "") for o in cell.get("outputs", []))
        if found := QUIZ.search(html):
            for question in json.loads(unescape(found[1]))["questions"]:
                parts[-1].append(("-", _made_cell(_quiz_of(question))))
                parts.append([])
        elif found := PREDICTED.search(html):
            parts[-1].append((mark, cell))
            question = json.loads(unescape(found[1]))["question"]
            parts += [[("-", _made_cell(_result_of(question, found[2])))], []]
        else:
            parts[-1].append((mark, cell))
    parts[-2:] = [parts[-2] + parts[-1]] if parts[1:] and _only_notes(parts[-1]) else parts[-2:]
    return [part for part in parts if part]


def _only_notes(group):
    return all(mark == "notes" for mark, _ in group)


def _made_cell(html):
    output = nbformat.v4.new_output("display_data", data={"text/html": html})
    return nbformat.v4.new_code_cell(outputs=[output])


def _quiz_of(question):
    settings = escape(json.dumps({"questions": [question]}))
    return f'<div class="rmsprop-explorer" data-explorer="quiz" data-settings="{settings}"></div>'


def _result_of(question, revealed):
    """What a prediction reveals, for a room that goes on without committing to an answer."""
    if question.get("choices"):
        right = next(choice for choice in question["choices"] if choice["right"])
        answer, why = right["text"], right["feedback"]
    else:
        answer, why = f"{question['number']:g} {question.get('unit') or ''}", question["feedback"]
    return (
        f'<div class="revealed"><p class="verdict">The answer: {_plain(answer)}</p>'
        f'<div class="outcome">{revealed}</div><p class="why">{_plain(why)}</p></div>'
    )


def _plain(text):
    """Plain text as HTML; what stands between backticks is code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text.strip()))


def deck(cells, minutes):
    """Turn a lesson's cells into reveal.js sections, with formulas still to be typeset.

    Parameters
    ----------
    cells : list of NotebookNode
        With outputs as `tools.outputs` prepares them.
    minutes : int
        What the lesson takes; the notes share it out, a cell as long as any other.

    Returns
    -------
    str
    """
    groups = slides(cells)
    share = minutes / sum(len(group) for group in groups)
    sections, passed, heading = [], 0.0, ""
    for group in groups:
        until = passed + share * len(group)
        timing = f"Minute {passed:.0f} to {until:.0f} of {minutes}."
        own = _heading(group)
        sections.append(_section(group, timing, "" if own else heading))
        passed, heading = until, own or heading
    return "\n".join(sections)


def _heading(group):
    """The heading with which a slide begins, or an empty string."""
    first = next(cell for mark, cell in group if mark != "notes")
    found = HEADING.search(first.source) if first.cell_type == "markdown" else None
    return found[1] if found else ""


def _section(group, timing, heading):
    """One slide; `heading` is that of an earlier slide which this one goes on with, or empty."""
    shown = [part for mark, cell in group if mark != "notes" for part in _parts(mark, cell)]
    result = any("revealed" in html for _, html in shown)
    if heading and not result:
        shown.insert(0, (False, f'<div class="part goes-on">{_markdown(heading)}</div>'))
    notes = [html for mark, cell in group if mark == "notes" for _, html in _parts(mark, cell)]
    # The speaker's window lacks KaTeX's style, without which a formula's two forms both show.
    spoken = "".join(notes).replace("\x02", "\x02m")
    kind = ' class="result" data-visibility="uncounted"' if result else ""
    return (
        f'<section{kind}><div class="fit">{_arranged(shown)}</div>{_behind(group)}'
        f'<aside class="notes"><p>{timing}</p>{spoken}</aside></section>'
    )


def _behind(group):
    """All the code of a slide, which a key shows."""
    code = [cell.source for mark, cell in group if mark != "notes" and cell.cell_type == "code"]
    code = [highlight(source, PythonLexer(), HtmlFormatter()) for source in code if source]
    return f'<aside class="behind" hidden>{"".join(code)}</aside>' if code else ""


def _has_content(group):
    shown = [html for mark, cell in group if mark != "notes" for _, html in _parts(mark, cell)]
    html = re.sub(r"<h(\d).*?</h\1>", "", "".join(shown), flags=re.DOTALL)
    return any(word in html for word in SIGHTS) or re.sub("<[^>]*>", "", html).strip()


def _arranged(parts):
    """Words and code on the left of what there is to look at, unless that wants all the width."""
    words, sights = ([html for sight, html in parts if sight is wanted] for wanted in (False, True))
    words_alone = [html for html in words if "goes-on" not in html]
    if not (words_alone and sights) or any(map(_is_wide, sights)):
        return "".join(html for _, html in parts)
    columns = "".join(f'<div class="column">{"".join(side)}</div>' for side in (words, sights))
    return f'<div class="beside">{columns}</div>'


def _is_wide(html):
    if PREDICTION in html:
        return False
    rows = ROW.findall(html)
    return EXPLORER.search(html) or (rows and rows[0].count("<th") > WIDE)


def _parts(mark, cell):
    """Return what a cell shows, as a list of (whether it is to look at, HTML)."""
    fragment = " fragment" if mark == "fragment" else ""
    parts = [(False, _markdown(cell.source))] if cell.cell_type == "markdown" else _code(cell)
    return [(sight, f'<div class="part{fragment}">{html}</div>') for sight, html in parts]


def _code(cell):
    part = cell.metadata.get("rmsprop_lesson", {}).get("part")
    if part == "check":  # its answer belongs to the learner who runs it
        return []
    shown = _without_details(cell.source) if part == "stub" else worked(cell.source)
    code = [(False, highlight(shown, PythonLexer(), HtmlFormatter()))] if shown else []
    outputs = [_output(output) for output in cell.outputs if not _is_missing(output)]
    return code + [(any(word in html for word in SIGHTS), html) for html in outputs]


def _is_missing(output):
    """Whether a cell says that it had nothing to work on."""
    return output.get("text", "").startswith("Not run here")


def _without_details(stub):
    """A stub with the first line of its docstring only; the lesson has the rest."""
    return re.sub(r'("""[^\n"]+)\n\n.*?"""', r'\1"""', stub, flags=re.DOTALL)


def _output(output):
    if output.output_type == "stream":
        return f"<pre>{escape(output.text)}</pre>"
    data = output.data
    if "text/html" in data:
        return _cut(data["text/html"].replace(' loading="lazy"', ""))
    if "text/latex" in data:
        return _markdown(data["text/latex"])
    if "text/markdown" in data:
        return _markdown(data["text/markdown"])
    return f"<pre>{escape(data['text/plain'])}</pre>"


def _cut(html):
    """Leave out the rows of a table that nobody could read on a slide, and say so."""
    rows = ROW.findall(html)[1:]
    if len(rows) <= LONG or "rmsprop-explorer" in html:
        return html
    for row in rows[LONG:]:
        html = html.replace(row, "", 1)
    return f'{html}<p class="rest">{LONG} of {len(rows)} rows: the lesson has them all.</p>'


# ── Markdown and formulas ────────────────────────────────────────────────────────────────────────


def _placeholder(tex, options):
    return f"\x02{'b' if options['display_mode'] else 'i'}{tex}\x03"


PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
PARSER.use(dollarmath_plugin, renderer=_placeholder, double_inline=True)


def _markdown(text):
    return re.sub(r'href="(\d\d_\w+)\.ipynb', r'href="\1.html', PARSER.render(text))


def typeset(html):
    """Replace the formulas that `deck` left by what KaTeX makes of them."""
    formulas = [
        [tex, {"displayMode": kind == "b", "output": "mathml" if mathml else "htmlAndMathml"}]
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
    return FORMULA.sub(lambda _: next(ready), html)


if __name__ == "__main__":
    main()
