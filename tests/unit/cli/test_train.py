"""A model that nothing else keeps is written to a place that outlasts the command."""

from pathlib import Path
from typing import cast

import pytest

from tests.unit.run_folders import RECIPE
from tlgui import files
from tlgui.cli import train
from tlgui.engine.protocol import Request, SaveTrainedRequest, TrainRequest
from tlgui.engine.run_job import Perform
from tlgui.errors import StorageError, UnsavedModelError
from tlgui.files import temporary
from tlgui.photos.collection import Collection
from tlgui.progress import JobContext


def test_last_place_for_a_model_is_not_the_folder_that_goes_with_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def perform(request: Request[object], _context: JobContext) -> None:
        if isinstance(request, SaveTrainedRequest):
            tried.append(request.target)
            if len(tried) < 3:
                raise StorageError("The disk is full.")
            return
        raise UnsavedModelError("The disk is full.")

    # As once TensorFlow is loaded.
    monkeypatch.setattr("tempfile.tempdir", str(files.process_folder()))
    monkeypatch.setattr(temporary, "_replaced", [tmp_path / "system"])
    request = TrainRequest(Collection(tmp_path, (), ()), RECIPE, tmp_path / "gone" / "a.tlmodel")

    with pytest.raises(UnsavedModelError) as caught:
        train._trained_alone(request, cast(Perform, perform), JobContext())

    assert tried[-1] == tmp_path / "system" / "a.tlmodel"
    assert str(tried[-1]) in caught.value.hint
