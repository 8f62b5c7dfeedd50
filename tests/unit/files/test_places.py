"""Where the user's folders are, also where there is no home; and looking at places that cannot be looked into."""

import errno
import os
from pathlib import Path

import pytest

from tlgui import files
from tlgui.learning.backbones.published_weights import keras_models_folder
from tlgui.photos.facts import FileState
from tlgui.photos.mending.bin import find_in_bin


@pytest.fixture
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", refuse)
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.delenv("XDG_DATA_HOME")


def test_home_folder_is_that_of_the_user(isolated_home: Path) -> None:
    assert files.home_folder() == isolated_home


@pytest.mark.usefixtures("no_home")
def test_without_a_home_weights_are_kept_as_long_as_the_process_lasts() -> None:
    assert files.process_folder() in keras_models_folder().parents


@pytest.mark.usefixtures("no_home")
def test_without_a_home_nothing_is_found_in_its_bin(tmp_path: Path) -> None:
    assert find_in_bin({}) == {}
    assert find_in_bin({tmp_path / "a.jpg": FileState(1, 1)}) == {}


def test_place_that_cannot_be_looked_into_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    too_long = tmp_path / ("a" * 300)

    assert files.is_file(tmp_path / "a")
    assert files.is_folder(tmp_path)
    assert not files.is_file(too_long)
    assert not files.is_folder(too_long)
    with pytest.raises(OSError, match=os.strerror(errno.ENAMETOOLONG)):
        too_long.is_file()
