"""CSV files that spreadsheets read as they are meant."""

import csv
from pathlib import Path

import pytest

from tlgui.errors import StorageError
from tlgui.learning.trust import JudgedBy, PhotoJudgement
from tlgui.progress import EpochEnded
from tlgui.text.csv_tables import doubts_csv, history_csv


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_doubts_have_a_row_each_in_order(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    first = PhotoJudgement("wren/=1.jpg", "", "wren", "robin", 0.9, 0.05, JudgedBy.OUT_OF_FOLD)
    second = PhotoJudgement("robin/2.jpg", "", "robin", "wren", 0.8, 0.1, JudgedBy.OUT_OF_FOLD)

    doubts_csv(table, [first, second])

    assert [list(row.values()) for row in rows_of(table)] == [
        ["wren/=1.jpg", "wren", "0.050000", "robin", "0.900000"],
        ["robin/2.jpg", "robin", "0.100000", "wren", "0.800000"],
    ]


def test_history_has_a_row_an_epoch(tmp_path: Path) -> None:
    table = tmp_path / "history.csv"
    first = EpochEnded(1, 2, 0.9, 0.5, 1.0, 0.4, 0.001, 2.0, is_best=True)
    second = EpochEnded(2, 2, 0.8, 0.6, 1.1, 0.3, 0.001, 2.0, is_best=False)

    history_csv(table, [first, second])

    rows = rows_of(table)
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert [row["best"] for row in rows] == ["yes", "no"]
    assert (rows[0]["validation accuracy"], rows[0]["learning rate"]) == ("0.4", "0.001")


def test_table_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"table\.csv"):
        doubts_csv(tmp_path / "gone" / "table.csv", [])
