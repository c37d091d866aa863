"""Make a book of the whole course, to print and to read: python -m tools.ebook

_build/book holds rmsprop.pdf and rmsprop.epub. Both are made by Sphinx from the stored lessons and
the pages of docs/: figures are numbered and have captions, hints stand in the text, solutions and
answers in a chapter at the end. Chromium prints the PDF; node typesets the formulas.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from pypdf import PdfReader

from rmsprop_lesson import __version__
from rmsprop_lesson.course.exchange import LETTERS

from . import handout, lessons, npm, outputs

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "_build" / "book"
SOURCE = OUT / "source"
PAGES = ("glossary", "references")
PAGES_CSS = "@page { @bottom-center { content: counter(page); font: 9pt Georgia, serif } }\n"
FOLD = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
PAGE_LINK = re.compile(r"\[([^]]*)\]\([^)\s]*docs/(\w+)\.md[^)]*\)")
LATER = ("Answer", "Solution")
CHAPTER = "## "  # begins the answers of a lesson
LEFT_OUT = "half of the code"
SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)
TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
CHAPTERS = '<div class="toctree-wrapper compound">'
ENTRY = re.compile(r'(?<=<li>|l1">)<a [^>]*href="#(document-[^"]+)">.*?</a>')
ATTRIBUTES = re.compile(r' (?:border|class|style)="[^"]*"')

CONF = """
from sphinxcontrib import katex

katex.KATEX_DEFAULT_OPTIONS["output"] = "OUTPUT"
project = "RMSprop: a hands-on course"
author = "The RMSprop lesson authors"
copyright = "2026, " + author
version = release = "VERSION"
language = "en"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinxcontrib.bibtex"]
extensions += ["sphinxcontrib.katex", "course"]
myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
bibtex_bibfiles = ["docs/references.bib"]
suppress_warnings = ["myst.header"]
numfig = True
numfig_secnum_depth = 0
html_math_renderer = "katex"
katex_prerender = True
html_theme = "basic"
katex_css_path = "STYLE"
html_static_path = STATIC
html_css_files = SHEETS
html_show_sourcelink = html_show_sphinx = False
html_permalinks = False
templates_path = ["templates"]
epub_show_urls = "no"
epub_use_index = False
epub_exclude_files = [".nojekyll"]
"""

TITLE = """# RMSprop: a hands-on course

The RMSprop lesson authors

Text and figures: Creative Commons Attribution 4.0. Code: MIT licence. The handwritten digits are
from MNIST, by Y. LeCun, C. Cortes and C. J. C. Burges: Creative Commons Attribution-ShareAlike 3.0.

This book is made from the lessons. On paper nothing moves: where a lesson has an explorer, its
first picture stands here, and a prediction is best made before you read on. Answers and solutions
stand in a chapter behind the lessons.

```{toctree}
:maxdepth: 1

"""


# EPUB readers know MathML, and have pages of their own.
PLAIN = {"STYLE": "print.css", "STATIC": "['static']", "SHEETS": "['print.css']"}
TYPESET = {
    "STYLE": "katex/katex.min.css",
    "STATIC": "['static', 'typeset']",
    "SHEETS": "['print.css', 'pages.css']",
}


@dataclass
class Book:
    """What is gathered while the lessons are written: files, and the last chapter.

    Attributes
    ----------
    folder : Path
    answers : list of str
        Markdown, in the order of the lessons.
    pictures : int
        How many there are.
    """

    folder: Path
    answers: list = field(default_factory=list)
    pictures: int = 0

    def figure(self, content, suffix, words):
        """Keep a picture as a file, and return the Markdown that shows it with its caption."""
        self.pictures += 1
        path = self.folder / "pictures" / f"{self.pictures:03}.{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        caption = escaped(words.split(". ")[0].rstrip(".") + ".")
        alt = json.dumps(" ".join(words.split()), ensure_ascii=False)  # a YAML string, too
        return f"```{{figure}} ../pictures/{path.name}\n:alt: {alt}\n\n{caption}\n```"

    def later(self, words, text):
        """Put something into the last chapter; return the reference to it."""
        number = sum(not text.startswith(CHAPTER) for text in self.answers) + 1
        text = text.strip()
        between = "\n\n" if text.startswith("```") else " "  # code has to begin its line
        self.answers.append(f"**{number}.**{between}{text}")
        return f"*{words}: number {number} in the solutions.*"


def main():
    """Write the sources, and let Sphinx and Chromium make both books of them."""
    shutil.rmtree(OUT, ignore_errors=True)
    write_source(SOURCE)
    (epub,) = build("epub", OUTPUT="mathml", **PLAIN).glob("*.epub")
    finish_epub(epub, OUT / "rmsprop.epub")
    page = build("singlehtml", OUTPUT="htmlAndMathml", **TYPESET) / "index.html"
    pdf = OUT / "rmsprop.pdf"
    place_contents(page)
    print_pdf(page, pdf)
    number_contents(page, pdf)
    print_pdf(page, pdf)
    for path in sorted(OUT.glob("rmsprop.*")):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1e6:.1f} MB")


# ── sources ──────────────────────────────────────────────────────────────────────────────────────


def write_source(folder):
    """Write the lessons and pages as Markdown for Sphinx."""
    chapters = folder / "notebooks"
    chapters.mkdir(parents=True)
    book, names = Book(folder), []
    for number, path in lessons.NOTEBOOKS.items():
        book.answers.append(f"{CHAPTER}{number} · {lessons.title(number)}")
        text = lessons.without_dead_links(chapter(lessons.notebook(number), book))
        (chapters / f"{path.stem}.md").write_text(linked(text), encoding="utf-8")
        names.append(f"notebooks/{path.stem}")
    (folder / "solutions.md").write_text(solutions(book.answers), encoding="utf-8")
    (folder / "docs").mkdir()
    for name in PAGES:
        text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
        (folder / "docs" / f"{name}.md").write_text(linked(text), encoding="utf-8")
    shutil.copy(ROOT / "docs" / "references.bib", folder / "docs")
    toc = "\n".join([*names, "solutions", *(f"docs/{name}" for name in PAGES)])
    (folder / "index.md").write_text(f"{TITLE}{toc}\n```\n", encoding="utf-8")
    (folder / "static").mkdir()
    shutil.copy(Path(__file__).with_name("print.css"), folder / "static")
    katex = npm.package("katex") / "dist"
    shutil.copytree(katex / "fonts", folder / "typeset" / "katex" / "fonts")
    shutil.copy(katex / "katex.min.css", folder / "typeset" / "katex")
    (folder / "typeset" / "pages.css").write_text(PAGES_CSS, encoding="utf-8")


def solutions(answers):
    """The last chapter: what was put off; lessons that put nothing off have no heading there."""
    kept = [
        text
        for text, following in zip(answers, [*answers[1:], CHAPTER], strict=True)
        if not (text.startswith(CHAPTER) and following.startswith(CHAPTER))
    ]
    return "\n\n".join(["# Solutions and answers", *kept]) + "\n"


def chapter(notebook, book):
    """A lesson as Markdown."""
    parts = []
    for cell in notebook.cells:
        part = cell.metadata.get("rmsprop_lesson", {}).get("part")
        if cell.cell_type == "markdown":
            parts.append(unfolded(cell.source, book))
        elif part == "stub":
            parts.append(fenced("python", cell.source))
        elif part != "check":
            asks = handout.asked(cell.source)
            if work := handout.working(cell.source.removeprefix(outputs.IGNORED)).strip():
                parts.append(fenced("python", work))
            parts += [question(one, book) for one, _ in asks]
            parts += [shown for out in cell.outputs if (shown := output(out, book))]
    return "\n\n".join(parts) + "\n"


def linked(markdown):
    """Markdown whose links lead to the book's chapters; one to a page of the site alone is text."""
    markdown = PAGE_LINK.sub(lambda link: link[0] if link[2] in PAGES else link[1], markdown)
    return re.sub(r"\]\(([\w/.]*)\.ipynb(#[^)]*)?\)", r"](\1.md)", markdown)


def unfolded(markdown, book):
    """Markdown without folds: hints stand in the text, solutions in the last chapter."""

    def place(fold):
        title, text = fold[1].strip(), fold[2].strip()
        if title in LATER:
            return book.later(title, text)
        return "" if LEFT_OUT in title else f"**{title}.** {text}"

    return FOLD.sub(place, markdown)


def question(asked, book):
    """A question with its choices; what to say to each answer is put off."""
    lines = [f"**{escaped(asked.question)}**", ""]
    for letter, choice in zip(LETTERS, asked.choices, strict=False):
        lines.append(f"- **{letter}** {escaped(choice.text)}")
    if asked.choices:
        replies = [
            f"**{letter}** {'✓' if choice.right else '✗'} {escaped(choice.feedback)}"
            for letter, choice in zip(LETTERS, asked.choices, strict=False)
        ]
    else:
        number = f"{asked.number:g} {asked.unit}".strip()
        replies = [f"**{escaped(number)}** ✓ {escaped(asked.feedback)}"]
        replies += [f"**{wrong.number:g}** ✗ {escaped(wrong.feedback)}" for wrong in asked.wrong]
    heading = f"*{escaped(asked.question)}*"
    where = book.later("Answer", "\n\n".join([heading, *replies]))
    return "\n".join([*lines, "", where])


def output(out, book):
    """An output as Markdown; empty where there is nothing for paper."""
    if out.output_type == "stream":
        return fenced("text", out.text.rstrip())
    data = out.get("data", {})
    page = outputs.readable(data.get("text/html", ""))
    if "image/png" in data:
        about = out.metadata["image/png"]
        return book.figure(base64.b64decode(data["image/png"]), "png", about["alt"])
    if stored := outputs.STORED.search(page):
        return book.figure(base64.b64decode(stored[1]), "png", unescape(stored[2]))
    if 'data-explorer="quiz"' in page:
        return ""
    if drawing := SVG.search(page):
        drawn = drawing[0].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        return book.figure(drawn.encode(), "svg", data["text/plain"])
    if table := TABLE.search(page):
        return f"```{{raw}} html\n{ATTRIBUTES.sub('', table[0])}\n```"
    if "text/latex" in data:
        return data["text/latex"]
    if "text/markdown" in data:
        return data["text/markdown"]
    plain = "" if "rmsprop-explorer" in page else data.get("text/plain", "")
    return fenced("text", plain) if plain else ""


def fenced(language, text):
    """A block of code or of output."""
    return f"```{language}\n{text}\n```"


def escaped(text):
    """Plain text as Markdown that shows it as it is; what stands between backticks is code."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(p if p[:1] == "`" else re.sub(r"([\\*_$<\[\]{}#|])", r"\\\1", p) for p in parts)


# ── books ────────────────────────────────────────────────────────────────────────────────────────


def build(builder, **settings):
    """Let Sphinx make one kind of book; return its folder. A warning ends the program."""
    settings["VERSION"] = __version__
    conf = re.sub("|".join(settings), lambda name: settings[name[0]], CONF)
    (SOURCE / "conf.py").write_text(conf, encoding="utf-8")
    folder = OUT / builder
    paths = os.pathsep.join([str(ROOT / "docs" / "_ext"), str(ROOT)])
    command = [sys.executable, "-m", "sphinx", "-b", builder, "-W", "--keep-going", "-q"]
    command += ["-d", OUT / f"doctrees-{builder}", SOURCE, folder]
    subprocess.run(command, env=npm.environment() | {"PYTHONPATH": paths}, check=True)
    return folder


def print_pdf(page, target):
    """Print a page with Chromium, with an outline to navigate by."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise FileNotFoundError("printing the PDF needs Chromium (apt-get install chromium)")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += ["--generate-pdf-document-outline", "--export-tagged-pdf"]
    command += ["--virtual-time-budget=60000", f"--print-to-pdf={target}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)


def place_contents(page):
    """Put the contents before the first chapter; Sphinx has them in a sidebar, for screens only."""
    text = page.read_text(encoding="utf-8")
    entries = "".join(f"<li>{entry[0]}</li>" for entry in ENTRY.finditer(text))
    listed = f'<h2>Contents</h2><ul class="contents">{entries}</ul>{CHAPTERS}'
    page.write_text(text.replace(CHAPTERS, listed, 1), encoding="utf-8")


def number_contents(page, pdf):
    """Write into a page's contents where each chapter begins, in the PDF that was printed of it."""
    printed = PdfReader(pdf)

    def numbered(entry):
        place = printed.named_destinations[f"/{entry[1]}"]
        return f"{entry[0]}<span>{printed.get_destination_page_number(place) + 1}</span>"

    text = ENTRY.sub(numbered, page.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8")


# KaTeX's MathML says more than EPUB allows: widths of cells, an empty operator after an index.
MATH = re.compile(r'(?<=<mtd) width="[^"]*"|<mo>\u2061</mo>(?=</m(?:sub|sup|under)>)')
ACCESS = {
    "accessMode": ("textual", "visual"),
    "accessModeSufficient": ("textual,visual", "textual"),
    "accessibilityFeature": (
        "alternativeText",
        "MathML",
        "structuralNavigation",
        "tableOfContents",
    ),
    "accessibilityHazard": ("none",),
    "accessibilitySummary": (
        "Every figure has a text alternative that says what is to be seen, formulas are MathML, "
        "and no statement rests on colour alone.",
    ),
}


def finish_epub(made, target):
    """Say in the package what its pages hold: formulas, and how accessible they are."""
    with zipfile.ZipFile(made) as book, zipfile.ZipFile(target, "w") as result:
        files = {info.filename: book.read(info) for info in book.infolist()}
        for name, content in files.items():
            if name.endswith(".opf"):
                content = described(content.decode("utf-8"), files).encode()
            elif name.endswith(".xhtml"):
                content = MATH.sub("", content.decode("utf-8")).encode()
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            result.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, kind)


def described(package, files):
    """The package document with the properties that Sphinx leaves out."""

    def item(match):
        name = re.search(r'href="([^"]+)"', match[0])[1]
        content = next((files[path] for path in files if path.endswith(name)), b"")
        formulas = name.endswith(".xhtml") and b"<math" in content
        return match[0].replace("<item ", '<item properties="mathml" ') if formulas else match[0]

    package = re.sub(r"<item [^>]*/>", item, package)
    metas = "".join(
        f'<meta property="schema:{name}">{value}</meta>'
        for name, values in ACCESS.items()
        for value in values
    )
    return package.replace("</metadata>", f"{metas}</metadata>")


if __name__ == "__main__":
    sys.exit(main())
