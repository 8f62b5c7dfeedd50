"""Estimates what a training will take, measured by a timed dry run."""
