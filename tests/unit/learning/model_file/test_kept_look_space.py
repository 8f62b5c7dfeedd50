"""The space of a model's looks comes back from disk as it was found; a damaged file is made again."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tlgui.files import cache_folder
from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.look_space import LookSpace
from tlgui.learning.assessment.unit_vectors import unit_vectors
from tlgui.learning.model_file import kept_look_space as module
from tlgui.learning.model_file.kept_look_space import kept_look_space

FEATURES: FloatArray = np.random.default_rng(2).standard_normal((5, 40)).astype(np.float32)


def directions(seed: int = 1) -> FloatArray:
    return unit_vectors(np.random.default_rng(seed).standard_normal((30, 40)).astype(np.float32))


def looks(space: LookSpace | None) -> list[bytes]:
    assert space is not None
    return space.looks(FEATURES)


def files() -> list[Path]:
    return [path for path in (cache_folder() / "looks").rglob("*") if path.is_file()]


def test_space_is_found_once_for_each_model(monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = looks(kept_look_space(b"a", directions())), looks(kept_look_space(b"b", directions(3)))
    monkeypatch.setattr(module, "look_space", lambda _directions: pytest.fail("it was found already"))
    assert looks(kept_look_space(b"a", directions())) == first
    assert looks(kept_look_space(b"b", directions(3))) == other
    assert first != other


@pytest.mark.parametrize(
    "damage", [lambda _data: b"", lambda data: data[:-1], lambda data: data[:-1] + b"?", lambda data: data + b"more"]
)
def test_damaged_file_is_made_again(damage: Callable[[bytes], bytes], cache_warnings: Callable[[], list[str]]) -> None:
    first = looks(kept_look_space(b"a", directions()))
    (path,) = files()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert looks(kept_look_space(b"a", directions())) == first
    assert path.read_bytes() == whole
    assert cache_warnings()


def test_model_that_is_not_known_and_photos_that_do_not_differ_leave_nothing() -> None:
    kept_look_space(b"", directions())
    assert kept_look_space(b"a", np.repeat(directions()[:1], 5, axis=0)) is None
    assert files() == []
