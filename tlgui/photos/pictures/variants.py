"""The error of a file that is sound, of a supported format, and in a variant that cannot be read here."""


class UnsupportedVariantError(Exception):
    """A sound file that cannot be read.

    Args:
        reason: The cause, as the end of a sentence that begins with “It”: “has 7 bands …”.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
