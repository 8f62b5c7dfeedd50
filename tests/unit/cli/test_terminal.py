"""What a headless command writes where, and how Ctrl+C stops it."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typing_extensions import override

from tlgui import files
from tlgui.cli.main import main
from tlgui.cli.terminal import Terminal, json_value
from tlgui.engine.protocol import BugError, Failed, JobCancelled, Succeeded
from tlgui.engine.quiet import own_output
from tlgui.errors import Cancelled, PhotoError
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import StopReason
from tlgui.progress import BatchEnded, EpochEnded, Progress, Stage

EPOCH = EpochEnded(3, 30, 0.4, 0.912, 0.5, 0.88, 0.001, 2.0, is_best=True)


class Screen(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


def test_progress_updates_one_line_on_a_terminal() -> None:
    err = Screen()
    context = Terminal(io.StringIO(), err, wants_json=False).context()

    for done in range(0, 101, 10):
        context.report(Progress(Stage.FEATURES, done, 100, seconds_left=120.0))
    context.report(EPOCH)

    assert err.getvalue().count("\n") == 1
    assert "Looking at each photo: 10 of 100. About 2 minutes left" in err.getvalue()
    assert err.getvalue().endswith(
        "\r\x1b[KEpoch 3 of 30: 91.2 % of the training photos right, 88.0 % of the validation photos\n"
    )


def test_progress_is_sparse_lines_elsewhere() -> None:
    err = io.StringIO()
    context = Terminal(io.StringIO(), err, wants_json=False).context()

    for done in range(1001):
        context.report(Progress(Stage.FEATURES, done, 1000))
        context.report(BatchEnded(1, 3, 1, 4, 0.5, 0.5))
    context.report(EPOCH)

    lines = err.getvalue().splitlines()
    assert lines[0] == "Looking at each photo: 0 of 1,000"
    assert lines[-2] == "Looking at each photo: 1,000 of 1,000"
    assert len(lines) == 6
    assert "\r" not in err.getvalue()


def test_download_is_told_in_megabytes() -> None:
    err = Screen()
    context = Terminal(io.StringIO(), err, wants_json=False).context()

    context.report(Progress(Stage.DOWNLOADING, 12_300_000, 58_889_256))

    assert "Downloading the weights: 12.3 MB of 58.9 MB" in err.getvalue()


def test_one_of_several_jobs_says_which_and_leaves_no_line_for_its_epochs() -> None:
    err = io.StringIO()
    context = Terminal(io.StringIO(), err, wants_json=False).context(within="2 of 7: Balanced: ")

    context.report(Progress(Stage.FEATURES, 10, 10))
    context.report(EPOCH)

    assert err.getvalue() == "2 of 7: Balanced: Looking at each photo: 10 of 10\n"


def test_with_json_standard_output_has_one_object_alone() -> None:
    out = io.StringIO()
    terminal = Terminal(out, io.StringIO(), wants_json=True)

    terminal.write("words")
    terminal.write_json({"recipe": QUICK, "reason": StopReason.STOPPED, "path": Path("a.jpg"), "loss": float("nan")})

    assert out.getvalue().count("\n") == 1
    assert json.loads(out.getvalue()) == {
        "recipe": QUICK.to_json(),
        "reason": "stopped",
        "path": "a.jpg",
        "loss": None,
    }


def test_without_json_standard_output_has_words_alone() -> None:
    out = io.StringIO()
    terminal = Terminal(out, io.StringIO(), wants_json=False)

    terminal.write("words")
    terminal.write_json({"recipe": QUICK})

    assert out.getvalue() == "words\n"


HOSTILE = "\x1b]0;owned\x07\u009b31m\u202e\udce9\nerror: no"
HARMLESS = r"\x1b]0;owned\x07\u009b31m\u202e\xe9\x0aerror: no"


def test_no_name_is_an_order_to_the_terminal() -> None:
    out, err = io.StringIO(), Screen()
    terminal = Terminal(out, err, wants_json=False)

    terminal.write(f"a {HOSTILE}", "b")
    terminal.note(f"left out: {HOSTILE}")
    terminal.context(within=HOSTILE).report(Progress(Stage.FEATURES, 1, 2))
    terminal.end(Failed(PhotoError(f"“{HOSTILE}” is empty.", f"Remove {HOSTILE}.")), Path(HOSTILE))

    assert out.getvalue() == f"a {HARMLESS}\nb\n"
    update = f"\r\x1b[K{HARMLESS}Looking at each photo: 1 of 2\r\x1b[K"
    assert err.getvalue() == (
        f"left out: {HARMLESS}\n{update}error: “{HARMLESS}” is empty.\nhint: Remove {HARMLESS}.\n"
    )


def test_json_says_names_exactly_and_in_ascii() -> None:
    out = io.StringIO()

    Terminal(out, io.StringIO(), wants_json=True).write_json({"path": Path(HOSTILE + "\x7f"), HOSTILE: [HOSTILE]})

    assert out.getvalue().isascii()
    assert out.getvalue().rstrip("\n").isprintable()
    assert json.loads(out.getvalue()) == {"path": HOSTILE + "\x7f", HOSTILE: [HOSTILE]}


@pytest.mark.parametrize(
    "arguments", [("check", "a", f"--{HOSTILE}"), (HOSTILE,), ("predict", "m", "p", "--top", HOSTILE)]
)
def test_wrong_usage_quotes_what_was_typed_on_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    error, hint = capsys.readouterr().err.splitlines()
    assert "\x1b" not in error + hint
    assert error.startswith("error: ")
    assert "31m" in error
    assert "error: no" in error
    assert hint.startswith("hint: ")


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        (Succeeded(None), 0, ""),
        (Failed(PhotoError("“a.jpg” is empty.", "Remove it.")), 1, "error: “a.jpg” is empty.\nhint: Remove it.\n"),
        (Failed(PhotoError("“a.jpg” is empty.")), 1, "error: “a.jpg” is empty.\n"),
        (
            Failed(BugError("Something broke.", "Traceback"), "Traceback"),
            1,
            "error: Something broke.\nhint: Please report this with the details. They are in headless.log\n",
        ),
        (JobCancelled(), 1, "error: Stopped before there was anything to keep.\n"),
    ],
)
def test_outcome_decides_exit_code_and_last_words(
    outcome: Succeeded | Failed | JobCancelled, code: int, words: str
) -> None:
    err = io.StringIO()

    assert Terminal(io.StringIO(), err, wants_json=False).end(outcome, Path("headless.log")) == code
    assert err.getvalue() == words


def test_interrupt_is_stop_and_the_old_handling_comes_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    terminal = Terminal(io.StringIO(), io.StringIO(), wants_json=False)

    with terminal.stopping_at_interrupt():
        terminal.checkpoint()
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Cancelled):
            terminal.context().checkpoint()
        # A second one ends the program, whatever it is doing.
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL

    assert signal.getsignal(signal.SIGINT) is before


def test_name_beyond_the_terminals_encoding_is_still_written() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")

    Terminal(out, io.StringIO(), wants_json=False).write("caf\udce9 è")

    assert raw.getvalue() == rb"caf\xe9 \xe8" + b"\n"


def test_reader_that_leaves_early_stops_the_command() -> None:
    code = """
import sys
from tlgui.errors import Cancelled
from tlgui.cli.terminal import Terminal
terminal = Terminal(sys.stdout, sys.stderr, wants_json=False)
try:
    while True:
        terminal.write("line")
        terminal.checkpoint()
except Cancelled:
    sys.stderr.write("stopped")
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr.read() == "stopped"
    assert child.returncode == 0


def test_others_prints_go_to_the_log_and_ours_where_they_belong(capfd: pytest.CaptureFixture[str]) -> None:
    with own_output("headless.log") as (out, err, log):
        print("from Python")  # noqa: T201 - the test looks where it goes
        os.write(1, b"from C++\n")
        os.write(2, b"complaint from C++\n")
        out.write("result\n")
        err.write("progress\n")
    os.write(1, b"after\n")

    assert capfd.readouterr() == ("result\nafter\n", "progress\n")
    assert log == files.log_folder() / "headless.log"
    for words in ("from Python", "from C++", "complaint from C++"):
        assert words in log.read_text(encoding="utf-8")


def test_log_that_grew_large_is_set_aside() -> None:
    path = files.log_folder() / "a.log"
    path.write_text("x" * 3_000_000, encoding="utf-8")

    with files.open_log("a.log") as log:
        log.write("new\n")

    assert path.read_text(encoding="utf-8") == "new\n"
    assert (files.log_folder() / "a.old.log").stat().st_size == 3_000_000


def test_without_a_place_for_the_log_the_work_goes_on(
    isolated_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (isolated_home / "a file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(isolated_home / "a file"))

    assert main(["info", "missing.tlmodel"]) == 1
    assert capsys.readouterr().err.startswith("error: “missing.tlmodel”")


def test_json_value_keeps_numbers_and_turns_groups_into_lists() -> None:
    assert json_value({"a": (1, 2.5, True, None, "x"), "b": [float("inf")]}) == {
        "a": [1, 2.5, True, None, "x"],
        "b": [None],
    }
