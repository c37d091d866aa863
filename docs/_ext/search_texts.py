"""Light search results: the search page reads plain text, and not whole pages with their formulas.

Sphinx's script fetches every page that matches, to quote from it: megabytes, in which each formula
stands three times. Here each page has a text beside it, in as much HTML as that script needs: its
sections with their ids. Answers of questions are not in it.
"""

import re
from html import escape
from html.parser import HTMLParser

PLACE = "_static/search"
FETCH = "fetch(requestUrl)"
EQUALS = "return leftTitle > rightTitle ? -1 : 1;"
VOID = {"br", "img", "input", "hr", "meta", "link", "wbr", "col"}
SILENT = ("katex-mathml", "headerlink", "rmsprop-explorer")  # classes


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", write_texts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_texts(app, error):
    """Write the text of every page, send the search script there, and let it count."""
    if error or app.builder.format != "html":
        return
    for name in app.env.found_docs:
        text = Text()
        text.feed((app.outdir / f"{name}.html").read_text(encoding="utf-8"))
        path = app.outdir / PLACE / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.result(), encoding="utf-8")
    script = app.outdir / "_static" / "searchtools.js"
    source = script.read_text(encoding="utf-8")
    ours = {
        FETCH: f"fetch(`${{contentRoot}}{PLACE}/${{docName}}.txt`)",
        # Lesson 2 before lesson 10: numbers in titles count as numbers.
        EQUALS: "return rightTitle.localeCompare(leftTitle, 'en', { numeric: true });",
    }
    for theirs, replacement in ours.items():
        if theirs not in source:
            raise ValueError(f"searchtools.js of this Sphinx has no {theirs}")
        source = source.replace(theirs, replacement)
    script.write_text(source, encoding="utf-8")


class Text(HTMLParser):
    """The text of a page's article, with its sections."""

    def __init__(self):
        super().__init__()
        self.parts, self.open, self.silent, self.inside = [], [], 0, 0

    def handle_starttag(self, tag, attributes):
        """Go in: to the article, to something that isn't read, to a section."""
        if tag in VOID:
            return
        attributes = dict(attributes)
        classes = (attributes.get("class") or "").split()
        self.inside += tag == "article" or self.inside > 0
        silent = tag in ("script", "style", "svg") or any(name in classes for name in SILENT)
        self.silent += silent or self.silent > 0
        marks = self.inside and not self.silent and tag == "section" and attributes.get("id")
        self.open.append((tag, marks))
        if marks:
            self.parts.append(f'<section id="{escape(attributes["id"])}">')

    def handle_endtag(self, tag):
        """Come out again."""
        if tag in VOID or not self.open:
            return
        _, marked = self.open.pop()
        self.inside -= self.inside > 0
        self.silent -= self.silent > 0
        if marked:
            self.parts.append("</section>")
        elif tag in ("p", "li", "div", "pre", "td", "th", "h1", "h2", "h3", "h4", "dt", "dd"):
            self.parts.append(" ")

    def handle_data(self, data):
        """Keep what is read."""
        if self.inside and not self.silent:
            self.parts.append(escape(data, quote=False))

    def result(self):
        """Return the text, in as much HTML as the search needs."""
        text = re.sub(r"\s+", " ", "".join(self.parts).replace("\u200b", "")).strip()
        return f'<div role="main">{text}</div>'
