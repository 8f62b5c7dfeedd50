"""The Results page and what only it uses."""
