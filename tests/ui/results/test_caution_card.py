"""The choice of how careful the answers are to be, and what it means for a model."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.evaluations import evaluation_of
from tests.trusts import CLASSES, trust_of
from tlgui.learning.trust import Caution, Trust
from tlgui.ui.results.caution_card import CautionCard


@pytest.fixture
def card(qtbot: QtBot) -> CautionCard:
    card = CautionCard()
    qtbot.addWidget(card)
    card.show_trust(trust_of(), CLASSES, None)
    card.show()
    return card


def by_class(thresholds: tuple[float | None, ...], shares: tuple[float, ...]) -> Trust:
    """Return a trust whose promises have these thresholds for the classes."""
    trust = trust_of()
    promises = tuple(
        replace(promise, class_thresholds=thresholds, class_named_shares=shares) for promise in trust.promises
    )
    return replace(trust, promises=promises)


def test_slider_goes_through_the_choices_by_keys(qtbot: QtBot, card: CautionCard) -> None:
    assert card.choice.text() == "Its answers may be wrong at most 1 in 20."
    chosen: list[Caution] = []
    card.chosen.connect(chosen.append)
    card.slider.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Home):
        qtbot.keyClick(card.slider, key)
    assert [each.wrong_at_most for each in chosen] == [0.02, 0.01, None]


def test_share_that_is_still_named_stands_beside_it(card: CautionCard) -> None:
    meanings = {}
    for place in range(5):
        card.slider.setValue(place)
        meanings[card.choice.text()] = card.meaning.text()
    assert meanings == {
        "It is to name every photo.": "It will name every photo, also where it is hardly surer than a guess.",
        "Its answers may be wrong at most 1 in 10.": "It will name every photo.",
        "Its answers may be wrong at most 1 in 20.": (
            "It will name about 94 of 100 photos, and say “not sure” of the others."
        ),
        "Its answers may be wrong at most 1 in 50.": (
            "It will name about 71 of 100 photos, and say “not sure” of the others."
        ),
        "Its answers may be wrong at most 1 in 100.": (
            "372 photos to judge by are too few to promise 1 in 100; it takes 459 at least. "
            "So it will name every photo."
        ),
    }
    assert card.slider.accessibleDescription() == f"{card.choice.text()} {card.meaning.text()}"


def test_showing_a_choice_is_no_choice(card: CautionCard) -> None:
    chosen: list[Caution] = []
    card.chosen.connect(chosen.append)
    card.show_caution(Caution(0.02, is_by_class=True))
    assert card.caution == Caution(0.02, is_by_class=True)
    assert card.choice.text() == "Its answers may be wrong at most 1 in 50."
    assert chosen == []


def test_each_class_by_itself_weighs_the_classes_by_their_photos(qtbot: QtBot, card: CautionCard) -> None:
    trust = by_class((0.4, 0.9, None), (1.0, 0.5, 0.0))
    card.show_trust(trust, CLASSES, evaluation_of(CLASSES, ((10, 0, 0), (0, 80, 0), (0, 0, 10))))
    with qtbot.waitSignal(card.chosen) as chosen:
        qtbot.keyClick(card.by_class, Qt.Key.Key_Space)
    assert chosen.args == [Caution(0.05, is_by_class=True)]
    # 10 owls and 10 wrens are all named, and 40 of 80 robins.
    assert card.meaning.text() == (
        "It will name about 60 of 100 photos, and say “not sure” of the others. "
        "“robin” is named least: about 50 of 100 photos. "
        "Too few photos for a promise: “wren”. Photos that look so are always named."
    )


def test_class_of_few_photos_is_named_where_the_promise_says_nothing_of_it(card: CautionCard) -> None:
    trust = by_class((0.4, 0.5, None), (1.0, 0.9, 0.0))
    card.show_trust(trust, CLASSES, evaluation_of(CLASSES, ((300, 0, 0), (0, 280, 0), (2, 0, 3)), None))
    assert card.meaning.text() == (
        "It will name about 94 of 100 photos, and say “not sure” of the others. For “wren” (5 photos) this is not "
        "promised: if all of these were named wrongly, it would still hold. “For each class by itself” shows what can "
        "be promised."
    )
    card.by_class.setChecked(True)
    assert "Too few photos for a promise: “wren”." in card.meaning.text()


def test_classes_without_any_promise_name_every_photo(card: CautionCard) -> None:
    card.show_trust(by_class((None,) * 3, (0.0,) * 3), CLASSES, None)
    card.show_caution(Caution(0.05, is_by_class=True))
    assert card.meaning.text() == (
        "No class has photos enough to promise 1 in 20 for it alone. So it will name every photo."
    )


def test_classes_are_no_choice_where_every_photo_is_named(card: CautionCard) -> None:
    card.show_caution(Caution(None))
    assert not card.by_class.isEnabled()
    card.show_caution(Caution())
    assert card.by_class.isEnabled()


def test_what_is_unlike_is_told_only_where_the_model_can_tell(card: CautionCard) -> None:
    assert card.unlike.isVisible()
    card.show_trust(trust_of(novelty=None), CLASSES, None)
    assert not card.unlike.isVisible()
