"""Where the site's Python comes from: the builder's folder, the registry, the distribution."""

import hashlib
import http.server
import threading
import zipfile
from contextlib import contextmanager

import nbformat
import pytest

from rmsprop_lesson import checks

runtime = pytest.importorskip("tools.runtime", reason="needs the packages that build the site")

GOOD = b"a wheel, as the lock has it"
NAME = "numpy-2.2.5-cp313-cp313-pyemscripten_2025_0_wasm32.whl"


def entry(name, content=GOOD, depends=(), file_name=NAME):
    return {"name": name, "version": "2.2.5", "file_name": file_name, "depends": list(depends),
            "sha256": hashlib.sha256(content).hexdigest(), "imports": [name]}  # fmt: skip


def lock(**entries):
    info = {"abi_version": "2025_0", "python": "3.13.2", "arch": "wasm32"}
    entries = entries or {"numpy": entry("numpy")}
    return runtime.Lock("0.29.5", {"info": info, "packages": entries})


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "CACHE", tmp_path / "cache")


@pytest.fixture
def no_registry(monkeypatch):
    def nothing(lock, name):
        raise runtime.NotToBeHad("no wheel in the registry")

    monkeypatch.setattr(runtime, "from_registry", nothing)


@contextmanager
def server(answer):
    """A server whose every answer is `answer(handler)`; yields the distribution's address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            answer(self)

        def log_message(self, *arguments):
            pass

    asked = []
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}/v{{version}}/", asked
    finally:
        serving.shutdown()
        serving.server_close()


def sends(body, length=None, status=200):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


# ── the distribution ──


def test_a_download_is_kept(no_registry):
    with server(sends(GOOD)) as (address, asked):
        for _ in range(2):
            files = runtime.packages(lock(), ["numpy"], distribution=address)
        assert files["numpy"].read_bytes() == GOOD
        assert asked == [f"/v0.29.5/{NAME}"]


@pytest.mark.parametrize(
    "answer",
    [
        sends(b"", status=404),
        sends(GOOD[:10], length=len(GOOD)),
        sends(b"something else, of another hash"),
        sends(b"", status=500),
    ],
    ids=["missing", "cut off", "another hash", "broken"],
)
def test_a_bad_download_is_refused_and_nothing_is_left(no_registry, answer):
    with server(answer) as (address, _), pytest.raises(runtime.NotToBeHad, match="numpy"):
        runtime.packages(lock(), ["numpy"], distribution=address)
    assert [path for path in runtime.CACHE.rglob("*") if path.is_file()] == []


def test_a_server_that_falls_silent_is_given_up(no_registry, monkeypatch):
    monkeypatch.setattr(runtime, "PATIENCE", 0.2)
    over = threading.Event()

    def silent(handler):
        sends(GOOD[:10], length=len(GOOD))(handler)
        over.wait(30)

    with server(silent) as (address, _):
        with pytest.raises(runtime.NotToBeHad):
            runtime.packages(lock(), ["numpy"], distribution=address)
        over.set()


def test_a_damaged_file_in_the_cache_is_fetched_anew(no_registry):
    kept = runtime.CACHE / "0.29.5" / NAME
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"damaged")
    with server(sends(GOOD)) as (address, _):
        files = runtime.packages(lock(), ["numpy"], distribution=address)
    assert files["numpy"].read_bytes() == GOOD


# ── the builder's folder ──


def test_the_builders_folder_comes_first(tmp_path):
    (tmp_path / NAME).write_bytes(GOOD)
    assert runtime.packages(lock(), ["numpy"], tmp_path) == {"numpy": tmp_path / NAME}


def test_another_hash_in_the_builders_folder_is_a_warning(tmp_path):
    (tmp_path / NAME).write_bytes(b"built at home")
    with pytest.warns(UserWarning, match="not the file"):
        assert runtime.packages(lock(), ["numpy"], tmp_path) == {"numpy": tmp_path / NAME}


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("numpy-2.2.5-cp313-cp313-pyodide_2025_0_wasm32.whl", True),
        ("numpy-2.2.5-cp312-cp312-pyodide_2024_0_wasm32.whl", False),
        ("numpy-2.2.5-cp313-cp313-manylinux_2_17_x86_64.whl", False),
        ("scipy-2.2.5-cp313-cp313-pyodide_2025_0_wasm32.whl", False),
        ("numpy.zip", False),
    ],
)
def test_only_wheels_that_this_pyodide_can_load_are_taken(tmp_path, name, fits):
    (tmp_path / name).write_bytes(GOOD)
    assert (runtime.from_folder(lock(), "numpy", tmp_path) is not None) is fits


def test_a_folder_that_is_not_there_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv(runtime.FOLDER, str(tmp_path / "missing"))
    with pytest.raises(NotADirectoryError, match=runtime.FOLDER):
        runtime.builder_folder()


# ── what belongs together ──


def test_all_that_a_package_needs_comes_with_it():
    entries = {name: entry(name, depends=needs) for name, needs in
               {"a": ["b", "c"], "b": ["c"], "c": ["a"], "d": []}.items()}  # fmt: skip
    assert set(lock(**entries).closure(["a"])) == {"a", "b", "c"}


def test_the_sites_lock_has_what_is_there_with_its_own_hash(tmp_path):
    path = tmp_path / "numpy-9.whl"
    path.write_bytes(b"another")
    packages = lock(numpy=entry("numpy"), other=entry("other")).of_files({"numpy": path})[
        "packages"
    ]
    assert list(packages) == ["numpy"]
    assert packages["numpy"]["file_name"] == "numpy-9.whl"
    assert packages["numpy"]["sha256"] == hashlib.sha256(b"another").hexdigest()


def test_the_courses_wheel_has_what_the_worker_runs(tmp_path):
    pytest.importorskip("hatchling")
    with zipfile.ZipFile(runtime.course_wheel(tmp_path)) as wheel:
        assert "rmsprop_lesson/course/page.py" in wheel.namelist()


# ── places ──


def lesson(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(**cell) for cell in cells])


def test_an_exercise_gets_a_place_with_its_stub_and_a_way_out_for_sites_without_python():
    parts = checks.cells("rmsprop_step")
    notebook = lesson(*({"source": part["source"], "metadata": part["metadata"]} for part in parts
                        if part["cell_type"] == "code"))  # fmt: skip
    runtime.add_places(notebook, "03_rmsprop_mathematics")
    *_, place, end = notebook.cells
    assert 'data-exercise="rmsprop_step"' in place.source
    assert "data-valley" in place.source
    assert "run.html" in place.source
    assert "\n" not in place.source  # a blank line would end the block of HTML
    assert 'data-scratch="03"' in end.source


def test_the_lessons_imports_are_collected_once():
    notebook = lesson({"source": "import numpy as np\nx = 1"}, {"source": "import numpy as np"},
                      {"source": "from rmsprop_lesson import RMSprop"})  # fmt: skip
    assert runtime.imports(notebook) == [
        "import numpy as np",
        "from rmsprop_lesson import RMSprop",
    ]


@pytest.mark.parametrize(
    ("name", "can"), [("rmsprop_step", True), ("MyRMSprop", True), ("softmax", False)]
)
def test_what_can_walk_in_the_valley(name, can):
    assert runtime.walks(checks.exercises()[name]) is can
