"""A kill between any two steps of a mending, or of undoing it, loses no photo, doubles none, and can be undone."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.unit.photos.mending.killing import PHOTOS
from tlgui.photos.mending.mender import Mender
from tlgui.photos.places import inside
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are not forked or killed there")

CHECKOUT = Path(__file__).parents[4]
FEWEST_STEPS = 5


def contents(*folders: Path) -> Counter[str]:
    return Counter(path.read_text() for folder in folders for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "scenario",
    [
        *("move", "new class", "no links", "two disks", "bin", "leave out", "decide"),
        *(
            "undo move",
            "undo new class",
            "undo no links",
            "undo two disks",
            "undo bin",
            "undo leave out",
            "undo decide",
        ),
    ],
)
def test_kill_before_any_step_loses_and_doubles_no_photo(
    scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "tests.unit.photos.mending.killing", str(killed), scenario]
    subprocess.run(command, cwd=CHECKOUT, check=True)

    roots = sorted((killed / scenario).iterdir(), key=lambda root: int(root.name))
    assert len(roots) > FEWEST_STEPS
    for root in roots:
        check(root, data / "Trash" / "files")


def check(root: Path, trash: Path) -> None:
    folder, workspace = root / "photos", root / "workspace"
    mender = Mender(folder, workspace)
    mender.recover()

    ours = {f"{root.name} {place}" for place in PHOTOS}
    found = contents(folder, trash) if trash.is_dir() else contents(folder)
    assert {text: number for text, number in found.items() if text in ours} == dict.fromkeys(ours, 1), root
    assert not list(folder.rglob(".*")), root
    assert all(any(path.iterdir()) for path in folder.iterdir()), root
    known = {text.split(" ", 1)[1]: place for place, text in places(folder).items()}
    arrivals, left_out = Choices(workspace, folder).arrivals(), Choices(workspace, folder).left_out()
    for number, place in enumerate(PHOTOS, start=1):
        if place in known:
            assert arrivals[known[place]] == number, root
    if not any("out" in words or "again" in words for words in [mender.next_undo() or ""]):
        where = known.get("robin/c.jpg")
        assert where is None or folder / where in left_out or mender.next_undo() is None, root

    while mender.next_undo() is not None:
        undone = mender.undo(JobContext())
        assert undone is not None
        assert not undone.problems, root
    assert places(folder) == {place: f"{root.name} {place}" for place in PHOTOS}, root
    assert Choices(workspace, folder).left_out() == {folder / "robin/c.jpg"}, root
    assert Choices(workspace, folder).arrivals() == dict(zip(PHOTOS, range(1, 5), strict=True)), root
    assert sorted(path.name for path in folder.iterdir()) == ["robin", "wren"], root


def places(folder: Path) -> dict[str, str]:
    return {inside(path, folder): path.read_text() for path in folder.rglob("*") if path.is_file()}
