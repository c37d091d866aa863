"""Mark what gives an answer away, so that a page can veil it until the learner has answered.

Three things do: what stands between a prediction and the next heading or prediction; a section
whose Markdown cell has the tag "answer" (tools/book.py puts the comment ANSWER before it); and the
code cell right behind a fold that is called "Answer" or "Solution". docs/_static/course.css veils
them on screens with scripts, site.js lifts the veil; on paper and without scripts all is there.
"""

from docutils import nodes

ANSWER = "answer"
VEILED = "course-veiled"
FOLDS = ("<summary>Answer</summary>", "<summary>Solution</summary>")


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", veil)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def veil(app, doctree):
    """Mark all of these in a page."""
    cells = [node for node in doctree.findall(nodes.container) if "cell" in node["classes"]]
    for cell in cells:
        if _asks(cell):
            _wrap(list(_answering(cell)))
        elif _fold_before(cell) in FOLDS:
            _wrap([cell], "course-behind-fold")
    for comment in list(doctree.findall(nodes.comment)):
        if comment.astext() == ANSWER:
            section = comment.next_node(nodes.section, descend=False, siblings=True, ascend=True)
            section["classes"].append(VEILED)


def _asks(cell):
    return any('data-explorer="prediction"' in raw.astext() for raw in cell.findall(nodes.raw))


def _following(node):
    return node.parent[node.parent.index(node) + 1 :]


def _answering(prediction):
    for node in _following(prediction):
        if isinstance(node, nodes.section) or _asks(node):
            return
        yield node


def _fold_before(cell):
    """Return the summary of the fold that ends right before a cell."""
    before = cell.parent[: cell.parent.index(cell)]
    if not before or "</details>" not in before[-1].astext():
        return None
    opened = (node.astext() for node in reversed(before) if "<details>" in node.astext())
    return next(opened).removeprefix("<details>").strip()


def _wrap(found, *classes):
    if found:
        place = found[0].parent.index(found[0])
        parent = found[0].parent
        for node in found:
            parent.remove(node)
        parent.insert(place, nodes.container("", *found, classes=[VEILED, *classes]))
