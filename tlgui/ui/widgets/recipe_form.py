"""Every value of the recipe, in one column that scrolls: what most people need first, the rest under Advanced."""

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtWidgets import QFormLayout, QFrame, QGroupBox, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.ui.session import Session
from tlgui.ui.widgets.augmentation_form import AugmentationForm
from tlgui.ui.widgets.backbone_choice import BackboneChoice
from tlgui.ui.widgets.recipe_choice import RecipeChoice
from tlgui.ui.widgets.setting_controls import RecipeBinder
from tlgui.ui.widgets.setting_words import ADVANCED, TRAINING


class RecipeForm(QScrollArea):
    """Edits the session's recipe.

    Args:
        session: Holds the recipe and the collection.
        parent: The owner.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._binder = RecipeBinder(session, self)
        self.recipe_choice = RecipeChoice(session)
        self.backbone_choice = BackboneChoice(session)
        self.augmentation = AugmentationForm(session, self._binder)
        self.advanced_button = QToolButton()
        self.advanced_button.setText("&Advanced")
        self.advanced_button.setCheckable(True)
        self.advanced_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.advanced_button.setAutoRaise(True)
        self.advanced_button.setToolTip("Show every other value of the recipe")
        self.advanced_button.toggled.connect(self._on_advanced_button_toggled)
        self.advanced = QWidget()
        self._column = QWidget()
        self._lay_out()
        self._binder.enable_with("early_stopping.patience", "early_stopping.enabled")
        self._on_advanced_button_toggled(is_open=False)
        self.setWidget(self._column)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Settings of the training")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @override
    def sizeHint(self) -> QSize:
        """Ask for just the width the controls need, and any height."""
        width = self._column.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(width, super().sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), super().minimumSizeHint().height())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.updateGeometry()

    def _lay_out(self) -> None:
        recipe = QGroupBox("Recipe")
        recipe_layout = QVBoxLayout(recipe)
        recipe_layout.addWidget(self.recipe_choice)
        backbone_label = QLabel("Backbone")
        backbone_label.setBuddy(self.backbone_choice.box)
        recipe_layout.addWidget(backbone_label)
        recipe_layout.addWidget(self.backbone_choice)
        training = QGroupBox("Training")
        self._binder.add_rows(_rows(training), TRAINING)
        self._binder.add_rows(_rows(self.advanced), ADVANCED)
        layout = QVBoxLayout(self._column)
        for widget in (recipe, training, self.augmentation, self.advanced_button, self.advanced):
            layout.addWidget(widget)
        layout.addStretch(1)

    @Slot(bool)
    def _on_advanced_button_toggled(self, is_open: bool) -> None:  # noqa: FBT001 - a slot of `toggled`
        self.advanced.setVisible(is_open)
        self.advanced_button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)


def _rows(owner: QWidget) -> QFormLayout:
    rows = QFormLayout(owner)
    rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return rows
