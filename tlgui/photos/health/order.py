"""The order of findings in a report."""

from collections.abc import Iterable

from tlgui.photos.health.findings import Finding, FindingKind, Severity

_SEVERITIES = list(Severity)
_KINDS = list(FindingKind)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by severity and then in the order of `FindingKind`."""
    return tuple(
        sorted(findings, key=lambda finding: (_SEVERITIES.index(finding.severity), _KINDS.index(finding.kind)))
    )
