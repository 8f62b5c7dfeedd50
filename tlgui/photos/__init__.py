"""The user's pictures on disk, without Qt and TensorFlow: scanned, checked, divided and moved."""
