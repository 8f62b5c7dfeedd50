"""Predictions and a model that tables are made of in the tests."""

from dataclasses import replace
from datetime import UTC
from pathlib import Path

from tlgui.learning.answers.photo_answer import ModelIdentity, PhotoAnswer
from tlgui.learning.results import ClassScore
from tlgui.learning.trust import Verdict
from tlgui.photos.answers import DecidedBy
from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.text.tables.exported import Place, TableAbout

BASE = Path("/photos").absolute()
DIGEST = "0123456789abcdef" * 4
MODEL = ModelIdentity("birds.tlmodel", DIGEST, ("robin", "wren", "empty"))
ABOUT = TableAbout(MODEL, "2026-05-06T07:08:09+02:00", 2, BASE, Place(-33.86, 151.21), zone=UTC)

# The 6th of May 2024, 07:08:09, by the camera's clock.
FACTS = PhotoFacts(FileState(4711, 0), 640, 480, "JPEG", 1714979289.25)

WREN = PhotoAnswer(
    BASE / "north" / "one, two.jpg",
    (ClassScore("wren", 0.9), ClassScore("robin", 0.1)),
    Verdict.NAMED,
    "wren",
    0.9,
    DecidedBy.MODEL,
    "2026-05-06T07:00:00+02:00",
    facts=FACTS,
    distance=0.25,
)
NOT_SURE = replace(
    WREN,
    path=BASE / "south" / "b.jpg",
    scores=(ClassScore("robin", 0.5), ClassScore("wren", 0.4)),
    verdict=Verdict.NOT_SURE,
    answer="",
    certainty=0.5,
)
CORRECTED = replace(
    WREN, path=BASE / "south" / "c.jpg", answer="Great tit", certainty=None, decided_by=DecidedBy.PERSON, facts=None
)
UNREADABLE = PhotoAnswer(
    BASE / "notes.jpg",
    (),
    Verdict.NOT_SURE,
    "",
    None,
    DecidedBy.MODEL,
    WREN.decided_at,
    error="“notes.jpg” is not an image.",
)
ROWS = (WREN, NOT_SURE, CORRECTED, UNREADABLE)

ODD_NAMES = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "two\nlines",
    'quo"te',
    "caf\udce9",
    "صورة",
    "🐦",
    "a\x1bb",
    "\uff1d1",
    "<a>&",
)
"""Names of files and classes that careless code trips over."""


def odd(name: str) -> PhotoAnswer:
    """Return a prediction in which everything is called so."""
    scores = (ClassScore(name, 0.75), ClassScore("wren", 0.25))
    return replace(WREN, path=BASE / name / f"{name}.jpg", scores=scores, answer=name, certainty=0.75)


def odd_about(name: str) -> TableAbout:
    """Return what a table by a model says of itself that is called so, and has a class that is."""
    return replace(ABOUT, model=ModelIdentity(f"{name}.tlmodel", DIGEST, (name, "wren")))
