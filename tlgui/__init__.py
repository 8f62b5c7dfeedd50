"""tlgui teaches a computer to sort photos: transfer learning in a window, without code and without a network."""

__version__ = "0.1.0"
