"""Folders on a disk that goes away or fails while they are listed."""

import errno
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import pictures
from tests.unit.photos.scanning.survey_views import arrivals, counts, problem_kinds
from tlgui.photos.collection import ProblemKind
from tlgui.photos.scanning.scan import survey
from tlgui.progress import JobContext

QUIET = JobContext()


@pytest.fixture
def broken_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int, int], None]:
    """Return a function that makes the listing of a folder end with an error after some names."""
    broken: dict[Path, tuple[int, int]] = {}
    really_scan = os.scandir

    class Listing:
        def __init__(self, folder: Path) -> None:
            self._real = really_scan(folder)
            self._left, self._number = broken[folder]

        def __enter__(self) -> "Listing":
            return self

        def __exit__(self, *_: object) -> None:
            self._real.close()

        def __iter__(self) -> Iterator[Any]:
            for _ in range(self._left):
                yield next(self._real)
            raise OSError(self._number, os.strerror(self._number))

    def scandir(path: Any = ".") -> Any:  # noqa: ANN401 - stands in for os.scandir
        return Listing(path) if path in broken else really_scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return lambda folder, left, number: broken.update({folder: (left, number)})


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN])
def test_network_folder_that_goes_away_in_mid_listing_is_a_problem(
    tmp_path: Path, broken_after: Callable[[Path, int, int], None], number: int
) -> None:
    folder = pictures.write_collection(tmp_path, 3, 5)
    broken_after(folder / "class 02", 2, number)
    broken_after(folder / "class 03", 0, number)

    collection = survey(folder, QUIET).collection

    assert counts(collection) == {"class 01": 5, "class 02": 2}
    assert problem_kinds(collection) == {"class 02": ProblemKind.GONE, "class 03": ProblemKind.GONE}
    assert all(os.strerror(number) in problem.reason for problem in collection.problems)


def test_what_is_known_outlasts_a_network_that_goes_away(
    tmp_path: Path, broken_after: Callable[[Path, int, int], None], read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pictures.write_collection(tmp_path, 2, 3)
    whole = survey(folder, QUIET)
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", os.scandir)
        broken_after(folder / "class 02", 1, errno.EIO)
        assert counts(survey(folder, QUIET).collection)["class 02"] == 1
        broken_after(folder / "class 02", 3, errno.EIO)
        read.clear()
        again = survey(folder, QUIET)

    assert read == []
    assert again.facts == whole.facts
    assert arrivals(again) == arrivals(whole)


def test_folder_that_goes_away_while_its_top_is_listed_gives_what_was_listed(
    tmp_path: Path, broken_after: Callable[[Path, int, int], None]
) -> None:
    folder = pictures.write_collection(tmp_path / "pets", 3, 2)
    broken_after(folder, 2, errno.EIO)

    collection = survey(folder, QUIET).collection

    assert len(collection.classes) == 2
    assert problem_kinds(collection) == {".": ProblemKind.GONE}


def test_photos_on_a_disk_that_fails_are_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures.write_collection(tmp_path, 2, 2)

    really_open = io.open

    def open_or_fail(target: Any, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - stands in for open
        if str(target).startswith(str(folder / "class 02")):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return really_open(target, *arguments, **keywords)

    monkeypatch.setattr(io, "open", open_or_fail)

    collection = survey(folder, QUIET).collection

    assert counts(collection) == {"class 01": 2}
    assert set(problem_kinds(collection).values()) == {ProblemKind.GONE, ProblemKind.EMPTY_CLASS}
