"""Photos whose formats can crash their libraries: opened by real processes, which a stand-in for a library ends."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests import pictures
from tests.unit.photos.pictures import crashing_library
from tests.unit.photos.pictures.crashing_library import tries, write_order
from tlgui import files
from tlgui.errors import Cancelled
from tlgui.photos.collection import ProblemKind
from tlgui.photos.pictures import helper_pool
from tlgui.photos.pictures.decode import read_photo, read_thumbnail
from tlgui.photos.pictures.header import read_all_facts, read_facts, state_of
from tlgui.photos.pictures.helper_pool import LOG_NAME, HelperPool
from tlgui.photos.pictures.memory import decoding
from tlgui.photos.pictures.opening import LARGE_PIXELS, UnusablePhotoError
from tlgui.photos.scanning.scan import scan
from tlgui.progress import JobContext

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is ended by signals here")


def refused(path: Path) -> UnusablePhotoError:
    with pytest.raises(UnusablePhotoError) as caught:
        read_photo(path)
    return caught.value


def use_library(seconds: float = 60.0) -> None:
    """Have photos opened from now on, by new helpers, with the library that crashes."""
    helper_pool.use(HelperPool(seconds, [crashing_library.NAME]))


def log_text() -> str:
    return (files.log_folder() / LOG_NAME).read_text(encoding="utf-8", errors="replace")


@pytest.fixture(autouse=True)
def _fresh_pool() -> None:
    helper_pool.close()


@pytest.fixture
def _library() -> Iterator[None]:
    use_library()
    yield
    helper_pool.close()


def test_photo_that_crashes_its_library_is_damaged_and_others_are_read(tmp_path: Path) -> None:
    bad = pictures.write_crashing_heic(tmp_path / "bad.heic")

    error = refused(bad)

    assert error.kind is ProblemKind.UNREADABLE
    assert error.is_lasting
    assert "“bad.heic”" in error.message
    assert error.hint
    assert read_photo(pictures.write_heic(tmp_path / "good.heic"), 16).shape == (16, 16, 3)


@pytest.mark.parametrize("name", ["a.heic", "a.jpg", "a.png", "a"])
@pytest.mark.usefixtures("_library")
def test_content_decides_where_a_photo_is_opened(tmp_path: Path, name: str) -> None:
    path = write_order(tmp_path / name)

    read_photo(path)

    assert tries(path)
    assert os.getpid() not in tries(path)


def test_library_of_another_process_is_not_loaded_here(tmp_path: Path) -> None:
    for path in (pictures.write_heic(tmp_path / "a.heic"), pictures.write_format(tmp_path / "a.avif", "AVIF")):
        assert read_thumbnail(path, 16).shape[1] == 16

    assert "pi_heif" not in sys.modules


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGFPE"])
@pytest.mark.usefixtures("_library")
def test_crash_is_tried_twice_and_remembered(tmp_path: Path, name: str) -> None:
    path = write_order(tmp_path / "a.heic", "signal", name)

    assert refused(path).is_lasting

    assert len(set(tries(path))) == 2
    assert "Fatal Python error" in log_text()
    # As after a new start of the program.
    use_library()
    assert refused(path).kind is ProblemKind.UNREADABLE
    assert len(tries(path)) == 2


@pytest.mark.usefixtures("_library")
def test_photo_that_was_replaced_is_tried_again(tmp_path: Path) -> None:
    path = write_order(tmp_path / "a.heic", "signal", "SIGSEGV")
    refused(path)

    write_order(path)

    assert read_photo(path).shape == (2, 2, 3)


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL"])
@pytest.mark.usefixtures("_library")
def test_photo_that_another_helper_reads_is_not_blamed(tmp_path: Path, name: str) -> None:
    path = write_order(tmp_path / "a.heic", "signal", name, "once")

    assert read_photo(path).shape == (2, 2, 3)
    assert len(set(tries(path))) == 2


@pytest.mark.usefixtures("_library")
def test_photo_whose_helper_the_system_ends_needs_too_much_memory_for_now(tmp_path: Path) -> None:
    path = write_order(tmp_path / "a.heic", "signal", "SIGKILL")

    error = refused(path)

    assert error.kind is ProblemKind.TOO_LARGE
    assert "memory" in error.reason
    assert not error.is_lasting
    refused(path)
    assert len(tries(path)) == 4


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps a process within such a limit")
@pytest.mark.usefixtures("_library")
def test_photo_that_takes_more_memory_than_a_photo_may_is_not_called_damaged(tmp_path: Path) -> None:
    error = refused(write_order(tmp_path / "a.heic", "take", str(64 << 30)))

    assert error.kind is ProblemKind.TOO_LARGE
    assert "memory" in error.reason
    assert not error.is_lasting


def test_photo_that_hangs_is_damaged_and_remembered(tmp_path: Path) -> None:
    path = write_order(tmp_path / "a.heic", "hang")
    use_library(seconds=0.2)

    error = refused(path)

    assert error.kind is ProblemKind.UNREADABLE
    assert error.is_lasting
    assert len(tries(path)) == 1
    refused(path)
    assert len(tries(path)) == 1
    use_library()
    assert read_photo(write_order(tmp_path / "b.heic")).shape == (2, 2, 3)


@pytest.mark.usefixtures("_library")
def test_only_the_photo_that_crashed_is_refused_of_many(tmp_path: Path) -> None:
    orders = [(), (), ("signal", "SIGSEGV"), (), ("signal", "SIGABRT"), ("signal", "SIGKILL", "once"), ("say",), ()]
    paths = [write_order(tmp_path / f"{number}.heic", *order) for number, order in enumerate(orders)]

    found = read_all_facts([(path, state_of(path.stat())) for path in paths])

    assert [isinstance(facts, UnusablePhotoError) for facts in found] == [order[1:] in BAD for order in orders]
    assert [len(tries(path)) for path in paths] == [1, 1, 2, 1, 2, 2, 1, 1]


BAD = [("SIGSEGV",), ("SIGABRT",)]


@pytest.mark.usefixtures("_library")
def test_library_that_raises_what_nobody_expects_costs_one_photo(tmp_path: Path) -> None:
    error = refused(write_order(tmp_path / "a.heic", "raise"))

    assert not error.is_lasting
    assert error.hint
    assert "nobody expects this" in log_text()
    assert read_photo(write_order(tmp_path / "b.heic")).shape == (2, 2, 3)


@pytest.mark.usefixtures("_library")
def test_what_a_library_prints_goes_to_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for order in ("say",), ("signal", "SIGSEGV"):
        path = write_order(tmp_path / "a.heic", *order)
        read_all_facts([(path, state_of(path.stat()))])

    assert "a library says what it likes" in log_text()
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("_library")
def test_helper_that_ended_while_idle_is_replaced(tmp_path: Path) -> None:
    path = write_order(tmp_path / "a.heic")
    read_photo(path)
    helper = psutil.Process(tries(path)[0])

    helper.kill()
    while helper.is_running() and helper.status() != psutil.STATUS_ZOMBIE:
        threading.Event().wait(0.01)

    assert read_photo(path).shape == (2, 2, 3)
    assert len(set(tries(path))) == 2


@pytest.mark.usefixtures("_library")
def test_threads_share_no_more_helpers_than_there_are_cores(tmp_path: Path) -> None:
    paths = [write_order(tmp_path / f"{number}.heic") for number in range(40)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_photo, paths))

    assert len({helper for path in paths for helper in tries(path)}) <= (os.cpu_count() or 1)


@pytest.mark.usefixtures("_library")
def test_large_photo_waits_for_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    @contextmanager
    def room(count: int) -> Iterator[None]:
        asked.append(count)
        yield

    monkeypatch.setattr(decoding, "room", room)
    paths = [write_order(tmp_path / name, *order) for name, order in (("a", ()), ("b", ("large",)), ("c", ()))]

    assert [read_photo(path, 8).shape for path in paths] == [(8, 8, 3)] * 3

    assert len(asked) == 1
    assert asked[0] >= 4 * LARGE_PIXELS


@pytest.mark.usefixtures("_library")
def test_close_ends_the_wait_for_a_photo_that_hangs(tmp_path: Path) -> None:
    path = write_order(tmp_path / "a.heic", "hang")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(refused, path)
        while not tries(path):
            threading.Event().wait(0.01)

        helper_pool.close()

        assert not waiting.result(30).is_lasting
    assert len(tries(path)) == 1
    assert not psutil.pid_exists(tries(path)[0])


@pytest.mark.usefixtures("_library")
def test_stop_does_not_wait_for_a_photo_that_hangs(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    path = write_order(tmp_path / "cat" / "a.heic", "hang")

    def stop_once_it_hangs() -> None:
        if tries(path):
            raise Cancelled

    with pytest.raises(Cancelled):
        scan(tmp_path, JobContext(checkpoint=stop_once_it_hangs))

    assert psutil.pid_exists(tries(path)[0])


@pytest.mark.parametrize("order", [(), ("hang",)], ids=["idle", "at work"])
def test_helper_ends_with_a_process_that_is_killed(tmp_path: Path, order: tuple[str, ...]) -> None:
    path = write_order(tmp_path / "a.heic", *order)
    # What hangs in a library learns of nothing; its own timer ends it.
    script = f"""if True:
        from pathlib import Path
        from tlgui.photos.pictures import helper_pool
        from tlgui.photos.pictures.decode import read_photo
        helper_pool.use(helper_pool.HelperPool(2.0, [{crashing_library.NAME!r}]))
        read_photo(Path({str(path)!r}))
        input()
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, env=environment) as parent:
        while not tries(path):
            threading.Event().wait(0.01)
        helper = psutil.Process(tries(path)[0])
        assert helper.ppid() == parent.pid

        parent.kill()

    helper.wait(60)


@pytest.mark.usefixtures("_library")
def test_helper_is_out_of_the_reach_of_the_terminal(tmp_path: Path) -> None:
    path = write_order(tmp_path / "a.heic")
    read_photo(path)

    assert os.getsid(tries(path)[0]) != os.getsid(0)
    os.kill(tries(path)[0], signal.SIGINT)
    read_photo(path)

    assert len(set(tries(path))) == 1


def test_installed_program_is_its_own_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tlgui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tlgui "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(sys, "frozen", True, raising=False)

    assert read_photo(pictures.write_heic(tmp_path / "a.heic")).shape == (48, 64, 3)


def test_program_that_cannot_start_a_helper_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))

    error = refused(pictures.write_heic(tmp_path / "a.heic"))

    assert "No such file" in error.reason
    assert not error.is_lasting


def _shape_in_a_daemon(path: Path, results: "multiprocessing.Queue[tuple[int, ...]]") -> None:
    results.put(read_photo(path).shape)
    helper_pool.close()


def test_daemon_has_helpers_too(tmp_path: Path) -> None:
    # The engine is such a process, which may have no children of the usual kind.
    spawning = multiprocessing.get_context("spawn")
    results = spawning.Queue()
    path = pictures.write_heic(tmp_path / "a.heic")
    process = spawning.Process(target=_shape_in_a_daemon, args=(path, results), daemon=True)

    process.start()

    assert results.get(timeout=60) == (48, 64, 3)
    process.join()
    results.close()
    results.join_thread()


def test_facts_and_pixels_are_those_of_this_process(tmp_path: Path) -> None:
    path = pictures.write_heic(tmp_path / "käse \udcff.heic")
    state = state_of(path.stat())

    facts = read_facts(path, state)

    assert facts == (state, 64, 48, "HEIF", 1714979289.0, "Maker", None)
    assert read_photo(path).flags.writeable
    np.testing.assert_array_equal(read_photo(path, 16).shape, (16, 16, 3))
