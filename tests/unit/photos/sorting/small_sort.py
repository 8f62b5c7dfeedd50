"""A few files that stand for photos, and what a sort makes of them; the sorter never looks at pixels."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.options import Answer, DecidedPhoto, SidecarNote, SortOptions
from tlgui.photos.sorting.sorter import Sorter
from tlgui.progress import JobContext

QUIET = JobContext()
FILES = {
    "a.jpg": "photo a",
    "a.jpg.xmp": "keywords of a",
    "a.CR2": "raw of a",
    "b.JPG": "photo b",
    "b.aae": "edits of b",
    "b.MOV": "film of b",
    "c.jpg": "photo c",
    "d.jpg": "photo d",
    "notes.txt": "no companion",
}
ANSWERS = {"a.jpg": "wren", "b.JPG": "robin", "c.jpg": "", "d.jpg": "?"}


def write(folder: Path, texts: Mapping[str, str] = FILES) -> Path:
    """Write files with times of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, text) in enumerate(texts.items(), 1):
        (folder / name).write_text(text)
        os.utime(folder / name, ns=(number * 10**9, 1_600_000_000_000_000_000 + number * 10**9 + number))
    return folder


def decided(folder: Path, answers: Mapping[str, str] = ANSWERS, note: SidecarNote | None = None) -> list[DecidedPhoto]:
    """Return decisions: a class by its name, “” for not sure, “?” for unlike anything."""
    kinds = {"": Answer.NOT_SURE, "?": Answer.UNLIKE}
    notes = (note,) if note is not None else ()
    return [
        DecidedPhoto(folder / name, kinds.get(answer, Answer.NAMED), answer.strip("?"), 0.93, notes=notes)
        for name, answer in answers.items()
    ]


def options(into: Path, act: Act = Act.COPY, **more: str | None) -> SortOptions:
    """Return options; `more` are fields of them."""
    return SortOptions(into, act, **more)  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, str]:
    """Return the text of each file below a folder, by place."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_dir()
    }


def states(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return the size, time and mode of each file below a folder, by place."""
    found = {path.relative_to(folder).as_posix(): path.stat() for path in folder.rglob("*") if path.is_file()}
    return {place: (state.st_size, state.st_mtime_ns, state.st_mode) for place, state in found.items()}


def sorted_into(sorter: Sorter, photos: Iterable[DecidedPhoto], chosen: SortOptions) -> dict[str, str]:
    """Sort and return what is in the target folder."""
    done = sorter.apply(sorter.preview(list(photos), chosen, QUIET), QUIET)
    assert done.stopped is None
    assert not done.problems
    return contents(chosen.into)


SORTED = {
    "robin/b.JPG": "photo b",
    "robin/b.MOV": "film of b",
    "robin/b.aae": "edits of b",
    "wren/a.CR2": "raw of a",
    "wren/a.jpg": "photo a",
    "wren/a.jpg.xmp": "keywords of a",
    "not sure/c.jpg": "photo c",
    "unlike anything/d.jpg": "photo d",
}
