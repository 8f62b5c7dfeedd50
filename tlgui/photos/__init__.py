"""The user's pictures on disk: Pillow, no Qt, no TensorFlow."""
