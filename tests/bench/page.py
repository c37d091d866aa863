"""Measure the site's Python: from Run to verdict, first and later, and a walk in the valley.

    make bench-explorers       needs Chromium, and a folder of wheels in RMSPROP_LESSON_PYODIDE

The site has to be built with that folder (make site). Each first run has a browser of its own, with
an empty cache and a local server, so a network's time is not in it.
"""

import argparse
import functools
import gzip
import http.server
import shutil
import sys
import threading
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from rmsprop_lesson import checks
from rmsprop_lesson.course.checks.source import without_docstrings

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
LESSON = "notebooks/03_rmsprop_mathematics.html"
LINE = "{:<46} {:>9}   {}"
FIRST, LATER, WALK = 6.0, 0.5, 0.1  # seconds
SOLUTION = without_docstrings(checks.exercises()["rmsprop_step"].solution)
# From the click to the frame that shows what it led to.
VERDICT = """(place) => new Promise((done) => {
  const verdict = place.querySelector(".rp-verdict");
  verdict.replaceChildren();
  const start = performance.now();
  new MutationObserver((_, self) => {
    if (!verdict.firstChild) return;
    self.disconnect();
    requestAnimationFrame(() => done((performance.now() - start) / 1000));
  }).observe(verdict, { childList: true });
  place.querySelector(".rx-primary").click();
})"""
# From a new setting of the explorer to the learner's path that belongs to it.
WALKED = """(place, steps) => new Promise((done) => {
  const { rmspropExplorer: explorer } = place.querySelector(".rp-valley");
  const receive = explorer.receive;
  const start = performance.now();
  explorer.receive = (data) => {
    receive(data);
    if (data.own.settings.steps !== steps) return;
    explorer.receive = receive;
    done((performance.now() - start) / 1000);
  };
  explorer.card.set("steps", steps);
})"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--times", type=int, default=5, help="browsers for the first run")
    times = parser.parse_args().times
    if not list(HTML.glob("_static/python-*/pyodide")):
        print("The site was built without Python: RMSPROP_LESSON_PYODIDE=… make site")
        return 0
    handler = functools.partial(_Quiet, directory=str(HTML))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{LESSON}"
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        first, later, walks = [], [], []
        for _ in range(times):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page, place = opened(context, address)
            first.append(place.evaluate(VERDICT))
            if not later:
                later = [place.evaluate(VERDICT) for _ in range(20)]
                walks = walked(page, place)
            context.close()
        browser.close()
    print(LINE.format(weight(), "", "before the first run, compressed, the editors' own scripts"))
    missed = [
        report("page, from Run to the first verdict", first, FIRST),
        report("page, from Run to a later verdict", later, LATER),
        report("page, one's own optimiser, 100 steps and more", walks, WALK),
    ]
    return sum(missed)


def opened(context, address):
    """A page with the solution in the editor of rmsprop_step."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    place = page.locator("[data-exercise=rmsprop_step]")
    place.scroll_into_view_if_needed()
    place.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(SOLUTION)
    return page, place


def walked(page, place):
    """Seconds from a changed setting to the learner's path."""
    place.get_by_role("button", name="Run in the valley").click()
    place.locator(".rp-valley tbody tr").nth(1).wait_for(state="attached")  # folded
    found = []
    for k in range(20):
        time.sleep(0.1)
        found.append(place.evaluate(WALKED, 100 if k % 2 else 110))
    return found


def weight():
    """What a page loads for its editors before Python."""
    folder = next(HTML.glob("_static/python-*"))
    sizes = {p.name: len(gzip.compress(p.read_bytes())) for p in folder.glob("*.js")}
    codemirror = sum(size for name, size in sizes.items() if name.startswith("codemirror"))
    return f"main.js {sizes['main.js'] / 1000:.1f} kB, CodeMirror {codemirror / 1000:.0f} kB"


def report(title, times, target):
    """Print a line; return whether the target is missed."""
    missed = median(times) > target
    words = "MISSED" if missed else "ok"
    print(LINE.format(title, f"{1000 * median(times):.0f} ms",
                      f"{words}, target {1000 * target:.0f} ms, median of {len(times)}, "
                      f"longest {1000 * max(times):.0f} ms"))  # fmt: skip
    return missed


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    sys.exit(main())
