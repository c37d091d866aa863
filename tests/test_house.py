"""The house: a small core, two rooms beneath it, and imports that go one way."""

import ast
from importlib.util import resolve_name
from pathlib import Path

import pytest

import rmsprop_lesson

PACKAGE = Path(rmsprop_lesson.__file__).parent
CORE, STUDIES, COURSE = range(3)
MODULES = {
    ".".join(("rmsprop_lesson", *path.relative_to(PACKAGE).with_suffix("").parts)): path
    for path in PACKAGE.rglob("*.py")
}
DOORS = {"rmsprop_lesson.__init__", "rmsprop_lesson.__main__"}  # they lead into every room


def storey(module):
    """Which floor a module lies on: the core knows no room, the studies don't know the course."""
    room = module.removeprefix("rmsprop_lesson.").partition(".")[0]
    return {"studies": STUDIES, "course": COURSE}.get(room, CORE)


def imported(module, path):
    """Every module of this package that a module imports, wherever in its source it does."""
    package = module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package)
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("module", sorted(MODULES.keys() - DOORS))
def test_imports_go_one_way(module):
    own = [name for name in imported(module, MODULES[module]) if name.startswith("rmsprop_lesson")]
    through_the_door = [f"rmsprop_lesson.{name}" for name in rmsprop_lesson._MODULES]
    for name in own:
        assert storey(name) <= storey(module), name
        if name in through_the_door:  # `from rmsprop_lesson import checks` leads into a room, too
            home = f"rmsprop_lesson.{rmsprop_lesson._MODULES[name.rpartition('.')[2]]}"
            assert storey(home) <= storey(module), name


def test_the_guard_sees_relative_and_hidden_imports(tmp_path):
    path = tmp_path / "x.py"
    path.write_text(
        "def f():\n    from ..course import checks\n\nimport rmsprop_lesson.studies.races"
    )
    found = set(imported("rmsprop_lesson.studies.x", path))
    assert {"rmsprop_lesson.course.checks", "rmsprop_lesson.studies.races"} <= found


def test_what_notebooks_import_from_the_top_is_there():
    from rmsprop_lesson import RMSprop, checks, explore, plots, predict, quiz

    assert all([RMSprop, checks, explore, plots, predict, quiz])
    for name in {*rmsprop_lesson.__all__, *rmsprop_lesson._MODULES, *rmsprop_lesson._HOMES}:
        assert getattr(rmsprop_lesson, name) is not None, name
