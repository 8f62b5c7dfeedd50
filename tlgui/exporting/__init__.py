"""Trained models in the formats other programs read; kept empty so that nothing heavy loads before it is used."""
