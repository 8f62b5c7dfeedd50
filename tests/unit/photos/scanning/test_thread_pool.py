"""The threads of a pool become more and fewer while it works."""

import threading
from concurrent.futures import ThreadPoolExecutor

from tlgui.photos.scanning.thread_pool import Slots, worked_through
from tlgui.progress import JobContext, Stage

WAIT_SECONDS = 20.0


class Crowd:
    """Counts the threads that work at a time, each of which waits to be let go."""

    def __init__(self) -> None:
        self.working = 0
        self.most = 0
        self.changed = threading.Condition()
        self._let_go = 0

    def __call__(self, _item: int) -> None:
        with self.changed:
            self.working += 1
            self.most = max(self.most, self.working)
            self.changed.notify_all()
            assert self.changed.wait_for(lambda: self._let_go > 0, WAIT_SECONDS)
            self._let_go -= 1
            self.working -= 1
            self.changed.notify_all()

    def wait_for(self, count: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.working == count, WAIT_SECONDS)

    def let_go(self, count: int) -> None:
        with self.changed:
            self._let_go += count
            self.changed.notify_all()


def test_as_many_work_as_may_and_each_item_is_done() -> None:
    slots, crowd = Slots(1, most=3), Crowd()

    def work() -> int:
        done = worked_through(range(30), crowd, JobContext(), stage=Stage.LOOKING, slots=slots, chunk=2)
        return sum(map(len, done))

    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(work)
        assert crowd.wait_for(1)
        slots.count = 3
        assert crowd.wait_for(3)
        slots.count = 1
        crowd.let_go(2)
        assert crowd.wait_for(1)
        with crowd.changed:
            crowd.most = 0
        crowd.let_go(30)
        assert result.result(WAIT_SECONDS) == 30
    assert crowd.most == 1


def test_count_stays_between_one_and_the_most() -> None:
    slots = Slots(9, most=4)
    assert slots.count == 4
    slots.count = 0
    assert slots.count == 1
    assert Slots(1, most=0).most == 1
