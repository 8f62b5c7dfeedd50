"""The model files of the fake engine: real `.tlmodel` files, with everything but a network in them."""

import json
import zipfile

from tlgui import files
from tlgui.files.zip_archive import digest
from tlgui.learning.model_file.archive import HISTORY, MANIFEST, NETWORK
from tlgui.learning.model_file.manifest import history_of, manifest_of
from tlgui.learning.results import ModelSummary


def write_model(summary: ModelSummary) -> None:
    """Write what the manifest and the history of a model say to `summary.path`."""
    members = {NETWORK: b"no network", HISTORY: json.dumps(history_of(summary)).encode()}
    manifest = manifest_of(summary) | {"members": {name: digest(content) for name, content in members.items()}}
    with files.atomic_open(summary.path) as stream, zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(MANIFEST, json.dumps(manifest))
        for name, content in members.items():
            archive.writestr(name, content)
