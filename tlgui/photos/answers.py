"""Who decided what is on a photo."""

from enum import StrEnum


class DecidedBy(StrEnum):
    """Who decided what is on a photo."""

    MODEL = "model"
    PERSON = "person"
