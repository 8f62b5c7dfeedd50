"""What is kept of one collection as lines of JSON: choices, when photos arrived, and journals of mendings."""

from pathlib import Path

from tests.fuzz.families import Family
from tests.fuzz.json_mutation import lines_changed
from tests.fuzz.mutation import bytes_changed
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.records import RecordKind, Step
from tlgui.photos.storage.choices import Choices

_FOLDER = Path("photos").absolute()


def choices_family() -> Family:
    """Return the family of what the user decided about a collection."""
    readers = {"choices": _read_choices, "choices, then changed": _change_choices}
    return Family("choices", _make_choices, readers, (lines_changed, bytes_changed))


def journals_family() -> Family:
    """Return the family of journals of mendings."""
    readers = {"last mending": _read_journal, "next mending": _go_on_with_journal}
    return Family("journals", _make_journals, readers, (lines_changed, bytes_changed))


def _make_choices(folder: Path) -> None:
    choices = Choices(folder, _FOLDER)
    photos = [_FOLDER / "robin" / f"{number}.jpg" for number in range(9)]
    choices.leave_out(photos[:3])
    choices.show_as("robin", "Robin redbreast")
    choices.show_as("wren", "Zaunkönig")
    choices.record_arrivals({f"robin/{number}.jpg": number // 3 for number in range(9)})
    choices.confirm(f"{number:064x}" for number in range(3))


def _read_choices(path: Path) -> None:
    choices = Choices(path.parent, _FOLDER)
    choices.left_out()
    choices.shown_names()
    choices.arrivals()
    choices.confirmed()


def _change_choices(path: Path) -> None:
    choices = Choices(path.parent, _FOLDER)
    photo = _FOLDER / "wren" / "new.jpg"
    choices.leave_out([photo])
    choices.show_as("owl", "Uhu")
    choices.record_arrivals({"wren/new.jpg": 7})
    choices.moved([(photo, _FOLDER / "owl" / "new.jpg"), (_FOLDER / "robin" / "1.jpg", _FOLDER / "owl" / "1.jpg")])
    choices.use_again(choices.left_out())
    choices.confirm(["f" * 64])
    if "f" * 64 not in choices.confirmed():
        raise AssertionError("an answer after the damage was not kept")
    if choices.left_out() or choices.arrivals().get("owl/new.jpg") != 7:
        raise AssertionError("what was decided after the damage was not kept")


def _make_journals(folder: Path) -> None:
    journal = Journal(folder)
    for kind in (RecordKind.MOVE, RecordKind.BIN, RecordKind.SHOW_AS, RecordKind.CONFIRM, RecordKind.MOVE):
        record = journal.begin(kind, f"{kind} two photos to “wren”")
        steps = {
            number: Step(f"/photos/{number}.jpg", f"/photos/wren/{number}.jpg", 4711, 17, "") for number in range(3)
        }
        journal.plan(record, steps)
        if kind is not RecordKind.MOVE:
            journal.end(record, [1], "move one photo")
        if kind is RecordKind.BIN:
            journal.begin_undo(record)
            journal.plan(record, steps)


def _read_journal(path: Path) -> None:
    journal = Journal(path.parent)
    journal.last_words()
    journal.is_cut_short()
    record = journal.last()
    if record is not None and not all(isinstance(number, int) for number in record.done):
        raise AssertionError("a step's number is none")


def _go_on_with_journal(path: Path) -> None:
    journal = Journal(path.parent)
    record = journal.last()
    if record is not None:
        journal.begin_undo(record)
        journal.plan(record, {number: Step("a", "b") for number in record.done})
        journal.end(record, record.done, "")
    fresh = journal.begin(RecordKind.LEAVE_OUT, "leave out one photo")
    journal.plan(fresh, {0: Step("a")})
    journal.end(fresh, (), "left out one photo")
    if journal.last_words() != "left out one photo":
        raise AssertionError("the mending after the damage is not the last one")
