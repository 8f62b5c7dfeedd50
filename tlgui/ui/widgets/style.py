"""The look of every control, made from the tokens: a palette and one style sheet over Qt's Fusion style.

A style sheet, and not a `QProxyStyle`: a style written in Python is asked some hundred times in each repaint, and every
time takes the interpreter lock, for which the window would wait while threads draw curves and decode photos. The style
sheet is worked out by Qt alone, on every system in the same way. It holds no rule for items of lists and tables, which
delegates paint, and no sizes of text, which are the system's.

Light or dark follows the desktop, also while the window is open. Where the desktop asks for high contrast, its own
colours stay, without a style sheet.
"""

import contextlib
from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from tlgui import files
from tlgui.ui.widgets.tokens import (
    CONTROL_HEIGHT,
    CORNER,
    FOCUS_WIDTH,
    GRID,
    LINE_WIDTH,
    MARGIN,
    SMALL_CORNER,
    Colours,
    is_dark,
    tokens,
)

_NAME = "tlgui look"
_Role = QPalette.ColorRole
_Group = QPalette.ColorGroup


class Look(QObject):
    """The palette and the style sheet of an application, light or dark as the desktop.

    Args:
        application: Gets the look, and owns this object.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.setObjectName(_NAME)
        self._application = application
        self._is_dark: bool | None = None
        self._is_building = False
        hints = QGuiApplication.styleHints()
        # Else a style sheet ends the propagation of fonts and palettes from a window to what is in it.
        application.setAttribute(Qt.ApplicationAttribute.AA_UseStyleSheetPropagationInWidgetStyles)
        application.setStyle(QStyleFactory.create("Fusion"))
        hints.colorSchemeChanged.connect(self._on_color_scheme_changed)
        self._on_color_scheme_changed(hints.colorScheme())

    def wear(self, *, is_dark: bool) -> None:
        """Put every window into light or dark."""
        if is_dark == self._is_dark:
            return
        self._is_dark = is_dark
        self._application.setPalette(palette(tokens(is_dark=is_dark)))
        self._write_sheet()

    @contextlib.contextmanager
    def without_sheet(self) -> Iterator[None]:
        """Leave the style sheet out while a window is built, and give it to all of the window at once.

        Else Qt works the style of each widget out anew whenever something that holds it is added to something larger,
        which takes some 0.8 s for the main window instead of 0.1 s.
        """
        self._is_building = True
        self._application.setStyleSheet("")
        try:
            yield
        finally:
            self._is_building = False
            self.fit_font()

    def fit_font(self) -> None:
        """Write the style sheet for the font of the application; called when that has changed."""
        self._write_sheet()

    def _write_sheet(self) -> None:
        if self._is_dark is not None and not self._is_building:
            line = QFontMetrics(self._application.font()).height()
            sheet = style_sheet(tokens(is_dark=self._is_dark), line)
            # Each window asks for it; Qt works out the style of every widget again each time.
            if sheet != self._application.styleSheet():
                self._application.setStyleSheet(sheet)

    @Slot(Qt.ColorScheme)
    def _on_color_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        if QGuiApplication.styleHints().accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            return
        if scheme == Qt.ColorScheme.Unknown:
            scheme = Qt.ColorScheme.Dark if is_dark(QGuiApplication.palette()) else Qt.ColorScheme.Light
        self.wear(is_dark=scheme == Qt.ColorScheme.Dark)


def look_of(application: QApplication) -> Look:
    """Return the look of `application`, which gets it with the first call."""
    known = application.findChild(Look, _NAME, Qt.FindChildOption.FindDirectChildrenOnly)
    return known if known is not None else Look(application)


def palette(colours: Colours) -> QPalette:
    """Return the palette made from `colours`."""
    made = QPalette()
    for role, tone in {
        _Role.Window: colours.page,
        _Role.WindowText: colours.text,
        _Role.Base: colours.card,
        _Role.AlternateBase: colours.page,
        _Role.Text: colours.text,
        _Role.Button: colours.card,
        _Role.ButtonText: colours.text,
        _Role.BrightText: colours.on_accent,
        _Role.ToolTipBase: colours.card,
        _Role.ToolTipText: colours.text,
        _Role.PlaceholderText: colours.quiet,
        _Role.Highlight: colours.accent,
        _Role.HighlightedText: colours.on_accent,
        _Role.Link: colours.link,
        _Role.LinkVisited: colours.link,
        _Role.Accent: colours.accent,
        _Role.Light: colours.card,
        _Role.Midlight: colours.raised,
        _Role.Mid: colours.control,
        _Role.Dark: colours.control,
        _Role.Shadow: colours.control,
    }.items():
        made.setColor(role, QColor(tone))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.PlaceholderText):
        made.setColor(_Group.Disabled, role, QColor(colours.faint))
    made.setColor(_Group.Disabled, _Role.Highlight, QColor(colours.pressed))
    made.setColor(_Group.Disabled, _Role.HighlightedText, QColor(colours.text))
    return made


def style_sheet(colours: Colours, line_height: int) -> str:
    """Return the style sheet made from `colours`.

    Args:
        colours: The colours of a light or a dark desktop.
        line_height: The height of a line of the system's font in device-independent pixels; marks follow it.
    """
    # A style sheet's least height replaces what the text asks for.
    text_height = max(CONTROL_HEIGHT - 2 * (_PADDING + LINE_WIDTH), line_height)
    mark = _mark(line_height)
    # What stands at the end of the menu bar: an icon, and what Qt and the style put around it.
    corner_height = max(CONTROL_HEIGHT, round(line_height * 1.1) + 2 * (_PADDING + LINE_WIDTH) + 3)
    values = {name: getattr(colours, name) for name in Colours.__dataclass_fields__} | {
        "icons": files.resource("icons/controls").as_posix(),
        "scheme": "dark" if QColor(colours.page).lightness() < QColor(colours.text).lightness() else "light",
        "corner": CORNER,
        "small": SMALL_CORNER,
        "grid": GRID,
        "half": GRID // 2,
        "margin": MARGIN,
        "thin": LINE_WIDTH,
        "ring": FOCUS_WIDTH,
        "mark": mark,
        "round": mark // 2 + 1,
        "arrow": max(12, round(line_height * 0.75)),
        "arrow_room": max(24, round(line_height * 1.3)),
        # Of the text alone: the padding and the border make the rest of a control's height.
        "text_height": text_height,
        # Qt adds three pixels to what is in a spin box or a tool button.
        "spin_height": max(CONTROL_HEIGHT - 2 * (_PADDING + LINE_WIDTH) - 3, line_height),
        "pad": _PADDING,
        "choice": _CHOICE_PADDING,
        "pad_in_ring": _PADDING + LINE_WIDTH - FOCUS_WIDTH,
        "side": GRID + SMALL_CORNER,
        "side_in_ring": GRID + SMALL_CORNER + LINE_WIDTH - FOCUS_WIDTH,
        "field": GRID,
        "field_in_ring": GRID + LINE_WIDTH - FOCUS_WIDTH,
        "menu": max(GRID // 2, (corner_height + GRID // 2 - line_height) // 2),
        "icon": max(2 * GRID, line_height),
        "bar": max(GRID // 2 + 2, line_height // 3),
    }
    return _SHEET.format_map(values)


def _mark(line_height: int) -> int:
    """Return the side of the mark of a check box or a radio button, without its border."""
    return max(2 * GRID, round(line_height * 0.95))


_PADDING, _CHOICE_PADDING = 4, 2
# Borders keep their place when the ring of the focus takes it: the padding gives way by as much.
_SHEET = """
QAbstractButton {{ icon-size: {icon}px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QToolButton {{
    background: transparent; color: {text}; border: {thin}px solid transparent; border-radius: {corner}px;
    padding: {pad}px; min-height: {spin_height}px; min-width: {spin_height}px;
}}
QToolButton:hover {{ background: {raised}; }}
QToolButton:pressed, QToolButton:checked {{ background: {pressed}; }}
QToolButton:focus {{ border: {ring}px solid {focus}; padding: {pad_in_ring}px; }}
QToolButton:disabled {{ color: {faint}; }}
QLineEdit > QToolButton {{ border: none; padding: 0px; min-height: 0px; min-width: 0px; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton::down-arrow {{ image: url({icons}/down-{scheme}.svg); width: {arrow}px; height: {arrow}px; }}
QToolButton::right-arrow {{ image: url({icons}/right-{scheme}.svg); width: {arrow}px; height: {arrow}px; }}

QPushButton, ActionButton {{
    background: {card}; color: {text}; border: {thin}px solid {control}; border-radius: {corner}px;
    padding: {pad}px {side}px; min-height: {text_height}px;
}}
QPushButton:hover, ActionButton:hover {{ background: {raised}; }}
QPushButton:pressed, QPushButton:checked, ActionButton:pressed {{ background: {pressed}; }}
QPushButton:focus, ActionButton:focus {{
    border: {ring}px solid {focus}; padding: {pad_in_ring}px {side_in_ring}px; outline: none;
}}
QPushButton:disabled, ActionButton:disabled {{ color: {faint}; border-color: {line}; background: transparent; }}
QPushButton:flat {{ background: transparent; border-color: transparent; }}
QPushButton:flat:hover {{ background: {raised}; }}
QPushButton:flat:focus {{ border-color: {focus}; }}

GroupChip:checked {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
GroupChip:checked:hover {{ background: {accent_raised}; }}
GroupChip:checked:focus {{ border-color: {focus_on_accent}; }}

RecentCard {{ border-color: {line}; padding: 0; }}

QPushButton[primary="true"], ActionButton[primary="true"] {{
    background: {accent}; color: {on_accent}; border-color: {accent};
}}
QPushButton[primary="true"]:hover, ActionButton[primary="true"]:hover {{
    background: {accent_raised}; border-color: {accent_raised};
}}
QPushButton[primary="true"]:pressed, ActionButton[primary="true"]:pressed {{
    background: {accent_pressed}; border-color: {accent_pressed};
}}
QPushButton[primary="true"]:focus, ActionButton[primary="true"]:focus {{ border-color: {focus_on_accent}; }}
QPushButton[primary="true"]:disabled, ActionButton[primary="true"]:disabled {{
    background: {pressed}; color: {faint}; border-color: {pressed};
}}

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit {{
    background: {card}; color: {text}; border: {thin}px solid {control}; border-radius: {corner}px;
    selection-background-color: {accent}; selection-color: {on_accent}; placeholder-text-color: {quiet};
}}
QLineEdit > QToolButton, QLineEdit > QToolButton:focus {{ border: none; padding: 0; min-height: 0; min-width: 0; }}
QLineEdit > QToolButton:hover {{ background: {raised}; }}
QLineEdit, QAbstractSpinBox, QComboBox {{ padding: {pad}px {field}px; min-height: {text_height}px; }}
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {{
    border: {ring}px solid {focus}; padding: {pad_in_ring}px {field_in_ring}px;
}}
QPlainTextEdit:focus, QTextEdit:focus {{ border: {ring}px solid {focus}; }}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled, QPlainTextEdit:disabled {{
    background: transparent; color: {faint}; border-color: {line};
}}
QComboBox {{ padding-right: {arrow_room}px; }}
QComboBox:hover {{ background: {raised}; }}
QComboBox::drop-down {{
    border: none; width: {arrow_room}px; subcontrol-origin: border; subcontrol-position: right center;
}}
QComboBox::down-arrow {{ image: url({icons}/down-{scheme}.svg); width: {arrow}px; height: {arrow}px; }}
QComboBox::down-arrow:disabled {{ image: url({icons}/down-faint.svg); }}
QComboBox QAbstractItemView {{ border: {thin}px solid {control}; padding: 0; }}
QAbstractSpinBox {{ padding-right: {arrow_room}px; min-height: {spin_height}px; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{
    border: none; padding: 0 {field}px; min-height: 1px; background: transparent;
}}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    border: none; background: transparent; width: {arrow_room}px; subcontrol-origin: border;
}}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; border-top-right-radius: {corner}px; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; border-bottom-right-radius: {corner}px; }}
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: {raised}; }}
QAbstractSpinBox::up-arrow {{ image: url({icons}/up-{scheme}.svg); width: {arrow}px; height: {arrow}px; }}
QAbstractSpinBox::down-arrow {{ image: url({icons}/down-{scheme}.svg); width: {arrow}px; height: {arrow}px; }}
QAbstractSpinBox::up-arrow:disabled, QAbstractSpinBox::up-arrow:off {{ image: url({icons}/up-faint.svg); }}
QAbstractSpinBox::down-arrow:disabled, QAbstractSpinBox::down-arrow:off {{ image: url({icons}/down-faint.svg); }}

QCheckBox, QRadioButton {{
    spacing: {grid}px; border: {ring}px solid transparent; border-radius: {small}px; padding: {choice}px;
}}
QCheckBox:focus, QRadioButton:focus {{ border-color: {focus}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {faint}; }}
QCheckBox::indicator, QRadioButton::indicator {{
    width: {mark}px; height: {mark}px; background: {card}; border: {thin}px solid {control};
}}
QCheckBox::indicator {{ border-radius: {small}px; }}
QRadioButton::indicator {{ border-radius: {round}px; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ background: {raised}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url({icons}/check.svg); }}
QCheckBox::indicator:indeterminate {{ background: {accent}; border-color: {accent}; image: url({icons}/partial.svg); }}
QRadioButton::indicator:checked {{ background: {accent}; border-color: {accent}; image: url({icons}/dot.svg); }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ background: {raised}; border-color: {line}; }}
QCheckBox::indicator:checked:disabled, QRadioButton::indicator:checked:disabled {{ background: {faint}; }}

QSlider {{ border: {ring}px solid transparent; border-radius: {small}px; min-height: 24px; }}
QSlider:focus {{ border-color: {focus}; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {control}; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{
    width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: {card}; border: {thin}px solid {control};
}}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ border-color: {focus}; }}

QProgressBar {{
    background: {pressed}; border: none; border-radius: {small}px; color: {text}; text-align: center;
    min-height: {grid}px; max-height: {grid}px;
}}
QProgressBar::chunk {{ background: {accent}; border-radius: {small}px; }}

Card {{ background: {card}; border: {thin}px solid {line}; border-radius: {corner}px; }}

QAbstractItemView {{ border: {thin}px solid {line}; border-radius: {corner}px; padding: 2px; }}
QAbstractItemView:focus {{ border: {ring}px solid {focus}; padding: 1px; outline: none; }}
Card QAbstractItemView {{ border: none; border-radius: {small}px; padding: {ring}px; }}
Card QAbstractItemView:focus {{ border: {ring}px solid {focus}; padding: 0; }}
QTableView {{ gridline-color: {line}; }}
StepList, StepList:focus {{ background: transparent; border: none; padding: 0; }}
QHeaderView, QHeaderView:focus, Card QHeaderView, Card QHeaderView:focus {{
    background: {card}; border: none; border-radius: 0; padding: 0;
}}
QHeaderView::section {{
    background: {card}; color: {quiet}; border: none; border-bottom: {thin}px solid {line};
    padding: {half}px;
}}
QHeaderView::up-arrow {{ image: url({icons}/up-{scheme}.svg); width: {arrow}px; height: {arrow}px; }}
QHeaderView::down-arrow {{ image: url({icons}/down-{scheme}.svg); width: {arrow}px; height: {arrow}px; }}
QTableCornerButton::section {{ background: {card}; border: none; }}

QScrollBar {{ background: transparent; border: none; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QScrollBar::handle {{ background: {control}; border-radius: 3px; margin: 3px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {quiet}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {pressed}; border-radius: {small}px; }}
QMenuBar {{ background: {page}; border-bottom: {thin}px solid {line}; }}
QMenuBar::item {{ background: transparent; padding: {menu}px {grid}px; border-radius: {small}px; }}
QMenuBar::item:selected {{ background: {pressed}; }}
QMenu {{ background: {card}; color: {text}; border: {thin}px solid {control}; padding: {half}px; }}
QMenu::item:disabled {{ color: {faint}; }}
QMenu::separator {{ height: {thin}px; background: {line}; margin: {half}px {grid}px; }}
QToolTip {{ background: {card}; color: {text}; border: {thin}px solid {control}; padding: {half}px; }}
"""
