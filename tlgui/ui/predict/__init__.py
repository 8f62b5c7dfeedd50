"""The Predict page and what only it uses."""
