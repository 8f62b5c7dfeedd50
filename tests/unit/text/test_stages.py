"""Every stage of a job has words, and says how far it is in a unit that people read."""

import pytest

from tlgui.progress import Progress, Stage
from tlgui.text.stages import counts_words, stage_words


def test_every_stage_is_called_something_of_its_own() -> None:
    assert len({stage_words(stage) for stage in Stage}) == len(Stage)


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(Stage.FEATURES, 12, 4317), "12 of 4,317"),
        (Progress(Stage.SCANNING, 1200), "1,200"),
        (Progress(Stage.STARTING), ""),
        (Progress(Stage.DOWNLOADING, 12_300_000, 58_889_256), "12.3 MB of 58.9 MB"),
        (Progress(Stage.DOWNLOADING, 12_300_000), "12.3 MB"),
    ],
)
def test_counts_are_said_in_the_unit_of_their_stage(progress: Progress, words: str) -> None:
    assert counts_words(progress) == words
