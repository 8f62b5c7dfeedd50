"""Makes the health report of a collection: its findings, the most severe first.

Nothing is read from the photos: the report follows from the scan, the closer look and cached features.
"""

import time

from tlgui.photos.health.class_findings import class_findings
from tlgui.photos.health.copy_findings import copy_findings
from tlgui.photos.health.feature_confirmation import KnownFeatures, near_groups
from tlgui.photos.health.findings import Finding, Report
from tlgui.photos.health.folder_findings import folder_findings
from tlgui.photos.health.order import in_order
from tlgui.photos.health.picture_findings import picture_findings
from tlgui.photos.scanning.scan import Survey


def report_on(survey: Survey, now: float | None = None, features: KnownFeatures | None = None) -> Report:
    """Return what is wrong with a collection.

    Args:
        survey: The result of a scan, and of a closer look where there was one; without looks, duplicates and dark or
            blurred photos are missing from the report.
        now: The current time in seconds since 1970; None, the default, for the clock's.
        features: Cached features of the photos, which reveal further near copies; None, the default, where there are
            none. The split does not use them: the same recipe must divide the same photos alike before and after the
            first training.

    Returns:
        The findings, by severity and then in the order of `FindingKind`.
    """
    facts = {photo.path: survey.facts[photo.path] for photo in survey.collection.photos() if photo.path in survey.facts}
    findings: list[Finding] = [
        *folder_findings(survey.collection, survey.linked, survey.nested),
        *copy_findings(survey.collection, facts, near_groups(survey.near, survey.candidates, list(facts), features)),
        *picture_findings(facts, time.time() if now is None else now),
        *class_findings(survey.collection),
    ]
    looked_at = sum(fact.look is not None for fact in facts.values())
    return Report(in_order(findings), looked_at, survey.collection.photo_count)
