"""Photos that look more like another class are listed as a place to look first, in the order of the doubts."""

from pathlib import Path

from tlgui.photos.health.doubt_findings import with_doubts
from tlgui.photos.health.findings import Finding, FindingKind, Report, Severity

PATHS = (Path("robin/3.jpg"), Path("wren/1.jpg"), Path("robin/1.jpg"))
HARM = Finding(FindingKind.DAMAGED, Severity.HARM, "1 file is damaged", "", ((Path("owl/1.jpg"),),))
LATER = Finding(FindingKind.DARK, Severity.DOUBT, "1 photo is dark", "", ((Path("owl/2.jpg"),),))


def test_finding_keeps_the_order_of_the_doubts_and_blames_no_photo() -> None:
    (found,) = with_doubts(Report(photo_count=9), PATHS).findings
    assert found.kind is FindingKind.OTHER_CLASS
    assert found.severity is Severity.DOUBT
    assert found.paths == PATHS
    assert found.title == "3 photos look more like another class: look at these first"
    assert "does not make them wrong" in found.explanation
    assert found.mending is None


def test_single_photo_is_told_of_in_the_singular() -> None:
    (found,) = with_doubts(Report(), PATHS[:1]).findings
    assert found.title == "1 photo looks more like another class: look at this one first"


def test_report_keeps_its_order_and_everything_else() -> None:
    report = Report((HARM, LATER), 7, 9)
    found = with_doubts(report, PATHS)
    assert [finding.kind for finding in found.findings] == [
        FindingKind.DAMAGED,
        FindingKind.OTHER_CLASS,
        FindingKind.DARK,
    ]
    assert (found.looked_at, found.photo_count) == (7, 9)
    assert with_doubts(report, ()) is report
