"""Words and numbers that the window and the command line share; no Qt."""
