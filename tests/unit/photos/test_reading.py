"""An interrupted mending is put in order before a folder is scanned."""

import os
from pathlib import Path

from tests.pictures import write_jpeg
from tlgui import files
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.records import RecordKind, Step
from tlgui.photos.reading import read_folder
from tlgui.progress import JobContext


class TestReadFolder:
    def test_finishes_a_move_that_was_cut_short_before_it_scans(self, tmp_path: Path) -> None:
        folder = tmp_path / "birds"
        photo, moved = folder / "robin" / "a.jpg", folder / "wren" / "a.jpg"
        for path in (photo, folder / "wren" / "b.jpg"):
            path.parent.mkdir(parents=True)
            write_jpeg(path)
        journal = Journal(files.workspace_path(folder) / "mendings")
        record = journal.begin(RecordKind.MOVE, "move 1 photo to “wren”")
        journal.plan(record, {0: Step(str(photo), str(moved), photo.stat().st_size, photo.stat().st_mtime_ns)})
        # The process is killed here: the photo has two names.
        os.link(photo, moved)

        collection = read_folder(folder, JobContext()).collection

        assert [found.path for found in collection.photos()] == [moved, folder / "wren" / "b.jpg"]
