"""Every lesson in JupyterLab: opened, run, its widgets there and operated, nobody else asked."""

import shutil

import pytest
from conftest import ROOT

from tests.bench.explorers import lab_server, opened_in_lab, run_all

LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
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
SAID = "el => el.rmspropExplorer.describe()"


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """JupyterLab on a copy of the lessons, for it stores what it opens now and then."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with lab_server(str(folder)) as address:
        yield address


def operate(page, widget, control):
    """Move a slider, whichever end it stands at: what the explorer says changes."""
    before = widget.evaluate(SAID)
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight"):
        control.press(key)
    element = widget.element_handle()
    page.wait_for_function(f"([el, before]) => ({SAID})(el) !== before", arg=[element, before])


@pytest.mark.parametrize("name", LESSONS)
def test_lesson_runs_and_its_widgets_work(page_without_network, address, name):
    page = page_without_network
    opened_in_lab(page, address(f"notebooks/{name}"))
    run_all(page)
    page.wait_for_function("window.ran === true", timeout=120_000)
    cells = page.evaluate(CELLS)
    assert [cell for cell in cells if cell["faults"] or not cell["run"]] == []
    for place in [cell["place"] for cell in cells if cell["widget"]]:
        widget = page.locator(".jp-Notebook-cell").nth(place).locator(":has(> .rx)").last
        widget.wait_for()
        control = widget.locator(".rx-handle, input[type=range]")
        if control.count():  # an explorer, not a question
            operate(page, widget, control.first)
    assert page.get_by_text("official Jupyter news").count() == 0
    page.evaluate("() => jupyterapp.serviceManager.sessions.shutdownAll()")
