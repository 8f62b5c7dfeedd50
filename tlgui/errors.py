"""The exceptions for what a user can cause or mend: a message that names the file, and a hint that says what to do.

An exception that is neither a `TlguiError` nor `Cancelled` is a bug, and is shown as one, with details to copy.
"""

from typing_extensions import override


class TlguiError(Exception):
    """A problem that a user can understand and mend.

    Args:
        message: What happened, in plain words, naming the file or the setting.
        hint: What to do about it; empty where there is nothing to do.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    @override
    def __str__(self) -> str:
        """Return the message without the hint."""
        return self.message


class PhotoError(TlguiError):
    """One photo cannot be read; the others can."""


class CollectionError(TlguiError):
    """The folder cannot be used as a collection as it is."""


class SettingError(TlguiError):
    """A value of a recipe breaks its rule."""


class WeightsError(TlguiError):
    """A backbone's weights are missing, damaged or for another network."""


class ModelFileError(TlguiError):
    """A `.tlmodel` file cannot be read or must not be trusted."""


class ExportError(TlguiError):
    """An export could not be written or does not agree with the model."""


class StorageError(TlguiError):
    """The disk refused a write: full, read-only, or gone."""


class NewerFileError(StorageError):
    """A file that is kept for the user was written by a later version of the program; it is left as it is."""


class UnsavedModelError(StorageError):
    """A training has ended well, but its model could not be written; it is kept, and can be written elsewhere."""


class TargetError(TlguiError):
    """A file must not be written where it was to go."""


class SidecarError(TlguiError):
    """The keywords file beside a photo cannot be changed; it is left as it is."""


class EngineError(TlguiError):
    """The engine process died or had to be replaced."""


class Cancelled(Exception):  # noqa: N818 - not an error: the user asked for it
    """The user pressed Stop."""
