"""The boundary between the window's process and the one that runs TensorFlow."""
