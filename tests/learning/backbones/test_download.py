"""Published weights are complete and have their checksum, or the message has the failure and what to do."""

import hashlib
import http.client
import json
import socket
import ssl
import urllib.error
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contexts import stopping_at
from tests.learning.web_server import WebServer, serving
from tlgui.errors import Cancelled, WeightsError
from tlgui.learning.backbones.download import fetch
from tlgui.learning.backbones.http_stream import failure_words, refusal_words
from tlgui.learning.backbones.published_weights import Published, keras_models_folder
from tlgui.progress import Event, JobContext, Progress, Stage

_CONTENT = b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 4000
_NAME = "vgg16_notop.h5"
_TITLE = "VGG16"


@pytest.fixture(autouse=True)
def keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give Keras an empty home, and use no proxy for the local server."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "keras"


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving(_CONTENT) as running:
        yield running


@pytest.fixture
def published(server: WebServer) -> Published:
    return Published(server.url, _NAME, hashlib.md5(_CONTENT).hexdigest())


def _fetched(published: Published, context: JobContext | None = None) -> Path:
    return fetch(published, _TITLE, context or JobContext())


def _refusal(published: Published) -> WeightsError:
    """Return the error of a failed download; each names the file, the server and the alternatives."""
    with pytest.raises(WeightsError) as caught:
        _fetched(published)
    assert _NAME in caught.value.message
    assert "127.0.0.1" in caught.value.message
    assert "“notop”" in caught.value.hint
    assert "EfficientNet-Lite0" in caught.value.hint
    assert not (keras_models_folder() / _NAME).exists()
    return caught.value


def _stopping_once_something_came() -> JobContext:
    """Return the context of a job that is stopped at its first bytes."""
    came = False

    def report(event: Event) -> None:
        nonlocal came
        came = came or (isinstance(event, Progress) and event.done > 0)

    def checkpoint() -> None:
        if came:
            raise Cancelled

    return JobContext(report, checkpoint)


def _ranges(server: WebServer) -> list[str | None]:
    return [request.get("Range") for request in server.requests]


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_download_lies_where_keras_looks_for_it(server: WebServer, keras_home: Path, algorithm: str) -> None:
    published = Published(server.url, _NAME, hashlib.new(algorithm, _CONTENT).hexdigest())

    path = _fetched(published)

    assert path == keras_home / "models" / _NAME
    assert path.read_bytes() == _CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_download_says_how_far_it_is(published: Published) -> None:
    events: list[Event] = []

    _fetched(published, JobContext(events.append))

    steps = [event for event in events if isinstance(event, Progress) and event.stage is Stage.DOWNLOADING]
    assert steps[0].done == 0
    assert steps[-1].done == len(_CONTENT)
    assert {step.total for step in steps} == {len(_CONTENT)}
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    # The next stage is another one, which the window must show.
    assert events[-1] == Progress(Stage.LOADING)


def test_file_that_is_there_is_not_downloaded_again(published: Published, server: WebServer) -> None:
    first = _fetched(published)

    assert _fetched(published) == first
    assert len(server.requests) == 1


def test_file_of_keras_in_the_users_home_is_found(
    published: Published, server: WebServer, isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KERAS_HOME")
    path = isolated_home / ".keras" / "models" / _NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(_CONTENT)

    assert _fetched(published) == path
    assert not server.requests


def test_another_file_of_that_name_is_said_and_left_alone(
    published: Published, server: WebServer, keras_home: Path
) -> None:
    path = keras_home / "models" / _NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(_CONTENT[:-1])

    with pytest.raises(WeightsError, match=f"“{_NAME}” in .* is not the published .* VGG16") as caught:
        _fetched(published)

    assert published.checksum in caught.value.message
    assert "Delete or rename it" in caught.value.hint
    assert path.read_bytes() == _CONTENT[:-1]
    assert not server.requests


def test_connection_that_breaks_off_once_is_gone_on_with(published: Published, server: WebServer) -> None:
    server.breaks = [700_000]

    assert _fetched(published).read_bytes() == _CONTENT
    assert _ranges(server) == [None, "bytes=700000-"]


def test_download_that_keeps_breaking_off_goes_on_in_another_session(published: Published, server: WebServer) -> None:
    server.breaks = [100_000] * 4

    error = _refusal(published)

    assert "broke off" in error.message
    assert "0.4 of 1.0 MB are kept" in error.message
    assert _fetched(published).read_bytes() == _CONTENT
    assert _ranges(server)[-2:] == ["bytes=300000-", "bytes=400000-"]


def test_server_that_sends_no_parts_starts_anew(published: Published, server: WebServer) -> None:
    server.breaks, server.knows_ranges = [700_000], False

    assert _fetched(published).read_bytes() == _CONTENT
    assert len(server.requests) == 2


@pytest.mark.parametrize("is_obeyed", [True, False], ids=["server minds If-Range", "server does not"])
def test_file_that_changed_meanwhile_is_not_mixed(published: Published, server: WebServer, is_obeyed: bool) -> None:  # noqa: FBT001
    server.breaks = [100_000] * 4
    _refusal(published)

    changed = _CONTENT[:8] + bytes(reversed(_CONTENT[8:])) + b"longer"
    server.content = changed
    if is_obeyed:
        server.version = '"2"'

    path = _fetched(replace(published, checksum=hashlib.md5(changed).hexdigest()))

    assert path.read_bytes() == changed


def test_version_without_a_name_is_never_gone_on_with(published: Published, server: WebServer) -> None:
    server.breaks, server.version = [700_000], ""

    assert _fetched(published).read_bytes() == _CONTENT
    assert _ranges(server) == [None, None]


def test_complete_part_of_a_killed_session_is_put_in_place(published: Published, server: WebServer) -> None:
    server.breaks = [len(_CONTENT) - 1] + [0] * 3
    _refusal(published)
    part = keras_models_folder() / f"{_NAME}.part"
    part.write_bytes(_CONTENT)
    server.requests.clear()

    assert _fetched(published).read_bytes() == _CONTENT
    assert not server.requests


@pytest.mark.parametrize(
    "note",
    [
        {"version": '"1"', "total": float("inf")},
        {"version": '"1"\r\nHost: another', "total": len(_CONTENT)},
        {"version": "“1”", "total": len(_CONTENT)},
        ["version"],
        None,
    ],
)
def test_odd_note_beside_a_part_begins_anew(note: object, published: Published, server: WebServer) -> None:
    server.breaks = [100_000] * 4
    _refusal(published)
    # Without a value it is nested deeper than Python reads.
    text = "[" * 100_000 if note is None else json.dumps(note)
    (keras_models_folder() / f"{_NAME}.part.json").write_text(text, encoding="utf-8")
    server.requests.clear()

    assert _fetched(published).read_bytes() == _CONTENT
    assert _ranges(server) == [None]


def test_wrong_checksum_is_refused_and_not_gone_on_with(published: Published, server: WebServer) -> None:
    server.content = _CONTENT[:-1] + b"!"

    assert "is not the published file" in _refusal(published).message

    server.content = _CONTENT
    assert _fetched(published).read_bytes() == _CONTENT
    assert _ranges(server) == [None, None]


def test_file_without_a_checksum_is_held_to_its_length(published: Published, server: WebServer) -> None:
    published = replace(published, checksum="", size=len(_CONTENT))
    server.content = _CONTENT[:-1]
    assert f"not {len(_CONTENT)}" in _refusal(published).message

    server.content = _CONTENT
    assert _fetched(published).read_bytes() == _CONTENT


def test_server_that_hangs_up_is_asked_again(published: Published, server: WebServer) -> None:
    server.hangs_up = 2

    assert _fetched(published).read_bytes() == _CONTENT
    assert len(server.requests) == 3


def test_folder_in_the_files_place_is_said(published: Published, keras_home: Path) -> None:
    (keras_home / "models" / _NAME).mkdir(parents=True)

    with pytest.raises(WeightsError, match=f"“{_NAME}” in .* cannot be read"):
        _fetched(published)


def test_file_of_unsaid_length_arrives_too(published: Published, server: WebServer) -> None:
    server.says_length = False

    assert _fetched(published).read_bytes() == _CONTENT


@pytest.mark.parametrize(("status", "words"), [(404, "no such file"), (403, "refuses"), (503, "in trouble")])
def test_refusal_of_the_server_is_said(published: Published, server: WebServer, status: int, words: str) -> None:
    server.status = status

    message = _refusal(published).message

    assert words in message
    assert str(status) in message
    assert len(server.requests) == 1


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/octet-stream"])
def test_web_page_in_place_of_the_file_is_refused(published: Published, server: WebServer, content_type: str) -> None:
    server.content, server.content_type = b"<html>Please log in</html>", content_type

    assert "asks for a login" in _refusal(published).message


def test_without_a_connection_it_is_said(published: Published) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert "takes no connections" in _refusal(replace(published, url=f"http://127.0.0.1:{port}/{_NAME}")).message


def test_server_that_keeps_silent_is_given_up(published: Published, server: WebServer) -> None:
    server.holds_after = 0

    with pytest.raises(WeightsError, match="does not answer"):
        fetch(published, _TITLE, JobContext(), timeout_seconds=0.1)


def test_stop_is_heard_while_the_server_keeps_silent(published: Published, server: WebServer) -> None:
    # Neither would end without Stop: the server sends nothing until the test is over.
    server.holds_after = 0
    with pytest.raises(Cancelled):
        _fetched(published, stopping_at(3))


def test_stop_in_the_middle_keeps_what_came(published: Published, server: WebServer) -> None:
    server.holds_after = 3 * 2**16
    with pytest.raises(Cancelled):
        _fetched(published, _stopping_once_something_came())

    server.holds_after = None
    server.released.set()
    assert _fetched(published).read_bytes() == _CONTENT
    start = int((_ranges(server)[-1] or "").removeprefix("bytes=").rstrip("-"))
    assert 0 < start <= 3 * 2**16


def test_missing_connection_is_said_first(keras_home: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        _fetched(Published("http://no-such-host.invalid/weights.h5", _NAME, ""))

    assert caught.value.message.startswith("No internet connection: the weights of ")
    assert "try again" in caught.value.hint
    assert not (keras_home / "models" / _NAME).exists()


@pytest.mark.parametrize("disk", ["full_disk", "read_only_disk"])
def test_disk_that_refuses_is_said(
    published: Published, disk: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = request.getfixturevalue(disk)
    monkeypatch.setenv("KERAS_HOME", str(folder))

    with pytest.raises(WeightsError, match=r"the disk is (full|read-only)") as caught:
        _fetched(published)

    assert _NAME in caught.value.message
    assert "EfficientNet-Lite0" in caught.value.hint


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (urllib.error.URLError(socket.gaierror(-2, "Name or service not known")), "no internet connection"),
        (urllib.error.URLError(ssl.SSLError(1, "CERTIFICATE_VERIFY_FAILED")), "not secure"),
        (urllib.error.URLError(OSError(101, "Network is unreachable")), "no internet connection"),
        (ConnectionResetError(104, "Connection reset by peer"), "ended the connection"),
        (TimeoutError(), "does not answer"),
        (http.client.BadStatusLine("SSH-2.0"), "no web server"),
    ],
)
def test_failure_has_words(error: OSError | http.client.HTTPException, words: str) -> None:
    assert words in failure_words(error)


@pytest.mark.parametrize(("status", "words"), [(407, "login"), (511, "login"), (410, "no such file"), (599, "(599)")])
def test_refusal_has_words(status: int, words: str) -> None:
    assert words in refusal_words(status)
