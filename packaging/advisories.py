"""Asks a public database, OSV, which security advisories there are about the pinned packages; only when it is started.

What leaves the computer are the names and versions in `packaging/requirements*.txt`, and the ids of the advisories that
were found, to learn which version mends them. The exit code is 0 where none is known, 1 where some are, and 3 where the
database could not be asked.

Source of the interface: https://google.github.io/osv.dev/api/
"""

import argparse
import http.client
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from environment import ROOT
from problems import SetupError, say

SERVICE = "https://api.osv.dev"
TIMEOUT_SECONDS = 30.0
NONE_KNOWN, SOME_KNOWN, NOT_ASKED = 0, 1, 3

_ECOSYSTEM = "PyPI"
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+]+)")
_MOST_ANSWER_BYTES = 64 * 2**20
# Bounds the loop where a service always has another page.
_MOST_PAGES = 50


@dataclass(frozen=True)
class Pin:
    """One pinned package.

    Args:
        name: As the package index writes it: lower case, with hyphens.
        version: The version.
    """

    name: str
    version: str


@dataclass(frozen=True)
class Advisory:
    """What is known of one weakness in one package.

    Args:
        ids: All that it is called, the most usual first.
        summary: One sentence; empty where there is none.
        fixed: The versions that mend it; empty where there is none yet.
    """

    ids: tuple[str, ...]
    summary: str
    fixed: tuple[str, ...]


class NotAskedError(Exception):
    """The service could not be asked, or did not answer as it should; the text says why."""


def read_pins(files: Iterable[Path]) -> list[Pin]:
    """Return the pins of requirements files, each once, by name.

    Raises:
        SetupError: A file cannot be read, or a line of it is no pin.
    """
    pins: set[Pin] = set()
    for path in files:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise SetupError(f"{path} cannot be read: {error}.", "Check out the files again.") from error
        for line in lines:
            words = line.partition("#")[0].partition(";")[0].strip()
            if not words:
                continue
            found = _PIN.fullmatch(words)
            if found is None:
                raise SetupError(f"{path} has a line that is no pin: {words}", "Write it as name==version.")
            pins.add(Pin(_normal(found[1]), found[2]))
    return sorted(pins, key=lambda pin: (pin.name, pin.version))


def known_advisories(
    pins: Sequence[Pin], service: str = SERVICE, timeout_seconds: float = TIMEOUT_SECONDS
) -> dict[Pin, list[Advisory]]:
    """Ask the service about packages; those without an advisory are left out.

    Args:
        pins: The packages.
        service: The address of the database.
        timeout_seconds: How long it may keep silent.

    Raises:
        NotAskedError: There is no network, or the service does not answer as it should.
    """
    asking = _Service(service, timeout_seconds)
    found = asking.ids_of(pins)
    details = {name: asking.details(name) for name in sorted({name for names in found.values() for name in names})}
    advisories = {pin: _merged(pin, [details[name] for name in names]) for pin, names in found.items()}
    return {pin: known for pin, known in advisories.items() if known}


class _Service:
    """The database, behind every check of what it answers."""

    def __init__(self, address: str, timeout_seconds: float) -> None:
        self._address = address.rstrip("/")
        self._timeout_seconds = timeout_seconds

    def ids_of(self, pins: Sequence[Pin]) -> dict[Pin, list[str]]:
        """Return the ids of the advisories about each package, page by page."""
        found: dict[Pin, list[str]] = {pin: [] for pin in pins}
        # Each package that is still to be asked about, and which page of it.
        waiting = [(pin, "") for pin in pins]
        for _ in range(_MOST_PAGES):
            if not waiting:
                return found
            answer = self._object("v1/querybatch", {"queries": [_query(pin, page) for pin, page in waiting]})
            results = answer.get("results")
            if not isinstance(results, list) or len(results) != len(waiting):
                raise self._odd()
            pages: list[tuple[Pin, str]] = []
            for (pin, _), result in zip(waiting, results, strict=True):
                names, page = self._page(result)
                found[pin] += names
                pages += [(pin, page)] if page else []
            waiting = pages
        raise self._odd()

    def details(self, name: str) -> dict[str, Any]:
        """Return what the service says of one advisory."""
        return self._object(f"v1/vulns/{quote(name, safe='')}")

    def _page(self, result: object) -> tuple[list[str], str]:
        if not isinstance(result, dict):
            raise self._odd()
        entries, page = result.get("vulns") or [], result.get("next_page_token") or ""
        names = [name for entry in _dicts(entries) if isinstance(name := entry.get("id"), str) and name]
        if not isinstance(entries, list) or len(names) != len(entries) or not isinstance(page, str):
            raise self._odd()
        return names, page

    def _object(self, path: str, question: object = None) -> dict[str, Any]:
        data = None if question is None else json.dumps(question).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "tlgui"}
        request = urllib.request.Request(f"{self._address}/{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_seconds) as answer:
                body = answer.read(_MOST_ANSWER_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise NotAskedError(f"{self._host} answered with error {error.code}") from error
        except TimeoutError as error:
            raise self._silent() from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._silent() from error
            raise NotAskedError(f"{self._host} cannot be reached: {error.reason}") from error
        except (OSError, http.client.HTTPException) as error:
            raise NotAskedError(f"the connection to {self._host} broke off: {error}") from error
        return self._parsed(body)

    def _parsed(self, body: bytes) -> dict[str, Any]:
        if len(body) > _MOST_ANSWER_BYTES:
            raise self._odd()
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise self._odd() from error
        if not isinstance(answer, dict):
            raise self._odd()
        return answer

    @property
    def _host(self) -> str:
        return urlsplit(self._address).netloc

    def _silent(self) -> NotAskedError:
        return NotAskedError(f"{self._host} kept silent for {self._timeout_seconds:g} seconds")

    def _odd(self) -> NotAskedError:
        return NotAskedError(f"{self._host} answered something else than advisories, as a network's login page would")


def main(
    arguments: Sequence[str] | None = None, service: str = SERVICE, timeout_seconds: float = TIMEOUT_SECONDS
) -> int:
    """Ask about the checkout's pins, or those of other files, and print what is known."""
    parser = argparse.ArgumentParser(prog="advisories.py", description=__doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, help="requirements files; packaging/requirements*.txt by default"
    )
    options = parser.parse_args(arguments)
    files = options.files or sorted((ROOT / "packaging").glob("requirements*.txt"))
    try:
        pins = read_pins(files)
    except SetupError as error:
        say(f"error: {error.message}\nhint: {error.hint}")
        return NOT_ASKED
    say(f"Asking {urlsplit(service).netloc} about {len(pins)} packages, by their names and versions.")
    try:
        found = known_advisories(pins, service, timeout_seconds)
    except NotAskedError as error:
        say(f"error: Nothing is known of the {len(pins)} packages: {error}.\nhint: Check the network and try again.")
        return NOT_ASKED
    for line in _lines(found):
        print(line)
    print(f"{len(found)} of {len(pins)} packages have known advisories." if found else _none_words(len(pins)))
    return SOME_KNOWN if found else NONE_KNOWN


def _none_words(count: int) -> str:
    return f"No advisory is known about any of the {count} packages."


def _lines(found: Mapping[Pin, Sequence[Advisory]]) -> Iterator[str]:
    for pin, advisories in found.items():
        for advisory in advisories:
            fixed = f"fixed in {', '.join(advisory.fixed)}" if advisory.fixed else "not fixed yet"
            words = f" {advisory.summary}" if advisory.summary else ""
            yield f"{pin.name} {pin.version}: {', '.join(advisory.ids)} ({fixed}){words}"


def _query(pin: Pin, page: str) -> dict[str, object]:
    query: dict[str, object] = {"package": {"name": pin.name, "ecosystem": _ECOSYSTEM}, "version": pin.version}
    return query | {"page_token": page} if page else query


def _merged(pin: Pin, entries: Iterable[Mapping[str, Any]]) -> list[Advisory]:
    """Return the advisories about a package; the same one under several names, from several sources, is one."""
    merged: list[Advisory] = []
    for entry in entries:
        if entry.get("withdrawn"):
            continue
        ids = {name for name in (entry.get("id"), *_items(entry.get("aliases"))) if isinstance(name, str)}
        alike = [known for known in merged if ids.intersection(known.ids)]
        merged = [known for known in merged if known not in alike]
        summaries = [entry.get("summary"), *(known.summary for known in alike)]
        fixed = {*_fixed(pin, entry), *(version for known in alike for version in known.fixed)}
        merged.append(
            Advisory(
                ids=tuple(sorted(ids.union(*(known.ids for known in alike)), key=_usualness)),
                summary=next((" ".join(words.split()) for words in summaries if isinstance(words, str) and words), ""),
                fixed=tuple(sorted(fixed, key=_numbers)),
            )
        )
    return sorted(merged, key=lambda advisory: advisory.ids)


def _fixed(pin: Pin, entry: Mapping[str, Any]) -> Iterator[str]:
    for affected in _dicts(entry.get("affected")):
        package = affected.get("package")
        if not isinstance(package, dict) or _normal(str(package.get("name"))) != pin.name:
            continue
        for versions in _dicts(affected.get("ranges")):
            # Others are commits of a repository.
            if versions.get("type") == "ECOSYSTEM":
                yield from (str(event["fixed"]) for event in _dicts(versions.get("events")) if "fixed" in event)


def _normal(name: str) -> str:
    """Return a package's name as the index writes it. Source: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in _items(value) if isinstance(item, dict)]


def _usualness(name: str) -> tuple[bool, str]:
    return not name.startswith("CVE-"), name


def _numbers(version: str) -> tuple[list[int], str]:
    return [int(number) for number in re.findall(r"\d{1,9}", version)], version


if __name__ == "__main__":
    sys.exit(main())
