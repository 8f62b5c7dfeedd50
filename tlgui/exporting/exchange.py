"""Exchanges two folders in one step of the file system, where system and disk support it."""

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

_AT_CURRENT_FOLDER = -100
_RENAME_EXCHANGE = 2  # Linux
_RENAME_SWAP = 2  # macOS
_CANNOT = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV})


def exchange(first: Path, second: Path) -> bool:
    """Exchange two paths on one disk; no other process sees one of them missing.

    Sources: renameat2(2) of Linux, since 3.15; renamex_np(2) of macOS, since 10.12.

    Args:
        first: A file or folder.
        second: Another one.

    Returns:
        Whether they were exchanged; False where system or disk have no such step.

    Raises:
        OSError: The disk refused.
    """
    call = _call()
    if call is None:
        return False
    if call(os.fsencode(first), os.fsencode(second)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(second))


def _call() -> Callable[[bytes, bytes], int] | None:
    """Return the system's function, or None where it has none."""
    if sys.platform not in {"linux", "darwin"}:
        return None
    library = ctypes.CDLL(None, use_errno=True)
    name = "renameat2" if sys.platform == "linux" else "renamex_np"
    function = getattr(library, name, None)
    if function is None:
        return None
    if sys.platform == "linux":
        return lambda first, second: int(
            function(_AT_CURRENT_FOLDER, first, _AT_CURRENT_FOLDER, second, _RENAME_EXCHANGE)
        )
    return lambda first, second: int(function(first, second, _RENAME_SWAP))
