"""The `.tlmodel` file: written whole, read with suspicion."""
