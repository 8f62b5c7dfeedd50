"""Damage to SQLite files that SQLite, or Python, takes for something else."""

from pathlib import Path


def forbid_writing(path: Path) -> None:
    """Let the header say that only a newer SQLite may write the file."""
    data = bytearray(path.read_bytes())
    data[18] = 0x80
    path.write_bytes(data)


def garble_tables(path: Path) -> None:
    """Let the description of every table be no text, so that Python cannot read SQLite's complaint."""
    data = path.read_bytes()
    assert b"CREATE TABLE" in data
    path.write_bytes(data.replace(b"CREATE TABLE", b"CREATE\x82TABLE"))


LOOKS_LIKE_SOMETHING_ELSE = (forbid_writing, garble_tables)
