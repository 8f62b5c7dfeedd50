"""The files for camera trap programs keep to the rules of their formats."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.text.tables.camtrap_schema import problems, rows_of
from tests.unit.text.tables.rows import ABOUT, BASE, DIGEST, FACTS, ODD_NAMES, ROWS, WREN, odd, odd_about
from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.learning.results import ClassScore
from tlgui.photos.names import writable
from tlgui.text.tables.exported import Place, TableAbout
from tlgui.text.tables.formats import table_format
from tlgui.text.tables.writing import write_table

MEGADETECTOR, COCO = table_format("megadetector"), table_format("coco-camera-traps")
CAMTRAP = table_format("camtrap-dp")


def megadetector(folder: Path, *rows: PhotoAnswer, about: TableAbout = ABOUT) -> dict[str, Any]:
    write_table(folder / "md.json", MEGADETECTOR, about, rows)
    found: dict[str, Any] = json.loads((folder / "md.json").read_text(encoding="utf-8"))
    _check_megadetector(found)
    return found


def _check_megadetector(found: dict[str, Any]) -> None:
    """Check the rules that the format's description and its validator have."""
    assert set(found) == {"info", "images", "detection_categories", "classification_categories"}
    assert float(found["info"]["format_version"]) >= 1.3
    for categories in ("detection_categories", "classification_categories"):
        assert all(int(number) >= 0 and name for number, name in found[categories].items())
    for image in found["images"]:
        assert "\\" not in image["file"].replace("\\x", "")
        assert (image.get("failure") is None) != (image["detections"] is None)
        for box in image["detections"] or ():
            assert isinstance(box["conf"], float)
            assert box["category"] in found["detection_categories"]
            assert all(0 <= side <= 1 for side in box["bbox"])
            shares = [share for _, share in box["classifications"]]
            assert shares == sorted(shares, reverse=True)
            assert all(number in found["classification_categories"] for number, _ in box["classifications"])


def coco(folder: Path, *rows: PhotoAnswer, about: TableAbout = ABOUT) -> dict[str, Any]:
    write_table(folder / "coco.json", COCO, about, rows)
    found: dict[str, Any] = json.loads((folder / "coco.json").read_text(encoding="utf-8"))
    assert isinstance(found["info"]["version"], str)
    assert isinstance(found["info"]["description"], str)
    ids = [image["id"] for image in found["images"]]
    assert len(set(ids)) == len(ids)
    categories = [category["id"] for category in found["categories"]]
    assert len(set(categories)) == len(categories)
    assert all(isinstance(number, int) and number >= 0 for number in categories)
    for annotation in found["annotations"]:
        assert annotation["image_id"] in ids
        assert annotation["category_id"] in categories
    return found


def camtrap(folder: Path, *rows: PhotoAnswer, about: TableAbout = ABOUT) -> dict[str, list[dict[str, str]]]:
    write_table(folder / "package", CAMTRAP, about, rows)
    assert problems(folder / "package") == []
    return {name: rows_of(folder / "package" / f"{name}.csv") for name in ("deployments", "media", "observations")}


def test_megadetector_has_one_box_around_each_photo(tmp_path: Path) -> None:
    found = megadetector(tmp_path, *ROWS)

    wren, not_sure, corrected, unreadable = found["images"]
    assert wren == {
        "file": "north/one, two.jpg",
        "detections": [
            {"category": "1", "conf": 0.9, "bbox": [0.0, 0.0, 1.0, 1.0], "classifications": [["1", 0.9], ["0", 0.1]]}
        ],
        "verdict": "named",
        "answer": "wren",
        "decided_by": "model",
        "decided_at": "2026-05-06T07:00:00+02:00",
    }
    assert (not_sure["verdict"], not_sure["answer"]) == ("not sure", "")
    assert corrected["detections"][0]["classifications"][0] == ["3", 1.0]
    assert found["classification_categories"] == {"0": "robin", "1": "wren", "2": "empty", "3": "Great tit"}
    assert unreadable == {"file": "notes.jpg", "failure": "“notes.jpg” is not an image.", "detections": None}
    assert found["info"]["classifier"] == "birds.tlmodel"
    assert found["info"]["classifier_metadata"]["sha256"] == DIGEST


def test_coco_annotates_what_is_named(tmp_path: Path) -> None:
    found = coco(tmp_path, *ROWS)

    assert [image["file_name"] for image in found["images"]] == [
        "north/one, two.jpg",
        "south/b.jpg",
        "south/c.jpg",
        "notes.jpg",
    ]
    assert found["images"][0] | {"id": ""} == {
        "id": "",
        "file_name": "north/one, two.jpg",
        "width": 640,
        "height": 480,
        "datetime": "2024-05-06 07:08:09",
        "verdict": "named",
    }
    assert found["images"][3]["corrupt"] is True
    assert [(each["image_id"], each["category_id"], each["decided_by"]) for each in found["annotations"]] == [
        ("1", 2, "model"),
        ("3", 3, "person"),
    ]
    assert found["annotations"][0]["score"] == 0.9
    assert "score" not in found["annotations"][1]
    assert found["categories"] == [
        {"id": 0, "name": "empty"},
        {"id": 1, "name": "robin"},
        {"id": 2, "name": "wren"},
        {"id": 3, "name": "Great tit"},
    ]
    assert found["info"]["tlgui"]["model_sha256"] == DIGEST


def test_camtrap_dp_keeps_to_its_schemas(tmp_path: Path) -> None:
    tables = camtrap(tmp_path, *ROWS)

    assert [row["locationName"] for row in tables["deployments"]] == ["north", "south", BASE.name]
    assert (tables["deployments"][0]["latitude"], tables["deployments"][0]["longitude"]) == (
        "-33.8600000",
        "151.2100000",
    )
    assert [row["timestampIssues"] for row in tables["deployments"]] == ["", "true", "true"]
    assert tables["media"][0]["timestamp"] == "2024-05-06T07:08:09+00:00"
    assert tables["media"][0]["filePath"] == (BASE / "north" / "one, two.jpg").as_uri()
    assert [row["fileMediatype"] for row in tables["media"]] == ["image/jpeg"] * 4
    assert tables["media"][3]["mediaComments"].startswith("“notes.jpg” is not an image.")
    kinds = [row["observationType"] for row in tables["observations"]]
    assert kinds == ["animal", "unknown", "animal", "unclassified"]
    assert [row["scientificName"] for row in tables["observations"]] == ["wren", "", "Great tit", ""]
    assert [row["classificationMethod"] for row in tables["observations"]] == ["machine", "machine", "human", ""]
    assert tables["observations"][0]["classifiedBy"] == f"birds.tlmodel (SHA-256 {DIGEST})"
    assert tables["observations"][0]["classificationProbability"] == "0.900000"
    assert tables["observations"][1]["observationComments"] == "not sure: robin 0.500, wren 0.400"


def test_each_folder_may_have_its_own_place(tmp_path: Path) -> None:
    places = ((BASE / "south", Place(-40.5, 20.0)), (BASE / "south" / "far", Place(-50.5, 30.0)))
    far = replace(WREN, path=BASE / "south" / "far" / "south" / "a.jpg")

    tables = camtrap(tmp_path, *ROWS, far, about=replace(ABOUT, folder_places=places))

    assert [(row["locationName"], float(row["latitude"])) for row in tables["deployments"]] == [
        ("north", -33.86),
        ("south", -40.5),
        (BASE.name, -33.86),
        ("south/far/south", -50.5),
    ]
    package = json.loads((tmp_path / "package" / "datapackage.json").read_text(encoding="utf-8"))
    assert package["spatial"]["coordinates"] == [[20.0, -40.5], [30.0, -50.5], [151.21, -33.86]]


@pytest.mark.parametrize(
    ("answer", "kind"), [("Person", "human"), ("vehicle", "vehicle"), ("empty", "blank"), ("fox", "animal")]
)
def test_camtrap_dp_has_words_of_its_own(tmp_path: Path, answer: str, kind: str) -> None:
    (row,) = camtrap(tmp_path, replace(WREN, answer=answer, scores=(ClassScore(answer, 0.9),)))["observations"]

    assert (row["observationType"], row["scientificName"]) == (kind, answer if kind == "animal" else "")


@pytest.mark.parametrize("name", [*ODD_NAMES, "a..b", ".hidden", "~home"])
def test_any_name_keeps_to_the_rules(tmp_path: Path, name: str) -> None:
    boxes = megadetector(tmp_path, odd(name), about=odd_about(name))
    assert boxes["images"][0]["file"] == writable(f"{name}/{name}.jpg")
    assert boxes["classification_categories"]["0"] == writable(name)
    assert coco(tmp_path, odd(name), about=odd_about(name))["categories"][0]["name"] == writable(name)

    tables = camtrap(tmp_path, odd(name), about=odd_about(name))

    for row in (row for table in tables.values() for row in table):
        for column, cell in row.items():
            assert column in {"latitude", "longitude"} or not cell.startswith(("=", "+", "-", "@", "\uff1d"))


def test_odd_formats_get_a_media_type(tmp_path: Path) -> None:
    rows = [replace(WREN, facts=FACTS._replace(format=name)) for name in ("PNG", "HEIF", "camera RAW", "")]

    found = [row["fileMediatype"] for row in camtrap(tmp_path, *rows)["media"]]

    assert found == ["image/png", "image/heif", "image/camera-raw", "image/unknown"]


def test_photos_on_several_drives_keep_their_whole_paths(tmp_path: Path) -> None:
    about = replace(ABOUT, base=None)

    assert megadetector(tmp_path, WREN, about=about)["images"][0]["file"] == WREN.path.as_posix()
    assert coco(tmp_path, WREN, about=about)["images"][0]["file_name"] == WREN.path.as_posix()
    assert camtrap(tmp_path, WREN, about=about)["deployments"][0]["locationName"] == WREN.path.parent.as_posix()
