"""Words and numbers that the window and the command line share, without Qt."""
