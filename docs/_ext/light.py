"""Less to load: of the theme's style and of its icon font each page gets what the site uses.

The style of the theme has a rule for each of two thousand icons and for much that stands on no page
here. A rule stays if every class that it names stands on some page or in some script.
"""

import io
import re

from fontTools import subset  # Matplotlib brings it

STYLE = "_static/styles/pydata-sphinx-theme.css"
FONT = "fa-solid-900"
_RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")
_EMPTY = re.compile(r"@(?:media|supports|layer)[^{};]*\{\s*\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CLASS = re.compile(r"\.((?:\\.|[\w-])+)")
_ICON = re.compile(r"\\([ef][0-9a-f]{3})")


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", lighten, priority=900)  # the last: all is there
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def lighten(app, error):
    """Write the theme's style and its font of icons anew, with what the site uses."""
    if error or app.builder.format != "html":
        return
    path = app.outdir / STYLE
    style = used(path.read_text(encoding="utf-8"), words(app.outdir))
    font = app.outdir / "_static/vendor/fontawesome/webfonts" / f"{FONT}.ttf"
    icons = {int(code, 16) for code in _ICON.findall(style)}
    font.with_suffix(".woff").write_bytes(few(font, icons))
    path.write_text(style.replace(f'{FONT}.woff2) format("woff2")', f'{FONT}.woff) format("woff")'))


def words(folder):
    """Every word of the site's pages and scripts: whatever could be the name of a class."""
    found = set()
    for path in [*folder.rglob("*.html"), *folder.rglob("*.js"), *folder.rglob("_static/*.css")]:
        if "pyodide" not in path.parts and path.name != "fontawesome.js":
            found.update(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
    return found


def used(style, known):
    """A style sheet without the rules that can meet nothing; what it says of licences stays."""
    notices = dict.fromkeys(re.findall(r"/\*!.*?\*/", style, re.DOTALL))
    style = _COMMENT.sub("", style)

    def kept(rule):
        selectors, body = rule.groups()
        if "(" in selectors:  # :not(), :is() and their like
            return rule[0]
        alive = [one for one in selectors.split(",") if _classes(one) <= known]
        return f"{','.join(alive)}{{{body}}}" if alive else ""

    style = _RULE.sub(kept, style)
    while _EMPTY.search(style):
        style = _EMPTY.sub("", style)
    return "".join([*notices, style])


def _classes(selector):
    return {name.replace("\\", "") for name in _CLASS.findall(selector)}


def few(font, icons):
    """A font with these characters alone, as WOFF."""
    options = subset.Options(flavor="woff", layout_features=["*"])
    with subset.load_font(font, options) as whole:
        chosen = subset.Subsetter(options)
        chosen.populate(unicodes=icons)
        chosen.subset(whole)
        written = io.BytesIO()
        subset.save_font(whole, written, options)
    return written.getvalue()
