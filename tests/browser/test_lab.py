"""Every lesson in JupyterLab: opened, run, its widgets there and operated, nobody else asked."""

import shutil

import pytest
from conftest import ROOT
from operating import NAME, operate

from rmsprop_lesson.course.explorers.settings import SETTINGS
from tests.bench.explorers import lab_server, opened_in_lab, run_all
from tools import lessons

LESSONS = [path.name for path in lessons.NOTEBOOKS.values()]
EXPLORER = ":has(> .rx)"
PATIENCE = 300_000  # milliseconds for all cells of a lesson, on a machine that is busy
# JupyterLab says so itself when a page is left before it has asked the kernel for its debugger.
NOT_OURS = "Could not restore the debugger state"
# For every code cell: has it run, what went wrong, and does it show a widget of ours?
CELLS = """() => jupyterapp.shell.currentWidget.content.widgets.map((cell, place) => {
  const outputs = cell.model.type === "code" ? cell.model.outputs.toJSON() : [];
  return {
    place,
    run: cell.model.type !== "code" || !cell.model.source || cell.model.executionCount > 0,
    faults: outputs.filter((o) => o.output_type === "error" || o.name === "stderr"),
    widget: outputs.some((o) => String(o.data?.["text/html"] ?? "").includes("rmsprop-explorer")),
  };
})"""


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """JupyterLab on a copy of the lessons, for it stores what it opens now and then."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with lab_server(str(folder)) as address:
        yield address


@pytest.mark.parametrize("name", LESSONS)
def test_lesson_runs_and_its_widgets_work(page_without_network, address, name):
    page = page_without_network
    opened_in_lab(page, address(f"notebooks/{name}"))
    run_all(page)
    page.wait_for_function("window.ran === true", timeout=PATIENCE)
    cells = page.evaluate(CELLS)
    assert [cell for cell in cells if cell["faults"] or not cell["run"]] == []
    for place in [cell["place"] for cell in cells if cell["widget"]]:
        widget = page.locator(".jp-Notebook-cell").nth(place).locator(EXPLORER)
        widget.wait_for()
        if widget.evaluate(NAME) in SETTINGS:  # an explorer, not a question
            for hand in ("mouse", "keyboard"):
                operate(page, widget, hand)
    assert page.get_by_text("official Jupyter news").count() == 0
    page.evaluate("() => jupyterapp.serviceManager.sessions.shutdownAll()")
    page.faults = [fault for fault in page.faults if NOT_OURS not in fault]
