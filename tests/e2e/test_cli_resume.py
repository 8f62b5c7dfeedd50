"""Trainings of the command line that are killed, or that meet a full disk: real engine, real processes, real disks."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tlgui import files
from tlgui.cli.main import main
from tlgui.learning.recipes.recipe import (
    EVERY_EPOCH,
    NO_WEIGHTS,
    SMALL_CNN,
    Augmentation,
    EarlyStopping,
    Head,
    Recipe,
    recipe_text,
)
from tlgui.learning.runs.store import RunStore
from tlgui.photos.samples import draw_sample_photos

# Keras hands NumPy 2.4 its variables in a way that NumPy is about to drop; nothing of ours can change that.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

EPOCHS = 8
# Photos that change in each epoch, dropout and an optimiser with a memory: all that a resume must take up again.
RECIPE = Recipe(
    name="Small",
    backbone=SMALL_CNN,
    weights=NO_WEIGHTS,
    input_size=32,
    head=Head(dense_units=8, dropout=0.3),
    epochs=EPOCHS,
    batch_size=8,
    learning_rate=0.01,
    early_stopping=EarlyStopping(enabled=False),
    augmentation=Augmentation(rotation=20, when=EVERY_EPOCH),
)


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    photos, recipe = tmp_path / "samples", tmp_path / "small.json"
    draw_sample_photos(photos, photos_per_class=8, size=96)
    recipe.write_text(recipe_text(RECIPE), encoding="utf-8")
    return ["train", str(photos), "--recipe", str(recipe), "--json"]


def learned(result: dict[str, Any]) -> list[dict[str, object]]:
    """Return the history without what differs from one time to the next."""
    return [{name: value for name, value in epoch.items() if name != "seconds"} for epoch in result["history"]]


def trained(capfd: pytest.CaptureFixture[str], command: list[str], *more: str) -> tuple[dict[str, Any], str]:
    assert main([*command, *more]) == 0
    said = capfd.readouterr()
    result = json.loads(said.out)["model"]
    assert isinstance(result, dict)
    return result, said.err


def test_killed_at_any_epoch_it_goes_on_as_if_nothing_had_happened(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    epoch = random.randint(1, EPOCHS - 1)
    out = tmp_path / "killed.tlmodel"
    with subprocess.Popen(
        [sys.executable, "-m", "tlgui", *command, "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith(f"Epoch {epoch} of"):
                child.kill()
                break
        child.stderr.read()
    assert not out.exists()

    resumed, said = trained(capfd, command, "--out", str(out), "--resume")
    whole, _ = trained(capfd, command, "--out", str(tmp_path / "whole.tlmodel"))

    # Epochs this short are not all written; the first one always is.
    assert "Epoch 1 of" not in said, f"killed after epoch {epoch}"
    assert learned(resumed) == learned(whole), f"killed after epoch {epoch}"
    assert resumed["evaluation"] == whole["evaluation"]
    runs = RunStore(files.workspace_path(tmp_path / "samples")).runs()
    assert [(run.status, run.model_path.name) for run in runs] == [
        ("finished", "whole.tlmodel"),
        ("finished", "killed.tlmodel"),
    ]
    assert list(runs[1].folder.glob("*.npz")) == []


_LIMITED = """
    import resource, sys
    from tlgui.cli.main import main
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
    sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_model_that_no_disk_takes_at_the_end_is_written_later_without_training_again(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command += ["--set", "backbone=efficientnet-lite0", "--set", "weights=shipped", "--set", "augmentation.rotation=0"]
    command += ["--set", "augmentation.when=copies", "--out", str(tmp_path / "a.tlmodel")]
    program = "\n".join(line.strip() for line in _LIMITED.splitlines())
    # The backbone takes 14 MB of the model; what an epoch leaves holds the head alone.
    limited = [sys.executable, "-c", program, str(4 * 2**20), *command]

    failed = subprocess.run(limited, capture_output=True, text=True, check=False)

    assert failed.returncode == 1
    assert f"Epoch {EPOCHS} of {EPOCHS}" in failed.stderr
    assert "error: “a.tlmodel” could not be written" in failed.stderr
    assert "a limit on the size of files (“ulimit -f”)" in failed.stderr
    assert "the same command with --resume goes on with it" in failed.stderr
    assert "Traceback" not in failed.stderr
    result, said = trained(capfd, command, "--resume")
    assert "Epoch" not in said
    assert len(result["history"]) == EPOCHS
    assert (tmp_path / "a.tlmodel").is_file()


@pytest.fixture
def full_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a home folder on a disk that is full."""
    folder = tmp_path / "full home"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("this machine lets no test mount a disk")
    try:
        for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
            monkeypatch.setenv(name, str(folder))
        (folder / "ballast").write_bytes(bytes(64 * 1024))
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True, timeout=30)


@pytest.mark.usefixtures("full_home", "cache_warnings")
def test_home_without_any_room_does_not_keep_from_training(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result, said = trained(capfd, command, "--out", str(tmp_path / "a.tlmodel"))

    assert len(result["history"]) == EPOCHS
    assert (tmp_path / "a.tlmodel").is_file()
    assert said.count("note: ") == 1
    assert "its epochs cannot be kept" in said
