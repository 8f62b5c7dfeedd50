"""The badge with the number of problems, which opens their list."""

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QWidget
from typing_extensions import override

from tlgui.photos.health.findings import Report, Severity
from tlgui.text.numbers import count
from tlgui.ui.photos.finding_list import LOOKS, FindingList
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.popup_panel import PopupPanel
from tlgui.ui.widgets.tokens import Accent, colour

# Few folders have more; a few pixels are missing where one has.
_WIDEST = "99 problems so far: 99 %"

# What `QPushButton` leaves between icon and text.
_BESIDE_ICON = 4


class ProblemBadge(QPushButton):
    """The badge.

    Signals:
        chosen: Another finding was chosen in the list, or none.

    Args:
        parent: The owner.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.findings = FindingList()
        self.text_below = QuietLabel()
        self._report = Report()
        self._accent, self._icon_name = Accent.INFO, "info"
        self.panel = _ListPanel(self, self.findings)
        self.panel.column.addWidget(self.findings, 1)
        self.panel.column.addWidget(self.text_below)
        self.findings.chosen.connect(self.chosen)

    def show_report(self, report: Report) -> None:
        """Show the findings of `report`."""
        self._report = report
        self.findings.show_report(report)
        self.findings.setVisible(bool(report.findings))

    def show_state(self, look_share: float | None, *, is_reading: bool, is_free: bool) -> None:
        """Show how many problems there are, and whether more may be found.

        Args:
            look_share: How far the closer look has got, 0 to 1; None while none is under way.
            is_reading: Whether the folder is still being listed.
            is_free: Whether no job is under way; one that mends reads the folder again, and then looks closer.
        """
        report, is_looking = self._report, look_share is not None
        missing = report.photo_count - report.looked_at
        number = sum(finding.severity is not Severity.NOTE for finding in report.findings)
        words = count("problem", number) if number else "No problems"
        if is_reading or (missing and not is_looking and not is_free):
            words = count("problem", number) if number else "Reading…"
        elif look_share is not None:
            # Rounded down, so that 100 % is never shown before the end.
            share = f"{int(look_share * 100)} %"
            words = f"{words} so far: {share}" if number else f"Looking closer: {share}"
        elif missing:
            words = f"{words} so far" if number else "Not all looked at"
        below = findings_in_words(report, is_reading=is_reading, is_looking=is_looking, is_free=is_free)
        self.text_below.setText(below)
        self.text_below.setVisible(bool(below))
        self.setText(words)
        self.setVisible(is_reading or bool(report.photo_count or report.findings))
        set_spoken(self, f"{words}. Open the list of problems")
        set_tip(self, below or "What to look at in these photos, and how to fix it")
        is_done = not (is_reading or is_looking or missing)
        self._accent, self._icon_name = _look(report, is_done=is_done)
        self._draw_icon()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange} and hasattr(self, "panel"):
            self._draw_icon()

    @override
    def minimumSizeHint(self) -> QSize:
        return super().sizeHint()

    @override
    def sizeHint(self) -> QSize:
        # As with the widest text, to the pixel: what stands beside it does not move while the number grows.
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = max((_WIDEST, self.text()), key=self.fontMetrics().horizontalAdvance)
        words = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, option.text)
        icon = self.iconSize()
        option.rect.setSize(QSize(words.width() + icon.width() + _BESIDE_ICON, max(words.height(), icon.height())))
        return self.style().sizeFromContents(QStyle.ContentsType.CT_PushButton, option, option.rect.size(), self)

    def _draw_icon(self) -> None:
        side = self.fontMetrics().height()
        pixmap = icon_pixmap(
            self._icon_name, colour(self._accent, self.palette()), round(side * self.devicePixelRatioF())
        )
        self.setIconSize(QSize(side, side))
        self.setIcon(QIcon(pixmap))


class _ListPanel(PopupPanel):
    """The list of problems; closes when one is chosen by a click or by Enter."""

    def __init__(self, badge: QPushButton, findings: FindingList) -> None:
        super().__init__("Problems", badge)
        self._findings = findings
        findings.clicked.connect(self._on_findings_clicked)

    @override
    def first_control(self) -> QWidget | None:
        return self._findings if self._findings.findings.rows else None

    @override
    def minimumSizeHint(self) -> QSize:
        return super().sizeHint()

    @override
    def sizeHint(self) -> QSize:
        # What stands beside it does not move while the number grows.
        least = super().sizeHint()
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        rows = len(self._findings.findings.rows)
        height = min(26 * line, rows * 2 * line + 6 * line)
        return QSize(max(least.width(), 60 * letter), height if rows else least.height())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._findings.finding() is not None:
            self.close()
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_findings_clicked(self, _index: QModelIndex) -> None:
        if self._findings.finding() is not None:
            self.close()


def _look(report: Report, *, is_done: bool) -> tuple[Accent, str]:
    severities = {finding.severity for finding in report.findings}
    for severity in (Severity.HARM, Severity.DOUBT):
        if severity in severities:
            _, accent, icon = LOOKS[severity]
            return accent, icon
    return (Accent.SUCCESS, "success") if is_done and report.photo_count else (Accent.INFO, "info")


def findings_in_words(report: Report, *, is_reading: bool, is_looking: bool, is_free: bool) -> str:
    """Return what is to be said below the findings: what is still to come, or that nothing was found; else empty.

    Args:
        report: The findings so far.
        is_reading: Whether the folder is still being listed.
        is_looking: Whether the closer look is under way.
        is_free: Whether no job is under way; one that mends reads the folder again, and then looks closer.
    """
    missing = report.photo_count - report.looked_at
    if is_reading or (missing and not is_looking and not is_free):
        return "Reading the photos. Problems are listed when this is done."
    if is_looking:
        return "" if report.findings else "Copies, dark and blurred photos are listed when each was looked at."
    if missing:
        return f"{count('photo', missing)} could not be looked at closely. Refresh to try once more."
    return "" if report.findings or not report.photo_count else "Nothing was found that needs fixing."
