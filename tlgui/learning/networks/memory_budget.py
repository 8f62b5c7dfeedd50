"""How much memory networks may take for inference.

One budget limits the activations of a batch: it determines the batch size, and which networks are refused. It is twice
what VGG16 needs for one photo of 1,024 pixels, which is the most that the network of any recipe needs.
"""

import psutil

from tlgui.files.zip_archive import TooLargeError, UntrustedError

BUDGET_BYTES = 3 * 2**29

# The weights, their file, and the constants that they are frozen into, with a copy while that is done.
_COPIES_OF_WEIGHTS = 4


def batch_size_for(bytes_a_photo: int, most: int) -> int:
    """Return the batch size that fits into the budget.

    Args:
        bytes_a_photo: The most memory that the activations of a network take for one photo.
        most: The largest batch size; it is halved until the batch fits, down to 1.
    """
    size = most
    while size > 1 and size * bytes_a_photo > BUDGET_BYTES:
        size //= 2
    return size


def check_photo_bytes(bytes_a_photo: int) -> None:
    """Check that one photo fits into the budget.

    Args:
        bytes_a_photo: As for `batch_size_for`.

    Raises:
        UntrustedError: It does not fit.
    """
    if bytes_a_photo > BUDGET_BYTES:
        needed, most = _gigabytes(bytes_a_photo), _gigabytes(BUDGET_BYTES)
        raise UntrustedError(f"its network needs {needed} of memory to name one photo, where {most} must do")


def check_memory(weight_bytes: int, bytes_a_photo: int) -> None:
    """Check that this computer has enough memory for a network.

    Args:
        weight_bytes: Size of all weights, in bytes.
        bytes_a_photo: As for `batch_size_for`; 0 if it is not known yet.

    Raises:
        TooLargeError: The computer has too little memory.
    """
    needed = weight_bytes * _COPIES_OF_WEIGHTS + bytes_a_photo
    present = int(psutil.virtual_memory().total)
    if needed > present:
        needs = f"its network needs about {_gigabytes(needed)} of memory"
        raise TooLargeError(f"{needs}, and this computer has {_gigabytes(present)}")


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
