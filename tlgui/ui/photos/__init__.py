"""The Photos page and what only it uses."""
