"""A kill before any step of a sort loses and overwrites no photo, and both going on and undoing lead to their end."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.photos.sorting.killing import sorter_in
from tests.unit.photos.sorting.small_sort import FILES, QUIET, contents

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are not forked or killed there")

CHECKOUT = Path(__file__).parents[4]
FEWEST_STEPS = 15
MOVING = {"move", "no links", "two disks", "keywords"}
KINDS = ("copy", "move", "no links", "two disks", "keywords", "link", "hard link")
SORTED = {
    "robin/b.JPG": "photo b",
    "robin/b.MOV": "film of b",
    "robin/b.aae": "edits of b",
    "wren/a (2).CR2": "raw of a",
    "wren/a (2).jpg": "photo a",
    "wren/a (2).jpg.xmp": "keywords of a",
    "wren/a.jpg": "another",
    "not sure/c.jpg": "photo c",
    "unlike anything/d.jpg": "photo d",
}
NOTED = {
    **SORTED,
    "wren/a (2).jpg.xmp": "keywords of a + wren",
    "robin/b.JPG.xmp": "nothing + wren",
    "not sure/c.jpg.xmp": "nothing + wren",
    "unlike anything/d.jpg.xmp": "nothing + wren",
}


def killed(tmp_path: Path, *scenarios: str) -> Iterator[tuple[str, Path]]:
    """Yield each scenario with a folder for each step that it was killed before."""
    command = [sys.executable, "-m", "tests.unit.photos.sorting.killing", str(tmp_path), *scenarios]
    subprocess.run(command, cwd=CHECKOUT, check=True)
    for scenario in scenarios:
        roots = sorted((tmp_path / scenario).iterdir(), key=lambda path: int(path.name))
        assert len(roots) > FEWEST_STEPS
        for root in roots:
            yield scenario, root


def texts(root: Path, expected: dict[str, str]) -> dict[str, str]:
    return {place: text if text.startswith("nothing") else f"{root.name} {text}" for place, text in expected.items()}


def check_whole(root: Path) -> None:
    """Check that every file is there whole, and the one that was in the target before is as it was."""
    found = {text for place, text in contents(root).items() if not place.endswith(".part")}
    assert found >= {f"{root.name} {text}" for text in FILES.values()}, root
    assert (root / "sorted/wren/a.jpg").read_text() == f"{root.name} another", root


def check_back(root: Path) -> None:
    """Undo what is left, and check that everything is as it was before."""
    while sorter_in(root).past():
        undone = sorter_in(root).undo(QUIET)
        assert undone is not None
        assert not undone.problems, root
    assert contents(root / "card") == texts(root, FILES), root
    assert contents(root / "sorted") == {"wren/a.jpg": f"{root.name} another"}, root
    assert [path.name for path in (root / "sorted").iterdir()] == ["wren"], root
    assert not [path for path in (root / "journal").rglob("*") if path.is_file() and path.name != "lock"], root


def test_sort_that_was_killed_can_be_undone(tmp_path: Path) -> None:
    for _, root in killed(tmp_path, *KINDS):
        check_whole(root)
        sorter_in(root).recover()
        check_whole(root)
        assert not list((root / "sorted").rglob(".*")), root
        check_back(root)


def test_sort_that_was_killed_can_be_gone_on_with(tmp_path: Path) -> None:
    resumed = ("resume copy", "resume move", "resume two disks", "resume keywords")
    for scenario, root in killed(tmp_path, *KINDS, *resumed):
        sorter = sorter_in(root)
        if sorter.unfinished() is not None:
            done = sorter.go_on(QUIET)
            assert done is not None
            assert not done.problems, root
        if sorter.past():
            expected = NOTED if "keywords" in scenario else SORTED
            assert contents(root / "sorted") == texts(root, expected), root
            gone = {path.name for path in (root / "card").iterdir()}
            assert gone == ({"notes.txt"} if scenario.removeprefix("resume ") in MOVING else set(FILES)), root
        check_whole(root)
        check_back(root)


def test_undo_that_was_killed_is_ended_by_the_next(tmp_path: Path) -> None:
    for _, root in killed(tmp_path, *(f"undo {kind}" for kind in KINDS)):
        check_whole(root)
        check_back(root)
