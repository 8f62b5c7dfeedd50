"""The state of one window: what it has open, its jobs, and their cached results."""
