"""The window: PySide6 and matplotlib, and nothing that computes."""
