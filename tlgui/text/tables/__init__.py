"""Predictions as tables and files that other programs import."""
