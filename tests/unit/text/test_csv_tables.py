"""CSV files that spreadsheets read as they are meant."""

import csv
from pathlib import Path

import pytest

from tlgui.errors import StorageError
from tlgui.learning.results import ClassScore, Prediction
from tlgui.learning.trust import JudgedBy, PhotoJudgement, Verdict
from tlgui.progress import EpochEnded
from tlgui.text.csv_tables import doubts_csv, history_csv, predictions_csv


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_predictions_have_a_row_each_in_order(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    good = Prediction(Path("/a/one, two.jpg"), (ClassScore("boats", 0.9), ClassScore("trees", 0.1)))
    bad = Prediction(Path("/a/notes.jpg"), error="“notes.jpg” is not an image.")

    predictions_csv(table, [good, bad], top=2)

    first, second = rows_of(table)
    assert first == {
        "photo": str(Path("/a/one, two.jpg")),
        "class 1": "boats",
        "probability 1": "0.900000",
        "class 2": "trees",
        "probability 2": "0.100000",
        "problem": "",
        "answer": "named",
        "distance": "",
    }
    assert second["class 1"] == ""
    assert second["problem"] == "“notes.jpg” is not an image."
    assert second["answer"] == ""


def test_verdicts_and_distances_are_the_last_columns(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    scores = (ClassScore("boats", 0.5),)
    unlike = Prediction(Path("a.jpg"), scores, distance=0.75)

    predictions_csv(table, [unlike, Prediction(Path("b.jpg"), scores)], 1, [Verdict.UNLIKE, Verdict.NOT_SURE])

    first, second = rows_of(table)
    assert list(first)[-2:] == ["answer", "distance"]
    assert (first["answer"], first["distance"]) == ("unlike", "0.750000")
    assert (second["answer"], second["distance"]) == ("not sure", "")


def test_doubts_have_a_row_each_in_order(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    first = PhotoJudgement("wren/=1.jpg", "", "wren", "robin", 0.9, 0.05, JudgedBy.OUT_OF_FOLD)
    second = PhotoJudgement("robin/2.jpg", "", "robin", "wren", 0.8, 0.1, JudgedBy.OUT_OF_FOLD)

    doubts_csv(table, [first, second])

    assert [list(row.values()) for row in rows_of(table)] == [
        ["wren/=1.jpg", "wren", "0.050000", "robin", "0.900000"],
        ["robin/2.jpg", "robin", "0.100000", "wren", "0.800000"],
    ]


def test_fewer_classes_than_columns_leave_cells_empty(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"

    predictions_csv(table, [Prediction(Path("a.jpg"), (ClassScore("boats", 1.0),))], top=3)

    assert rows_of(table)[0]["class 3"] == ""


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1"])
def test_no_name_becomes_a_formula(tmp_path: Path, name: str) -> None:
    table = tmp_path / "table.csv"

    predictions_csv(table, [Prediction(Path(f"{name}.jpg"), (ClassScore(name, 1.0),), error=name)], top=1)

    row = rows_of(table)[0]
    assert [row["photo"], row["class 1"], row["problem"]] == [f"'{name}.jpg", f"'{name}", f"'{name}"]


@pytest.mark.parametrize("name", ['quo"te', "two\nlines", "صورة", "emoji 🐦", "semi;colon"])
def test_any_name_survives(tmp_path: Path, name: str) -> None:
    table = tmp_path / "table.csv"

    predictions_csv(table, [Prediction(Path(name), (ClassScore(name, 1.0),))], top=1)

    row = rows_of(table)[0]
    assert (row["photo"], row["class 1"]) == (name, name)


def test_name_stays_one_cell_where_cells_are_parted_otherwise(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    path = Path("a;=1+1\t=2.jpg")

    predictions_csv(table, [Prediction(path)], top=1)

    for delimiter in ";\t":
        with table.open(encoding="utf-8-sig", newline="") as stream:
            cells = [row[0] for row in csv.reader(stream, delimiter=delimiter)]
        assert cells[1].startswith(str(path))


def test_names_of_other_bytes_stay_apart(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"

    predictions_csv(table, [Prediction(Path("cl\udce8ss.jpg")), Prediction(Path("cl\udce9ss.jpg"))])

    assert [row["photo"] for row in rows_of(table)] == [r"cl\xe8ss.jpg", r"cl\xe9ss.jpg"]


def test_name_that_is_not_text_is_written_readably(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"

    predictions_csv(table, [Prediction(Path("caf\udce9.jpg"))])

    assert rows_of(table)[0]["photo"] == r"caf\xe9.jpg"


def test_history_has_a_row_an_epoch(tmp_path: Path) -> None:
    table = tmp_path / "history.csv"
    first = EpochEnded(1, 2, 0.9, 0.5, 1.0, 0.4, 0.001, 2.0, is_best=True)
    second = EpochEnded(2, 2, 0.8, 0.6, 1.1, 0.3, 0.001, 2.0, is_best=False)

    history_csv(table, [first, second])

    rows = rows_of(table)
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert [row["best"] for row in rows] == ["yes", "no"]
    assert (rows[0]["validation accuracy"], rows[0]["learning rate"]) == ("0.4", "0.001")


def test_table_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"table\.csv"):
        predictions_csv(tmp_path / "gone" / "table.csv", [])
