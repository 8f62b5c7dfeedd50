"""Which model made predictions is known by its file, as long as that is the same one."""

import hashlib
from dataclasses import replace
from pathlib import Path

from tests.fake_models import write_model
from tests.unit.learning.model_file.test_manifest import SUMMARY
from tlgui.learning.answers.photo_answer import identity_of


def test_model_is_known_by_its_file_until_that_is_another(tmp_path: Path) -> None:
    model = replace(SUMMARY, path=tmp_path / "birds.tlmodel")
    write_model(model)
    known = identity_of(model)
    assert (known.name, known.class_names) == ("birds.tlmodel", model.class_names)
    assert known.digest == hashlib.sha256(model.path.read_bytes()).hexdigest()

    write_model(replace(model, created="2031-01-01T00:00:00+00:00"))
    assert identity_of(model).digest == ""

    model.path.write_bytes(b"no model any more")
    assert identity_of(model).digest == ""
    model.path.unlink()
    assert identity_of(model) == replace(known, digest="")
