"""The photos behind the numbers: cells, mistakes, and what of them still waits for an answer."""

from dataclasses import replace

from tests.evaluations import evaluation_of
from tests.judging import FOLDER, judged, run_of
from tlgui.learning.trust import JudgedBy
from tlgui.photos.collection import Part
from tlgui.ui.session.judged_part import JudgedPart, JudgedRun, PhotoState
from tlgui.ui.session.photo_selection import PhotoNote

JUDGEMENTS = (
    judged("robin/1.jpg", "robin", 0.99),
    judged("robin/2.jpg", "wren", 0.6),
    judged("robin/3.jpg", "wren", 0.9),
    judged("robin/4.jpg", "owl", 0.7),
    judged("wren/1.jpg", "robin", 0.8),
    judged("wren/1.jpg", "wren", 0.8, JudgedBy.OUT_OF_FOLD),
)
EVALUATION = evaluation_of(("owl", "robin", "wren"), ((0, 0, 0), (1, 1, 2), (0, 1, 0)), Part.TEST)


def part_of(run: JudgedRun) -> JudgedPart:
    part = run.behind(EVALUATION)
    assert part is not None
    return part


def places(judgements: tuple[object, ...]) -> list[str]:
    return [str(getattr(each, "place", "")) for each in judgements]


def test_each_evaluation_has_its_own_photos() -> None:
    run = run_of(JUDGEMENTS)
    assert len(part_of(run).judgements) == 5
    out_of_fold = run.behind(replace(EVALUATION, part=None, is_out_of_fold=True))
    assert out_of_fold is not None
    assert len(out_of_fold.judgements) == 1
    assert run.behind(replace(EVALUATION, part=Part.VALIDATION)) is None
    assert run.behind(replace(EVALUATION, part=None)) is None
    assert run.behind(None) is None


def test_mistakes_begin_with_the_surest() -> None:
    part = part_of(run_of(JUDGEMENTS))
    assert places(part.mistakes) == ["robin/3.jpg", "wren/1.jpg", "robin/4.jpg", "robin/2.jpg"]
    assert part.mistake_count == 4
    selection = part.all_mistakes(part.mistakes[2])
    assert selection.title == "4 photos that it called something else, the surest first"
    assert [path.relative_to(FOLDER).as_posix() for path in selection.paths] == places(part.mistakes)
    assert selection.current == FOLDER / "robin/4.jpg"
    assert selection.notes[FOLDER / "robin/4.jpg"] == PhotoNote("robin", "owl", 0.7)


def test_photos_that_were_dealt_with_are_no_mistakes_to_look_at_and_stay_in_the_numbers() -> None:
    states = {
        "robin/2.jpg": PhotoState.CONFIRMED,
        "robin/3.jpg": PhotoState.MOVED,
        "robin/4.jpg": PhotoState.LEFT_OUT,
    }
    run = run_of(JUDGEMENTS, states, gone=["wren/1.jpg"])
    part = part_of(run)
    assert part.mistakes == ()
    assert part.mistake_count == 4
    assert run.confirmed == {FOLDER / "robin/2.jpg"}
    assert places(part.cells["robin", "wren"]) == ["robin/2.jpg", "robin/3.jpg"]


def test_cell_shows_what_is_still_there_and_says_what_is_not() -> None:
    states = {"robin/2.jpg": PhotoState.CONFIRMED, "robin/3.jpg": PhotoState.MOVED}
    selection = part_of(run_of(JUDGEMENTS, states)).cell("robin", "wren")
    assert selection is not None
    assert selection.title == "2 photos of “robin” that it called “wren”"
    assert selection.paths == (FOLDER / "robin/2.jpg",)
    assert selection.remark() == "One of them was moved to another class since, or is no longer there."

    gone = part_of(run_of(JUDGEMENTS, gone=["wren/1.jpg"])).cell("wren", "robin")
    assert gone is not None
    assert gone.paths == ()
    assert gone.remark() == "They were moved to another class since, or are no longer there."


def test_cell_of_a_class_with_itself_shows_what_was_recognised() -> None:
    part = part_of(run_of(JUDGEMENTS))
    selection = part.cell("robin", "robin")
    assert selection is not None
    assert selection.title == "1 photo of “robin” that it recognised"
    assert part.cell("owl", "robin") is None


def test_mistakes_of_a_class_come_before_what_was_recognised() -> None:
    part = part_of(run_of(JUDGEMENTS))
    assert places(part.of_class("robin"))[-1] == "robin/1.jpg"
    assert len(part.of_class("robin")) == 4
