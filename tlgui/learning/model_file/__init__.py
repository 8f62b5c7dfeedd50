"""The `.tlmodel` file: written whole, and checked before it is read."""
