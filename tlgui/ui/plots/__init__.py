"""Training curves, drawn by matplotlib on a thread."""
