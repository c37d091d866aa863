"""What the site changes of its theme: nothing from outside, and no script that a style can replace."""

import re

OUTSIDE = re.compile(r'<script[^>]*src="https?://[^>]*></script>|<link[^>]*href="https?://[^>]*/?>')
FONT_AWESOME = re.compile(r"<(?:script|link)[^>]*scripts/fontawesome\.js[^>]*>(?:</script>)?")


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", tidy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def tidy(app, error):
    """Take the theme's icon script (1.5 MB) out of every page; its icon font stays."""
    if error:
        return
    for path in app.outdir.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        path.write_text(FONT_AWESOME.sub("", page), encoding="utf-8")
