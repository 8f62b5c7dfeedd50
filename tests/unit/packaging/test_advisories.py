"""What the check of pinned packages against published advisories says; the database is a server on this machine."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import advisories
import pytest
from typing_extensions import override

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Database:
    """What the server knows, and how badly it answers.

    Args:
        pages: For each package, the ids of its advisories, page by page.
        details: For each id, what is said of it, beside the id.
        status: Anything but 200 refuses.
        body: Sent in the place of any answer.
        is_silent: Whether it answers nothing until it is released.
    """

    pages: dict[str, list[list[str]]] = field(default_factory=dict)
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: int = HTTPStatus.OK
    body: bytes | None = None
    is_silent: bool = False
    url: str = ""
    asked: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def found(self, query: dict[str, Any]) -> dict[str, Any]:
        """Return what the database says of one query of a batch."""
        pages = self.pages.get(query["package"]["name"], [])
        number = int(query.get("page_token", "0"))
        if number >= len(pages):
            return {}
        found: dict[str, Any] = {"vulns": [{"id": name, "modified": "2026-01-01T00:00:00Z"} for name in pages[number]]}
        return found | ({"next_page_token": str(number + 1)} if number + 1 < len(pages) else {})


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, database: Database, *args: Any) -> None:  # noqa: ANN401 - what the library hands on
        self._database = database
        super().__init__(*args)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._database.asked.append(question)
        self._answer({"results": [self._database.found(query) for query in question["queries"]]})

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        self._answer({"id": name, **self._database.details.get(name, {})})

    def _answer(self, answer: object) -> None:
        database = self._database
        database.paths.append(self.path)
        if database.is_silent:
            database.released.wait()
            return
        body = json.dumps(answer).encode() if database.body is None else database.body
        self.send_response(database.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving() -> Iterator[Database]:
    database = Database()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, database)) as server:
        database.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield database
        finally:
            database.released.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    # Whatever stands between this machine and the network has no say here.
    monkeypatch.setenv("NO_PROXY", "*")
    with serving() as running:
        yield running


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("# What it runs on.\nPillow==13.0.0\n\npi_heif==1.4.0  # decodes\nsix==1.17.0\n", encoding="utf-8")
    return path


def fixed_in(name: str, *versions: str) -> list[dict[str, Any]]:
    events = [{"introduced": "0"}, *({"fixed": version} for version in versions)]
    commits = {"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "0f" * 20}]}
    ranges = [commits, {"type": "ECOSYSTEM", "events": events}]
    return [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges}]


def test_pins_of_the_checkout_can_be_asked_about() -> None:
    files = sorted((ROOT / "packaging").glob("requirements*.txt"))
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines() if "==" in line]

    assert len(advisories.read_pins(files)) == len(lines) > 50


def test_nothing_known_is_said_and_names_and_versions_are_all_that_is_sent(
    database: Database, pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advisories.main([str(pins)], database.url) == 0

    assert capsys.readouterr().out == "No advisory is known about any of the 3 packages.\n"
    expected = [("pi-heif", "1.4.0"), ("pillow", "13.0.0"), ("six", "1.17.0")]
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in expected]
    assert database.asked == [{"queries": queries}]
    assert database.paths == ["/v1/querybatch"]


def test_advisories_are_named_with_the_version_that_mends_them(
    database: Database, pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.pages = {"pillow": [["GHSA-1"]], "pi-heif": [["PYSEC-9"]]}
    database.details = {
        "GHSA-1": {"aliases": ["CVE-2026-1"], "summary": "Reads\nbeyond", "affected": fixed_in("Pillow", "13.0.1")},
        "PYSEC-9": {"affected": fixed_in("pi_heif")},
    }

    assert advisories.main([str(pins)], database.url) == 1

    assert capsys.readouterr().out.splitlines() == [
        "pi-heif 1.4.0: PYSEC-9 (not fixed yet)",
        "pillow 13.0.0: CVE-2026-1, GHSA-1 (fixed in 13.0.1) Reads beyond",
        "2 of 3 packages have known advisories.",
    ]


def test_all_pages_are_read_and_one_weakness_of_several_names_is_one(
    database: Database, pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.pages = {"pillow": [["GHSA-1", "OLD-1"], [], ["PYSEC-1", "GHSA-2"]], "six": [["GHSA-3"], ["GHSA-4"]]}
    database.details = {
        "GHSA-1": {"aliases": ["CVE-1"], "affected": fixed_in("pillow", "13.10.0", "13.9.2")},
        "PYSEC-1": {"aliases": ["CVE-1"], "summary": "Of this source alone", "affected": fixed_in("pillow", "13.9.2")},
        "OLD-1": {"withdrawn": "2026-01-02T00:00:00Z"},
        "GHSA-2": {"affected": fixed_in("another", "1.0")},
    }

    assert advisories.main([str(pins)], database.url) == 1

    assert capsys.readouterr().out.splitlines() == [
        "pillow 13.0.0: CVE-1, GHSA-1, PYSEC-1 (fixed in 13.9.2, 13.10.0) Of this source alone",
        "pillow 13.0.0: GHSA-2 (not fixed yet)",
        "six 1.17.0: GHSA-3 (not fixed yet)",
        "six 1.17.0: GHSA-4 (not fixed yet)",
        "2 of 3 packages have known advisories.",
    ]
    assert [len(question["queries"]) for question in database.asked] == [3, 2, 1]


def refused(address: str, pins: Path, capsys: pytest.CaptureFixture[str], timeout_seconds: float = 60) -> str:
    assert advisories.main([str(pins)], address, timeout_seconds) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    asking, *said = captured.err.splitlines()
    assert asking.startswith("Asking 127.0.0.1")
    assert said[0].startswith("error: Nothing is known of the 3 packages: ")
    assert said[1:] == ["hint: Check the network and try again."]
    return said[0]


def test_error_of_the_server_is_said(database: Database, pins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database.status = HTTPStatus.SERVICE_UNAVAILABLE

    assert "answered with error 503" in refused(database.url, pins, capsys)


def test_no_network_is_said(pins: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.socket() as taken:
        # Bound, and nobody listens: whoever connects is refused.
        taken.bind(("127.0.0.1", 0))
        said = refused(f"http://127.0.0.1:{taken.getsockname()[1]}", pins, capsys)

    assert "cannot be reached" in said


def test_silence_is_said(database: Database, pins: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database.is_silent = True

    assert "kept silent for 0.2 seconds" in refused(database.url, pins, capsys, 0.2)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Please log in</html>",
        b"[" * 100_000,
        b"\xff",
        b"[]",
        b"{}",
        b'{"results": 3}',
        b'{"results": [{}, {}]}',
        b'{"results": [{}, {}, 3]}',
        b'{"results": [{"vulns": 3}, {}, {}]}',
        b'{"results": [{"vulns": [{"id": 3}]}, {}, {}]}',
        b'{"results": [{"vulns": ["GHSA-1"]}, {}, {}]}',
        b'{"results": [{"next_page_token": 3}, {}, {}]}',
    ],
)
def test_odd_answer_is_no_answer(
    body: bytes, database: Database, pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.body = body

    assert "something else than advisories" in refused(database.url, pins, capsys)


def test_pages_without_end_are_an_odd_answer(
    database: Database, pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.pages = {"six": [[] for _ in range(1000)]}

    assert "something else than advisories" in refused(database.url, pins, capsys)


def test_odd_details_leave_the_advisory_standing(
    database: Database, pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.pages = {"six": [["GHSA-1"]]}
    affected = [3, {"package": 3}, {"package": {"name": "six"}, "ranges": [3, {"type": "ECOSYSTEM", "events": 3}]}]
    database.details = {"GHSA-1": {"aliases": [3], "summary": 3, "affected": affected}}

    assert advisories.main([str(pins)], database.url) == 1
    assert capsys.readouterr().out.splitlines()[0] == "six 1.17.0: GHSA-1 (not fixed yet)"


def test_line_that_is_no_pin_is_named_before_anything_is_asked(
    database: Database, pins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pins.write_text("six>=1.17\n", encoding="utf-8")

    assert advisories.main([str(pins)], database.url) == 3
    assert "is no pin: six>=1.17" in capsys.readouterr().err
    assert not database.paths


def test_neither_the_start_nor_the_checks_ask_by_themselves() -> None:
    others = [path for path in (ROOT / "packaging").glob("*.py") if path.name != "advisories.py"]

    assert len(others) > 5
    assert not [path.name for path in others if "advisories" in path.read_text(encoding="utf-8")]
