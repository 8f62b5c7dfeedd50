"""The line below the board: how many photos are named, and how many are not."""

from tlgui.text.numbers import count
from tlgui.ui.board.columns import NOT_SURE, UNLIKE, UNREADABLE, BoardColumns


def counts_in_words(photos: BoardColumns, waiting_count: int) -> str:
    """Return how many photos are named, and what became of the others.

    Args:
        photos: The photos.
        waiting_count: How many drops wait.
    """
    counts = photos.counts()
    parts = [f"{count('photo', sum(number for group, number in counts.items() if group >= 0))} named"]
    if counts.get(NOT_SURE):
        parts.append(f"{counts[NOT_SURE]:,} not sure")
    if counts.get(UNLIKE):
        parts.append(f"{counts[UNLIKE]:,} unlike anything it learned")
    if counts.get(UNREADABLE):
        parts.append(f"{count('file', counts[UNREADABLE])} could not be read")
    if waiting_count:
        parts.append(f"{count('more drop', waiting_count)} waiting")
    return ", ".join(parts)
