"""The tutorials: the steps of each article beside the settings, and a button for each of its recipes."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tlgui.learning.recipes.built_in import BUILT_IN, INCEPTION_MIXED7, SMALL_FROM_SCRATCH
from tlgui.ui.session.session import Session
from tlgui.ui.train.tutorials import TUTORIALS, Tutorials


def test_three_articles_have_all_recipes_of_tutorials() -> None:
    assert len(TUTORIALS) == 3
    offered = [recipe_id for tutorial in TUTORIALS for recipe_id in tutorial.recipe_ids]
    assert offered == ["vgg16-bottleneck", "vgg16-frozen", "inceptionv3-mixed7", "small-cnn"]
    assert set(offered) <= BUILT_IN.keys()


def test_each_step_stands_beside_the_setting_that_does_it(qtbot: QtBot, session: Session) -> None:
    tutorials = Tutorials(session)
    qtbot.addWidget(tutorials)
    rows = {article.text(): here.text() for article, here in tutorials.cards[2].rows}
    assert rows["1. Load InceptionV3 without its classifier"] == "Backbone: InceptionV3"
    assert rows["2. Take the output of its layer mixed7"] == "Cut after: mixed7"
    assert rows["5. Drop a fifth"] == "Dropout: 20 %"
    assert rows["6. Train with RMSprop"] == "Optimiser: RMSprop"
    assert "99 %" in list(rows.values())[-1]
    frozen = [here.text() for _article, here in tutorials.cards[1].rows]
    assert frozen[1] == "Train the backbone too: never"
    assert frozen[4] == "Dropout: 50 %"


def test_button_chooses_the_recipe(qtbot: QtBot, session: Session) -> None:
    tutorials = Tutorials(session)
    qtbot.addWidget(tutorials)
    tutorials.show()
    for button, recipe in zip(tutorials.cards[2].buttons, (INCEPTION_MIXED7, SMALL_FROM_SCRATCH), strict=True):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert session.recipe == recipe
