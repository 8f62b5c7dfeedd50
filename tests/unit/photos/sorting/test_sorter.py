"""Photos and their companions are copied, moved or linked; nothing is overwritten; all of it can be taken back."""

import os
import stat
import sys
from pathlib import Path

import pytest

from tests.unit.photos.sorting.small_sort import (
    ANSWERS,
    FILES,
    QUIET,
    SORTED,
    contents,
    decided,
    options,
    sorted_into,
    states,
    write,
)
from tlgui.errors import StorageError
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.options import Answer, DecidedPhoto, SidecarNote
from tlgui.photos.sorting.sorter import Sorter

ACTS = [Act.COPY, Act.MOVE, Act.LINK, Act.HARD_LINK]


class TestActs:
    @pytest.mark.parametrize("act", ACTS)
    def test_photos_go_where_they_belong_with_their_companions(
        self, sorter: Sorter, source: Path, into: Path, act: Act
    ) -> None:
        before = states(source)

        found = sorted_into(sorter, decided(source), options(into, act))

        assert found == SORTED
        assert contents(source) == ({"notes.txt": "no companion"} if act is Act.MOVE else FILES)
        assert all(before[Path(place).name] == state for place, state in states(into).items())
        assert all(path.is_symlink() for path in into.rglob("*.jpg")) is (act is Act.LINK)
        if act is Act.HARD_LINK:
            assert (into / "wren/a.jpg").samefile(source / "a.jpg")

    @pytest.mark.parametrize("act", ACTS)
    def test_undo_after_a_restart_leaves_everything_as_it_was(
        self, tmp_path: Path, sorter: Sorter, source: Path, into: Path, act: Act
    ) -> None:
        before = states(source)
        sorted_into(sorter, decided(source), options(into, act))

        undone = Sorter(tmp_path / "journal").undo(QUIET)

        assert undone is not None
        assert (undone.file_count, undone.problems) == (8, ())
        assert states(source) == before
        assert not into.exists()
        assert Sorter(tmp_path / "journal").undo(QUIET) is None

    def test_permissions_are_kept(self, sorter: Sorter, source: Path, into: Path) -> None:
        (source / "a.jpg").chmod(0o440)
        sorted_into(sorter, decided(source), options(into))
        assert stat.S_IMODE((into / "wren/a.jpg").stat().st_mode) == 0o440

    def test_words_say_what_was_done(self, sorter: Sorter, source: Path, into: Path) -> None:
        plan = sorter.preview(decided(source), options(into), QUIET)
        done = sorter.apply(plan, QUIET)
        words = "4 photos and 4 files that go with them into folders in “sorted”"
        assert done.words == f"Copied {words}."
        assert (done.photo_count, done.companion_count) == (4, 4)
        (past,) = sorter.past()
        assert (past.words, past.into, past.left_count) == (f"copy {words}", into, 0)
        undone = sorter.undo(QUIET)
        assert undone is not None
        assert undone.words == f"Undone: copy {words}."

    def test_photo_that_is_a_link_is_copied_by_content_and_moved_as_a_link(
        self, sorter: Sorter, source: Path, into: Path
    ) -> None:
        (source.parent / "other").mkdir()
        link = source.parent / "other" / "l.jpg"
        link.symlink_to(Path("..") / "card" / "a.jpg")
        photos = decided(link.parent, {"l.jpg": "wren"})

        sorted_into(sorter, photos, options(into))
        assert not (into / "wren/l.jpg").is_symlink()
        sorter.undo(QUIET)
        assert not into.exists()

        assert sorted_into(sorter, photos, options(into, Act.MOVE)) == {"wren/l.jpg": "photo a"}
        assert (into / "wren/l.jpg").is_symlink()
        assert not os.path.lexists(link)
        undone = sorter.undo(QUIET)
        assert undone is not None
        assert not undone.problems
        assert link.read_text() == "photo a"


class TestNothingIsOverwritten:
    @pytest.mark.parametrize("act", ACTS)
    def test_other_file_of_that_name_keeps_it(self, sorter: Sorter, source: Path, into: Path, act: Act) -> None:
        write(into / "wren", {"A.jpg": "another", "a (2).jpg.xmp": "of no photo"})

        found = sorted_into(sorter, decided(source, {"a.jpg": "wren"}), options(into, act))

        assert found == {
            "wren/A.jpg": "another",
            "wren/a (2).jpg.xmp": "of no photo",
            "wren/a (3).jpg": "photo a",
            "wren/a (3).jpg.xmp": "keywords of a",
            "wren/a (3).CR2": "raw of a",
        }

    @pytest.mark.parametrize("act", ACTS)
    def test_file_that_comes_after_the_preview_keeps_its_name(
        self, sorter: Sorter, source: Path, into: Path, act: Act
    ) -> None:
        before = states(source)
        plan = sorter.preview(decided(source, {"a.jpg": "wren"}), options(into, act), QUIET)
        write(into / "wren", {"a.jpg": "another"})

        done = sorter.apply(plan, QUIET)

        assert not done.problems
        assert contents(into) == {
            "wren/a.jpg": "another",
            "wren/a (2).jpg": "photo a",
            "wren/a (2).jpg.xmp": "keywords of a",
            "wren/a (2).CR2": "raw of a",
        }
        sorter.undo(QUIET)
        assert states(source) == before
        assert contents(into) == {"wren/a.jpg": "another"}

    def test_same_photo_that_comes_after_the_preview_is_told(self, sorter: Sorter, source: Path, into: Path) -> None:
        plan = sorter.preview(decided(source, {"a.jpg": "wren"}), options(into, Act.MOVE), QUIET)
        write(into / "wren", {"a.jpg": "photo a"})

        done = sorter.apply(plan, QUIET)

        assert done.already_there == ((source / "a.jpg", into / "wren/a.jpg"),)
        assert contents(source) == FILES
        assert contents(into) == {"wren/a.jpg": "photo a"}

    def test_second_copy_of_the_same_photos_does_nothing(self, sorter: Sorter, source: Path, into: Path) -> None:
        sorted_into(sorter, decided(source), options(into))

        plan = sorter.preview(decided(source), options(into), QUIET)

        assert not plan.steps
        assert {path.name for path, _ in plan.already_there} == set(ANSWERS)


class TestChangesSincePreview:
    def test_photos_that_changed_or_vanished_stay_with_their_companions(
        self, sorter: Sorter, source: Path, into: Path
    ) -> None:
        plan = sorter.preview(decided(source), options(into, Act.MOVE), QUIET)
        (source / "a.jpg").write_text("edited")
        (source / "b.JPG").unlink()

        done = sorter.apply(plan, QUIET)

        assert [(problem.path.name, problem.reason) for problem in done.problems] == [
            ("a.jpg", "It was changed since the preview, so it was left."),
            ("b.JPG", "It is no longer there."),
        ]
        assert contents(into) == {"not sure/c.jpg": "photo c", "unlike anything/d.jpg": "photo d"}
        assert set(contents(source)) == set(FILES) - {"b.JPG", "c.jpg", "d.jpg"}

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
    def test_photo_that_may_not_be_read_fails_alone(self, sorter: Sorter, source: Path, into: Path) -> None:
        plan = sorter.preview(decided(source), options(into), QUIET)
        (source / "d.jpg").chmod(0)
        done = sorter.apply(plan, QUIET)
        assert [problem.path.name for problem in done.problems] == ["d.jpg"]
        assert done.photo_count == 3


class TestUndoingWhatChanged:
    @pytest.mark.parametrize("act", [Act.COPY, Act.MOVE])
    def test_file_that_was_changed_stays_and_is_told(self, sorter: Sorter, source: Path, into: Path, act: Act) -> None:
        sorted_into(sorter, decided(source), options(into, act))
        (into / "wren/a.jpg").write_text("edited there")

        undone = sorter.undo(QUIET)

        assert undone is not None
        assert [(problem.path, problem.reason) for problem in undone.problems] == [
            (into / "wren/a.jpg", "It was changed since it was sorted, so it stays.")
        ]
        assert contents(into) == {"wren/a.jpg": "edited there"}
        assert set(contents(source)) == (set(FILES) if act is Act.COPY else set(FILES) - {"a.jpg"})
        assert sorter.undo(QUIET) is None

    def test_copy_whose_photo_is_gone_stays(self, sorter: Sorter, source: Path, into: Path) -> None:
        sorted_into(sorter, decided(source), options(into))
        (source / "a.jpg").unlink()
        undone = sorter.undo(QUIET)
        assert undone is not None
        assert [problem.path for problem in undone.problems] == [into / "wren/a.jpg"]
        assert contents(into) == {"wren/a.jpg": "photo a"}

    @pytest.mark.parametrize("act", [Act.LINK, Act.HARD_LINK])
    def test_file_in_the_place_of_a_link_stays(self, sorter: Sorter, source: Path, into: Path, act: Act) -> None:
        sorted_into(sorter, decided(source), options(into, act))
        (into / "wren/a.jpg").unlink()
        (into / "wren/a.jpg").write_text("another")
        undone = sorter.undo(QUIET)
        assert undone is not None
        assert [problem.path for problem in undone.problems] == [into / "wren/a.jpg"]
        assert contents(source) == FILES

    def test_name_that_was_taken_meanwhile_is_not_overwritten(self, sorter: Sorter, source: Path, into: Path) -> None:
        sorted_into(sorter, decided(source), options(into, Act.MOVE))
        (source / "a.jpg").write_text("a newer one")
        sorter.undo(QUIET)
        assert contents(source)["a.jpg"] == "a newer one"
        assert contents(source)["a (2).jpg"] == "photo a"

    def test_folder_of_moved_photos_that_is_away_is_asked_for(self, sorter: Sorter, source: Path, into: Path) -> None:
        before = contents(source)
        sorted_into(sorter, decided(source), options(into, Act.MOVE))
        into.rename(into.with_name("away"))
        with pytest.raises(StorageError, match="is not there"):
            sorter.undo(QUIET)
        into.with_name("away").rename(into)
        sorter.undo(QUIET)
        assert contents(source) == before

    def test_sorts_are_undone_one_by_one_and_other_files_stay(self, sorter: Sorter, source: Path, into: Path) -> None:
        sorted_into(sorter, decided(source, {"a.jpg": "wren"}), options(into))
        sorted_into(sorter, decided(source, {"c.jpg": "wren"}), options(into, Act.MOVE))
        (into / "wren/mine.txt").write_text("mine")
        assert [past.words.split()[0] for past in sorter.past()] == ["move", "copy"]

        sorter.undo(QUIET)
        assert "c.jpg" in contents(source)
        sorter.undo(QUIET)

        assert contents(source) == FILES
        assert contents(into) == {"wren/mine.txt": "mine"}


class TestSidecars:
    """Files are written beside photos by a hook, and taken back."""

    NOTE = SidecarNote("keywords", "wren")

    @staticmethod
    def merged(old: bytes | None, text: str) -> bytes:
        if old is not None and b"damaged" in old:
            raise ValueError("It is damaged.")
        return (old or b"nothing") + b" + " + text.encode()

    @pytest.fixture
    def sorter(self, tmp_path: Path) -> Sorter:
        return Sorter(tmp_path / "journal", {"keywords": self.merged})

    @pytest.mark.parametrize("act", ACTS)
    def test_note_is_merged_beside_the_sorted_photo_and_undone(
        self, sorter: Sorter, source: Path, into: Path, act: Act
    ) -> None:
        before = states(source)
        photos = decided(source, {"a.jpg": "wren", "c.jpg": "robin"}, self.NOTE)

        found = sorted_into(sorter, photos, options(into, act))

        assert found["wren/a.jpg.xmp"] == "keywords of a + wren"
        assert found["robin/c.jpg.xmp"] == "nothing + wren"
        assert found["wren/a.jpg"] == "photo a"
        if act is Act.MOVE:
            assert "a.jpg.xmp" not in contents(source)
        else:
            assert states(source) == before
        undone = sorter.undo(QUIET)
        assert undone is not None
        assert not undone.problems
        assert states(source) == before
        assert not into.exists()

    def test_sidecar_that_another_program_changed_stays(self, sorter: Sorter, source: Path, into: Path) -> None:
        sorted_into(sorter, decided(source, {"a.jpg": "wren"}, self.NOTE), options(into, Act.MOVE))
        (into / "wren/a.jpg.xmp").write_text("rated since")
        undone = sorter.undo(QUIET)
        assert undone is not None
        assert [problem.path for problem in undone.problems] == [into / "wren/a.jpg.xmp"]
        assert contents(source) == FILES
        assert contents(into) == {"wren/a.jpg.xmp": "rated since"}

    def test_damaged_sidecar_travels_as_it_is_and_is_told(self, sorter: Sorter, source: Path, into: Path) -> None:
        (source / "a.jpg.xmp").write_text("damaged")
        plan = sorter.preview(decided(source, {"a.jpg": "wren"}, self.NOTE), options(into), QUIET)
        (problem,) = plan.problems
        assert problem.path == source / "a.jpg.xmp"
        assert "It is damaged." in problem.reason
        sorter.apply(plan, QUIET)
        assert contents(into)["wren/a.jpg.xmp"] == "damaged"


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="their disks ignore case")
def test_classes_and_names_that_differ_in_case_alone_stay_apart(sorter: Sorter, source: Path, into: Path) -> None:
    write(source, {"A.JPG": "photo of another"})
    photos = [
        *decided(source, {"a.jpg": "Wren", "A.JPG": "Wren", "c.jpg": "wren"}),
        DecidedPhoto(source / "d.jpg", Answer.NAMED, "CON/../x."),
    ]

    found = sorted_into(sorter, photos, options(into))

    assert found["wren 2/c.jpg"] == "photo c"
    assert {found["Wren/a.jpg"], found["Wren/A (2).JPG"]} == {"photo a", "photo of another"}
    assert found["CON_.._x_/d.jpg"] == "photo d"
