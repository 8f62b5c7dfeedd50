"""A bin of the test's own: Send2Trash settles where the user's is when it is imported."""

import os
import sys
from pathlib import Path

import pytest

HAS_FREEDESKTOP_BIN = sys.platform not in {"win32", "darwin"}

if HAS_FREEDESKTOP_BIN:
    from send2trash import plat_other


def use_bin(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the bin of a data folder the user's, and return where it keeps the files."""
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    monkeypatch.setattr(plat_other, "XDG_DATA_HOME", os.fsencode(data))
    monkeypatch.setattr(plat_other, "HOMETRASH_B", os.fsencode(data / "Trash"))
    # Where GNOME's own library is installed it is asked instead, and settles this too.
    monkeypatch.setattr("tlgui.photos.mending.bin.send2trash", plat_other.send2trash)
    return data / "Trash" / "files"
