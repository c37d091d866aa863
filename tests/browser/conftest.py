"""A real browser, the built site, and pages that are refused everything from outside.

`make test-browser` builds the site and the slides first; without it all of this is skipped.
"""

import contextlib
import functools
import http.server
import os
import shutil
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
FLAGS = [
    "--no-sandbox",  # in a container the user is root
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The site, JupyterLab, and the decks, which are opened from their folder.
OWN = ("http://127.0.0.1", "http://localhost", "file://", "about:")
# Not a fault: Chromium asks for it where a page names no icon of its own.
HARMLESS = ("/favicon.ico",)


def pytest_collection_modifyitems(items):
    """Skip what lies in this folder, unless it was asked for."""
    if "BROWSER" not in os.environ:
        skip = pytest.mark.skip(reason="needs a browser and the built site: make test-browser")
        for item in items:
            if Path(item.path).is_relative_to(Path(__file__).parent):
                item.add_marker(skip)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word, with the 404 page that a static host would show."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript"
    }

    def log_message(self, *arguments):
        pass

    def handle(self):
        with contextlib.suppress(ConnectionError):  # the browser went away before the end
            super().handle()

    def send_error(self, code, message=None, explain=None):
        page = Path(self.directory, "404.html")
        if code != 404 or not page.exists():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(folder):
    """Serve a folder from a thread; return the server, whose address ends in its port."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, or whatever Chromium there is."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    assert path, "no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def site_url():
    """The address of the built site, without a slash at its end."""
    assert (HTML / "index.html").exists(), "the site is not built: make site"
    server = serve(HTML)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def open_page(browser):
    """Make pages that are refused everything from outside: open_page(viewport=…, …).

    Each has a list `faults` of what went wrong on it: requests to elsewhere, failed requests,
    errors on the console, uncaught errors. A test ends in failure if any page has one.
    """
    contexts, pages = [], []

    def make(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        pages.append(page)
        watch(context, page)
        return page

    yield make
    faults = [fault for page in pages for fault in page.faults]
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page_without_network(open_page):
    """One such page, 1280 pixels wide."""
    return open_page(viewport={"width": 1280, "height": 800})


def watch(context, page):
    """Refuse a page everything from outside, and list what goes wrong on it."""
    page.faults = []

    def let_through(route):
        address = route.request.url
        if address.startswith(OWN):
            route.continue_()
        else:
            page.faults.append(f"asks elsewhere: {address}")
            route.abort()

    def on_response(response):
        if response.status >= 400 and not response.url.endswith(HARMLESS):
            page.faults.append(f"{response.status}: {response.url}")

    def on_failure(request):
        if request.failure != "net::ERR_ABORTED":  # the page was left before it had come
            page.faults.append(f"failed: {request.url} ({request.failure})")

    def on_console(message):
        place = message.location.get("url", "")
        if message.type == "error" and not place.endswith(HARMLESS):
            page.faults.append(f"console: {message.text} ({place})")

    context.route("**/*", let_through)
    page.on("response", on_response)
    page.on("requestfailed", on_failure)
    page.on("console", on_console)
    page.on("pageerror", lambda error: page.faults.append(f"uncaught: {error}"))
