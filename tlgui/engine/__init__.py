"""The process boundary: the window on one side, TensorFlow on the other."""
