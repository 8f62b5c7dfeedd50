"""CSV and Excel tables hold the same cells, and no name becomes a formula."""

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.text.tables.rows import ABOUT, DIGEST, ODD_NAMES, ROWS, WREN, odd, odd_about
from tlgui.errors import TargetError
from tlgui.photos.names import writable
from tlgui.text.tables import xlsx_table
from tlgui.text.tables.formats import table_format
from tlgui.text.tables.writing import write_table

CSV, XLSX = table_format("csv"), table_format("xlsx")
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def csv_rows(path: Path, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), delimiter=delimiter))


def sheet_of(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))


def xlsx_rows(path: Path) -> list[list[str]]:
    rows = []
    for row in sheet_of(path).iter(f"{_SHEET}row"):
        cells = {}
        for cell in row.iter(f"{_SHEET}c"):
            column = re.sub(r"\d", "", cell.attrib["r"])
            assert cell.find(f"{_SHEET}f") is None
            text = "".join(part.text or "" for part in cell.iter(f"{_SHEET}t"))
            number = cell.find(f"{_SHEET}v")
            cells[column] = text if cell.attrib.get("t") == "inlineStr" else (number.text if number is not None else "")
        rows.append([cells.get(chr(ord("A") + index)) or "" for index in range(13)])
    return rows


def test_both_tell_the_answer_and_who_decided(tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", CSV, ABOUT, ROWS)
    write_table(tmp_path / "a.xlsx", XLSX, ABOUT, ROWS)

    header, wren, not_sure, corrected, unreadable = csv_rows(tmp_path / "a.csv")
    assert dict(zip(header, wren, strict=True)) == {
        "photo": str(WREN.path),
        "class 1": "wren",
        "probability 1": "0.900000",
        "class 2": "robin",
        "probability 2": "0.100000",
        "problem": "",
        "answer": "named",
        "distance": "0.250000",
        "named as": "wren",
        "decided by": "model",
        "decided at": "2026-05-06T07:00:00+02:00",
        "model": "birds.tlmodel",
        "model SHA-256": DIGEST,
    }
    assert not_sure[6:9] == ["not sure", "0.250000", ""]
    assert corrected[6:10] == ["named", "0.250000", "Great tit", "person"]
    assert unreadable[1:11] == ["", "", "", "", "“notes.jpg” is not an image.", "", "", "", "", ""]
    told = [[number_or(cell) for cell in row] for row in xlsx_rows(tmp_path / "a.xlsx")]
    assert told == [[number_or(cell) for cell in row] for row in csv_rows(tmp_path / "a.csv")]


def number_or(cell: str) -> str | float:
    return float(cell) if re.fullmatch(r"[01](\.\d+)?", cell) else cell


@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_name_becomes_a_formula_and_all_stay_apart(tmp_path: Path, name: str) -> None:
    row = replace(odd(name), path=Path(f"{name}.jpg"), error=name)
    write_table(tmp_path / "a.csv", CSV, odd_about(name), [row])
    write_table(tmp_path / "a.xlsx", XLSX, odd_about(name), [row])

    written = csv_rows(tmp_path / "a.csv")[1]
    escaped = f"'{name}" if name.startswith(("=", "+", "-", "@", "\uff1d")) else writable(name)
    assert [written[1], written[5], written[8]] == [escaped] * 3
    assert written[0] == f"{escaped}.jpg"

    # Text cells are never computed, so nothing is put in front of them.
    plain = writable(name).replace("\x1b", "\ufffd")
    assert xlsx_rows(tmp_path / "a.xlsx")[1][1] == plain


@pytest.mark.parametrize("name", ["\t=1", "\r=1", "\n=1", "\uff1d1+1"])
def test_no_name_in_csv_becomes_a_formula_behind_white_space(tmp_path: Path, name: str) -> None:
    write_table(tmp_path / "a.csv", CSV, odd_about(name), [replace(odd(name), path=Path(f"{name}.jpg"), error=name)])

    written = csv_rows(tmp_path / "a.csv")[1]
    assert [written[0], written[1], written[5]] == [f"'{name}.jpg", f"'{name}", f"'{name}"]


def test_name_stays_one_cell_where_cells_are_parted_otherwise(tmp_path: Path) -> None:
    path = Path("a;=1+1\t=2.jpg")
    write_table(tmp_path / "a.csv", CSV, ABOUT, [replace(WREN, path=path)])

    for delimiter in ";\t":
        assert csv_rows(tmp_path / "a.csv", delimiter)[1][0].startswith(str(path))


def test_names_of_other_bytes_stay_apart(tmp_path: Path) -> None:
    names = ("cl\udce8ss.jpg", "cl\udce9ss.jpg")
    write_table(tmp_path / "a.csv", CSV, ABOUT, [replace(WREN, path=Path(name)) for name in names])

    assert [row[0] for row in csv_rows(tmp_path / "a.csv")[1:]] == [r"cl\xe8ss.jpg", r"cl\xe9ss.jpg"]


def test_fewer_classes_than_columns_leave_cells_empty(tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", CSV, replace(ABOUT, top=3), [WREN])

    header, row = csv_rows(tmp_path / "a.csv")
    assert row[header.index("class 3")] == ""


def test_tabs_part_the_cells_of_a_tsv(tmp_path: Path) -> None:
    write_table(tmp_path / "a.tsv", CSV, ABOUT, ROWS)

    assert csv_rows(tmp_path / "a.tsv", "\t")[1][1] == "wren"


def test_name_that_excel_has_no_room_for_is_cut(tmp_path: Path) -> None:
    write_table(tmp_path / "a.xlsx", XLSX, ABOUT, [replace(WREN, error="a" * 40_000)])

    assert xlsx_rows(tmp_path / "a.xlsx")[1][5] == "a" * 32_767


def test_more_photos_than_a_sheet_has_rows_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_table, "MOST_ROWS", 3)

    with pytest.raises(TargetError, match="room for 2 photos"):
        write_table(tmp_path / "a.xlsx", XLSX, ABOUT, ROWS)

    assert list(tmp_path.iterdir()) == []
