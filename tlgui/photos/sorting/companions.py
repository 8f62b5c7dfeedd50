"""The files that go where their photo goes: sidecars, edits, the RAW beside a JPEG, the film of a Live Photo.

They lie in the photo's folder and have its name up to the ending, whose case does not matter.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tlgui.photos.pictures.formats import RAW_SUFFIXES

_XMP = ".xmp"
_ENDINGS = frozenset({_XMP, ".aae", ".mov"}) | RAW_SUFFIXES


class Companions:
    """Finds the companions of photos; each folder is listed once.

    Args:
        photos: All photos that are sorted: those with a name of their own are no companions, except a RAW file beside
            another photo.
    """

    def __init__(self, photos: Iterable[Path]) -> None:
        self._photos: dict[str, dict[str, list[str]]] = {}
        for path in photos:
            stems = self._photos.setdefault(str(path.parent), {})
            stems.setdefault(path.stem, []).append(path.name)
        self._files: dict[str, Mapping[str, list[str]]] = {}

    def is_companion(self, path: Path) -> bool:
        """Return whether a photo goes where another one of the same name goes: a RAW file beside a JPEG."""
        return path.name not in self._leaders(path)

    def of(self, path: Path) -> tuple[str, ...]:
        """Return the endings of a photo's companions, after its name without ending.

        Of several photos of one name, the first one takes what may belong to each, such as “a.xmp” beside “a.jpg” and
        “a.png”.

        Args:
            path: A photo that is no companion itself.
        """
        leaders = self._leaders(path)
        endings = self._listed(path.parent).get(path.stem, ())
        return tuple(sorted(rest for rest in endings if _belongs(rest, path, leaders)))

    def _leaders(self, path: Path) -> Sequence[str]:
        """Return the photos of one name that others follow: those that are not RAW, or all where all are."""
        names = sorted(self._photos[str(path.parent)][path.stem])
        return [name for name in names if not _is_raw(name)] or names

    def _listed(self, folder: Path) -> Mapping[str, list[str]]:
        """Return the endings of the files in a folder by the names before them; “a.jpg.xmp” counts as a file of “a”."""
        key = str(folder)
        if key not in self._files:
            self._files[key] = _endings_in(folder, self._photos[key])
        return self._files[key]


def _belongs(rest: str, path: Path, leaders: Sequence[str]) -> bool:
    if path.stem + rest in leaders:
        return False
    lower = rest.lower()
    inner = rest[: -len(_XMP)] if lower.endswith(_XMP) else ""
    if inner and inner.lower() == path.suffix.lower():
        return inner == path.suffix or path.stem + inner not in leaders
    is_raw_sidecar = inner.lower() in RAW_SUFFIXES and path.stem + inner not in leaders
    return (lower in _ENDINGS or is_raw_sidecar) and path.name == leaders[0]


def _endings_in(folder: Path, stems: Mapping[str, object]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_file()]
    except OSError:
        return found
    for name in names:
        stem, ending = os.path.splitext(name)  # noqa: PTH122 - many names
        if ending.lower() == _XMP and stem not in stems:
            stem = os.path.splitext(stem)[0]  # noqa: PTH122 - many names
        if stem in stems:
            found.setdefault(stem, []).append(name[len(stem) :])
    return found


def _is_raw(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in RAW_SUFFIXES  # noqa: PTH122 - many names
