"""Watching a folder: photos that come into it are named, and copied into class folders if so chosen."""
