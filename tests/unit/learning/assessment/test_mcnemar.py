"""Two models on the same photos: more than chance, or not."""

from math import comb

import numpy as np
import pytest

from tlgui.learning.assessment.mcnemar import compare_judgements, mcnemar
from tlgui.learning.trust import JudgedBy, PhotoJudgement


def _judgement(place: str, named: str, class_name: str = "robin", digest: str = "") -> PhotoJudgement:
    return PhotoJudgement(place, digest, class_name, named, 0.8, 0.2, JudgedBy.TEST)


@pytest.mark.parametrize(("fewer", "more"), [(0, 5), (1, 9), (3, 12), (20, 41)])
def test_p_value_is_the_exact_binomial_one(fewer: int, more: int) -> None:
    total = fewer + more
    exact = 2 * sum(comb(total, k) for k in range(fewer + 1)) / 2**total
    assert mcnemar(fewer, more) == pytest.approx(exact)
    assert mcnemar(more, fewer) == mcnemar(fewer, more)


def test_models_that_win_half_each_do_not_differ() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(10, 10) == 1.0


def test_equally_good_models_rarely_differ_by_more_than_chance() -> None:
    wins = np.random.default_rng(1).binomial(60, 0.5, 2_000)
    assert np.mean([mcnemar(int(win), 60 - int(win)) <= 0.05 for win in wins]) <= 0.05


def test_only_photos_that_both_judged_as_the_same_class_count() -> None:
    first = [
        _judgement("a", "robin"),
        _judgement("b", "wren"),
        _judgement("only first", "robin"),
        _judgement("changed", "robin", digest="1"),
        _judgement("moved", "robin"),
    ]
    second = [
        _judgement("b", "robin"),
        _judgement("a", "robin"),
        _judgement("only second", "robin"),
        _judgement("changed", "robin", digest="2"),
        _judgement("moved", "robin", class_name="wren"),
    ]
    result = compare_judgements(first, second)
    assert (result.photo_count, result.first_right, result.second_right) == (2, 1, 2)
    assert (result.only_first_right, result.only_second_right, result.p_value) == (0, 1, 1.0)
    assert not result.is_more_than_chance


def test_nine_of_ten_differences_are_more_than_chance() -> None:
    first = [_judgement(str(index), "robin" if index == 0 else "wren") for index in range(10)]
    second = [_judgement(str(index), "wren" if index == 0 else "robin") for index in range(10)]
    assert compare_judgements(first, second).is_more_than_chance


def test_no_photo_in_common_says_nothing() -> None:
    result = compare_judgements([_judgement("a", "robin")], [])
    assert (result.photo_count, result.p_value) == (0, 1.0)
