"""tlgui teaches a computer to sort photos: transfer learning in a window, without code and without a network."""

import os

# ONNX Runtime looks up a host of its maker when it is imported, and keeps a device's id and a queue of events on the
# disk. This package is imported before anything that imports it, and every process that it starts inherits this.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
