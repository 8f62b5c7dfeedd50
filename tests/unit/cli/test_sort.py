"""`tlgui sort`, `resume-sort` and `undo`: what a model says of photos decides where they go, and back."""

import errno
import json
import os
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.fake_models import write_model
from tests.trusts import CLASSES, trust_of
from tests.unit.photos.sorting.small_sort import contents
from tlgui.cli.main import main
from tlgui.engine.protocol import PredictRequest
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import (
    ClassScore,
    ModelSummary,
    PhotosPredicted,
    Prediction,
    PredictionSummary,
    StopReason,
)
from tlgui.learning.trust import Trust
from tlgui.photos.mending.moving import move_file
from tlgui.photos.sidecars.xmp_merge import own_fields
from tlgui.photos.storage.decisions import Decision, Decisions, scope_of
from tlgui.progress import JobContext

# The best class, its probability, and the distance to the training photos.
ANSWERS = {"a.jpg": ("owl", 0.9, 0.1), "b.jpg": ("wren", 0.4, 0.1), "c.jpg": ("owl", 0.99, 0.6)}

RATED = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/></rdf:RDF></x:xmpmeta>"""
LEAVE = ("--not-sure", "leave", "--unlike", "leave")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "card"
    folder.mkdir()
    for name in (*ANSWERS, "bad.jpg", "a.xmp"):
        (folder / name).write_text(f"content of {name}")
    return folder


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "sorted"


def summary_of(path: Path, trust: Trust | None) -> ModelSummary:
    return ModelSummary(
        path=path,
        class_names=CLASSES,
        backbone=QUICK.backbone,
        input_size=QUICK.input_size,
        recipe=QUICK,
        created="2026-01-01T12:00:00+00:00",
        photo_count=30,
        evaluation=None,
        history=(),
        seconds=1.0,
        stop_reason=StopReason.COMPLETED,
        versions=(),
        trust=trust,
    )


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give a model that says how far it can be trusted; its training photos are not in any file."""
    path = tmp_path / "birds.tlmodel"
    monkeypatch.setattr("tlgui.cli.sort.read_summary", lambda path: summary_of(path, trust_of()))
    return str(path)


@pytest.fixture(autouse=True)
def _answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer as a model would of the photos of these names."""

    def perform(request: PredictRequest, context: JobContext) -> PredictionSummary:
        paths = [path for given in request.paths for path in (sorted(given.glob("*.jpg")) or [given])]
        for path in paths:
            context.checkpoint()
            if path.name not in ANSWERS:
                context.report(PhotosPredicted((Prediction(path, error="It is damaged."),)))
                continue
            name, share, distance = ANSWERS[path.name]
            digest = sha256(path.read_bytes()).digest()
            said = Prediction(path, (ClassScore(name, share),), distance=distance, digest=digest)
            context.report(PhotosPredicted((said,)))
        good = sum(path.name in ANSWERS for path in paths)
        return PredictionSummary(good, len(paths) - good, 0.1)

    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: perform)


Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs a command and returns its exit code, its JSON object, and what it says."""

    def call(*arguments: str | Path) -> tuple[int, Any, str]:
        code = main([*map(str, arguments), "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else None, err

    return call


def test_photos_are_copied_by_what_the_model_says_and_how_sure_it_is(
    run: Run, model: str, photos: Path, into: Path
) -> None:
    before = contents(photos)

    code, result, err = run("sort", model, photos, "--into", into)

    assert code == 0
    assert contents(into) == {
        "owl/a.jpg": "content of a.jpg",
        "owl/a.xmp": "content of a.xmp",
        "not sure/b.jpg": "content of b.jpg",
        "unlike anything/c.jpg": "content of c.jpg",
    }
    assert contents(photos) == before
    assert (result["photo_count"], result["companion_count"], result["unfinished_count"]) == (3, 1, 0)
    assert result["not_planned"] == [{"path": str(photos / "bad.jpg"), "reason": "It is damaged."}]
    assert result["words"] == "Copied 3 photos and 1 file that goes with them into folders in “sorted”."
    assert "3 photos to sort" in err

    code, result, _ = run("undo")
    assert (code, result["file_count"], result["problems"]) == (0, 4, [])
    assert contents(photos) == before
    assert not into.exists()
    code, _, err = run("undo")
    assert code == 1
    assert "error: There is no sort to undo." in err


def test_photo_that_the_person_named_goes_where_the_person_said(run: Run, model: str, photos: Path, into: Path) -> None:
    digests = [sha256(f"content of {name}".encode()).digest() for name in ("b.jpg", "c.jpg")]
    Decisions().decide(digests, Decision("heron", "2026-11-29T12:00:00+01:00"), scope_of(None, CLASSES))
    (photos / "c.jpg").write_text("content of a.jpg")
    Path(model).write_text("a model")

    code, _, _ = run("sort", model, photos, "--into", into, "--keywords")

    assert code == 0
    assert (into / "heron" / "b.jpg").read_text() == "content of b.jpg"
    keywords = own_fields((into / "heron" / "b.jpg.xmp").read_bytes())
    assert (keywords["Answer"], keywords["DecidedBy"]) == ("heron", "person")
    assert not (into / "heron" / "c.jpg").exists()


@pytest.mark.parametrize(
    ("options", "places"),
    [
        (["--wrong-at-most", "0.1"], ["owl/a.jpg", "owl/a.xmp", "unlike anything/c.jpg", "wren/b.jpg"]),
        (["--not-sure", "look", "--unlike", "leave"], ["look/b.jpg", "owl/a.jpg", "owl/a.xmp"]),
        ([*LEAVE, "--pattern", "birds/{class} {name}"], ["birds/owl a.jpg", "birds/owl a.xmp"]),
    ],
)
def test_options_say_who_is_named_and_where_photos_go(
    run: Run, model: str, photos: Path, into: Path, options: Sequence[str], places: Sequence[str]
) -> None:
    code, _, _ = run("sort", model, photos, "--into", into, *options)
    assert code == 0
    assert list(contents(into)) == sorted(places)


def test_model_of_an_earlier_version_names_every_photo_and_that_is_told(
    run: Run, tmp_path: Path, photos: Path, into: Path
) -> None:
    model = summary_of(tmp_path / "old.tlmodel", None)
    write_model(model)
    code, _, err = run("sort", model.path, photos, "--into", into)
    assert code == 0
    assert set(contents(into)) == {"owl/a.jpg", "owl/a.xmp", "wren/b.jpg", "owl/c.jpg"}
    assert "it names every photo" in err


def test_dry_run_changes_nothing(
    run: Run, model: str, photos: Path, into: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, result, err = run("sort", model, photos, "--into", into, "--move", "--dry-run")
    assert code == 0
    assert "Nothing was changed." in err
    assert [(item["place"], item["photo_count"]) for item in result["folders"]] == [
        ("not sure", 1),
        ("owl", 1),
        ("unlike anything", 1),
    ]
    assert (result["photo_count"], result["dry_run"], into.exists()) == (0, True, False)

    assert main(["sort", model, str(photos), "--into", str(into), "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "owl: 1 photo, 1 file with them, 32 bytes" in lines
    assert f"{photos / 'bad.jpg'}: It is damaged." in lines


def test_move_that_a_full_disk_stopped_is_told_and_gone_on_with(
    run: Run, model: str, photos: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[Path] = []

    def move(source: Path, target: Path, part: Path) -> None:
        if moved:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        moved.append(target)
        move_file(source, target, part)

    with monkeypatch.context() as patch:
        patch.setattr("tlgui.photos.sorting.carrying.move_file", move)
        code, result, err = run("sort", model, photos, "--into", into, "--move")
    assert code == 1
    assert (result["photo_count"], result["unfinished_count"]) == (1, 3)
    assert "the disk is full" in err
    assert "tlgui resume-sort" in err

    code, result, _ = run("undo", "--list")
    assert [item["left_count"] for item in result["sorts"]] == [3]
    code, result, _ = run("resume-sort")
    assert (code, result["photo_count"], result["unfinished_count"]) == (0, 3, 0)
    assert list(contents(photos)) == ["bad.jpg"]
    assert run("resume-sort")[0] == 1
    run("undo")
    assert len(contents(photos)) == 5


@pytest.mark.parametrize("act", ["--copy", "--move"])
def test_keywords_are_written_beside_named_photos_where_they_go_and_are_undone(
    run: Run, model: str, photos: Path, into: Path, act: str
) -> None:
    Path(model).touch()
    (photos / "a.jpg.xmp").write_text(RATED)
    before = contents(photos)

    code, result, _ = run("sort", model, photos, "--into", into, "--keywords", *([act] if act != "--copy" else []))

    assert (code, result["problems"]) == (0, [])
    found = contents(into)
    assert [place for place in found if place.endswith(".jpg.xmp")] == ["owl/a.jpg.xmp"]
    assert all(words in found["owl/a.jpg.xmp"] for words in ("<rdf:li>owl</rdf:li>", 'xmp:Rating="5"', "birds.tlmodel"))
    assert (photos / "a.jpg.xmp").exists() is (act == "--copy")
    code, result, _ = run("undo")
    assert (code, result["problems"]) == (0, [])
    assert contents(photos) == before
    assert not into.exists()


def test_second_run_says_that_all_is_there(run: Run, model: str, photos: Path, into: Path) -> None:
    run("sort", model, photos, "--into", into)
    code, result, err = run("sort", model, photos, "--into", into)
    assert code == 0
    assert [Path(item["path"]).name for item in result["already_there"]] == list(ANSWERS)
    assert "There is nothing to sort." in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--pattern", "{klass}"], "“{klass}” is not known"),
        (["--not-sure", "a/b"], "cannot be a folder"),
    ],
)
def test_wrong_options_are_told_before_photos_are_looked_at(
    run: Run, model: str, photos: Path, into: Path, options: Sequence[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("tlgui.cli.engine.load_engine")
    code, _, err = run("sort", model, photos, "--into", into, *options)
    assert code == 1
    assert words in err


def test_share_that_no_model_promises_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["sort", "a.tlmodel", "b.jpg", "--into", "c", "--wrong-at-most", "0.3"])
    assert raised.value.code == 2
    assert "one of 0.1, 0.05, 0.02, 0.01" in capsys.readouterr().err
