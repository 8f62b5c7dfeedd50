"""The health report: what is wrong with a collection, what matters most first, and what would mend it."""

import time

from tlgui.photos.health.class_findings import class_findings
from tlgui.photos.health.copy_findings import copy_findings
from tlgui.photos.health.feature_confirmation import KnownFeatures, near_groups
from tlgui.photos.health.findings import Finding, FindingKind, Report, Severity
from tlgui.photos.health.folder_findings import folder_findings
from tlgui.photos.health.picture_findings import picture_findings
from tlgui.photos.scanning.scan import Survey

_SEVERITIES = list(Severity)
_KINDS = list(FindingKind)


def report_on(survey: Survey, now: float | None = None, features: KnownFeatures | None = None) -> Report:
    """Say what is wrong with a collection.

    Args:
        survey: What a scan found, and a closer look where there was one; without looks, duplicates and dark or blurred
            photos are missing from the report.
        now: The time to hold dates against, in seconds since 1970; None for the clock's.
        features: What a backbone said of the photos before, which tells near copies that nothing else does; None where
            nothing is known. The split never depends on it: the same recipe is to divide the same photos alike before
            the first training and after it.

    Returns:
        The findings, by severity and then in the order of `FindingKind`. Nothing is read from the photos.
    """
    facts = {photo.path: survey.facts[photo.path] for photo in survey.collection.photos() if photo.path in survey.facts}
    findings: list[Finding] = [
        *folder_findings(survey.collection, survey.linked, survey.nested),
        *copy_findings(survey.collection, facts, near_groups(survey.near, survey.candidates, list(facts), features)),
        *picture_findings(facts, time.time() if now is None else now),
        *class_findings(survey.collection),
    ]
    findings.sort(key=lambda finding: (_SEVERITIES.index(finding.severity), _KINDS.index(finding.kind)))
    looked_at = sum(fact.look is not None for fact in facts.values())
    return Report(tuple(findings), looked_at, survey.collection.photo_count)
