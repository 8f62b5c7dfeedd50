"""The smallest value of a function is found where it is."""

import pytest

from tlgui.learning.assessment.searching import minimum


@pytest.mark.parametrize("place", [0.0, 0.1, 3.0, 9.99, 10.0])
def test_minimum_is_found_inside_and_at_the_ends(place: float) -> None:
    assert minimum(lambda x: abs(x - place) ** 1.5, 0.0, 10.0, 1e-5) == pytest.approx(place, abs=1e-4)
