"""A good `.tlmodel` file to take apart, and real disks that refuse where this machine lets a test mount one."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.learning.models import write_small_model


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a good `.tlmodel`."""
    return write_small_model(tmp_path_factory.mktemp("model") / "birds.tlmodel").read_bytes()


@pytest.fixture
def model_path(tmp_path: Path, original: bytes) -> Path:
    """Give a good `.tlmodel` file."""
    path = tmp_path / "birds.tlmodel"
    path.write_bytes(original)
    return path


def _mounted(folder: Path, options: str) -> Iterator[Path]:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine lets no test mount a disk; the tests with a refusing layer stand in")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True, timeout=30)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of its own with 16 kB left."""
    for folder in _mounted(tmp_path / "full disk", "size=1m"):
        (folder / "ballast").write_bytes(bytes(1024**2 - 16 * 1024))
        yield folder


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of its own that cannot be written to."""
    yield from _mounted(tmp_path / "read-only disk", "size=1m,ro")
