"""Reads the values of arguments; what is wrong with one is said in words, and is wrong usage."""

import argparse
import math
import os
from pathlib import Path

from tlgui import files
from tlgui.files import targets
from tlgui.learning.trust import WRONG_AT_MOST

SHARES = ", ".join(f"{share:g}" for share in WRONG_AT_MOST)
"""The shares of wrong answers that a user can choose among, in words."""

_MOST_NORTH, _MOST_EAST = 90, 180


def model_file(text: str) -> Path:
    """Return the path of a model to write."""
    return _target(text, targets.MODEL)


def table(text: str) -> Path:
    """Return the path of a table to write."""
    return _target(text, targets.TABLE)


def report(text: str) -> Path:
    """Return the path of a report to write."""
    return _target(text, targets.REPORT)


def _target(text: str, kind: targets.FileKind) -> Path:
    if problem := targets.name_problem(text, kind):
        raise argparse.ArgumentTypeError(problem)
    return path(text)


def path(text: str) -> Path:
    """Return a path as typed; “~” is the home folder also where the shell leaves it, as in `--out=~/a.tlmodel`."""
    if not text:
        # `Path` takes it for the current folder; it is most likely a variable of a script without a value.
        raise argparse.ArgumentTypeError("it is empty")
    return Path(text) if os.path.lexists(text) else files.expanded(text)


def setting(text: str) -> tuple[str, str]:
    """Return the path and the value of a setting."""
    path, equals, value = text.partition("=")
    if not path or not equals:
        raise argparse.ArgumentTypeError(f"write PATH=VALUE, such as epochs=5; it is “{text}”")
    return path, value


def weights(text: str) -> tuple[str, Path]:
    """Return a backbone and the path of its weights."""
    backbone, equals, file = text.partition("=")
    if not equals or not backbone or not file:
        raise argparse.ArgumentTypeError(f"write BACKBONE=FILE, such as vgg16=vgg16_notop.h5; it is “{text}”")
    return backbone, path(file)


def place(text: str) -> tuple[Path | None, tuple[float, float]]:
    """Return the folder, None for all, and latitude and longitude in degrees."""
    folder, _, degrees = text.rpartition("=")
    try:
        latitude, longitude = map(float, degrees.split(","))
    except ValueError:
        latitude, longitude = math.nan, math.nan
    if not (abs(latitude) <= _MOST_NORTH and abs(longitude) <= _MOST_EAST):
        raise argparse.ArgumentTypeError(
            f"write LATITUDE,LONGITUDE in degrees, such as --place=-33.8688,151.2093; it is “{text}”"
        )
    return (path(folder) if folder else None), (latitude, longitude)


def positive(text: str) -> int:
    """Return a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1; it is “{text}”")
    return int(text)


def share(text: str) -> float:
    """Return a share of wrong answers that a model can promise."""
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if share not in WRONG_AT_MOST:
        raise argparse.ArgumentTypeError(f"must be one of {SHARES}; it is “{text}”")
    return share
