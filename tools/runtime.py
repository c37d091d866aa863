"""Python for the site's pages: Pyodide from npm, NumPy for it, the course as a wheel, the editors.

Pyodide's own lock file says which packages it takes. Each is looked for in the builder's folder
(named by `FOLDER`), among the registry's wheels for browsers (PEP 783), and in the distribution
that the lock belongs to. Without NumPy the site has no editors, and its exercises say so.
"""

import ast
import hashlib
import html
import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pooch
from packaging.utils import canonicalize_name, parse_wheel_filename

from rmsprop_lesson import checks
from rmsprop_lesson.course import questions

from . import npm

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "docs" / "_static" / "python"
CACHE = ROOT / "_build" / "pyodide"
FOLDER = "RMSPROP_LESSON_PYODIDE"  # environment variable: a folder of wheels for Pyodide
DISTRIBUTION = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
PATIENCE = 20  # seconds without a byte
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
KINDS = ("pyemscripten", "pyodide")  # how the platform is called in wheels, now and before
NEEDED = ("numpy",)
# Loaded when a learner's code speaks of them: package → words.
EXTRAS = {"matplotlib": ("matplotlib", "plots", "plt")}


class NotToBeHad(Exception):
    """A package could be had from nowhere; the message says what was tried."""


# ── packages ─────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Lock:
    """Pyodide's lock file, which names each package with its file, hash and what it needs."""

    version: str
    content: dict

    @classmethod
    def of(cls, pyodide):
        """Read the lock that lies in Pyodide's npm package."""
        version = json.loads((pyodide / "package.json").read_text("utf-8"))["version"]
        return cls(version, json.loads((pyodide / "pyodide-lock.json").read_text("utf-8")))

    def entry(self, name):
        """Return what the lock says of a package."""
        return self.content["packages"][canonicalize_name(name)]

    def closure(self, names):
        """Return the names of packages and of all that they need, each once."""
        found = {}
        waiting = list(names)
        while waiting:
            name = canonicalize_name(waiting.pop())
            if name not in found:
                found[name] = None
                waiting += self.entry(name)["depends"]
        return list(found)

    def of_files(self, files):
        """Return the lock's content with these packages alone: name → path, with its own hash."""
        packages = {
            name: self.entry(name) | {"file_name": path.name, "sha256": sha256(path)}
            for name, path in files.items()
        }
        return self.content | {"packages": packages}


def sha256(path):
    """Return a file's hash in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def packages(lock, names, folder=None, distribution=DISTRIBUTION):
    """Bring packages, and what they need, onto this machine.

    Parameters
    ----------
    lock : Lock
    names : iterable of str
    folder : Path, optional
        The builder's own wheels. They are trusted; a hash that is not the lock's is a warning.
    distribution : str
        Where the lock's files lie, with ``{version}`` in it.

    Returns
    -------
    dict of str to Path

    Raises
    ------
    NotToBeHad
        If one of them isn't in the folder, the registry or the distribution.
    """
    return {name: _package(lock, name, folder, distribution) for name in lock.closure(names)}


def _package(lock, name, folder, distribution):
    if folder and (path := from_folder(lock, name, folder)):
        return path
    try:
        return from_registry(lock, name)
    except NotToBeHad as first:
        try:
            return from_distribution(lock, name, distribution)
        except NotToBeHad as second:
            raise NotToBeHad(f"{name}: {first}; {second}") from None


def from_folder(lock, name, folder):
    """Return the builder's own file of a package, or None."""
    entry = lock.entry(name)
    fitting = [path for path in sorted(folder.iterdir()) if _fits(lock, name, path)]
    if not fitting:
        return None
    path = next((p for p in fitting if sha256(p) == entry["sha256"]), fitting[-1])
    if sha256(path) != entry["sha256"]:
        warnings.warn(
            f"{path.name} is not the file that Pyodide {lock.version} was released with; it is "
            "taken all the same, since the folder is yours",
            stacklevel=2,
        )
    return path


def _fits(lock, name, path):
    """Whether a file is a wheel of this package that this Pyodide can load."""
    if path.name == lock.entry(name)["file_name"]:
        return True
    if path.suffix != ".whl":
        return False
    found, _, _, tags = parse_wheel_filename(path.name)
    abi = f"_{lock.content['info']['abi_version']}_wasm32"
    return found == canonicalize_name(name) and any(
        tag.platform == "any" or tag.platform.endswith(abi) for tag in tags
    )


def from_registry(lock, name):
    """Return a wheel for browsers that the project itself publishes; pip checks its hash."""
    entry, info = lock.entry(name), lock.content["info"]
    python = "".join(info["python"].split(".")[:2])
    place = CACHE / "registry" / f"{lock.version}-{name}"
    if not any(place.glob("*.whl")):
        command = [sys.executable, "-m", "pip", "download", f"{name}>={entry['version']}"]
        command += ["--dest", place, "--no-deps", "--only-binary=:all:", "--retries=0"]
        command += [f"--python-version={python}", f"--abi=cp{python}"]
        command += [f"--platform={kind}_{info['abi_version']}_wasm32" for kind in KINDS]
        if subprocess.run(command, capture_output=True).returncode:
            raise NotToBeHad("its project publishes no wheel for browsers, or none can be reached")
    return next(place.glob("*.whl"))


def from_distribution(lock, name, distribution=DISTRIBUTION):
    """Return the lock's own file of a package, from the cache or the network; it has its hash."""
    entry = lock.entry(name)
    address = distribution.format(version=lock.version) + entry["file_name"]
    try:
        pooch.get_logger().setLevel("ERROR")
        return Path(
            pooch.retrieve(
                address,
                known_hash=f"sha256:{entry['sha256']}",
                fname=entry["file_name"],
                path=CACHE / lock.version,
                downloader=pooch.HTTPDownloader(timeout=PATIENCE),
            )
        )
    except ValueError:
        raise NotToBeHad(f"{address} has another hash than the lock's") from None
    except OSError as error:
        raise NotToBeHad(f"{address} can't be downloaded ({type(error).__name__})") from None


# ── the folder that the pages load from ──────────────────────────────────────────────────────────


def place(static, folder=None):
    """Put Python and the editors into the site's folder of static files.

    Parameters
    ----------
    static : Path
    folder : Path, optional
        The builder's own wheels.

    Returns
    -------
    bool
        Whether the pages have Python.
    """
    pyodide = npm.package("pyodide")
    lock = Lock.of(pyodide)
    try:
        files = packages(lock, NEEDED, folder)
    except NotToBeHad as reason:
        print(f"No Python on the pages, for NumPy is not to be had. {reason}")
        print(f"The exercises link to the ways to run a lesson. A folder of wheels: {FOLDER}=…")
        install(static, pyodide, lock, None)
        return False
    install(static, pyodide, lock, files, extras(lock, folder))
    names = ", ".join(path.name for path in files.values())
    print(f"Python on the pages: Pyodide {lock.version} with {names}")
    return True


def extras(lock, folder):
    """Return the large packages that can be had, with all that they need: name → path."""
    found = {}
    for name in EXTRAS:
        try:
            found |= packages(lock, [name], folder)
        except NotToBeHad as reason:
            print(f"Pages without {name}. {reason}")
    return found


def install(static, pyodide, lock, files, extra=None):
    """Write Python's folder, named after all that is in it, and the script that leads there.

    Parameters
    ----------
    static, pyodide : Path
    lock : Lock
    files : dict of str to Path or None
        The packages to start with, none of them for Python alone. None: no Python.
    extra : dict of str to Path, optional
        Those that are loaded when they are needed.
    """
    with tempfile.TemporaryDirectory(dir=static) as made:
        part = Path(made) / "part"
        part.mkdir()
        told = None if files is None else _python(part, pyodide, lock, files, extra or {})
        _bundle(part, told)
        name = f"python-{_hash(part)}"
        part.rename(static / name)
    start = f'import "./{name}/main.js";\n'
    (static / "python.js").write_text(start, encoding="utf-8")


def _python(part, pyodide, lock, files, extra):
    """Put the runtime and the course into a folder; return what the scripts must know of it."""
    runtime = part / "pyodide"
    runtime.mkdir()
    for name in CORE:
        shutil.copy(pyodide / name, runtime)
    everything = files | extra
    (runtime / "pyodide-lock.json").write_text(json.dumps(lock.of_files(everything)), "utf-8")
    for path in everything.values():
        shutil.copy(path, runtime)
    wheel = course_wheel(part)
    first = [runtime / name for name in CORE] + [wheel, *files.values()]
    return {
        "wheel": wheel.name,
        "packages": list(files),
        "extras": {name: words for name, words in EXTRAS.items() if name in everything},
        "script": (runtime / "pyodide.asm.js").stat().st_size,
        "bytes": sum(path.stat().st_size for path in first),
    }


def course_wheel(folder):
    """Build the package as a wheel into a folder, without a network; return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("rmsprop_lesson-*.whl"))


def _bundle(part, told):
    """The scripts, bundled with what they take from npm."""
    entries = [SCRIPTS / f"{name}.mjs" for name in (["main", "worker"] if told else ["main"])]
    command = [npm.folder() / ".bin" / "esbuild", *entries, f"--outdir={part}", "--bundle"]
    command += ["--minify", "--splitting", "--format=esm", "--target=es2022", "--loader:.css=text"]
    command += [f"--define:RUNTIME={json.dumps(told)}", "--log-level=warning"]
    # The scripts lie outside of the folder that npm filled, so esbuild is told of it.
    environment = npm.environment() | {"NODE_PATH": str(npm.folder())}
    subprocess.run(command, env=environment, check=True)


def _hash(folder):
    state = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        state.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return state.hexdigest()[:12]


def finish(site):
    """Put the service worker where it can reach all pages."""
    shutil.copy(SCRIPTS / "service.js", site / "offline.js")


# ── places in the lessons ────────────────────────────────────────────────────────────────────────

HONEST = (
    "<p>This exercise is done in Python, which these pages can't run here: "
    '<a href="../docs/run.html">three ways to run the lesson</a>.</p>'
)


def add_places(notebook, stem):
    """Add the places for editors to a lesson: under each exercise, and at its end.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Is changed.
    stem : str
        The notebook's name, which begins with the lesson's number.
    """
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        mark = cell.metadata.get("rmsprop_lesson", {})
        if mark.get("part") in ("stub", "check"):
            cell.metadata.setdefault("tags", []).append(f"exercise-{mark['exercise']}")
        if mark.get("part") == "check":
            cells.append(_markdown(_exercise(checks.exercises()[mark["exercise"]])))
    about = {
        "scratch": stem[:2],
        "imports": "\n".join(imports(notebook)),
        "notebook": f"../_sources/notebooks/{stem}.ipynb",
        "done": "../docs/done.html",
    }
    notebook.cells = [*cells, _markdown(place_of(about))]


def _exercise(exercise):
    about = {"exercise": exercise.name, "code": exercise.stub}
    if walks(exercise):
        about["valley"] = ""
    return place_of(about, HONEST)


def walks(exercise):
    """Whether the explorer of the valley can run the learner's solution."""
    if inspect.isclass(exercise.solution):
        return hasattr(exercise.solution, "step")
    return exercise.argument_names == checks.exercises()["rmsprop_step"].argument_names


def place_of(about, content=""):
    """A place for the scripts: a block whose data say what belongs there."""
    data = " ".join(
        f'data-{name}="{html.escape(value).replace(chr(10), "&#10;")}"'
        for name, value in about.items()
    )
    return f'<div class="rmsprop-python" {data}>{content}</div>'


def _markdown(source):
    return nbformat.v4.new_markdown_cell(source)


def imports(notebook):
    """The import statements of a lesson's cells, each once, in order."""
    found = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "rmsprop_lesson.course.checks" not in cell.source:
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.Import | ast.ImportFrom):
                    found[ast.unparse(node)] = None
    return list(found)


def overview(course):
    """The place of the overview, which knows what there is to do: what `parts` returns."""
    return place_of({"overview": json.dumps(course, ensure_ascii=False)})


def parts(titles):
    """What there is to do in each lesson.

    Parameters
    ----------
    titles : dict of str to str
        Notebook's name → the lesson's title.

    Returns
    -------
    list of dict
        With `title`, `page`, and the names of the `exercises`, `predictions` and `quiz`.
    """
    lessons = questions.lessons()
    course = []
    for stem, title in titles.items():
        number = int(stem[:2])
        lesson = lessons.get(number)
        entry = {
            "title": title,
            "page": f"../notebooks/{stem}.html",
            "exercises": [e.name for e in checks.exercises().values() if e.lesson == number],
            "predictions": list(lesson.predictions) if lesson else [],
            "quiz": [question.id for question in lesson.quiz] if lesson else [],
        }
        course.append(entry)
    return course


def builder_folder():
    """Return the folder that the builder named, or None.

    Raises
    ------
    NotADirectoryError
        If it is named and isn't there.
    """
    named = os.environ.get(FOLDER)
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise NotADirectoryError(f"{FOLDER} must name a folder of wheels, got {named!r}")
    return folder
