"""Predictions of a trained model for single photos, and its evaluation on a collection."""
