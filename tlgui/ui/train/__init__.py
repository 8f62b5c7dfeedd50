"""The Train page and what only it uses."""
