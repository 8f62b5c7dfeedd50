"""The zip of a `.tlmodel`: opened and checked without TensorFlow, down to the manifest; its networks are for others.

Members are the manifest, the history of the training, the Keras network, from version 3 on the same network as ONNX
wherever it has that form, and from version 4 on, with that, features of training photos.
"""

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tlgui.errors import ModelFileError
from tlgui.files import open_regular, unreadable_hint, why_unreadable
from tlgui.files.zip_archive import (
    MOST_ARCHIVE_BYTES,
    DamagedError,
    TooLargeError,
    UntrustedError,
    digest,
    open_archive,
    parse_json,
    read_member,
    stream_member,
)
from tlgui.learning.assessment.novelty import Vectors
from tlgui.learning.model_file.manifest import FORMAT_VERSION, summary_from
from tlgui.learning.model_file.training_vectors import checked_vectors, vectors_size
from tlgui.learning.recipes.fields import Fields
from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.results import ModelSummary

MANIFEST, NETWORK, HISTORY, ONNX_NETWORK = "manifest.json", "model.keras", "history.json", "network.onnx"
VECTORS = "vectors.f16"
MEMBERS = "members"
"""The manifest's field with the digest of each other member."""

MOST_BYTES = MOST_ARCHIVE_BYTES

_FIRST_WITH_ONNX, _FIRST_WITH_VECTORS = 3, 4
_NOT_WHOLE = "Copy or download it again; if that does not help, train the model again."
_NOT_TRUSTED = "Open only models that you or someone you trust made with tlgui."
_HINTS = {DamagedError: _NOT_WHOLE, TooLargeError: "Open it on a computer with more memory."}


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """A `.tlmodel` whose zip, manifest and history are checked; its networks are not.

    Args:
        summary: The facts in it.
        manifest: The parsed manifest.
        archive: The zip, open for reading.
        digests: The SHA-256 that each member must have, by its name.
        identity: SHA-256 of the manifest's bytes, 32 bytes. As the manifest has the digest of every other member, which
            is checked when that is read, it identifies the model whichever copy of the file is opened.
    """

    summary: ModelSummary
    manifest: dict[str, Any]
    archive: zipfile.ZipFile
    digests: dict[str, str]
    identity: bytes

    @property
    def has_onnx(self) -> bool:
        """Whether it carries its network as ONNX."""
        return ONNX_NETWORK in self.archive.namelist()

    def vectors(self) -> Vectors | None:
        """Return the features of training photos, checked: float16 of shape (count, length); None without any.

        Raises:
            UntrustedError: They are damaged, or are no vectors as the manifest says.
        """
        novelty = self.summary.trust.novelty if self.summary.trust else None
        return None if novelty is None else checked_vectors(b"".join(self.stream(VECTORS)), novelty)

    def stream(self, name: str) -> Iterator[bytes]:
        """Yield a member in pieces; after the last one, its digest is checked.

        Raises:
            UntrustedError: It is damaged, or another one than was written.
        """
        hashed = hashlib.sha256()
        for chunk in stream_member(self.archive, name):
            hashed.update(chunk)
            yield chunk
        check_digest(name, hashed.hexdigest(), self.digests)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[OpenedModel]:
    """Open a file and check its facts.

    Args:
        path: The `.tlmodel` file.

    Raises:
        ModelFileError: It cannot be read or must not be trusted; every refusal in the caller's block becomes one too.
    """
    try:
        with open_regular(path) as stream, open_archive(stream, MOST_BYTES) as archive:
            content = read_member(archive, MANIFEST)
            manifest = parse_json(content, MANIFEST)
            _check_members(archive, _checked_version(manifest, path))
            digests = Fields(manifest, "manifest").group(MEMBERS).texts()
            history = read_member(archive, HISTORY)
            check_digest(HISTORY, digest(history), digests)
            summary = summary_from(manifest, parse_json(history, HISTORY), path)
            _check_vectors(archive, summary)
            identity = hashlib.sha256(content).digest()
            yield OpenedModel(summary, cast(dict[str, Any], manifest), archive, digests, identity)
    except UntrustedError as error:
        hint = next((hint for kind, hint in _HINTS.items() if isinstance(error, kind)), _NOT_TRUSTED)
        raise ModelFileError(f"“{path.name}” cannot be opened: {error}.", hint) from error
    except FieldError as error:
        raise ModelFileError(f"“{path.name}” cannot be opened: {error}.", _NOT_TRUSTED) from error
    except FileNotFoundError as error:
        raise ModelFileError(f"“{path.name}” is not there any more.", f"It was looked for in {path.parent}.") from error
    except OSError as error:
        raise ModelFileError(
            f"“{path.name}” cannot be read: {why_unreadable(error)}.", unreadable_hint(error)
        ) from error


def read_summary(path: Path) -> ModelSummary:
    """Read the facts about a model, checked.

    Args:
        path: The `.tlmodel` file.

    Returns:
        The facts in its manifest and its history.

    Raises:
        ModelFileError: The file cannot be read, or must not be trusted.
    """
    with opened(path) as file:
        for name in (NETWORK, ONNX_NETWORK, VECTORS):
            if name in file.archive.namelist():
                for _ in file.stream(name):
                    pass
    return file.summary


def carries_onnx_network(path: Path) -> bool:
    """Return whether a `.tlmodel` carries its network as ONNX.

    Raises:
        ModelFileError: The file cannot be read, or must not be trusted.
    """
    with opened(path) as file:
        return file.has_onnx


def json_member(data: object) -> bytes:
    """Return a member of JSON, escaped to ASCII: a class name may come from a file name that is not valid Unicode."""
    return json.dumps(data, indent=1, allow_nan=False).encode("ascii")


def check_digest(name: str, found: str, digests: dict[str, str]) -> None:
    """Check that a member is the one that the manifest was written for.

    Raises:
        DamagedError: It is not.
    """
    if digests.get(name) != found:
        raise DamagedError(f"“{name}” in it is damaged: it is not what was saved")


def _checked_version(manifest: object, path: Path) -> int:
    version = Fields(manifest, "manifest").whole("format_version", 1, 1_000_000)
    if version > FORMAT_VERSION:
        raise ModelFileError(f"“{path.name}” was saved by a newer tlgui.", "Update tlgui to open it.")
    return version


def _check_members(archive: zipfile.ZipFile, version: int) -> None:
    needed = {MANIFEST, NETWORK, HISTORY}
    allowed = needed | ({ONNX_NETWORK} if version >= _FIRST_WITH_ONNX else set())
    allowed |= {VECTORS} if version >= _FIRST_WITH_VECTORS else set()
    if not needed <= set(archive.namelist()) <= allowed:
        raise UntrustedError("it holds files that do not belong there, or not all that do")


def _check_vectors(archive: zipfile.ZipFile, summary: ModelSummary) -> None:
    """Check that there are features of training photos where the manifest says so, as large as it says."""
    novelty, names = summary.trust.novelty if summary.trust else None, archive.namelist()
    if (novelty is not None) != (VECTORS in names) or (novelty is not None and ONNX_NETWORK not in names):
        raise UntrustedError("it holds files that do not belong there, or not all that do")
    if novelty is not None and archive.getinfo(VECTORS).file_size != vectors_size(novelty):
        raise UntrustedError("the features of training photos in it are not as many as it says")
