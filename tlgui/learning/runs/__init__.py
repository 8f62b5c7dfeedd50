"""Trainings as they are kept on disk: recipe, history, result, and the photos they learned from."""
