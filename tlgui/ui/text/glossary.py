"""The words that the window cannot do without, each explained in one sentence with an example.

They stand in the guide, which `packaging/make_guide.py` makes; `terms_in` finds them in a sentence, so that a label can
lead from each to its explanation.
"""

import functools
import re
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Term:
    """One word.

    Args:
        title: The word.
        meaning: What it means, in one sentence.
        example: An example, in one sentence.
        forms: Other forms of the word, such as its plural.
    """

    title: str
    meaning: str
    example: str
    forms: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its identifier, such as `"fine-tuning"` or `"learning-rate"`."""
        return self.title.lower().replace(" ", "-")


class FoundTerm(NamedTuple):
    """A word found in a text.

    Args:
        start: Where it begins.
        end: Where it ends.
        id: The identifier of its term.
    """

    start: int
    end: int
    id: str


GLOSSARY: tuple[Term, ...] = (
    Term(
        "Accuracy",
        "The share of photos that a model names rightly.",
        "82 of 98 photos named rightly are an accuracy of 83.7 %.",
    ),
    Term(
        "Backbone",
        "A network that has learned to see on a million pictures, and tells what it sees in yours.",
        "EfficientNet-Lite0 comes with tlgui and knows fur, feathers and petals before you show it a photo.",
        ("backbones",),
    ),
    Term(
        "Balanced accuracy",
        "The accuracy if every class counted the same, however few photos it has.",
        "Right on all of 90 robins and none of 10 wrens is an accuracy of 90 %, and a balanced accuracy of 50 %.",
        ("balanced",),
    ),
    Term(
        "Batch",
        "The photos that are learned from at once, before the model is changed a little.",
        "With 320 photos and a batch size of 32, each epoch has 10 batches.",
        ("batches", "batch size"),
    ),
    Term(
        "Dropout",
        "A share of what the head is told is left out at random while it learns, so that it relies on no single thing.",
        "At 50 %, every second number is missing each time, and others must do.",
        ("feature dropout",),
    ),
    Term(
        "Epoch",
        "One time through all photos that are learned from.",
        "In 30 epochs the model sees each of your photos 30 times.",
        ("epochs",),
    ),
    Term(
        "Features",
        "What the backbone says of one photo: some hundred numbers that describe what is on it.",
        "Two photos of the same rose have nearly the same features.",
    ),
    Term(
        "Fine-tuning",
        "Teaching the later parts of the backbone too, not only the head: more accurate, and far slower.",
        "For breeds of cats, the backbone learns to look at ears and faces.",
    ),
    Term(
        "Head",
        "The small part on top of the backbone that learns your classes.",
        "The backbone says “striped, yellow, petals”, the head says “tulip”.",
    ),
    Term(
        "Learning rate",
        "How large each step of learning is.",
        "Ten times too large, and the curves jump up and down; ten times too small, and they hardly move.",
    ),
    Term(
        "Loss",
        "How wrong the answers are, also counting how sure the model was: lower is better.",
        "A wrong answer given with 99 % costs far more than one given with 51 %.",
    ),
    Term(
        "Optimiser",
        "The method by which the model is changed after each batch.",
        "Adam needs little care, SGD needs a learning rate that fits.",
        ("optimisers",),
    ),
    Term(
        "Overfitting",
        "Learning the photos by heart instead of what they show.",
        "Right on 100 % of the photos it learned from and on 70 % of others: more photos, or variations, help.",
        ("learning by heart", "learned by heart"),
    ),
    Term(
        "Precision",
        "Of the photos that were given a class, the share that belongs to it: correct when it says this.",
        "It says “wren” 20 times and is right 15 times: 75 %.",
        ("correct when it says this",),
    ),
    Term(
        "Recall",
        "Of the photos of a class, the share that was recognised.",
        "Of 30 photos of wrens, 15 are called wrens: 50 %.",
        ("recognised",),
    ),
    Term(
        "Recipe",
        "All settings of a training, under one name.",
        "Quick, Better, Thorough and Best are recipes; one that you changed can be saved and passed on as a file.",
        ("recipes",),
    ),
    Term(
        "Test photos",
        "Photos that are never looked at during a training, kept for the last word about a model.",
        "With a test share of 10 %, 10 of 100 photos wait until the very end.",
    ),
    Term(
        "Validation",
        "Photos kept apart to judge by: the model does not learn from them.",
        "Of 100 photos 80 are learned from, and the other 20 show how well that went.",
    ),
    Term(
        "Variations",
        "Copies of your photos changed at random: turned, mirrored, cropped, lighter or darker.",
        "A robin looks to the left or to the right, and is a robin both times.",
        ("variation",),
    ),
    Term(
        "Weights",
        "The numbers in a network: everything that it has learned.",
        "The embedded backbone has 3.4 million of them, in a file of 14 MB.",
    ),
)


def term(term_id: str) -> Term:
    """Return the term with that identifier; KeyError where there is none."""
    return _by_id()[term_id]


def terms_in(text: str) -> tuple[FoundTerm, ...]:
    """Find the first place of each term in a text, in the order of the text.

    Example:
        >>> [found.id for found in terms_in("82 of 98 validation photos right after 3 epochs")]
        ['validation', 'epoch']
    """
    found: dict[str, FoundTerm] = {}
    for match in _pattern().finditer(text):
        term_id = _ids_by_form()[match[0].lower()]
        found.setdefault(term_id, FoundTerm(match.start(), match.end(), term_id))
    return tuple(found.values())


@functools.cache
def _by_id() -> dict[str, Term]:
    return {entry.id: entry for entry in GLOSSARY}


@functools.cache
def _ids_by_form() -> dict[str, str]:
    return {form.lower(): entry.id for entry in GLOSSARY for form in (entry.title, *entry.forms)}


@functools.cache
def _pattern() -> re.Pattern[str]:
    forms = sorted(_ids_by_form(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?!\w)", re.IGNORECASE)
