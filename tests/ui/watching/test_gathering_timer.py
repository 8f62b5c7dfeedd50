"""Batches that follow each other soon wait longer."""

from PySide6.QtWidgets import QApplication

from tlgui.ui.watching.gathering_timer import GatheringTimer


def test_batches_wait_longer_while_photos_go_on_coming(qapp: QApplication) -> None:
    timer = GatheringTimer(60_000, qapp)
    waits = []
    for _ in range(8):
        timer.gather()
        waits.append(timer.interval() // 60_000)
        timer.gather()
        timer.stop()
        timer.end_batch()
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
