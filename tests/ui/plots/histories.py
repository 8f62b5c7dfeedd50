"""Epochs of made-up trainings, for the tests of the plots."""

from tlgui.progress import EpochEnded


def epoch(number: int, epochs: int = 30, *, is_best: bool = True, is_fine_tuning: bool = False) -> EpochEnded:
    return EpochEnded(
        epoch=number,
        epochs=epochs,
        loss=1.0 / number,
        accuracy=1 - 0.5 / number,
        validation_loss=1.4 / number,
        validation_accuracy=0.9 - 0.4 / number,
        learning_rate=0.001,
        seconds=1.0,
        is_best=is_best,
        is_fine_tuning=is_fine_tuning,
    )


def tuned(number: int, start: int) -> EpochEnded:
    return epoch(number, is_fine_tuning=number >= start)
