"""The four steps of the window."""
