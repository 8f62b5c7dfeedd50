"""Tables of labels as people have them: with a header or without, CSV or TSV, by name, path or number."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tlgui.errors import CollectionError
from tlgui.photos.layouts import LabelTable, TableOffer
from tlgui.photos.scanning.label_table import PhotoIndex, labels_in, table_offer

PHOTOS = ("a1.jpg", "a2.jpg", "b1.jpg", "b2.jpg")
ANIMALS = {"a1.jpg": "ant", "a2.jpg": "ant", "b1.jpg": "bee", "b2.jpg": "bee"}


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def offered(path: Path, places: Sequence[str] = PHOTOS, others: Sequence[str] = ()) -> TableOffer:
    offer = table_offer(path, PhotoIndex(places, others))
    assert offer is not None
    return offer


def labels(path: Path, places: Sequence[str] = PHOTOS, column: str = "", others: Sequence[str] = ()) -> dict[str, str]:
    return dict(labels_in(LabelTable(path, column), PhotoIndex(places, others)).labels)


@pytest.mark.parametrize(
    "lines",
    [
        ("file,label", "a1.jpg,ant", "a2.jpg,ant", "b1.jpg,bee", "b2.jpg,bee"),
        ("a1.jpg,ant", "a2.jpg,ant", "b1.jpg,bee", "b2.jpg,bee"),
        ("id;breed", "a1;ant", "a2;ant", "b1;bee", "b2;bee"),
        ("file\tlabel", "a1.jpg\tant", "a2.jpg\tant", "b1.jpg\tbee", "b2.jpg\tbee"),
        ("label,file", "ant,./a1.jpg", "ant,images/a2.jpg", "bee,images\\b1.jpg", "bee,B2.JPG"),
        ('"file","label"', '"a1.jpg","ant"', '"a2.jpg","ant"', '"b1.jpg","bee"', "", '"b2.jpg"," bee "'),
        ("n,file,label,score", "1,a1.jpg,ant,0.51", "2,a2.jpg,ant,0.52", "3,b1.jpg,bee,0.53", "4,b2.jpg,bee,0.54"),
    ],
    ids=["header", "no header", "Kaggle ids", "tabs", "paths", "quotes", "other columns"],
)
def test_labels_are_read_from_any_usual_table(tmp_path: Path, lines: tuple[str, ...]) -> None:
    table = write(tmp_path / "labels.csv", *lines)

    offer = offered(table)

    assert labels(table) == ANIMALS
    assert offer.columns[0].classes == (("ant", 2), ("bee", 2))
    assert (offer.row_count, offer.missing, offer.columns[0].unlabelled) == (4, 0, 0)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encodings_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    lines = ("file;label", *(f"{name};{'Möwe' if name < 'b' else 'Kühe'}" for name in PHOTOS))

    assert set(labels(write(tmp_path / "t.csv", *lines, encoding=encoding)).values()) == {"Möwe", "Kühe"}


def test_rows_without_file_and_photos_without_label_are_counted(tmp_path: Path) -> None:
    table = write(
        tmp_path / "t.csv",
        "file,label",
        *(
            "a1.jpg,ant",
            "a2.jpg,ant",
            "gone.jpg,ant",
            "away.jpg,bee",
            "b1.jpg,bee",
            "b2.jpg,bee",
            "c1.jpg,",
            "c2.jpg,ant",
        ),
        "c2.jpg,bee",
    )

    offer = offered(table, (*PHOTOS, "c1.jpg", "c2.jpg", "d.jpg"))

    assert (offer.row_count, offer.missing) == (9, 2)
    assert offer.columns[0].unlabelled == 3, "an empty cell, two different labels, and no row"
    assert offer.columns[0].preview[:2] == (("a1.jpg", "ant"), ("a2.jpg", "ant"))


def test_label_column_is_the_most_likely_one_and_can_be_chosen(tmp_path: Path) -> None:
    table = write(
        tmp_path / "traps.tsv",
        "path\tsite\tspecies\tday",
        *(f"{name}\t{'north' if name[1] == '1' else 'south'}\t{ANIMALS[name]}\t1" for name in PHOTOS),
    )

    assert [column.name for column in offered(table).columns] == ["species", "site"]
    assert labels(table) == ANIMALS
    assert labels(table, column="SITE")["a1.jpg"] == labels(table, column="2")["a1.jpg"] == "north"
    with pytest.raises(CollectionError) as caught:
        labels(table, column="colour")
    assert "no column “colour”" in caught.value.message
    assert "species" in caught.value.hint


def test_photo_is_found_where_the_names_of_others_are_the_same(tmp_path: Path) -> None:
    places = ["train/1.jpg", "train/2.jpg", "site a/IMG_1.jpg", "site b/IMG_1.jpg"]
    table = write(tmp_path / "t.csv", "1,ant", "2,ant", "site a/IMG_1.jpg,bee", "site b/IMG_1.jpg,bee", "IMG_1.jpg,ant")

    found = labels(table, places, others=["test/1.jpg", "test/2.jpg"])

    assert found == dict(zip(places, ("ant", "ant", "bee", "bee"), strict=True))


@pytest.mark.parametrize(
    "lines",
    [
        ("name,age", "Ann,3", "Bob,4"),
        ("file,price", "a1.jpg,1.5", "a2.jpg,2.5", "b1.jpg,3.5", "b2.jpg,1.5"),
        ("file,title", "a1.jpg,one", "a2.jpg,two", "b1.jpg,three", "b2.jpg,four"),
        ("photo,class 1,probability 1", "a1.jpg,ant,0.9", "a2.jpg,ant,0.9", "b1.jpg,bee,0.9", "b2.jpg,bee,0.9"),
        ("",),
        ('a1.jpg,"' + "x" * 200_000 + '"',),
    ],
    ids=["no files", "numbers", "titles", "predictions", "empty", "no table"],
)
def test_table_without_labels_offers_nothing(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert table_offer(write(tmp_path / "t.csv", *lines), PhotoIndex(PHOTOS)) is None


def test_table_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path / "gone.csv", "cannot be read: it is not there"),
        (tmp_path, "cannot be read"),
        (write(tmp_path / "other.csv", "name,age", "Ann,3"), "No column of “other.csv” names photos"),
        (write(tmp_path / "bad.csv", 'a1.jpg,"' + "x" * 200_000 + '"'), "is not a table"),
        (write(tmp_path / "few.csv", "a1.jpg,ant"), "looks like labels"),
    ):
        with pytest.raises(CollectionError) as caught:
            labels(path)
        assert words in caught.value.message
        assert caught.value.hint
