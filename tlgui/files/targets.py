"""Checks, before the work begins, where a file may be written: never over a file of another kind.

The kind of an existing file is told by its first bytes. A mistyped command must not cost a photo, nor one in which the
shell replaced `*` with the names of photos, such as `predict model.tlmodel --csv *.jpg`.
"""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.errors import TargetError

_HEAD_BYTES = 4096
_ZIP = b"PK\x03\x04"
_PNG = b"\x89PNG\r\n\x1a\n"
# Control characters that occur in no text of a single-byte encoding.
_NO_TEXT = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1a\x1b")


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file that the program writes.

    Args:
        noun: The words for such a file, with their article.
        suffixes: The endings that its name may have, in lower case, the usual one first.
        has_head: Returns whether a file that begins with these bytes, at least one, may be of this kind.
    """

    noun: str
    suffixes: tuple[str, ...]
    has_head: Callable[[bytes], bool]


def is_text(head: bytes) -> bool:
    r"""Return whether a file may be text.

    Args:
        head: Its first bytes. Text in UTF-16 is known by its byte order mark.

    Example:
        >>> is_text(b"photo,class\n")
        True
        >>> is_text(b"\xff\xd8\xff\xe0\x00\x10JFIF")
        False
    """
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or _NO_TEXT.isdisjoint(head)


def _is_plot(head: bytes) -> bool:
    # A picture that matplotlib did not write may be a photo or a drawing.
    return (head.startswith(_PNG) or is_text(head)) and b"Matplotlib" in head


def _is_own_json(head: bytes, *marks: bytes) -> bool:
    return is_text(head) and all(mark in head for mark in (b'"tlgui":', *marks))


TABLE = FileKind("a table", (".csv", ".tsv"), is_text)
MODEL = FileKind(
    "a model of tlgui", (".tlmodel",), lambda head: head.startswith(_ZIP) and b"manifest.json" in head[:64]
)
REPORT = FileKind(
    "a report of tlgui", (".html", ".htm"), lambda head: is_text(head) and b'name="generator" content="tlgui"' in head
)
REPORT_PDF = FileKind("a PDF", (".pdf",), lambda head: head.startswith(b"%PDF-"))
RECIPE = FileKind("a recipe of tlgui", (".json",), lambda head: is_text(head) and b'"tlgui_recipe"' in head)
WORKBOOK = FileKind("an Excel workbook", (".xlsx",), lambda head: head.startswith(_ZIP) and b"xl/" in head)
MEGADETECTOR = FileKind(
    "a file of MegaDetector results by tlgui", (".json",), lambda head: _is_own_json(head, b'"format_version"')
)
COCO_CAMERA_TRAPS = FileKind(
    "a COCO Camera Traps file by tlgui", (".json",), lambda head: _is_own_json(head, b'"date_created"')
)
PLOT = FileKind("a plot", (".png", ".svg"), _is_plot)
EXPORTS = {
    ".keras": FileKind("a Keras model", (".keras",), lambda head: head.startswith(_ZIP)),
    ".tflite": FileKind("a LiteRT model", (".tflite",), lambda head: head[4:8] == b"TFL3"),
    # Protocol buffers begin with the first field: here the version of the format, a varint.
    ".onnx": FileKind("an ONNX model", (".onnx",), lambda head: head.startswith(b"\x08")),
}
"""The kinds of exported files, by their suffix."""


def name_problem(name: str, kind: FileKind) -> str:
    """Return a sentence where a file name has another ending than its kind; empty where it has not.

    Args:
        name: The name, with or without folders.
        kind: What is to be written.

    Example:
        >>> name_problem("answers.txt", TABLE)
        'The name of a table ends in .csv or .tsv, and not as “answers.txt” does.'
    """
    if name.lower().endswith(kind.suffixes):
        return ""
    return f"The name of {kind.noun} ends in {' or '.join(kind.suffixes)}, and not as “{name}” does."


def refusal(path: Path, kind: FileKind) -> str:
    """Return a sentence where a file must not be written because of what is there; empty where it may.

    Args:
        path: The file; a link is followed.
        kind: What is to be written. An older file of the same kind may be replaced, and an empty one.
    """
    if problem := name_problem(path.name, kind):
        return problem
    try:
        if path.is_dir():
            return f"“{path.name}” is a folder."
        if not path.exists():
            return ""
        with files.open_regular(path) as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        if not os.path.lexists(path):
            return ""
        return f"“{path.name}” is there already and cannot be read, so it is not replaced."
    if head and not kind.has_head(head):
        return f"“{path.name}” is there already and is not {kind.noun}, so it is not replaced."
    return ""


def check_target(path: Path, kind: FileKind) -> None:
    """Check, before the work begins, that a file can be written and replaces no file of another kind.

    Args:
        path: The file; a link is followed.
        kind: What is to be written.

    Raises:
        TargetError: The name has another ending, or something is there that is not to be replaced.
        StorageError: The folder is not there, or cannot be written to.
    """
    if reason := refusal(path, kind):
        is_named_so = not name_problem(path.name, kind)
        hint = "Choose another name." if is_named_so else f"Call it “{path.name}{kind.suffixes[0]}”, for example."
        raise TargetError(reason, hint)
    real = Path(os.path.realpath(path))
    try:
        with contextlib.suppress(FileNotFoundError):
            # A name that the disk does not take fails here.
            real.lstat()
    except OSError as error:
        raise files.storage_error(error, path) from error
    files.check_target(real)
