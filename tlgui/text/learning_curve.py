"""Whether more photos would help, in words, the same in the window and on the command line."""

from tlgui.learning.learning_curve import LearningCurve
from tlgui.photos.names import one_line
from tlgui.text.numbers import count


def more_photos_in_words(curve: LearningCurve) -> str:
    """Return whether more photos would help, and of which class most.

    Args:
        curve: The learning curve.

    Returns:
        Sentences such as “About 40 more photos of “skirt” would help most. It would then probably be recognised about
        4 times more in 100.”, or “More photos would hardly help: …”.
    """
    advice = curve.advice
    if advice is None:
        fewest, most = curve.right_counts[0], curve.right_counts[-1]
        part, judged = curve.training_counts[0], count("photo", curve.photo_count)
        return (
            f"More photos would hardly help: what learned from {count('photo', part)} was right on {fewest:,} of "
            f"{judged}, what learned from all of them on {most:,}."
        )
    # The gain alone: the heads of the curve judge a class a little differently from the model that the page tells of.
    gain = max(1, round((advice.expected_share - advice.right_share) * 100))
    photos = count("more photo", advice.photo_count)
    return (
        f"About {photos} of “{one_line(advice.class_name)}” would help most. "
        f"It would then probably be recognised about {count('time', gain)} more in 100."
    )
