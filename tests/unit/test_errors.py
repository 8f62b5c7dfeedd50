import pickle

import pytest

from tlgui import errors
from tlgui.photos.collection import ProblemKind
from tlgui.photos.pictures.opening import UnusablePhotoError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.TlguiError)]


@pytest.mark.parametrize("kind", KINDS)
def test_error_crosses_a_process_boundary_whole(kind: type[errors.TlguiError]) -> None:
    arrived = pickle.loads(pickle.dumps(kind("“a.jpg” is gone.", "Put it back.")))

    assert type(arrived) is kind
    assert (arrived.message, arrived.hint) == ("“a.jpg” is gone.", "Put it back.")


def test_unusable_photo_crosses_a_process_boundary_with_its_kind_and_reason() -> None:
    error = UnusablePhotoError("“a.jpg” cannot be read. It is gone.", "Look.", ProblemKind.GONE, "It is gone.")

    arrived = pickle.loads(pickle.dumps(error))

    assert (arrived.message, arrived.hint, arrived.kind, arrived.reason) == (
        "“a.jpg” cannot be read. It is gone.",
        "Look.",
        ProblemKind.GONE,
        "It is gone.",
    )


def test_text_of_an_error_is_its_message_alone() -> None:
    assert str(errors.PhotoError("It is gone.", "Put it back.")) == "It is gone."


def test_stop_is_not_an_error_a_handler_of_errors_catches() -> None:
    assert not issubclass(errors.Cancelled, errors.TlguiError)
