"""The health report once a training has filled the cache: near copies that nothing else tells, and the same split."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.unit.photos import scenes
from tlgui.cli.main import main
from tlgui.learning.data.feature_cache import FeatureCache, vector_key
from tlgui.learning.data.feature_lookup import known_features
from tlgui.photos.collection import Collection
from tlgui.photos.health.findings import Finding, FindingKind, LeaveOut, Severity
from tlgui.photos.health.report import report_on
from tlgui.photos.pictures.photo_digests import PhotoDigests
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import survey
from tlgui.photos.split import split_collection
from tlgui.progress import JobContext
from tlgui.ui.session.folder_reading import CloserLook, read_collection

QUIET = JobContext()
LENGTH = 64


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlgui.photos.pictures.photo_digests._SETTLED_NS", -1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, name in enumerate(("cat", "dog")):
        scenes.write_class(tmp_path / "pets" / name, 100 * place, 24)
    return tmp_path / "pets"


def write_recoloured(path: Path, number: int) -> Path:
    """Write a scene in other light: its shapes are the same, and the miniature takes it for another picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    levels = np.asarray(scenes.scene(number), np.int16) + np.array((45, 0, -45), np.int16)
    Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).save(path, "JPEG", quality=92)
    return path


def train(folder: Path, alike: Mapping[Path, Path]) -> None:
    """Fill the cache as a training does; each photo in `alike` lies close to its partner."""
    generator = np.random.default_rng(3)
    paths = sorted(folder.rglob("*.jpg"))
    vectors = {path: generator.normal(size=LENGTH).astype(np.float32) for path in paths}
    for path, partner in alike.items():
        vectors[path] = vectors[partner] + 0.2 * vectors[path]
    with PhotoDigests() as digest_of, FeatureCache("backbone", LENGTH) as cache:
        for path, vector in vectors.items():
            cache.put(vector_key(digest_of(path)), vector)


def findings(folder: Path) -> dict[FindingKind, Finding]:
    looked = look_closer(survey(folder, QUIET), QUIET)
    return {item.kind: item for item in report_on(looked, features=known_features).findings}


def division(collection: Collection) -> tuple[Sequence[object], ...]:
    split = split_collection(collection, 0.2, 0.1, use_own=True, seed=1)
    return split.training, split.validation, split.test


def checked(capsys: pytest.CaptureFixture[str], folder: Path) -> dict[str, Any]:
    assert main(["check", str(folder), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)["check"]
    assert isinstance(result, dict)
    return result


def test_check_tells_more_after_a_training_and_divides_the_photos_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_recoloured(folder / "cat" / "evening.jpg", 1)
    before = checked(capsys, folder)
    division_before = division(look_closer(survey(folder, QUIET), QUIET).collection)
    train(folder, {other: folder / "cat" / "001.jpg"})

    after = checked(capsys, folder)

    assert before["findings"] == []
    (finding,) = after["findings"]
    assert finding["kind"] == "near copies"
    assert finding["groups"] == [[str(folder / "cat" / "001.jpg"), str(other)]]
    assert after["kept_together"] == before["kept_together"] == []
    assert after["classes"] == before["classes"]
    assert division(look_closer(survey(folder, QUIET), QUIET).collection) == division_before


def test_window_tells_more_the_next_time_it_reads_the_folder(folder: Path) -> None:
    other = write_recoloured(folder / "cat" / "evening.jpg", 1)
    looked = CloserLook(read_collection(folder, QUIET), lambda _: None)(QUIET)
    train(folder, {other: folder / "cat" / "001.jpg"})

    again = read_collection(folder, QUIET)
    (finding,) = again.report.findings
    assert looked.report.findings == ()
    assert finding.kind is FindingKind.NEAR_COPIES
    assert again.collection == looked.collection
    # A closer look after a training, at photos that are new, tells as much.
    scenes.write(folder / "dog" / "new.jpg", 300)
    report = CloserLook(read_collection(folder, QUIET), lambda _: None)(QUIET).report
    assert report.looked_at == report.photo_count == 50
    assert [item.kind for item in report.findings] == [FindingKind.NEAR_COPIES]


def test_features_that_lie_far_apart_confirm_nothing(folder: Path) -> None:
    write_recoloured(folder / "cat" / "evening.jpg", 1)
    train(folder, {})

    assert findings(folder) == {}


def test_near_copies_say_what_the_split_keeps_together(folder: Path) -> None:
    original = folder / "cat" / "001.jpg"
    scenes.write(folder / "cat" / "small.jpg", 2, 200, 150)
    told_before = findings(folder)[FindingKind.NEAR_COPIES].explanation
    other = write_recoloured(folder / "cat" / "evening.jpg", 1)
    train(folder, {other: original})

    some = findings(folder)[FindingKind.NEAR_COPIES]
    (folder / "cat" / "small.jpg").unlink()
    every = findings(folder)[FindingKind.NEAR_COPIES]

    assert told_before.startswith("They are always kept in one part of the split")
    assert some.title == "4 photos in 2 groups look nearly the same"
    assert "2 of them, told by the backbone's features, may lie in two parts." in some.explanation
    assert "always" not in some.explanation
    assert every.explanation.startswith("All of them, told by the backbone's features, may lie in two parts")
    for finding in (some, every):
        assert finding.explanation.endswith("You may keep only the largest and sharpest of each group.")


def test_shots_of_a_burst_are_kept_together_whatever_told_them(folder: Path) -> None:
    original, other = folder / "cat" / "001.jpg", write_recoloured(folder / "cat" / "evening.jpg", 1)
    train(folder, {other: original})
    looked = look_closer(survey(folder, QUIET), QUIET)
    together = replace(looked, collection=replace(looked.collection, groups=((original, other),)))

    (finding,) = report_on(together, features=known_features).findings

    assert finding.explanation.startswith("They are always kept in one part of the split")


def test_features_tell_of_one_picture_in_two_classes_and_say_so(folder: Path) -> None:
    other = write_recoloured(folder / "dog" / "evening.jpg", 1)
    train(folder, {other: folder / "cat" / "001.jpg"})

    (finding,) = findings(folder).values()

    assert (finding.kind, finding.severity) == (FindingKind.TWO_LABELS, Severity.HARM)
    assert finding.groups == ((folder / "cat" / "001.jpg", other),)
    assert finding.explanation.endswith(
        "2 photos were told by the backbone's features: look first whether they show the same."
    )


def test_features_tell_of_a_leak_and_what_would_be_learned_from_is_left_out(tmp_path: Path) -> None:
    for part, first in (("train", 0), ("test", 600)):
        for place, name in enumerate(("cat", "dog")):
            scenes.write_class(tmp_path / part / name, first + 100 * place, 22)
    tested = tmp_path / "test" / "cat" / "600.jpg"
    scenes.write(tmp_path / "test" / "cat" / "again.jpg", 600, quality=50)
    learned = write_recoloured(tmp_path / "train" / "cat" / "evening.jpg", 600)
    assert [*findings(tmp_path)] == [FindingKind.NEAR_COPIES]
    train(tmp_path, {learned: tested})

    (finding,) = findings(tmp_path).values()

    assert finding.kind is FindingKind.LEAKS
    assert finding.mending == LeaveOut((learned,))
    assert finding.explanation.endswith(
        "1 photo was told by the backbone's features: look first whether it shows the same."
    )


def test_near_copies_alone_are_told_as_ever(folder: Path) -> None:
    scenes.write(folder / "dog" / "again.jpg", 1, quality=60)
    train(folder, {})

    (finding,) = findings(folder).values()

    assert finding.kind is FindingKind.TWO_LABELS
    assert "features" not in finding.explanation
