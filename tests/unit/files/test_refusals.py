"""What the system refuses is explained in words, which name the right file and the right way out."""

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tlgui.errors import StorageError
from tlgui.files import WRITE_REFUSALS, storage_error, unnamed_storage_error, unreadable_hint, why_unreadable

LIMITED = """
    import resource, sys
    from pathlib import Path
    from tlgui import files
    from tlgui.errors import StorageError
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        with {target} as stream:
            stream.write(bytes(100_000))
            stream.flush()
    except StorageError as error:
        print(error.message, error.hint, sep="\\n")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
@pytest.mark.parametrize(
    ("target", "subject"),
    [("files.temporary_file()", "Temporary files"), ('files.atomic_open(Path("a.txt"))', "“a.txt”")],
)
def test_limit_on_the_size_of_files_is_explained(target: str, subject: str, tmp_path: Path) -> None:
    program = textwrap.dedent(LIMITED).format(target=target)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )

    message, hint = done.stdout.splitlines()
    assert message.startswith(f"{subject} could not be written to ")
    assert "ulimit -f" in message
    assert "limit" in hint
    assert "permissions" not in hint


@pytest.mark.parametrize("code", sorted(WRITE_REFUSALS))
def test_refused_write_without_a_file_name_is_explained(code: int) -> None:
    error = unnamed_storage_error(OSError(code, os.strerror(code)))

    assert isinstance(error, StorageError)
    assert "the system does not say which" in error.message
    assert os.strerror(code) not in error.message
    assert error.hint


def test_folder_that_may_not_be_written_to_hints_at_permissions(tmp_path: Path) -> None:
    error = storage_error(PermissionError(errno.EACCES, "Permission denied"), tmp_path / "a.txt")

    assert "you may not write there" in error.message
    assert "permissions" in error.hint


@pytest.mark.parametrize(
    ("code", "why", "hint"),
    [
        (errno.ENOENT, "it is not there", "Choose a file that is there."),
        (errno.EACCES, "you may not read it", "Change its permissions, or choose another file."),
        (errno.EISDIR, "it is a folder", "Choose a file."),
        (errno.ENXIO, os.strerror(errno.ENXIO), "Choose another file."),
    ],
)
def test_file_that_cannot_be_read_is_explained(code: int, why: str, hint: str) -> None:
    error = OSError(code, os.strerror(code))

    assert why_unreadable(error) == why
    assert unreadable_hint(error) == hint


def test_reason_that_the_program_gives_itself_is_kept() -> None:
    assert why_unreadable(OSError(errno.EINVAL, "it is no file but a pipe or a device", "a")) == (
        "it is no file but a pipe or a device"
    )
    assert why_unreadable(OSError("a part of it is far too large")) == "a part of it is far too large"
