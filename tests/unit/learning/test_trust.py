"""The verdict on one prediction, and what is known of judged photos."""

import pytest

from tlgui.learning.trust import (
    WRONG_AT_MOST,
    Caution,
    JudgedBy,
    NoveltyLimit,
    PhotoJudgement,
    Promise,
    Reliability,
    Trust,
    Verdict,
    counted,
    verdict,
)

_NAMES = ("robin", "wren")


def _trust(threshold: float | None = 0.8, novelty: NoveltyLimit | None = None) -> Trust:
    promises = tuple(Promise(share, threshold, 0.9, (0.6, None), (0.9, 0.8)) for share in WRONG_AT_MOST)
    return Trust(1.0, Reliability((), 0.0), promises, 100, is_out_of_fold=True, novelty=novelty)


@pytest.mark.parametrize(
    ("probability", "caution", "expected"),
    [
        (0.8, Caution(), Verdict.NAMED),
        (0.79, Caution(), Verdict.NOT_SURE),
        (0.1, Caution(wrong_at_most=None), Verdict.NAMED),
        (0.61, Caution(is_by_class=True), Verdict.NAMED),
        (0.59, Caution(is_by_class=True), Verdict.NOT_SURE),
    ],
)
def test_verdict_follows_the_threshold(probability: float, caution: Caution, expected: Verdict) -> None:
    assert verdict("robin", probability, None, _trust(), _NAMES, caution) is expected


def test_verdict_names_where_nothing_can_be_promised() -> None:
    assert verdict("robin", 0.1, None, _trust(threshold=None), _NAMES) is Verdict.NAMED
    assert verdict("wren", 0.1, None, _trust(), _NAMES, Caution(is_by_class=True)) is Verdict.NAMED


def test_verdict_of_a_file_without_trust_names_every_photo() -> None:
    assert verdict("robin", 0.01, 2.0, None, _NAMES) is Verdict.NAMED


def test_verdict_beyond_the_limit_is_unlike_however_sure_it_is() -> None:
    trust = _trust(novelty=NoveltyLimit(10, 0.4, 100, 8, 0.05))
    assert verdict("robin", 0.99, 0.41, trust, _NAMES) is Verdict.UNLIKE
    assert verdict("robin", 0.99, 0.4, trust, _NAMES) is Verdict.NAMED
    assert verdict("robin", 0.99, None, trust, _NAMES) is Verdict.NAMED


def test_judgements_are_counted_by_cell_most_first() -> None:
    judgements = [
        _judgement("a", "wren", JudgedBy.TEST),
        _judgement("b", "robin", JudgedBy.TEST),
        _judgement("c", "robin", JudgedBy.OUT_OF_FOLD),
    ]
    cells = counted(judgements)
    assert [(cell, len(photos)) for cell, photos in cells.items()] == [(("robin", "robin"), 2), (("robin", "wren"), 1)]
    assert [each.is_right for each in judgements] == [False, True, True]


def _judgement(place: str, named: str, judged_by: JudgedBy) -> PhotoJudgement:
    return PhotoJudgement(place, "", "robin", named, 0.7, 0.3, judged_by)
