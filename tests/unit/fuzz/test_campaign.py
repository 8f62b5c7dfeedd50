"""What feeds damaged files to readers: it counts what comes of them, keeps what shows a fault, and shows it again."""

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import __main__ as fuzz
from tests.fuzz.campaign import Campaign, Fuzzer
from tests.fuzz.families import Family
from tests.fuzz.photos import RAW_HEADS
from tests.fuzz.registry import all_families
from tests.fuzz.watching import Limits
from tests.fuzz.worker import Outcome
from tests.unit.fuzz.planted_readers import planted

IMPATIENT = Limits(clock_seconds=0.5)
NARROW = Limits(memory_bytes=250 * 2**20)
# TensorFlow and the largest photos take their time.
LIGHT = [family for family in all_families() if not family.needs_tensorflow and family.name != "large-photos"]

faults = pytest.mark.parametrize(
    ("name", "outcome", "limits"),
    [
        ("raise_error", Outcome.TRACEBACK, None),
        pytest.param("crash", Outcome.DIED, None, marks=pytest.mark.skipif(sys.platform == "win32", reason="POSIX")),
        ("wait_for_ever", Outcome.HANG, IMPATIENT),
        ("fill_memory", Outcome.MEMORY, NARROW),
    ],
)


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line know the planted readers alone."""
    monkeypatch.setattr(fuzz, "all_families", lambda _photos: planted().values())


def tried(families: Sequence[Family], folder: Path, limits: Limits | None = None, changed: int = 0) -> Campaign:
    """Have the seeds of families read, and some changed files."""
    ends = iter([False] * changed)
    with Fuzzer(folder / "work", limits) as fuzzer:
        campaign = Campaign(fuzzer, families, 1, folder / "kept", lambda _line: None)
        campaign.run(lambda: next(ends, True))
    return campaign


@faults
def test_fault_is_counted_and_the_next_file_is_read_all_the_same(
    name: str, outcome: Outcome, limits: Limits | None, tmp_path: Path
) -> None:
    campaign = tried([planted()[name]], tmp_path, limits)

    assert campaign.tallies[name, "reader"].counts == {outcome: 2}
    (fault,) = campaign.faults.values()
    assert fault.count == 2
    assert [path.read_text(encoding="utf-8") for path in fault.kept] == ["one.txt", "two.txt"]


def test_crash_is_told_by_its_signal_and_its_stack(tmp_path: Path) -> None:
    (fault,) = tried([planted()["crash"]], tmp_path).faults.values()

    assert fault.result.signature == "SIGSEGV"
    assert "planted_readers.py" in fault.result.details


def test_files_that_are_read_or_refused_in_words_are_no_faults(tmp_path: Path) -> None:
    campaign = tried([planted()["count"], planted()["refuse"]], tmp_path, changed=6)

    assert campaign.is_clean
    assert campaign.tallies["count", "reader"].counts.keys() == {Outcome.FINE}
    assert campaign.tallies["refuse", "reader"].counts.keys() == {Outcome.REFUSED}
    assert sum(tally.counts.total() for tally in campaign.tallies.values()) == 2 * 2 + 6
    assert not (tmp_path / "kept").exists()


@pytest.mark.usefixtures("command_line")
def test_kept_file_shows_its_fault_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--minutes", "0", "--only", "raise_error,count", "--keep", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "| raise_error | reader | 2 | 0 | 0 | 2 | 0 | 0 | 0 |" in said
    assert "| count | reader | 2 | 2 | 0 | 0 | 0 | 0 | 0 |" in said
    kept = tmp_path / "raise_error.000000.one.txt"
    assert f"replay '{kept}'" in said

    assert fuzz.main(["replay", str(kept)]) == 1
    assert "KeyError: 'one.txt'" in capsys.readouterr().out


@pytest.mark.usefixtures("command_line")
def test_nothing_found_returns_zero(tmp_path: Path) -> None:
    assert fuzz.main(["--minutes", "0", "--only", "count", "--keep", str(tmp_path)]) == 0


@pytest.mark.usefixtures("command_line")
def test_file_of_another_name_is_not_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["replay", str(tmp_path / "photo.jpg")]) == 2
    assert "FAMILY.NUMBER.NAME" in capsys.readouterr().err


def test_seeds_are_good_files_but_for_those_that_once_did_harm(tmp_path: Path) -> None:
    campaign = tried(LIGHT, tmp_path)

    assert campaign.is_clean, campaign.faults
    for (name, reader), tally in campaign.tallies.items():
        # A download that is gone on with finds no server.
        refused = {"downloads": tally.counts.total(), "photos": 2 + len(RAW_HEADS)}.get(name, 0)
        assert tally.counts[Outcome.REFUSED] == refused, (name, reader)


@pytest.mark.parametrize("family", LIGHT, ids=lambda family: family.name)
def test_same_dice_change_a_file_in_the_same_way(family: Family, tmp_path: Path) -> None:
    family.make_seeds(tmp_path)
    seeds = [path.read_bytes() for path in sorted(tmp_path.iterdir()) if path.is_file()]

    for mutate in family.mutators:
        for number in range(12):
            data, other = seeds[number % len(seeds)], seeds[-1]
            first = mutate(Random(number), data, other)
            assert first == mutate(Random(number), data, other)
