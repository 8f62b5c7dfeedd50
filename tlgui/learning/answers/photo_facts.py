"""Adds to answers what the photos' files say of themselves, such as when they were taken."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.photos.facts import PhotoFacts

# Photos that a helper process opens are sent to it together.
_TOGETHER = 64


def with_facts(answers: Iterable[PhotoAnswer]) -> Iterator[PhotoAnswer]:
    """Yield answers with the facts of their photos; photos that cannot be read have none."""
    # Only some formats tell them.
    from tlgui.photos.pictures.header import read_all_facts, state_now  # noqa: PLC0415

    rest = iter(answers)
    while some := list(itertools.islice(rest, _TOGETHER)):
        listed = [(each.path, state) for each in some if not each.error and (state := state_now(each.path)) is not None]
        read = zip(listed, read_all_facts(listed), strict=True)
        facts = {path: found for (path, _), found in read if isinstance(found, PhotoFacts)}
        for each in some:
            yield replace(each, facts=facts.get(each.path))
