"""The windows of the board's tests, for the tests of what watches a folder."""

from tests.ui.board.conftest import board_window, card, open_window

__all__ = ["board_window", "card", "open_window"]
