"""Trainings on disk: recipe, history, result, and the photos they were trained on."""
