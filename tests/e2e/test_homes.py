"""Commands work without a home folder, and with one on a full disk; nothing is left where they were started."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tlgui import files
from tlgui.photos.samples import draw_sample_photos

CHECKOUT = Path(__file__).parents[2]
_UNKNOWN_USER = 54321


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    draw_sample_photos(folder, photos_per_class=10, size=48)
    return folder


@pytest.fixture
def full_home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    home.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(home)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("this computer lets no test mount a disk")
    try:
        with (home / "ballast").open("wb", buffering=0) as stream:
            while stream.write(bytes(4096)) == 4096:
                pass
    except OSError:
        pass
    yield home
    subprocess.run(["umount", "--lazy", str(home)], check=True)


def tlgui(
    folder: Path, *words: str, wrapper: Sequence[str] = (), **variables: str
) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), **variables}
    command = [*wrapper, sys.executable, "-m", "tlgui", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_full_home_disk_costs_what_would_be_kept_alone(photos: Path, full_home: Path, tmp_path: Path) -> None:
    settings = ("--set", "epochs=1", "--set", "input_size=32")
    trained = tlgui(
        tmp_path, "train", str(photos), "--out", str(tmp_path / "m.tlmodel"), *settings, HOME=str(full_home)
    )

    assert trained.returncode == 0, trained.stderr
    assert (tmp_path / "m.tlmodel").exists()
    assert "Traceback" not in trained.stderr
    checked = tlgui(tmp_path, "check", str(photos), HOME=str(full_home))
    assert checked.returncode == 0, checked.stderr


@pytest.mark.skipif(
    shutil.which("setpriv") is None or os.geteuid() != 0, reason="only root can be a user whom the system does not know"
)
def test_without_a_home_the_work_is_done_and_it_is_said_what_is_not_kept() -> None:
    # Where the tests' own folders lie, no other user may look.
    with tempfile.TemporaryDirectory(dir=files.system_folder()) as folder:
        start = Path(folder)
        start.chmod(0o777)
        draw_sample_photos(start / "photos", photos_per_class=10, size=48)

        checked = tlgui(start, "check", "photos", wrapper=("setpriv", f"--reuid={_UNKNOWN_USER}", "--clear-groups"))

        assert checked.returncode == 0, checked.stderr
        assert "There is no home folder" in checked.stderr
        assert [path.name for path in start.iterdir()] == ["photos"]
