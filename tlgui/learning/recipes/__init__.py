"""Recipes: every setting of a training, its rules, and the built-in ones."""
