"""`tlgui predict` writes tables and keywords besides its lines, and never into photos."""

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fake_models import write_model
from tests.fakes import FakeEngine
from tests.pictures import write_collection, write_jpeg
from tests.trusts import trust_of
from tests.unit.learning.model_file.test_manifest import SUMMARY
from tests.unit.text.tables.camtrap_schema import problems, rows_of
from tlgui import files
from tlgui.cli.main import main
from tlgui.photos.sidecars.sidecar import sidecar_of
from tlgui.photos.sidecars.xmp_merge import own_fields
from tlgui.photos.storage.decisions import Decision, Decisions, scope_of
from tlgui.text.tables.formats import FORMATS

DECIDED_AT = "2026-11-29T12:00:00+01:00"


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: FakeEngine().run)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "birds.tlmodel"
    write_model(replace(SUMMARY, path=path))
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = write_collection(tmp_path / "photos", ["owl", "wren"], 2)
    (folder / "notes.jpg").write_text("not a photo", encoding="utf-8")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("format_id", [each.id for each in FORMATS])
def test_each_format_is_written_beside_the_lines(
    format_id: str, model: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = next(each.kind for each in FORMATS if each.id == format_id)
    out = tmp_path / f"answers{kind.suffixes[0] if kind else ''}"
    place = ["--place=-33.8688,151.2093"] if format_id == "camtrap-dp" else []
    before = bytes_of(photos)

    code, said, err = run(capsys, "predict", model, photos, "--format", format_id, "--out", out, *place)

    assert code == 0
    assert said.count("\n") == 5
    assert f"Saved as {out}" in err
    assert out.exists()
    assert bytes_of(photos) == before


def test_table_tells_who_decided_by_which_model(
    model: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "predict", model, photos, "--format", "csv", "--out", tmp_path / "a.csv", "--top", "1")

    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    named = [row for row in rows if not row["problem"]]
    assert [row["named as"] for row in named] == ["owl", "owl", "wren", "wren"]
    assert {row["decided by"] for row in named} == {"model"}
    assert {(row["model"], row["model SHA-256"]) for row in rows} == {("birds.tlmodel", digest)}
    assert sum(bool(row["problem"]) for row in rows) == 1


def test_option_csv_writes_the_same_table_with_the_columns_of_earlier_versions_first(
    model: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short, long = tmp_path / "a.csv", tmp_path / "b.csv"
    _, _, err = run(capsys, "predict", model, photos, "--csv", short, "--format", "csv", "--out", long, "--top", "2")

    assert err.count("Saved as") == 2
    assert short.read_bytes() == long.read_bytes()
    header = short.read_text(encoding="utf-8-sig").splitlines()[0].replace('"', "").split(",")
    earlier = ["photo", "class 1", "probability 1", "class 2", "probability 2", "problem", "answer", "distance"]
    assert header == [*earlier, "named as", "decided by", "decided at", "model", "model SHA-256"]


def test_unsure_answers_are_not_named(tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The fake engine gives each photo a probability of .8.
    model, table = tmp_path / "careful.tlmodel", tmp_path / "a.csv"
    write_model(replace(SUMMARY, path=model, trust=trust_of((0.9,) * 4, (0.5,) * 4, novelty=None)))

    _, _, err = run(capsys, "predict", model, photos, "--format", "csv", "--out", table, "--keywords")

    with table.open(encoding="utf-8-sig", newline="") as stream:
        assert {(row["named as"], row["answer"]) for row in csv.DictReader(stream)} == {("", "not sure"), ("", "")}
    assert "Wrote keywords beside 0 photos; 5 files got none" in err
    assert not list(photos.rglob("*.xmp"))


def test_as_careful_as_asked_for(tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, table = tmp_path / "careful.tlmodel", tmp_path / "a.csv"
    write_model(replace(SUMMARY, path=model, trust=trust_of((0.7, 0.9, 0.9, 0.9), (0.5,) * 4, novelty=None)))

    run(capsys, "predict", model, photos, "--format", "csv", "--out", table, "--wrong-at-most", "0.1")

    with table.open(encoding="utf-8-sig", newline="") as stream:
        assert {(row["named as"], row["answer"]) for row in csv.DictReader(stream)} == {
            ("owl", "named"),
            ("wren", "named"),
            ("", ""),
        }


def test_package_keeps_to_its_schemas(
    model: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "package"

    places = ("--place=52.70442,23.84995", f"--place={photos / 'owl'}=-1.5,2")
    run(capsys, "predict", model, photos, "--format", "camtrap-dp", "--out", out, *places)

    assert problems(out) == []
    deployments = {row["locationName"]: (row["latitude"], row["longitude"]) for row in rows_of(out / "deployments.csv")}
    assert deployments == {
        "photos": ("52.7044200", "23.8499500"),
        "owl": ("-1.5000000", "2.0000000"),
        "wren": ("52.7044200", "23.8499500"),
    }


def test_keywords_are_written_beside_the_photos_and_not_into_them(
    model: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bytes_of(photos)

    code, _, err = run(capsys, "predict", model, photos, "--keywords")

    assert code == 0
    assert "Wrote keywords beside 4 photos; 1 file got none, without a sure answer." in err
    after = bytes_of(photos)
    sidecars = {sidecar_of(photo) for photo in before if photo.name != "notes.jpg"}
    assert {file: content for file, content in after.items() if file not in sidecars} == before
    assert {own_fields(after[sidecar])["Answer"] for sidecar in sidecars} == {"owl", "wren"}

    code, out, err = run(capsys, "predict", model, photos, "--keywords", "--json")

    assert json.loads(out)["keywords_unchanged"] == 4
    assert "Wrote keywords beside 0 photos; 4 photos had one already" in err
    assert bytes_of(photos) == after


def test_damaged_keywords_file_is_left_and_the_others_are_written(
    model: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = sorted(photos.glob("owl/*.jpg"))[0]
    sidecar_of(first).write_text("<damaged", encoding="utf-8")

    code, out, err = run(capsys, "predict", model, photos, "--keywords", "--json")

    assert code == 0
    assert f"“{first.name}.xmp” gets no keyword: it is damaged" in err
    assert "1 photo got none, because the file beside could not be changed" in err
    found = json.loads(out)
    assert (found["keywords_written"], found["keywords_refused"]) == (3, 1)
    assert sidecar_of(first).read_text(encoding="utf-8") == "<damaged"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "csv"), "belong together"),
        (("--out", "a.csv"), "belong together"),
        (("--format", "csv", "--out", "photo.jpg"), "ends in .csv or .tsv"),
        (("--format", "xlsx", "--out", "a.csv"), "ends in .xlsx"),
        (("--format", "pdf", "--out", "a.pdf"), "invalid choice"),
        (("--format", "csv", "--out", "a.csv", "--place", "1,2"), "camtrap-dp"),
        (("--format", "camtrap-dp", "--out", "a", "--place", "91,2"), "LATITUDE,LONGITUDE"),
        (("--format", "camtrap-dp", "--out", "a", "--place", "here"), "LATITUDE,LONGITUDE"),
        (("--format", "camtrap-dp", "--out", "a", "--place", "nan,nan"), "LATITUDE,LONGITUDE"),
    ],
)
def test_wrong_usage_exits_with_2(
    arguments: tuple[str, ...], said: str, model: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["predict", str(model), str(photos), *arguments])

    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_package_without_a_place_is_refused_before_the_work(
    model: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "predict", model, photos, "--format", "camtrap-dp", "--out", tmp_path / "package")

    assert (code, out) == (1, "")
    assert "must say where the photos were taken" in err
    assert "--place=52.7044,23.8499" in err


def test_photo_is_never_replaced_by_a_table(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = write_jpeg(tmp_path / "a.jpg").rename(tmp_path / "a.xlsx")
    before = photo.read_bytes()

    code, _, err = run(capsys, "predict", model, photo, "--format", "xlsx", "--out", photo)

    assert code == 1
    assert "is there already and is not an Excel workbook" in err
    assert photo.read_bytes() == before


def test_photos_that_cannot_be_read_leave_a_table_that_says_so(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "notes.jpg"
    bad.write_text("not a photo", encoding="utf-8")

    code, _, _ = run(capsys, "predict", model, bad, "--format", "csv", "--out", tmp_path / "a.csv")

    assert code == 1
    assert "notes.jpg" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def decide(photo: Path, class_name: str, folder: Path | None = None) -> None:
    digest = hashlib.sha256(photo.read_bytes()).digest()
    Decisions().decide([digest], Decision(class_name, DECIDED_AT), scope_of(folder, SUMMARY.class_names))


def test_decision_of_the_person_counts_in_lines_tables_keywords_and_json(
    model: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, other = photos / "owl" / "photo 000.jpg", photos / "owl" / "photo 001.jpg"
    decide(first, "heron")
    table = tmp_path / "a.csv"
    _, lines, _ = run(capsys, "predict", model, photos, "--format", "csv", "--out", table, "--keywords")
    assert f"{first}: heron (decided by you)\n" in lines
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["photo"]: row for row in csv.DictReader(stream)}
    row = next(row for name, row in rows.items() if name.endswith("owl/photo 000.jpg"))
    assert (row["named as"], row["decided by"], row["decided at"]) == ("heron", "person", DECIDED_AT)
    assert own_fields(sidecar_of(first).read_bytes())["DecidedBy"] == "person"
    _, out, _ = run(capsys, "predict", model, photos, "--json")
    said = {item["path"]: item for item in json.loads(out)["predictions"]}
    assert (said[str(first)]["class_name"], said[str(first)]["decided_by"]) == ("heron", "person")
    assert said[str(first)]["decided_at"] == DECIDED_AT
    assert (said[str(other)]["class_name"], said[str(other)]["decided_by"]) == ("owl", "model")


def test_decision_about_other_content_or_other_classes_does_not_count(
    model: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed, foreign = photos / "owl" / "photo 000.jpg", photos / "owl" / "photo 001.jpg"
    decide(changed, "heron")
    write_jpeg(changed, seed=77)
    digest = hashlib.sha256(foreign.read_bytes()).digest()
    Decisions().decide([digest], Decision("heron", DECIDED_AT), scope_of(None, ["cat", "dog"]))
    _, lines, _ = run(capsys, "predict", model, photos)
    assert "heron" not in lines


def test_model_of_a_run_finds_the_decisions_of_its_collection(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    write_model(replace(SUMMARY, path=run_folder / "model.tlmodel"))
    (run_folder / "run.json").write_text(json.dumps({"collection": str(tmp_path)}))
    first = photos / "owl" / "photo 000.jpg"
    digest = hashlib.sha256(first.read_bytes()).digest()
    Decisions().decide([digest], Decision("heron", DECIDED_AT), scope_of(tmp_path, ["other", "classes"]))
    _, lines, _ = run(capsys, "predict", run_folder / "model.tlmodel", photos)
    assert f"{first}: heron (decided by you)\n" in lines


def test_damaged_decisions_are_told_and_the_photos_named(
    model: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decide(photos / "owl" / "photo 000.jpg", "heron")
    (files.data_folder() / "decisions.sqlite").write_bytes(b"rubbish")
    code, lines, err = run(capsys, "predict", model, photos)
    assert code == 0
    assert "note: The file with what you decided about photos was damaged." in err
    assert "owl" in lines
