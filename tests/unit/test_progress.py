from tlgui.progress import BatchEnded, Countdown, EpochEnded, Event, JobContext, Progress, Stage, Throttle


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def batch(number: int) -> BatchEnded:
    return BatchEnded(epoch=1, epochs=2, batch=number, batches=1000, loss=1.0, accuracy=0.5)


def epoch(number: int) -> EpochEnded:
    return EpochEnded(number, 5, 1.0, 0.5, 1.0, 0.5, 0.001, 1.0, is_best=True)


def test_throttle_passes_ten_events_of_a_kind_a_second() -> None:
    passed: list[Event] = []
    clock = Clock()
    throttle = Throttle(passed.append, per_second=10, clock=clock)

    for number in range(1, 1001):
        throttle(batch(number))
        clock.now += 0.01

    assert 95 <= len(passed) <= 101


def test_throttle_passes_every_epoch_and_other_event() -> None:
    passed: list[Event] = []
    throttle = Throttle(passed.append, clock=Clock())

    events = [epoch(number) for number in range(1, 6)]
    for event in events:
        throttle(event)

    assert passed == events


def test_throttle_passes_the_start_and_the_end_of_a_stage() -> None:
    passed: list[Event] = []
    throttle = Throttle(passed.append, clock=Clock())

    for done in range(101):
        throttle(Progress(Stage.FEATURES, done, 100))

    assert passed == [Progress(Stage.FEATURES, 0, 100), Progress(Stage.FEATURES, 100, 100)]


def test_throttle_keeps_to_its_pace_when_two_kinds_come_by_turns() -> None:
    passed: list[Event] = []
    throttle = Throttle(passed.append, clock=Clock())

    for number in range(1, 100):
        throttle(batch(number))
        throttle(Progress(Stage.TRAINING, number, 1000))

    assert passed == [batch(1), Progress(Stage.TRAINING, 1, 1000)]


def test_countdown_knows_nothing_before_there_is_a_pace() -> None:
    clock = Clock()
    countdown = Countdown(10, clock)
    assert countdown.seconds_left(0) is None
    assert countdown.seconds_left(1) is None
    clock.now += 0.1
    assert countdown.seconds_left(2) is None


def test_countdown_follows_the_pace_and_not_the_slow_first_step() -> None:
    clock = Clock()
    countdown = Countdown(10, clock)
    clock.now += 60
    assert countdown.seconds_left(1) is None
    clock.now += 6

    assert countdown.seconds_left(4) == 12


def test_countdown_ends_at_zero_and_never_below() -> None:
    clock = Clock()
    countdown = Countdown(10, clock)
    clock.now += 6

    assert countdown.seconds_left(10) == 0
    assert countdown.seconds_left(12) == 0


def test_context_without_listener_lets_a_job_report_and_go_on() -> None:
    context = JobContext()

    context.report(Progress(Stage.SCANNING))
    context.checkpoint()
