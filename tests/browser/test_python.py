"""Python on the pages, in a real browser: the editors, the worker, what is kept.

Most of it needs no compiled package: the pages are served with a Python that has none, whatever the
site was built with. With a folder of wheels in RMSPROP_LESSON_PYODIDE every exercise is done, too.
"""

import json
import linecache
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from conftest import HTML, Quiet
from operating import unfold
from test_pages import AXE, axe  # noqa: F401 (a fixture)

from rmsprop_lesson import checks
from rmsprop_lesson.course.checks.source import without_docstrings
from tools import npm, runtime

LESSON = "notebooks/03_rmsprop_mathematics.html"
EXERCISE, SCRATCH = "[data-exercise=rmsprop_step]", "[data-scratch]"
PATIENCE = 120_000  # milliseconds that Python may take to start on a busy machine
RAN = ".rp-output > *, .rp-verdict > *"
# For each exercise a change of its solution that makes a slip which has a name.
SLIPS = {
    "gradient_step": (" - ", " + "),
    "valley_gradient": ("condition * y", "2 * condition * y"),
    "largest_stable_rate": ("2 / ", "1 / "),
    "ewma": ("beta * average + (1 - beta)", "(1 - beta) * average + beta"),
    "heavy_ball_step": ("v = beta * v + grad", "v = grad"),
    "adagrad_step": ("grad**2", "grad"),
    "half_life": ("np.log(0.5) / np.log(beta)", "1 / (1 - beta)"),
    "past_weights": ("(1 - beta) * ", ""),
    "rmsprop_step": ("(1 - beta) * ", ""),
    "first_update": ("(1 - beta) * ", ""),
    "worked_table": ("beta * S + ", ""),
    "first_slip": ("return t", "return t - 1"),
    "corrected_average": ("beta**t", "beta ** (t + 1)"),
    "first_step_factor": ("np.sqrt(1 - beta)", "(1 - beta)"),
    "steps_until_unbiased": ("return t", "return t + 1"),
    "adam_step": ("v / (1 - beta2**t)", "v"),
    "adadelta_step": ("(1 - rho) * step**2", "(1 - rho) * grad**2"),
    "fair_winner": ("np.median", "np.mean"),
    "sample_rates": (
        "10 ** rng.uniform(np.log10(low), np.log10(high), n)",
        "rng.uniform(low, high, n)",
    ),
    "cosine_rate": (" / 2", ""),
    "best_epoch": ("epoch - best >= patience", "False"),
    "softmax": ("z - z.max(axis=1, keepdims=True)", "z"),
    "softmax_gradient": (" / len(labels)", ""),
    "minibatches": ("rng.permutation(n)", "np.arange(n)"),
    "numerical_gradient": ("(2 * h)", "h"),
    "clip_gradient": (" if norm > most else grad", ""),
    "full_matrix_step": ("(1 - beta) * ", ""),
    "centered_step": (" - m**2", ""),
    "MyRMSprop": ("self.beta * self.S + ", ""),
    "MyCorrectedRMSprop": ("self.beta**self.t", "self.beta"),
    "from_pytorch": ("False", "True"),
    "count_flips": ("signs[1:] != signs[:-1]", "np.diff(path, axis=0) != 0"),
    "steps_to_reach": ("<=", "<"),
    "mended_step": ("(1 - beta) * grad**2", "(1 - beta) * grad"),
}
NAMELESS = (
    None,
    "unknown",
    "raises",
    "wrong return",
    "wrong shape",
    "returns None",
    "endless loop",
)


# ── the site with a Python of one's own ──


class Overlaid(Quiet):
    """Serves what lies in a folder above the site, else the site."""

    def __init__(self, *arguments, above, **options):
        self.above = above
        super().__init__(*arguments, **options)

    def translate_path(self, path):
        below = super().translate_path(path)
        above = Path(self.above, Path(below).relative_to(self.directory))
        return str(above) if above.is_file() else below


@pytest.fixture(scope="session")
def with_python(tmp_path_factory):
    """A function from packages to the address of the site with these; None is no Python at all.

    Its second argument is what is loaded on demand.
    """
    servers = {}

    def serve(files, extra=()):
        key = None if files is None else (*files, *extra)
        if key not in servers:
            above = tmp_path_factory.mktemp("python")
            (above / "_static").mkdir()
            pyodide = npm.package("pyodide")
            runtime.install(
                above / "_static", pyodide, runtime.Lock.of(pyodide), files, dict(extra)
            )
            runtime.finish(above)
            handler = partial(Overlaid, directory=str(HTML), above=above)
            servers[key] = ThreadingHTTPServer(("127.0.0.1", 0), handler)
            threading.Thread(target=servers[key].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[key].server_port}"

    assert (HTML / "index.html").exists(), "the site is not built: make site"
    yield serve
    for server in servers.values():
        server.shutdown()


@pytest.fixture(scope="session")
def pure_url(with_python):
    """The site with Python alone."""
    return with_python({})


@pytest.fixture(scope="session")
def wheels():
    """A function from a package to its files and those it needs, out of the builder's folder."""
    folder = runtime.builder_folder()
    if folder is None:
        pytest.skip(f"needs a folder of wheels for Pyodide in {runtime.FOLDER}: see the README")
    lock = runtime.Lock.of(npm.package("pyodide"))

    def find(package):
        return {name: runtime.from_folder(lock, name, folder) for name in lock.closure([package])}

    return find


@pytest.fixture(scope="session")
def full_url(with_python, wheels):
    """The site with NumPy, for which the builder's folder is needed."""
    return with_python(wheels("numpy"))


@pytest.fixture
def desk(open_page):
    """A page 1280 pixels wide."""
    return open_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)


# ── what a learner does ──


def visit(page, address):
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


def cell(page, selector):
    """The card of an exercise or the scratch cell, with its editor ready."""
    place = page.locator(selector)
    place.scroll_into_view_if_needed()
    place.locator(".cm-content").wait_for()
    return place


def write(place, code):
    place.locator(".cm-content").first.click()
    place.page.keyboard.press("Control+a")
    place.page.keyboard.insert_text(code)


def written(place):
    return "\n".join(place.locator(".cm-line").all_inner_texts()).replace("\n\n", "\n")


def run(place, button):
    """Press it, and return what came out, as text."""
    place.get_by_role("button", name=button, exact=True).click()
    place.locator(RAN).first.wait_for(timeout=PATIENCE)
    place.locator(".rx-primary:not([aria-disabled])").wait_for(timeout=PATIENCE)
    return "\n".join(place.locator(RAN).all_inner_texts())


def endless(place, button):
    """Start something that runs, and wait until it does."""
    place.get_by_role("button", name=button, exact=True).click()
    place.locator(".rp-status", has_text="Running").wait_for(timeout=PATIENCE)


# ── Python alone ──


def test_python_boots_runs_fails_is_stopped_and_starts_anew(desk, pure_url):
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    place = cell(visit(desk, f"{pure_url}/{LESSON}"), SCRATCH)
    assert not any("pyodide" in url or "worker" in url for url in asked)
    write(place, "x = 6\nprint('hello')\nx * 7")
    assert run(place, "Run").split() == ["hello", "42"]
    assert any("pyodide.asm.wasm" in url for url in asked)
    write(place, "x = 1\nx / 0")
    assert "line 2:  x / 0\nZeroDivisionError" in run(place, "Run")
    write(place, "x = 8\nwhile True: pass")
    endless(place, "Run")
    place.get_by_role("button", name="Stop").click()
    place.locator(".rp-status", has_text="Stopped").wait_for()
    write(place, "x")
    assert "NameError" in run(place, "Run")  # what was defined is gone


def test_too_deep_or_too_large_ends_in_a_message(desk, pure_url):
    place = cell(visit(desk, f"{pure_url}/{LESSON}"), SCRATCH)
    write(place, "def f(n):\n    return f(n + 1)\nf(0)")
    assert "RecursionError" in run(place, "Run")
    write(place, "kept = []\nwhile True:\n    kept.append(bytes(10**8))")
    assert "memory" in run(place, "Run")
    write(place, "1 + 1")
    assert run(place, "Run").strip() == "2"


def test_the_editor_by_keyboard(desk, pure_url):
    place = cell(visit(desk, f"{pure_url}/{LESSON}"), SCRATCH)
    editor = place.locator(".cm-content")
    write(place, "if 1:")
    desk.keyboard.press("Enter")  # indents as Python does
    desk.keyboard.type("print('by key')")
    assert place.locator(".cm-line").all_inner_texts() == ["if 1:", "    print('by key')"]
    desk.keyboard.press("Home")
    desk.keyboard.press("Tab")
    assert place.locator(".cm-line").nth(1).inner_text().startswith("        ")
    desk.keyboard.press("Control+z")
    assert editor.evaluate("el => el === document.activeElement")
    desk.keyboard.press("Control+Enter")
    place.locator(".rp-text", has_text="by key").wait_for(timeout=PATIENCE)
    desk.keyboard.press("Escape")
    place.locator(".rp-status", has_text="Tab leaves").wait_for()
    desk.keyboard.press("Tab")
    assert place.get_by_role("button", name="Run", exact=True).evaluate(
        "el => el === document.activeElement"
    )
    described = editor.get_attribute("aria-describedby")
    assert "Esc" in desk.locator(f"#{described}").inner_text()


def test_what_is_written_is_kept_until_all_is_forgotten(desk, pure_url):
    place = cell(visit(desk, f"{pure_url}/{LESSON}"), EXERCISE)
    stub = written(place)
    write(place, "mine = 1")
    desk.reload()
    assert written(cell(desk, EXERCISE)) == "mine = 1"
    place.get_by_role("button", name="Reset").click()
    assert written(place) == stub
    place.locator(".cm-content").click()
    desk.keyboard.press("Control+z")
    assert written(place) == "mine = 1"
    desk.get_by_role("button", name="Forget all").click()
    with desk.expect_navigation():
        desk.get_by_role("button", name="Really forget").click()
    assert written(cell(desk, EXERCISE)) == stub
    assert desk.evaluate("localStorage.getItem('rmsprop-course')") is None


def test_the_notebook_that_is_downloaded_has_what_was_written(desk, pure_url):
    page = visit(desk, f"{pure_url}/{LESSON}")
    write(cell(page, EXERCISE), "mine = 1")
    write(cell(page, SCRATCH), "tried = 2")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as notebook").click()
    got = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    name = LESSON.replace(".html", ".ipynb")
    lesson = json.loads((HTML / "_sources" / name).read_text(encoding="utf-8"))
    changed = [cell for cell in got["cells"] if cell not in lesson["cells"]]
    assert [cell["source"] for cell in changed if cell["source"] in ("mine = 1", "tried = 2")]
    assert len(got["cells"]) == len(lesson["cells"]) + 1
    assert all(cell["outputs"] == [] for cell in changed)


def test_after_the_first_run_no_network_is_needed(desk, pure_url):
    place = cell(visit(desk, f"{pure_url}/{LESSON}"), SCRATCH)
    write(place, "while True: pass")
    endless(place, "Run")
    desk.context.set_offline(True)
    place.get_by_role("button", name="Stop").click()  # a new worker has to start
    write(place, "'without a network'")
    assert "without a network" in run(place, "Run")
    desk.reload()
    place = cell(desk, SCRATCH)
    assert "without a network" in run(place, "Run")


def test_an_editor_and_its_results_are_accessible(desk, pure_url, axe):  # noqa: F811
    page = visit(desk, f"{pure_url}/{LESSON}")
    place = cell(page, SCRATCH)
    write(place, "print('a' * 3000)\n1 / 0")
    run(place, "Run")
    cell(page, EXERCISE)
    page.evaluate(axe)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        page.wait_for_function("document.getAnimations().length === 0")
        page.wait_for_function(
            f"[...document.querySelectorAll('.rx')].every((el) => el.dataset.mode === '{theme}')"
        )
        assert page.evaluate(AXE) == [], theme


def test_a_finger_on_a_phone(open_page, pure_url, axe):  # noqa: F811
    page = open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    visit(page, f"{pure_url}/{LESSON}")
    place = page.locator(SCRATCH)
    place.scroll_into_view_if_needed()
    place.locator(".cm-content").tap()
    page.keyboard.insert_text("print('tapped')")
    place.get_by_role("button", name="Run", exact=True).tap()
    place.locator(".rp-text", has_text="tapped").wait_for(timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate(axe)
    assert page.evaluate(AXE) == []


def test_the_overview_shows_what_is_done(desk, pure_url):
    page = visit(desk, f"{pure_url}/docs/done.html")
    placed = [exercise.lesson for exercise in checks.exercises().values() if exercise.lesson]
    assert f"0 of {len(placed)}" in page.locator("[data-overview]").inner_text()
    page.evaluate(
        """localStorage.setItem("rmsprop-course",
           JSON.stringify({exercises: {rmsprop_step: {code: "", done: true}, ewma: {code: ""}}}))"""
    )
    page.reload()
    assert f"1 of {len(placed)}" in page.locator("[data-overview]").inner_text()
    row = page.locator("tr", has=page.locator("a", has_text="3 ·"))
    assert f"1 of {placed.count(3)}" in row.inner_text()
    assert "rmsprop_step" not in row.inner_text()


def test_a_runtime_that_can_not_be_loaded_says_so_and_is_tried_again(open_page, pure_url):
    page = open_page(viewport={"width": 1280, "height": 900}, service_workers="block")
    visit(page, f"{pure_url}/{LESSON}")
    broken = "**/pyodide.mjs"
    page.context.route(broken, lambda route: route.abort())
    place = cell(page, SCRATCH)
    write(place, "'at last'")
    assert "could not be loaded" in run(place, "Run")
    page.context.unroute(broken)
    assert "at last" in run(place, "Run")
    page.faults.clear()  # this once, failed requests are right


# ── no Python ──


def test_a_site_without_python_says_so_and_shows_the_ways(desk, with_python):
    page = visit(desk, f"{with_python(None)}/{LESSON}")
    place = page.locator(EXERCISE)
    assert place.locator("textarea, .cm-content").count() == 0
    place.get_by_role("link").click()
    page.wait_for_url("**/docs/run.html")


def test_a_page_from_a_file_says_so_too(browser):
    context = browser.new_context()
    page = visit(context.new_page(), (HTML / LESSON).as_uri())
    assert page.locator(EXERCISE).get_by_role("link").count() == 1
    context.close()


# ── every exercise, with NumPy ──


def judged(exercise, code, **options):
    """CPython's verdict on code, as in a notebook cell; None if it doesn't define the name."""
    file = f"<{hash(code)}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    namespace = {"np": np}
    exec(compile(code, file, "exec", dont_inherit=True), namespace)
    return (
        exercise.judge(namespace[exercise.name], **options) if exercise.name in namespace else None
    )


def slip_of(exercise):
    """The solution with a slip that has a name, and CPython's verdict."""
    code = without_docstrings(exercise.solution).replace(*SLIPS[exercise.name])
    verdict = judged(exercise, code)
    assert verdict.mistake not in NAMELESS, verdict
    return code, verdict


def lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("lesson", sorted({e.lesson for e in checks.exercises().values()} - {None}))
def test_every_exercise_from_stub_to_tick(desk, full_url, lesson):
    (path,) = HTML.glob(f"notebooks/{lesson:02}_*.html")
    page = visit(desk, f"{full_url}/{path.relative_to(HTML).as_posix()}")
    places = page.locator("[data-exercise]").evaluate_all(
        "all => all.map(el => el.dataset.exercise)"
    )
    assert places
    for name in places:
        from_stub_to_tick(page, checks.exercises()[name])


def from_stub_to_tick(page, exercise):
    place = cell(page, f"[data-exercise={exercise.name}]")
    assert "still to do" in run(place, "Run and check")
    code, verdict = slip_of(exercise)
    write(place, code)
    assert lines(run(place, "Run and check")) == lines(repr(verdict))
    assert place.locator(".rp-solved").inner_text() == ""
    write(place, folded_solution(place))
    verdict = judged(exercise, without_docstrings(exercise.solution))
    assert lines(run(place, "Run and check")) == lines(repr(verdict))
    assert "solved" in place.locator(".rp-solved").inner_text()
    write(place, "while True: pass")
    assert "endless loop" in run(place, "Run and check")


def folded_solution(place):
    fold = "xpath=following::details[normalize-space(summary)='Solution'][1]//pre"
    return place.locator(fold).text_content()


def test_a_loop_in_a_function_gets_the_same_words_as_elsewhere(desk, full_url):
    place = cell(visit(desk, f"{full_url}/{LESSON}"), EXERCISE)
    exercise = checks.exercises()["rmsprop_step"]
    code = without_docstrings(exercise.solution).replace("return", "while True: pass\n    return")
    write(place, code)
    words = repr(judged(exercise, code, seconds=0.2)).replace("0.2 s", "5 s")
    assert lines(run(place, "Run and check")) == lines(words)


def test_ones_own_optimiser_walks_beside_the_reference(desk, full_url):
    place = cell(visit(desk, f"{full_url}/{LESSON}"), EXERCISE)
    write(place, without_docstrings(checks.exercises()["rmsprop_step"].solution))
    place.get_by_role("button", name="Run in the valley").click()
    place.locator(".rp-valley .rx-card").wait_for(timeout=PATIENCE)
    unfold(desk)
    rows = place.locator(".rp-valley tbody tr")
    rows.nth(1).wait_for(timeout=PATIENCE)
    numbers = lambda: [row.split("\t")[1:] for row in rows.all_inner_texts()]  # noqa: E731
    assert numbers()[0] == numbers()[1]
    before = numbers()
    place.locator(".rp-valley").get_by_role("slider", name="number of steps").focus()
    desk.keyboard.press("Home")
    desk.wait_for_function(
        """(before) => {
          const [theirs, mine] = document.querySelectorAll(".rp-valley tbody tr");
          return !theirs.innerText.endsWith(before) && !mine.innerText.includes("computing");
        }""",
        arg="\t".join(before[0]),
    )
    assert numbers()[0] == numbers()[1]


def test_a_large_package_comes_when_the_code_speaks_of_it(desk, with_python, wheels, monkeypatch):
    found = wheels("contourpy")
    if None in found.values():
        pytest.skip("contourpy, which stands for Matplotlib here, is not in the folder")
    monkeypatch.setattr(runtime, "EXTRAS", {"contourpy": ("contours",)})
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    address = with_python(wheels("numpy"), found)
    place = cell(visit(desk, f"{address}/{LESSON}"), SCRATCH)
    write(place, "1")
    run(place, "Run")
    assert not any("contourpy" in url for url in asked)
    write(place, "import contourpy as contours\ncontours.__version__")
    assert found["contourpy"].name.split("-")[1] in run(place, "Run")
    assert any("contourpy" in url for url in asked)
