"""Build the Jupyter Book into _build/html: python -m tools.book

With --teacher it has the teacher's guide as well, which answers every question and is not for
learners.

The sources are put together in _build/site: the pages of docs/, the lessons, executed (what has not
changed since the last time comes from a cache) and with outputs for pages without a kernel, and
what the pages load: the explorers' script, KaTeX's style and fonts.
"""

import argparse
import ast
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import nbformat
import yaml

from rmsprop_lesson import checks, mnist_available
from rmsprop_lesson.course.explorers.bundle import bundle

from . import door, figures, lessons, notebooks, npm, outputs, pages, runtime

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"
SOURCE, CACHE, HTML = BUILD / "site", BUILD / "executed", BUILD / "html"
SCRIPTS = ("site.js", "door.js")
ASKING = ("quiz", "review", "trial")
GUIDE_LINK = re.compile(r"\[([^]]*)\]\((?:docs/)?teach\w*\.md[^)]*\)")
LAUNCH = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org",
          "colab_url": "https://colab.research.google.com"}  # fmt: skip


def main(arguments=None):
    """Build the site; return Sphinx's exit code, 0 where it had nothing to complain about."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teacher", action="store_true", help="with the teacher's guide")
    options = parser.parse_args(arguments)
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SOURCE / "docs")
    shutil.copy(ROOT / "_toc.yml", SOURCE)
    if not options.teacher:
        leave_out_guide(SOURCE)
    (SOURCE / "_config.yml").write_text(yaml.safe_dump(config(), allow_unicode=True), "utf-8")
    _place_lessons()
    with ProcessPoolExecutor(2) as pool:
        for name, place in zip(TABLES, pool.map(table, TABLES), strict=True):
            shutil.copy(place, SOURCE / "docs" / f"{name}_table.md")
    for page in (SOURCE / "docs").glob("*.md"):
        page.write_text(lessons.without_dead_links(page.read_text("utf-8")), "utf-8")
    static = SOURCE / "docs" / "_static"
    for name in SCRIPTS:
        (static / name).unlink()  # a part of course.js
    with (static / "course.css").open("a", encoding="utf-8") as sheet:
        sheet.write(figures.style())
    place_scripts(static)
    shutil.rmtree(static / "python")  # bundled
    runtime.place(static, runtime.builder_folder())
    code = _build()
    if code == 0:
        _finish()
    return code


def leave_out_guide(source):
    """Take the teacher's guide out of the site's sources and of its table of contents."""
    lines = (source / "_toc.yml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "docs/teach" not in line]
    (source / "_toc.yml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    for path in [*source.glob("docs/teach*"), source / "docs" / "plans.yaml"]:
        path.unlink()
    for page in source.glob("docs/*.md"):
        page.write_text(GUIDE_LINK.sub(r"\1", page.read_text(encoding="utf-8")), encoding="utf-8")


def config():
    """The book's configuration; launch buttons only where a repository's address is given."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    if config.get("repository", {}).get("url"):
        config["launch_buttons"] = LAUNCH | config.get("launch_buttons", {})
    return config


def mistakes():
    """Which probe sees which mistake, as Markdown: a table for each exercise."""
    others = dict(checks.exercises())
    return "\n".join(map(_seen, (others.pop("rmsprop_step"), *others.values())))


TABLES = {"mistakes": mistakes, "races": pages.races, "claims": pages.claims_table}


def table(name):
    """The file with a page's table, made with the package as it is now, or from the cache."""
    makers = Path(pages.__file__).read_bytes() + Path(__file__).read_bytes()
    state = hashlib.sha256(makers + _surroundings().encode()).hexdigest()
    place = CACHE / f"{name}-{state}.md"
    if not place.exists():
        print(f"computing the table of {name}", flush=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(TABLES[name](), encoding="utf-8")
    return place


def _seen(exercise):
    table = checks.matrix(exercise.name)
    head = ["mistake", *table.columns]
    rows = [[name, *("yes" if sees else "–" for sees in row)] for name, row in _alike(table)]
    lines = [head, ["---"] + [":-:"] * len(table.columns), *rows]
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"## {exercise.title}, `{exercise.name}`\n\n{body}\n"


def _alike(table):
    """The rows of a table of mistakes; wordings that the same probes see share one."""
    wordings = {}
    for name, *row in table.itertuples():
        mistake, number = re.fullmatch(r"(.*?)(?: \((\d+)\))?", name).groups("1")
        wordings.setdefault((mistake, tuple(row)), []).append(int(number))
    for (mistake, row), numbers in wordings.items():
        yield mistake if numbers == [1] else f"{mistake} ({_spans(numbers)})", row


def _spans(numbers):
    """Numbers in order as text: 1–3, 5."""
    steady = itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
    spans = [[number for _, number in span] for _, span in steady]
    return ", ".join("–".join(map(str, sorted({span[0], span[-1]}))) for span in spans)


def _place_lessons():
    folder = SOURCE / "notebooks"
    folder.mkdir()
    place = SOURCE / "docs" / "_static" / "figures", "../_static/figures"
    pictures = {}
    paths = list(lessons.NOTEBOOKS.values())
    with ProcessPoolExecutor(2) as pool:
        for path, notebook in zip(paths, pool.map(executed, paths), strict=True):
            mark_answers(notebook)
            fold_plumbing(notebook)
            for cell in notebook.cells:
                if cell.cell_type == "markdown":
                    cell.source = lessons.without_dead_links(cell.source)
            runtime.add_places(notebook, path.stem)
            drawn = figures.Numbered(*place, lesson=int(path.stem[:2]))
            pictures[path.stem] = figures.of_a_card(notebook, door.SHOWN.get(int(path.stem[:2])))
            nbformat.write(outputs.prepare(notebook, drawn), folder / path.name)
    course = runtime.parts(_titles(paths))
    done = SOURCE / "docs" / "done.md"
    done.write_text(done.read_text("utf-8") + runtime.overview(course) + "\n", "utf-8")
    door.place(SOURCE, course, pictures)


def _titles(paths):
    """Each lesson's heading, by the notebook's name."""
    firsts = {path.stem: nbformat.read(path, as_version=4).cells[0].source for path in paths}
    return {stem: source.splitlines()[0].lstrip("# ") for stem, source in firsts.items()}


def mark_answers(notebook):
    """Say in the Markdown which sections give a prediction's answer away: docs/_ext/answers.py."""
    for cell in notebook.cells:
        if "answer" in cell.metadata.get("tags", ()):
            cell.source = f"% answer\n\n{cell.source}"


def fold_plumbing(notebook):
    """Fold the code of cells that only import, ask or fetch: what they show is what one reads."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and all(map(_is_plumbing, ast.parse(cell.source).body)):
            cell.metadata.setdefault("tags", []).append("hide-input")


def _is_plumbing(statement):
    """An import, `quiz(1)`, `review(1)`, `trial("…")`, or `x = checks.mine("x")`."""
    if isinstance(statement, ast.Expr | ast.Assign) and isinstance(statement.value, ast.Call):
        called = ast.unparse(statement.value.func)
        return called in (("checks.mine",) if isinstance(statement, ast.Assign) else ASKING)
    return isinstance(statement, ast.Import | ast.ImportFrom)


def executed(path):
    """The lesson, executed with the package as it is now, or from the cache."""
    notebook = nbformat.read(path, as_version=4)
    place = CACHE / f"{_fingerprint(notebook)}.ipynb"
    if not place.exists():
        print(f"executing {path.name}", flush=True)
        os.environ["PYTHONPATH"] = str(ROOT)  # the kernel finds the extension that draws figures
        notebooks.execute(notebook, path.parent, f"--IPKernelApp.extensions={figures.EXTENSION}")
        place.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, place)
    return nbformat.read(place, as_version=4)


def _fingerprint(notebook):
    """Of everything that decides what a lesson is: its cells and its surroundings."""
    cells = [[cell.source, cell.metadata] for cell in notebook.cells]
    return hashlib.sha256(json.dumps([cells, _surroundings()]).encode()).hexdigest()


@cache
def _surroundings():
    """Of the package, and of whether the full MNIST is there."""
    state = hashlib.sha256(str(mnist_available("full")).encode())
    for path in [*sorted((ROOT / "rmsprop_lesson").rglob("*")), Path(figures.__file__)]:
        if path.is_file() and path.suffix not in (".mjs", ".pyc"):
            state.update(path.read_bytes())
    return state.hexdigest()


def place_scripts(folder):
    """Put the explorers' script, and KaTeX's style and fonts, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "course.js").write_text(script(), encoding="utf-8")
    katex = npm.package("katex") / "dist"
    (folder / "katex").mkdir()
    shutil.copy(katex / "katex.min.css", folder / "katex")
    fonts = shutil.ignore_patterns("*.ttf", "*.woff")  # every browser of today takes woff2
    shutil.copytree(katex / "fonts", folder / "katex" / "fonts", ignore=fonts)


def script():
    """The explorers and what starts them, as a classic script: it works from a file, too."""
    explorers = bundle()
    explorers = explorers[: explorers.rindex("export const {")]
    own = [(ROOT / "docs" / "_static" / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return f"(() => {{\n{explorers}\n{''.join(own)}}})();\n"


def _build():
    shutil.rmtree(HTML, ignore_errors=True)
    book = Path(sys.executable).with_name("jupyter-book")
    command = [book, "build", SOURCE, "--path-output", ROOT]
    environment = npm.environment() | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([*command, "-W", "--keep-going", "--all"], env=environment).returncode


def _finish():
    """Put the site in its place, with the lessons as they are for download."""
    shutil.copy(ROOT / "docs" / "404.html", HTML)
    runtime.finish(HTML)
    for path in lessons.NOTEBOOKS.values():
        shutil.copy(path, HTML / "_sources" / "notebooks" / path.name)


if __name__ == "__main__":
    sys.exit(main())
