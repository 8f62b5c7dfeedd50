"""Which photos of the board a query shows, in which order, and in which groups."""

import numpy as np
import pytest

from tests.trusts import trust_of
from tests.ui.board.predictions import prediction
from tlgui.errors import Cancelled
from tlgui.learning.trust import Caution
from tlgui.ui.board import arranging
from tlgui.ui.board.arranging import (
    YOURS,
    Arranged,
    BoardGrouping,
    BoardOrder,
    BoardQuery,
    NameKeys,
    Section,
    arrange,
    snapshot,
)
from tlgui.ui.board.columns import NOT_SURE, UNREADABLE, BoardColumns

CLASSES = ("robin", "wren", "owl")


@pytest.fixture
def columns() -> BoardColumns:
    columns = BoardColumns(CLASSES, trust_of((0.3, 0.5, 0.9, None)))
    columns.judge(Caution(0.02))
    columns.put(
        [
            prediction("photo 10.jpg", ("wren", 0.95), folder="May", time=30.0),
            prediction("photo 9.jpg", ("robin", 0.99), folder="June", time=20.0),
            prediction("Photo 9b.jpg", ("wren", 0.92), folder="May"),
            prediction("list.jpg", folder="June", time=10.0, error="It is no photo."),
            prediction("owl.jpg", ("wren", 0.4), folder="May", time=40.0),
        ]
    )
    return columns


def shown(columns: BoardColumns, query: BoardQuery) -> list[str]:
    return [columns.paths[row].rpartition("/")[2] for row in arrange(snapshot(columns), query).rows.tolist()]


def test_photos_are_shown_as_they_came_and_the_other_way_round(columns: BoardColumns) -> None:
    assert arrange(snapshot(columns), BoardQuery()).rows.tolist() == [0, 1, 2, 3, 4]
    assert arrange(snapshot(columns), BoardQuery(is_descending=True)).rows.tolist() == [4, 3, 2, 1, 0]


def test_group_shows_its_photos_alone(columns: BoardColumns) -> None:
    assert shown(columns, BoardQuery(group=1)) == ["photo 10.jpg", "Photo 9b.jpg"]
    assert shown(columns, BoardQuery(group=NOT_SURE)) == ["owl.jpg"]
    assert shown(columns, BoardQuery(group=UNREADABLE)) == ["list.jpg"]
    assert shown(columns, BoardQuery(group=YOURS)) == []


def test_decided_photos_are_in_the_group_of_the_class_and_among_yours(columns: BoardColumns) -> None:
    columns.decide(np.array([0, 4]), "kestrel")
    assert shown(columns, BoardQuery(group=YOURS)) == ["photo 10.jpg", "owl.jpg"]
    assert shown(columns, BoardQuery(group=columns.class_index("kestrel"))) == ["photo 10.jpg", "owl.jpg"]
    assert shown(columns, BoardQuery(group=NOT_SURE)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PHOTO 9", ["photo 9.jpg", "Photo 9b.jpg"]),
        ("june", ["photo 9.jpg", "list.jpg"]),
        ("may/photo", ["photo 10.jpg", "Photo 9b.jpg"]),
        ("anna", ["photo 10.jpg", "photo 9.jpg", "Photo 9b.jpg", "list.jpg", "owl.jpg"]),
        ("home", []),
    ],
)
def test_search_looks_in_names_and_folders_below_those_that_all_share(
    columns: BoardColumns, text: str, found: list[str]
) -> None:
    assert shown(columns, BoardQuery(text=text)) == found


def test_names_sort_by_the_value_of_their_numbers(columns: BoardColumns) -> None:
    by_name = ["list.jpg", "owl.jpg", "photo 9.jpg", "Photo 9b.jpg", "photo 10.jpg"]
    assert shown(columns, BoardQuery(order=BoardOrder.NAME)) == by_name
    assert shown(columns, BoardQuery(order=BoardOrder.NAME, is_descending=True)) == by_name[::-1]


def test_known_keys_of_names_are_used_for_photos_that_came_later(columns: BoardColumns) -> None:
    keys = NameKeys()
    arrange(snapshot(columns, keys), BoardQuery(order=BoardOrder.NAME))
    columns.put([prediction("photo 1.jpg", ("wren", 0.5))])
    found = arrange(snapshot(columns, keys), BoardQuery(text="photo", order=BoardOrder.NAME)).rows
    assert found.tolist() == [5, 1, 2, 0]


@pytest.mark.parametrize("is_descending", [False, True])
def test_photos_without_a_value_stand_at_the_end(columns: BoardColumns, *, is_descending: bool) -> None:
    certain = arrange(snapshot(columns), BoardQuery(order=BoardOrder.CERTAINTY, is_descending=is_descending)).rows
    assert certain.tolist() == ([1, 0, 2, 4, 3] if is_descending else [4, 2, 0, 1, 3])
    timed = arrange(snapshot(columns), BoardQuery(order=BoardOrder.TIME, is_descending=is_descending)).rows
    assert timed.tolist() == ([4, 0, 1, 3, 2] if is_descending else [3, 1, 0, 4, 2])


def test_only_some_rows_keep_the_order_in_which_they_were_given(columns: BoardColumns) -> None:
    assert shown(columns, BoardQuery(only=(4, 0, 99))) == ["owl.jpg", "photo 10.jpg"]
    assert shown(columns, BoardQuery(only=(4, 0), group=NOT_SURE)) == ["owl.jpg"]


def sections(found: Arranged) -> list[tuple[str, list[int]]]:
    return [
        (each.title, found.rows[each.start : each.start + each.count].tolist()) for each in found.sections if each.count
    ]


def test_classes_with_most_photos_come_first_then_what_is_not_named(columns: BoardColumns) -> None:
    found = arrange(snapshot(columns), BoardQuery(grouping=BoardGrouping.CLASS, order=BoardOrder.TIME))
    assert sections(found) == [("wren", [0, 2]), ("robin", [1]), ("not sure", [4]), ("unreadable", [3])]


def test_folders_come_by_their_names(columns: BoardColumns) -> None:
    found = arrange(snapshot(columns), BoardQuery(grouping=BoardGrouping.FOLDER))
    assert sections(found) == [("anna/June", [1, 3]), ("anna/May", [0, 2, 4])]


def test_no_photos_have_no_sections(columns: BoardColumns) -> None:
    found = arrange(snapshot(columns), BoardQuery(text="nothing", grouping=BoardGrouping.FOLDER))
    assert found.sections == ()
    assert not len(found.rows)


def test_photos_that_look_alike_stand_together() -> None:
    rng = np.random.default_rng(1)
    columns = BoardColumns(CLASSES)
    for number in range(60):
        kind = number % 3
        look = np.eye(3)[kind] + 0.1 * rng.standard_normal(3)
        columns.put([prediction(f"{number}.jpg", (CLASSES[kind], 0.9), look=look.tolist())])
    columns.put([prediction("unknown.jpg", error="It is no photo.")])
    found = arrange(snapshot(columns), BoardQuery(grouping=BoardGrouping.LOOK_ALIKES))
    *alike, last = sections(found)
    assert last == ("What they look like is not known", [60])
    assert sum(len(rows) for _, rows in alike) == 60
    for title, rows in alike:
        assert len({row % 3 for row in rows}) == 1
        assert title == f"Look alike: {CLASSES[rows[0] % 3]}"


def test_groups_of_look_alikes_come_largest_first_and_single_photos_behind_them() -> None:
    columns = BoardColumns(CLASSES)
    for number, kind in enumerate([1, 0, 2, 0, 3, 0, 1, 4]):
        columns.put([prediction(f"{number}.jpg", (CLASSES[0], 0.9), look=np.eye(5)[kind].tolist())])
    found = arrange(snapshot(columns), BoardQuery(grouping=BoardGrouping.LOOK_ALIKES))
    assert [rows for _, rows in sections(found)] == [[1, 3, 5], [0, 6], [2, 4, 7]]
    assert sections(found)[-1][0] == "Look like few others"


def test_only_the_largest_of_many_groups_have_a_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arranging, "_MOST_LOOK_GROUPS", 2)
    columns = BoardColumns(CLASSES)
    for number, kind in enumerate([0, 0, 0, 1, 1, 1, 1, 2, 2, 3]):
        columns.put([prediction(f"{number}.jpg", (CLASSES[0], 0.9), look=np.eye(5)[kind].tolist())])
    found = arrange(snapshot(columns), BoardQuery(grouping=BoardGrouping.LOOK_ALIKES))
    assert [rows for _, rows in sections(found)] == [[3, 4, 5, 6], [0, 1, 2], [7, 8, 9]]


def test_looks_that_are_not_known_are_said_so(columns: BoardColumns) -> None:
    found = arrange(snapshot(columns), BoardQuery(grouping=BoardGrouping.LOOK_ALIKES))
    assert found.sections == (Section("What they look like is not known", 0, 5),)


def test_arrangement_that_is_not_needed_any_more_ends(columns: BoardColumns) -> None:
    def check() -> None:
        raise Cancelled

    for query in (
        BoardQuery(text="photo"),
        BoardQuery(order=BoardOrder.NAME),
        BoardQuery(grouping=BoardGrouping.FOLDER),
    ):
        with pytest.raises(Cancelled):
            arrange(snapshot(columns), query, check)
