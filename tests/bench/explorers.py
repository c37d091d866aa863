"""Measure how fast the explorers answer, and print each figure with its target.

    make bench-explorers             needs Chromium (apt-get install chromium); about two minutes

Each explorer is operated by a real mouse in headless Chromium. A time runs from the moment the
browser got the input to the moment the frame with the new picture was painted, waiting for the
frame included. It is measured on a page, where only the script is at work, and in JupyterLab,
where the settings also go to the kernel. Beside that stands what a notebook would do without a
widget of its own: ipywidgets.interact, which draws the same map with Matplotlib in the kernel.
"""

import argparse
import os
import platform
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import nbformat
from playwright.sync_api import sync_playwright

from rmsprop_lesson import explore
from rmsprop_lesson.course.explorers.bundle import bundle
from rmsprop_lesson.course.explorers.settings import METHODS, SETTINGS

LINE = "{:<46} {:>9} {:>9}   {}"
MEDIAN, SLOW = 16.0, 33.0  # milliseconds
WARM = 20  # inputs before those that count: the script is compiled while it is first used

# From the input's own time to the first task after the frame was painted.
WATCH = """
window.times = [];
const note = (event) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => times.push(performance.now() - event.timeStamp);
  channel.port2.postMessage(0);
});
for (const kind of ["input", "pointermove"]) addEventListener(kind, (event) => {
  if (event.buttons || kind === "input") note(event);
}, true);
"""
FRAMES = """(seconds) => new Promise((done) => {
  const gaps = []; let last = null; const start = performance.now();
  const tick = (now) => {
    if (last !== null) gaps.push(now - last);
    last = now;
    if (now - start < 1000 * seconds) requestAnimationFrame(tick); else done(gaps);
  };
  requestAnimationFrame(tick);
})"""

INTERACT = """\
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import interact

from rmsprop_lesson import GradientDescent, RMSprop, Valley, descend


@interact(condition=(1, 100))
def draw(condition=20):
    valley = Valley(condition)
    x, y = np.meshgrid(np.linspace(-4, 4, 100), np.linspace(-2.6, 2.6, 100))
    plt.contour(x, y, valley(np.stack([x, y], axis=-1)), levels=12)
    for optimizer in (GradientDescent(0.09 * 20 / condition), RMSprop(0.1)):
        plt.plot(*descend(valley, optimizer, [3.0, 1.0], 60).positions.T, ".-")
    plt.show()
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=150, help="inputs for each explorer")
    inputs = parser.parse_args().inputs
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(
        LINE.format("input to painted pixels", "median", "95 %", f"target {MEDIAN:g}, {SLOW:g} ms")
    )
    missed = []
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        on_a_page(browser, inputs, missed)
        in_lab(browser, inputs, missed)
        browser.close()
    print("missed: " + ", ".join(missed) if missed else "every target is met")
    return len(missed)


def on_a_page(browser, inputs, missed):
    """Each explorer on a page of its own, then the valley playing."""
    for name in SETTINGS:
        if name == "court":
            continue  # answers are clicked, nothing is dragged
        page = opened(browser, name)
        report(f"page, {name}", operate(page, inputs), missed)
        page.close()
    page = opened(browser, "valley", shown=list(METHODS), t=0, steps=100)
    report("page, valley with six optimisers", operate(page, inputs), missed)
    page.get_by_role("button", name="Play").click()
    playing(page, missed)
    page.close()


def playing(page, missed, seconds=5):
    """Frames a second while it plays, and on an empty page, for a busy machine gives fewer."""
    gaps = page.evaluate(FRAMES, seconds)
    empty = page.context.browser.new_page()
    most = frames(empty.evaluate(FRAMES, seconds))
    empty.close()
    rate, late = frames(gaps), sum(gap > 25 for gap in gaps) / len(gaps)
    words = f"target 60 a second; an empty page gets {most:.1f}; {late:.0%} of the frames late"
    print(LINE.format("page, valley playing six optimisers", f"{rate:.1f} /s", "", words))
    if rate < 0.95 * most:
        missed.append("play")


def frames(gaps):
    """Frames a second, from the milliseconds between them."""
    return 1000 * len(gaps) / sum(gaps)


def opened(browser, name, **settings):
    page = browser.new_page(viewport={"width": 1200, "height": 1100})
    html = explore(name, **settings)._repr_mimebundle_()[0]["text/html"]
    script = f"{bundle()}\nmountAll();\n{WATCH}"
    page.set_content(f'<body>{html}<script type="module">{script}</script></body>')
    page.wait_for_selector(".rx-card")
    return page


def operate(page, inputs):
    """Drag the start where there is one, else the first slider; return milliseconds."""
    handle = page.locator(".rx-handle")
    target = handle.first if handle.count() else page.locator(".rx-card input[type=range]").first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    if handle.count():
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        drag(page, inputs, lambda k: (x - 150 + 140 * wave(k), y + 40 * wave(k + 7)), (x, y))
    else:
        x, y = box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2
        drag(page, inputs, lambda k: (x + box["width"] * 0.45 * wave(k), y), (x, y))
    return page.evaluate("times")


def wave(k):
    """To and fro between −1 and 1."""
    return abs(k % 40 - 20) / 10 - 1


def drag(page, inputs, place, start):
    page.mouse.move(*start)
    page.mouse.down()
    for k in range(WARM + inputs):
        if k == WARM:
            page.evaluate("times.length = 0")
        page.mouse.move(*place(k))
        page.wait_for_timeout(20 + k % 7)  # not in step with the frames
    page.mouse.up()
    page.wait_for_timeout(200)


def report(title, times, missed, targets=(MEDIAN, SLOW)):
    middle, slow = median(times), quantiles(times, n=20)[-1]
    good = targets is None or (middle <= targets[0] and slow <= targets[1])
    words = "for comparison" if targets is None else "ok" if good else "MISSED"
    print(LINE.format(title, f"{middle:.1f} ms", f"{slow:.1f} ms", f"{words}, {len(times)} inputs"))
    if not good:
        missed.append(title)


# ── JupyterLab ──────────────────────────────────────────────────────────────────────────────────


def in_lab(browser, inputs, missed):
    """The valley and interact's redraw, in one notebook."""
    valley = 'from rmsprop_lesson import explore\n\nexplore("valley")'
    with lab([valley, INTERACT]) as address:
        page = browser.new_page(viewport={"width": 1400, "height": 1300})
        opened_in_lab(page, address)
        run_all(page)
        page.wait_for_selector(".rx-card", timeout=120_000)
        page.wait_for_selector(".jp-OutputArea .noUi-handle", timeout=120_000)
        page.wait_for_selector(".jp-OutputArea img", timeout=120_000)
        page.wait_for_timeout(2000)
        page.evaluate(WATCH)
        report("JupyterLab, valley", operate(page, inputs), missed)
        report("JupyterLab, interact and Matplotlib", redraws(page), missed, targets=None)
        page.close()


REDRAW = """() => new Promise((done) => {
  addEventListener("keydown", (event) => {
    const old = document.querySelector(".jp-OutputArea img").src;
    const look = () => {
      const img = document.querySelector(".jp-OutputArea img");
      if (!img || img.src === old || !img.complete) return requestAnimationFrame(look);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(performance.now() - event.timeStamp);
      channel.port2.postMessage(0);
    };
    requestAnimationFrame(look);
  }, { capture: true, once: true });
})"""


def redraws(page, times=20):
    """Milliseconds from a key on interact's slider to its new picture."""
    handle = page.locator(".jp-OutputArea .noUi-handle").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    page.wait_for_timeout(1000)
    found = []
    for _ in range(times):
        page.evaluate(f"() => {{ window.next = ({REDRAW})(); }}")  # awaited below
        page.keyboard.press("ArrowRight")
        found.append(page.evaluate("window.next"))
        page.wait_for_timeout(100)
    return found


SESSION = "window.jupyterapp?.shell?.currentWidget?.context?.sessionContext"


@contextmanager
def lab(cells):
    """JupyterLab with a notebook of these cells; yields the notebook's address."""
    with tempfile.TemporaryDirectory() as folder:
        cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, Path(folder, "bench.ipynb"))
        with lab_server(folder) as address:
            yield address("bench.ipynb")


@contextmanager
def lab_server(folder):
    """JupyterLab in a folder; yields a function from a notebook's path to its address.

    All cells of a notebook are in the document at once, so that each can be looked at.
    """
    token, port = secrets.token_hex(8), free_port()
    settings = Path(folder, ".settings")
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text('{"windowingMode": "none"}', encoding="utf-8")
    options = {
        "ServerApp.root_dir": folder,
        "ServerApp.port": port,
        "IdentityProvider.token": token,
        "LabApp.expose_app_in_browser": True,
        "LabApp.news_url": None,
        "LabApp.user_settings_dir": settings,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/api?token={token}")
        yield lambda path: f"http://127.0.0.1:{port}/lab/tree/{path}?token={token}&reset"
    finally:
        server.terminate()
        server.wait(30)


def opened_in_lab(page, address):
    """Open a notebook, and wait until its kernel is ready, for a cell run earlier is lost."""
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
    page.wait_for_function(f"{SESSION}?.kernelDisplayStatus === 'idle'", timeout=120_000)


def run_all(page):
    """Start all cells of the open notebook, whose stored outputs go; in the end `ran` is true."""
    page.evaluate(
        """async () => {
          await jupyterapp.commands.execute("notebook:clear-all-cell-outputs");
          const all = jupyterapp.commands.execute("notebook:run-all-cells");
          all.then((ran) => { window.ran = ran; });
        }"""
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
