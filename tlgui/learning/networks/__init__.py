"""Keras networks from a recipe, and functions that run them fast."""
