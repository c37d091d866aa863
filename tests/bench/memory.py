"""Peak memory of the kernel that runs a notebook."""

import os
import tempfile

import nbformat
from nbclient import NotebookClient

# The high-water mark of the kernel's own memory. getrusage would do elsewhere; on Linux it also
# counts what the parent held when it started the process.
ASK = """
import re, resource, sys
try:
    kib = int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
except OSError:
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kib /= 1024 if sys.platform == "darwin" else 1  # bytes there
print(kib / 1024)
"""


def notebook_peak(path):
    """Peak resident memory in MiB of a kernel that runs the notebook on the sample data alone.

    The kernel is given an empty data folder in place of the user's cache: it finds no full data
    set, and reads the sample as on a fresh installation, which takes more memory than later runs.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(ASK))
    with tempfile.TemporaryDirectory() as empty:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=600,
            resources={"metadata": {"path": path.parent}},
        )
        client.execute(env=os.environ | {"RMSPROP_LESSON_DATA": empty})
    return float(notebook.cells[-1].outputs[0].text)
