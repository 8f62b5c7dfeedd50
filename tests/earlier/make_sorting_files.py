"""Writes what Predict and sort keeps of a user: decisions, what lies on the board, the watched folder, and sorts.

The steps of `tests.earlier.make_files` that came with version 0.4.0; `write_sorts` was run with version 0.3.0 too.
Photos that belong to no collection lie beside it: in `card` those that are named, in `inbox` those that are moved.
"""

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.earlier.drawing import draw
from tests.earlier.installing import COLOURS, PHOTOS_MARK, card_photos, fix_times, inbox_photos
from tlgui.files import data_folder, workspace_path
from tlgui.photos.answers import DecidedBy
from tlgui.photos.mending.records import Act
from tlgui.photos.sidecars.keyword_text import keyword_text, merged_text
from tlgui.photos.sidecars.xmp_merge import Keyword
from tlgui.photos.sorting.options import Answer, DecidedPhoto, SidecarNote, SortOptions
from tlgui.photos.sorting.sorter import Sorter
from tlgui.progress import JobContext

# Where photos lie that belong to no collection, and where they are sorted to.
FOLDERS = ("card", "inbox", "copied", "moved")
KEYWORDS = "keywords"
DECIDED_AT = "2026-11-29T12:00:00+00:00"
MOVED_BEFORE_THE_KILL = 2


def write_card(_out: Path, photos: Path) -> None:
    """Draw photos that are to be named and sorted."""
    random = np.random.default_rng(11)
    for path in (*card_photos(photos.parent), *inbox_photos(photos.parent)):
        path.parent.mkdir(exist_ok=True)
        draw(path, COLOURS[path.stem.split()[0]], random)
    for folder in ("card", "inbox"):
        fix_times(photos.parent / folder)


def write_decisions(_out: Path, photos: Path) -> None:
    """Decide about a photo in the collection, about one with a model that has none, and take one decision back."""
    # Not there in version 0.3.0.
    from tlgui.photos.storage.decisions import Decision, Decisions, scope_of  # noqa: PLC0415

    blue, green, red = (hashlib.sha256(path.read_bytes()).digest() for path in card_photos(photos.parent))
    decisions, collection, no_folder = Decisions(), scope_of(photos, COLOURS), scope_of(None, COLOURS)
    decisions.decide([blue, red], Decision("red", DECIDED_AT), collection)
    decisions.decide([green], Decision("blue", DECIDED_AT), no_folder)
    decisions.decide([red], None, collection)


def write_board(out: Path, photos: Path) -> None:
    """Write what lies on the board of the collection, what does on that of a model, and a watched folder."""
    # Not there in version 0.3.0.
    from tlgui.learning.model_file.archive import read_summary  # noqa: PLC0415
    from tlgui.photos.facts import FileState  # noqa: PLC0415
    from tlgui.ui.board.board_record import BoardRecordFile  # noqa: PLC0415
    from tlgui.ui.board.record_folder import model_folder  # noqa: PLC0415
    from tlgui.ui.watching.choice import WatchChoice  # noqa: PLC0415
    from tlgui.ui.watching.record import WatchRecord  # noqa: PLC0415

    card, place = photos.parent / "card", photos.parent
    blue, green, red = card_photos(place)
    board = BoardRecordFile(workspace_path(photos))
    board.change(lambda record: record.with_dropped([str(card)]).with_off([str(green)]))
    alone = BoardRecordFile(model_folder(read_summary(out / "models/small-cnn.tlmodel")))
    alone.change(lambda record: record.with_dropped([str(red)]))
    watch = WatchRecord(workspace_path(photos))
    assert watch.own()
    watch.begin(WatchChoice(card, takes_present=True, sorting=SortOptions(place / "watched", not_sure=None)))
    state = blue.stat()
    done = {str(blue): FileState(state.st_size, state.st_mtime_ns)}
    watch.add(watch.number, card, done, [hashlib.sha256(blue.read_bytes()).digest()], has_begun=True)
    watch.disown()


def write_sorts(_out: Path, photos: Path) -> None:
    """Sort the card by copy, with keywords, and have a move of the inbox killed when a part of it is done."""
    place = photos.parent
    sorter = Sorter(writers={KEYWORDS: merged_text})
    plan = sorter.preview(_decided(card_photos(place), with_keywords=True), SortOptions(place / "copied"), JobContext())
    assert not sorter.apply(plan, JobContext()).problems
    script = "import sys; from tests.earlier import make_sorting_files as m; m.move_until_killed(m.Path(sys.argv[1]))"
    killed = subprocess.run([sys.executable, "-c", script, str(place)], check=False)
    assert killed.returncode < 0


def move_until_killed(place: Path) -> None:
    """Move the inbox into class folders, and die when a part of it is moved."""
    into = place / "moved"

    def checkpoint() -> None:
        if len(list(into.rglob("*.jpg"))) == MOVED_BEFORE_THE_KILL:
            os.kill(os.getpid(), signal.SIGKILL)

    sorter = Sorter(writers={KEYWORDS: merged_text})
    options = SortOptions(into, Act.MOVE, pattern="{class}/{name}")
    plan = sorter.preview(_decided(inbox_photos(place)), options, JobContext())
    sorter.apply(plan, replace(JobContext(), checkpoint=checkpoint))


def collect(out: Path, photos: Path) -> None:
    """Copy what a later version must still open."""
    for name in FOLDERS:
        shutil.copytree(photos.parent / name, out / "place" / name)
    for name in ("sorts", "boards"):
        if (data_folder() / name).exists():
            shutil.copytree(data_folder() / name, out / name, ignore=shutil.ignore_patterns("*lock"))
    if (data_folder() / "decisions.sqlite").exists():
        decisions = Path(shutil.copy(data_folder() / "decisions.sqlite", out))
        with closing(sqlite3.connect(decisions)) as connection, connection:
            connection.execute("UPDATE decision SET folder = ? WHERE length(folder) > 0", (PHOTOS_MARK.encode(),))


def _decided(paths: tuple[Path, ...], *, with_keywords: bool = False) -> list[DecidedPhoto]:
    """Return photos with the class that their name begins with."""
    photos = []
    for path in paths:
        name = path.stem.split()[0]
        note = SidecarNote(KEYWORDS, keyword_text(Keyword(name, DecidedBy.PERSON, DECIDED_AT)))
        photos.append(DecidedPhoto(path, Answer.NAMED, name, 0.9, notes=(note,) if with_keywords else ()))
    return photos
