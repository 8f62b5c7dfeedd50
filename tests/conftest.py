"""What every test gets without asking: a home of its own, no screen, and a check that it leaves nothing behind."""

import gc
import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from typing_extensions import override

from tests.fakes import FakeEngine
from tlgui.files import APP_NAME, temporary

pytest.register_assert_rewrite("tests.engine_protocol")

_SHARED_CACHES = Path(tempfile.gettempdir()) / "tlgui-tests"
_HOME_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_CONFIG_HOME": ".config",
    "XDG_CACHE_HOME": ".cache",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--headed", action="store_true", help="show the windows that the tests open")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--headed"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # What outlives a single test, such as an engine that a whole class uses, must not use the real home either.
    home = tempfile.TemporaryDirectory(prefix="tlgui-tests-home-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ.update(_home_variables(Path(home.name)))
    # These two hold nothing of a test, and take seconds to make: matplotlib's list of fonts, and Keras's settings file.
    os.environ["MPLCONFIGDIR"] = str(_SHARED_CACHES / "matplotlib")
    os.environ["KERAS_HOME"] = str(_SHARED_CACHES / "keras")
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def pytest_sessionstart() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    # Everything is imported: a fifth of the time was the collector looking through the libraries again.
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="module")
def _libraries_are_not_collected() -> Iterator[None]:
    # Also what a module imported first, and what tests of the collection have unfrozen.
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def _photo_helpers_end() -> Iterator[None]:
    # Not after each test: starting one takes a third of a second.
    yield
    if module := sys.modules.get("tlgui.photos.pictures.helper_pool"):
        module.close()


def _home_variables(home: Path) -> dict[str, str]:
    """Return the environment in which `home` is the home folder, with its folders made."""
    variables = {name: home / folder for name, folder in _HOME_FOLDERS.items()}
    for folder in variables.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {name: str(folder) for name, folder in variables.items()}


@pytest.fixture(autouse=True)
def isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test an empty home folder; settings, caches, logs and kept models go there."""
    home = tmp_path_factory.mktemp("home")
    for name, folder in _home_variables(home).items():
        monkeypatch.setenv(name, folder)
    # Qt works its settings folder out once and keeps it, so it is told anew; tests without Qt do not load it.
    if qt := sys.modules.get("PySide6.QtCore"):
        for kind in (qt.QSettings.Format.NativeFormat, qt.QSettings.Format.IniFormat):
            qt.QSettings.setPath(kind, qt.QSettings.Scope.UserScope, str(home / ".config"))
    return home


class _Listener(logging.Handler):
    """Collects warnings that no test said it expects."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        # Said of many trainings in one process: each compiles a network of its own.
        self.expected: list[str] = ["triggered tf.function retracing"]

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def unexpected(self) -> list[str]:
        lines = [f"{record.name}: {record.getMessage()}" for record in self.records]
        return [line for line in lines if not any(re.search(pattern, line) for pattern in self.expected)]


@pytest.fixture(autouse=True)
def _log_listener() -> Iterator[_Listener]:
    listener = _Listener()
    logging.getLogger().addHandler(listener)
    yield listener
    logging.getLogger().removeHandler(listener)
    if lines := listener.unexpected():
        pytest.fail("unexpected log warnings:\n" + "\n".join(lines))


@pytest.fixture
def expect_log(_log_listener: _Listener) -> Callable[[str], None]:
    """Return a function that says which warning this test causes on purpose, as a pattern for `name: message`."""
    return _log_listener.expected.append


@pytest.fixture
def cache_warnings(_log_listener: _Listener) -> Callable[[], list[str]]:
    """Return a function that gives what caches were warned of so far, in a test that expects it."""
    _log_listener.expected += [r"^tlgui\.files\.caches: ", r"^tlgui\.learning\.data\.feature_cache: "]
    return lambda: [record.getMessage() for record in _log_listener.records if "cache" in record.name]


def _threads() -> set[threading.Thread]:
    # Python invents a dummy for each foreign thread that ran Python code; before 3.13 it outlives that thread. The pool
    # that runs networks is one for the whole process.
    return {
        thread
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread) and not thread.name.startswith("network_")
    }


def _has_children() -> bool:
    """Return whether this process has any, asked of the system without a look through all of its processes."""
    if sys.platform == "win32":
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _children() -> set[psutil.Process]:
    found: set[psutil.Process] = set()
    if not _has_children():
        return found
    helpers = _waiting_photo_helpers()
    for process in psutil.Process().children(recursive=True):
        try:
            # multiprocessing keeps one helper of its own for as long as Python runs.
            is_helper = any("multiprocessing.resource_tracker" in part for part in process.cmdline())
        except psutil.Error:
            continue
        if not is_helper and process.pid not in helpers:
            found.add(process)
    return found


def _running_jobs() -> list[object]:
    """Return the window's worker threads that still run, after what waits in the event loop was delivered."""
    module = sys.modules.get("tlgui.ui.session.worker")
    if module is None:
        return []
    application = sys.modules["PySide6.QtCore"].QCoreApplication.instance()
    if application is not None:
        application.processEvents()
    return [worker for worker in module._running if not worker.wait(5000)]


def _end_photo_helpers() -> None:
    """End the helpers that open photos for this test, but keep those that wait for more, for the tests that follow."""
    module = sys.modules.get("tlgui.photos.pictures.helper_pool")
    if module is None:
        return
    before, after = module._pool, module.HelperPool()
    if before._arguments == after._arguments:
        with before._lock:
            waiting, before._idle = before._idle, []
        after._idle = [helper for helper in waiting if not helper.has_ended]
        for helper in waiting:
            if helper.has_ended:
                helper.end()
    module.use(after)


def _waiting_photo_helpers() -> set[int]:
    module = sys.modules.get("tlgui.photos.pictures.helper_pool")
    return {helper._process.pid for helper in module._pool._idle} if module is not None else set()


def _temporaries() -> set[Path]:
    """Return what lies in this process's folder for temporary files, but for its lock and its notes."""
    folders = (process.folder for process in temporary._processes.values() if process.process_id == os.getpid())
    # TensorFlow's own, and folders of child processes that were killed, go with this process's folder.
    names = (temporary.LOCK_NAME, temporary.NOTES_NAME, "__autograph", "__pycache__", f"{APP_NAME}-")
    return {
        path for folder in folders if folder.is_dir() for path in folder.iterdir() if not path.name.startswith(names)
    }


@pytest.fixture(autouse=True)
def _no_leaks() -> Iterator[None]:
    threads, children, temporaries = _threads(), _children(), _temporaries()
    yield
    _end_photo_helpers()
    jobs = _running_jobs()
    for thread in _threads() - threads:
        thread.join(5)
    # A thread that was stopped may have begun another photo meanwhile.
    _end_photo_helpers()
    _, leaked_children = psutil.wait_procs(list(_children() - children), timeout=5)
    for process in leaked_children:
        process.kill()
    if jobs:
        pytest.fail(f"jobs still run: {jobs}")
    if leaked := _threads() - threads:
        pytest.fail(f"threads still run: {sorted(thread.name for thread in leaked)}")
    if leaked_children:
        pytest.fail(f"child processes still run: {leaked_children}")
    if leaked_files := _temporaries() - temporaries:
        pytest.fail(f"temporary files are left: {sorted(leaked_files)}")


@pytest.fixture
def fake_engine() -> Iterator[FakeEngine]:
    """Give an engine that obeys the protocol without TensorFlow; what it holds up is let go at the end."""
    engine = FakeEngine()
    yield engine
    engine.close()
