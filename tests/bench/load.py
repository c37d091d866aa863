"""A class at once: a Jupyter server, a kernel for each learner, all lessons at the same time.

    python -m tests.bench.load                       thirty learners, spread over all lessons
    python -m tests.bench.load --lessons 08          thirty learners in the MNIST lesson

Each learner has a kernel and a websocket connection of their own, as JupyterLab has, and runs a
lesson's cells one after another. The full MNIST files are hidden. Before the crowd, one learner
runs each lesson alone, for comparison. Memory is the high-water mark that each kernel reports about
itself; the sum of these marks and of the server's counts every shared page as often as it is used.
"""

import argparse
import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import nbformat
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from tools.lessons import NOTEBOOKS

from .memory import ASK

ROOT = Path(__file__).parents[2]
LESSONS = list(NOTEBOOKS.values())
MNIST = "08_mnist_network"
MNIST_LIMIT, TOTAL_LIMIT = 220, 8192  # MiB: a kernel after the lesson on MNIST, and all together
PATIENCE = 900  # seconds for one cell in a crowd


@dataclass
class Visit:
    """What became of one learner's run through one lesson."""

    lesson: str
    seconds: float
    mebibytes: float
    failures: list


@dataclass
class Server:
    """Where the Jupyter server of `serving` is to be found."""

    port: int
    token: str
    process: subprocess.Popen

    async def ask(self, method, address, **body):
        """Call the server's REST interface."""
        reply = await AsyncHTTPClient().fetch(
            f"http://127.0.0.1:{self.port}/api/{address}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
            body=json.dumps(body) if body else None,
            request_timeout=PATIENCE,
        )
        return json.loads(reply.body or "null")

    async def connect(self, kernel):
        """Open the websocket to a kernel."""
        url = f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels"
        headers = {"Authorization": f"token {self.token}"}
        return await websocket_connect(HTTPRequest(url, headers=headers), max_message_size=2**28)


@contextmanager
def serving():
    """Run a Jupyter server on the course's folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
        command += [f"--ServerApp.root_dir={ROOT}", f"--port={port}", "--ServerApp.port_retries=0"]
        quiet = {"RMSPROP_LESSON_DATA": empty, "RMSPROP_LESSON_PROGRESS": "off"}
        process = subprocess.Popen(
            command,
            env=os.environ | quiet | {"JUPYTER_TOKEN": token},
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Server(port, token, process)
        finally:
            process.terminate()
            process.wait()


async def until_up(server):
    """Wait for the server's first answer."""
    for _ in range(300):
        try:
            return await server.ask("GET", "status")
        except OSError:
            await asyncio.sleep(0.1)
    raise TimeoutError("the Jupyter server did not start within 30 s")


async def visit(server, path):
    """Run one lesson in a kernel of its own, and keep the kernel for `leave`."""
    session = await server.ask(
        "POST",
        "sessions",
        path=f"notebooks/{uuid.uuid4().hex}.ipynb",  # a kernel starts in its notebook's folder
        name=path.name,
        type="notebook",
        kernel={"name": "python3"},
    )
    socket = await server.connect(session["kernel"]["id"])
    cells = nbformat.read(path, as_version=4).cells
    start, failures = time.perf_counter(), []
    for number, cell in enumerate(cells, start=1):
        if cell.cell_type == "code":
            _, error = await execute(socket, cell.source)
            if error:
                failures.append(f"{path.name}, cell {number}: {error}")
    seconds = time.perf_counter() - start
    printed, _ = await execute(socket, ASK)
    socket.close()
    return session["id"], Visit(path.stem, seconds, float(printed), failures)


async def execute(socket, code):
    """Run code in a kernel; return what it printed and its error, if any."""
    identity = uuid.uuid4().hex
    header = {"msg_id": identity, "msg_type": "execute_request", "username": "", "session": ""}
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    await socket.write_message(json.dumps(message | {"channel": "shell"}))
    printed, error = [], None
    while True:
        reply = await asyncio.wait_for(socket.read_message(), PATIENCE)
        if reply is None:
            return "".join(printed), "the connection was closed"
        if isinstance(reply, bytes):
            continue  # buffers of a widget
        reply = json.loads(reply)
        if reply["parent_header"].get("msg_id") != identity:
            continue
        kind, content = reply["msg_type"], reply["content"]
        if kind == "stream" and content["name"] == "stdout":
            printed.append(content["text"])
        elif kind == "error":
            error = f"{content['ename']}: {content['evalue']}"
        elif kind == "status" and content["execution_state"] == "idle":
            return "".join(printed), error


async def crowd(server, paths):
    """Let one learner for each path begin at the same time; return their visits and the seconds."""
    start = time.perf_counter()
    finished = await asyncio.gather(*(visit(server, path) for path in paths))
    seconds = time.perf_counter() - start
    for session, _ in finished:
        await server.ask("DELETE", f"sessions/{session}")
    return [visit for _, visit in finished], seconds


async def measure(server, learners, lessons):
    """Measure each lesson alone and then the crowd; print a line a lesson, and the totals."""
    await until_up(server)
    alone = {}
    for path in lessons:
        (single,), _ = await crowd(server, [path])
        alone[path.stem] = single.seconds
    visits, seconds = await crowd(server, [lessons[i % len(lessons)] for i in range(learners)])
    print(f"{'lesson':<28}{'learners':>9}{'alone':>9}{'in crowd':>10}{'ratio':>7}{'memory':>10}")
    for lesson, single in alone.items():
        group = [v for v in visits if v.lesson == lesson]
        if group:
            print(_line(lesson, single, group))
    largest = max(v.mebibytes for v in visits)
    total = sum(v.mebibytes for v in visits) + _peak(server.process.pid)
    failures = [failure for v in visits for failure in v.failures]
    print(f"{learners} learners in {seconds:.0f} s on {os.cpu_count()} cores")
    mnist = max((v.mebibytes for v in visits if v.lesson == MNIST), default=0.0)
    print(f"largest kernel {largest:.0f} MiB, after {MNIST} {mnist:.0f} MiB (target {MNIST_LIMIT})")
    print(f"all kernels and the server {total:.0f} MiB (target {TOTAL_LIMIT})")
    print(f"failures: {len(failures)} (target 0)", *failures, sep="\n  ")
    return mnist <= MNIST_LIMIT and total <= TOTAL_LIMIT and not failures


def _line(lesson, alone, group):
    slow = median(v.seconds for v in group)
    memory = max(v.mebibytes for v in group)
    return (
        f"{lesson:<28}{len(group):>9}{alone:>7.1f} s{slow:>8.1f} s{slow / alone:>7.1f}"
        f"{memory:>6.0f} MiB"
    )


def _peak(pid):
    """High-water mark of a process in MiB; 0 where the system doesn't tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--lessons", nargs="*", default=[""], help="how their names begin: 03 08")
    options = parser.parse_args()
    lessons = [p for p in LESSONS if p.name.startswith(tuple(options.lessons))]
    if options.learners < 1 or not lessons:
        parser.error("--learners must be at least 1, and --lessons must name a lesson")
    with serving() as server:
        return not asyncio.run(measure(server, options.learners, lessons))


if __name__ == "__main__":
    sys.exit(main())
