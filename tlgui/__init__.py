"""tlgui teaches a computer to sort photos: transfer learning in a window, without code and without a network.

No process of the program opens a socket to another computer, except for a download of weights that the user asks for.
Libraries that report to their makers are silenced here: this package is imported before any of them, and every process
that it starts inherits the environment. `tests/e2e/test_nothing_leaves.py` traces the system calls of a whole session.
"""

import os

# ONNX Runtime looks up a host of its maker when it is imported, and keeps a device's id and a queue of events on disk.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.4.0"
