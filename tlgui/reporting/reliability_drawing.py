"""Draws how true the percentages of a model are: for each range, how often it says it and how often it is right."""

from tlgui.learning.trust import Reliability
from tlgui.reporting.blocks import BAR, FAINT, INK, Drawing

_WIDTH, _HEIGHT = 440, 250
_LEFT, _TOP, _RIGHT, _BOTTOM = 46, 12, 428, 204
_GAP = 3
_STEPS = (0, 20, 40, 60, 80, 100)


def reliability_drawing(reliability: Reliability) -> Drawing:
    """Return the drawing: a bar a range, as high as the share that is right, and the line on which true ones end."""
    across, down = _RIGHT - _LEFT, _BOTTOM - _TOP
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" font-size="11">']
    for step in _STEPS:
        x, y = _LEFT + across * step / 100, _BOTTOM - down * step / 100
        parts.append(f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{FAINT}" stroke-width=".5"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{INK}">{step}</text>')
        parts.append(f'<text x="{x:.1f}" y="{_BOTTOM + 16}" text-anchor="middle" fill="{INK}">{step}</text>')
    for part in reliability.bins:
        if part.photo_count:
            left, right = _LEFT + across * part.low + _GAP, _LEFT + across * part.high - _GAP
            high = down * part.right_count / part.photo_count
            parts.append(
                f'<rect x="{left:.1f}" y="{_BOTTOM - high:.1f}" width="{right - left:.1f}" height="{high:.1f}" '
                f'fill="{BAR}"/>'
            )
    parts.append(
        f'<line x1="{_LEFT}" y1="{_BOTTOM}" x2="{_RIGHT}" y2="{_TOP}" stroke="{INK}" stroke-width="1.5" '
        'stroke-dasharray="5 4"/>'
    )
    middle = (_LEFT + _RIGHT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{_HEIGHT - 8}" text-anchor="middle" fill="{INK}">it says, in %</text>')
    parts.append(
        f'<text x="12" y="{(_TOP + _BOTTOM) / 2:.0f}" text-anchor="middle" fill="{INK}" '
        f'transform="rotate(-90 12 {(_TOP + _BOTTOM) / 2:.0f})">it is right, in %</text>'
    )
    parts.append("</svg>")
    words = "How often the model is right for what it says; bars that end on the dashed line are true."
    return Drawing("".join(parts), words, _WIDTH, _HEIGHT)
