"""The model files of the fake engine: real files, that hold what a model says of itself and no network."""

import pickle
from dataclasses import replace
from pathlib import Path

from tlgui import files
from tlgui.errors import ModelFileError
from tlgui.learning.results import ModelSummary

# Begins as a real one does, so that it may be written over.
_MAGIC = b"PK\x03\x04 manifest.json of a fake tlmodel\n"


def write_model(summary: ModelSummary) -> None:
    with files.atomic_open(summary.path) as stream:
        stream.write(_MAGIC + pickle.dumps(summary))


def read_model(path: Path) -> ModelSummary:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"“{path.name}” cannot be read.", "Choose a .tlmodel file.") from error
    if not content.startswith(_MAGIC):
        raise ModelFileError(f"“{path.name}” is not a model of tlgui.", "Choose a .tlmodel file.")
    summary = pickle.loads(content.removeprefix(_MAGIC))
    assert isinstance(summary, ModelSummary)
    return replace(summary, path=path)
