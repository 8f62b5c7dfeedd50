"""Runs beside each other: their curves, and what differs between them."""

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from tests.judging import judged, run_of
from tests.ui.results.runs import EVALUATION, SHORT, Trainer, selected
from tlgui.learning.recipes.built_in import BALANCED, QUICK
from tlgui.learning.results import Interval
from tlgui.learning.runs.judgements import write_judgements
from tlgui.learning.trust import JudgedBy
from tlgui.ui.results.paired_words import pair_in_words, same_photos
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.results.run_comparison import MOST_COMPARED
from tlgui.ui.session.session import Session
from tlgui.ui.text.run_words import RunRow

ROW = RunRow(
    id="one",
    name="One",
    recipe=QUICK,
    history=(),
    evaluation=None,
    created=datetime(2026, 1, 1, tzinfo=UTC),
    seconds=0.0,
    is_active=False,
    run=None,
    model=None,
)


def cells(page: ResultsPage) -> dict[str, list[str]]:
    model = page.comparison.table.model()
    columns = range(model.columnCount(QModelIndex()))
    return {
        str(model.headerData(place, Qt.Orientation.Vertical)): [
            str(model.index(place, column).data()) for column in columns
        ]
        for place in range(model.rowCount(QModelIndex()))
    }


def test_selected_runs_are_compared(qtbot: QtBot, page: ResultsPage, train: Trainer) -> None:
    train(replace(QUICK, epochs=3))
    train(replace(BALANCED, epochs=5))
    page.table.selectAll()

    assert page.comparison.isVisible()
    assert not page.view.isVisible()
    assert page.comparison.heading.text() == "2 trainings compared"
    table = cells(page)
    assert table["Recipe"] == ["Better", "Quick"]
    assert table["Epochs trained"] == ["5", "3"]
    assert table["Right on validation photos"] == ["90.0 % (85 to 94)"] * 2
    assert table["Time"] == ["about 5 seconds", "a few seconds"]
    assert table["Learning rate"] == ["0.001", "0.003"]
    assert "Batch size" not in table
    view = page.comparison.plots.views[0]
    qtbot.waitUntil(lambda: not view.image.isNull(), timeout=20_000)
    assert "Better: up to 90.0 % right in 5 epochs; Quick: up to" in view.accessibleDescription()
    assert page.comparison.legend.accessibleName() == "Lines of the plots: Better, Quick"
    words = page.comparison.table.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Right on validation photos, Better: 90.0 % (85 to 94)"


def test_range_has_the_same_ends_as_above_the_results(page: ResultsPage, train: Trainer) -> None:
    train(SHORT)
    (row,) = page.table.rows
    assert row.model is not None
    evaluation = replace(EVALUATION, accuracy=0.75, interval=Interval(0.671, 0.8149))
    row = replace(row, evaluation=evaluation, model=replace(row.model, evaluation=evaluation))
    page.view.show_run(row)
    assert page.view.heading.text().startswith("About 3 in 4 right (75.0 %, between 67 and 82")
    page.comparison.show_runs([row, replace(row, id="other")])
    assert cells(page)["Right on validation photos"] == ["75.0 % (67 to 82)"] * 2


def test_comparison_is_no_higher_than_it_needs(qtbot: QtBot, page: ResultsPage, train: Trainer) -> None:
    train(SHORT)
    train(SHORT)
    page.view.details.button.click()
    page.table.selectAll()
    qtbot.waitUntil(lambda: page.comparison.height() <= page.height())


def test_selection_outlives_a_change_of_the_list(page: ResultsPage, train: Trainer, opened: Session) -> None:
    ids = [train(SHORT) for _ in range(3)]
    page.table.select_ids([ids[0], ids[2]])
    opened.run_list.rename(opened.run_list.runs[0], "with owls")
    assert set(selected(page)) == {ids[0], ids[2]}
    assert page.comparison.isVisible()


def test_no_more_runs_are_compared_than_can_be_told_apart(page: ResultsPage, train: Trainer) -> None:
    train(replace(QUICK, epochs=2))
    only = page.table.rows[0]
    page.comparison.show_runs([replace(only, id=str(number)) for number in range(MOST_COMPARED + 3)])
    assert page.comparison.heading.text() == f"{MOST_COMPARED} trainings compared"
    assert f"first {MOST_COMPARED}" in page.comparison.explanation.text()
    assert page.comparison.legend.accessibleName().endswith(f"Quick ({MOST_COMPARED})")


# --- more than chance


def keep(qtbot: QtBot, session: Session, run_id: str, right: int, total: int = 60) -> None:
    """Write the judgements of a run that is right on the first `right` photos, after the page has found none."""
    run = next(run for run in session.run_list.runs if run.id == run_id)
    qtbot.waitUntil(lambda: session.judged_photos.of(run) is not None and not session.is_busy, timeout=10_000)
    photos = [
        judged(f"owl/{number}.jpg", "owl" if number < right else "wren", judged_by=JudgedBy.OUT_OF_FOLD)
        for number in range(total)
    ]
    write_judgements(run.judgements_path, photos)


def said(qtbot: QtBot, page: ResultsPage, beginning: str = "On the same") -> str:
    page.table.selectAll()
    qtbot.waitUntil(lambda: beginning in page.comparison.difference.text(), timeout=10_000)
    return page.comparison.difference.text()


def test_difference_on_the_same_photos_is_told_with_whether_it_is_more_than_chance(
    qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session
) -> None:
    keep(qtbot, opened, train(SHORT), 40)
    keep(qtbot, opened, train(replace(SHORT, name="Other")), 55)
    assert said(qtbot, page) == (
        "On the same 60 photos, “Other” was right 55 times and “Quick” 40 times. The difference is more than chance."
    )


def test_small_difference_can_be_chance(qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session) -> None:
    keep(qtbot, opened, train(SHORT), 53)
    keep(qtbot, opened, train(replace(SHORT, name="Other")), 55)
    assert said(qtbot, page).endswith("The difference may be chance.")


def test_difference_is_not_known_of_runs_that_kept_no_photos(
    qtbot: QtBot, page: ResultsPage, train: Trainer, opened: Session
) -> None:
    train(SHORT)
    keep(qtbot, opened, train(replace(SHORT, name="Other")), 55)
    assert "what it said of each photo was not kept" in said(qtbot, page, "Whether")


def test_runs_that_judged_other_photos_are_not_compared() -> None:
    one, other = replace(ROW, name="One"), replace(ROW, name="Other")
    photos, elsewhere = [judged("owl/1.jpg", "owl")], [judged("owl/3.jpg", "owl")]
    assert "different photos" in pair_in_words(one, other, run_of(photos), run_of(elsewhere))
    assert pair_in_words(one, other, run_of(photos), run_of(photos)).startswith("On the same 1 photo")
    assert pair_in_words(one, other, run_of(photos), run_of(photos), is_of_more=True).startswith("These are the two")


def test_cleanest_photos_that_both_judged_are_compared() -> None:
    both = [judged("owl/1.jpg", "owl"), judged("owl/2.jpg", "owl", judged_by=JudgedBy.VALIDATION)]
    only = [judged("owl/2.jpg", "wren", judged_by=JudgedBy.VALIDATION)]
    result = same_photos(run_of(both), run_of(only))
    assert result is not None
    assert (result.photo_count, result.first_right, result.second_right) == (1, 1, 0)
