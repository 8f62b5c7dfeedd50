"""`tlgui evaluate … --report`: one page about the model, written whole or not at all."""

import json
from pathlib import Path

import pytest

from tests.pictures import write_collection
from tlgui.cli.main import main

# Keras hands NumPy 2.4 its variables in a way that NumPy is about to drop; nothing of ours can change that.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_collection(tmp_path_factory.mktemp("photos") / "birds", ["robin", "wren & owl"], photos=16)


@pytest.fixture(scope="module")
def model(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "birds.tlmodel"
    assert main(["train", str(photos), "--out", str(out), "--set", "epochs=2", "--set", "input_size=96"]) == 0
    return out


def test_report_holds_what_was_measured_and_the_photos_it_got_wrong(
    model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # Two photos in the folder of the other class are named wrongly.
    moved = write_collection(tmp_path / "mixed", ["robin", "wren & owl"], photos=4, seed=9)
    for number in range(2):
        (moved / "robin" / f"photo {number:03d}.jpg").rename(moved / "wren & owl" / f"other {number}.jpg")
    report = tmp_path / "report.html"

    assert main(["evaluate", str(model), str(moved), "--report", str(report), "--with-pictures", "--json"]) == 0

    out = capfd.readouterr()
    result = json.loads(out.out)["evaluation"]
    wrong = result["photo_count"] - sum(row[place] for place, row in enumerate(result["confusion"]))
    page = report.read_text("utf-8")
    assert wrong >= 2
    assert page.count("data:image/jpeg;base64,") == wrong
    assert "<h2>Measured for this report: the photos in “mixed”</h2>" in page
    assert "“wren &amp; owl”<br>called “robin”" in page
    assert "http" not in page.replace("http-equiv", "")
    assert f"Saved as {report}" in out.err


def test_report_without_pictures_shows_none(model: Path, photos: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.html"

    assert main(["evaluate", str(model), str(photos), "--report", str(report)]) == 0

    assert "data:image" not in report.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--with-pictures",), "error: --with-pictures shows photos in a report."),
        (("--report", "holiday.html"), "is there already and is not a report of tlgui"),
    ],
)
def test_what_cannot_be_is_said_before_the_work_begins(
    model: Path,
    photos: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    words: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("holiday.html").write_text("<!DOCTYPE html><title>Holiday</title>")

    assert main(["evaluate", str(model), str(photos), *options]) == 1

    assert words in capfd.readouterr().err
    assert Path("holiday.html").read_text() == "<!DOCTYPE html><title>Holiday</title>"


def test_name_of_another_kind_is_wrong_usage(model: Path, photos: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", str(model), str(photos), "--report", "report.txt"])
    assert "ends in .html or .htm" in capfd.readouterr().err
