"""What differs between recipes is said in the form's words, and only where it matters."""

import dataclasses

from tlgui.learning.recipes.built_in import QUICK, THOROUGH, VGG16_BOTTLENECK
from tlgui.learning.recipes.recipe import COPIES, Augmentation, EarlyStopping, FineTuning, Recipe
from tlgui.ui.recipes.setting_differences import NOT_USED, differences


def shown(*recipes: Recipe) -> dict[str, tuple[str, ...]]:
    return dict(differences(recipes))


def test_same_settings_under_another_name_differ_in_nothing() -> None:
    assert differences([QUICK, dataclasses.replace(QUICK, name="Mine", description="As I like it.")]) == ()


def test_differences_are_in_the_words_of_the_form() -> None:
    other = dataclasses.replace(
        QUICK,
        backbone="vgg16",
        weights="/home/robin/vgg16_notop.h5",
        epochs=1,
        label_smoothing=0.05,
        split=dataclasses.replace(QUICK.split, use_own=False),
        early_stopping=dataclasses.replace(QUICK.early_stopping, watch="accuracy"),
    )
    assert shown(QUICK, other) == {
        "Backbone": ("EfficientNet-Lite0", "VGG16"),
        "Weights": ("come with tlgui", "vgg16_notop.h5"),
        "Epochs": (f"{QUICK.epochs} epochs", "1 epoch"),
        "Label smoothing": ("10 %", "5 %"),
        "Use the folder's own split": ("yes", "no"),
        "Best epoch by": ("validation loss", "validation accuracy"),
    }


def test_any_number_of_recipes_stand_side_by_side() -> None:
    rows = shown(*(dataclasses.replace(QUICK, batch_size=size) for size in (16, 32, 32)))
    assert rows == {"Batch size": ("16 photos", "32 photos", "32 photos")}


def test_what_no_recipe_uses_is_no_difference() -> None:
    never = Recipe(early_stopping=EarlyStopping(enabled=False, patience=3), fine_tuning=FineTuning(epochs=9))
    other = Recipe(
        early_stopping=EarlyStopping(enabled=False, patience=8), augmentation=Augmentation(rotation=40.0, copies=0)
    )
    assert differences([never, other]) == ()


def test_what_only_one_recipe_uses_is_marked_for_the_other() -> None:
    rows = shown(QUICK, THOROUGH)
    assert rows["Train the backbone too"] == ("never", "once the head is trained")
    assert rows["Fine-tuning: epochs"][0] == NOT_USED
    assert rows["Smallest crop"] == (NOT_USED, "40 %")
    assert rows["Make variations"] == ("once, before the training", "anew in each epoch")
    assert "Fine-tuning: momentum" not in rows
    # Thorough changes photos, but not their contrast.
    assert "Contrast" not in rows


def test_numbers_of_nothing_and_of_all_have_words() -> None:
    copies = Augmentation(copies=2, when=COPIES, smallest_crop=1.0)
    less = Augmentation(copies=1, when=COPIES, smallest_crop=0.5)
    rows = shown(Recipe(augmentation=copies, most_batches=0), Recipe(augmentation=less, most_batches=100))
    assert rows["Variations of each photo"] == ("2", "1")
    assert rows["Smallest crop"] == (NOT_USED, "50 %")
    assert rows["Steps an epoch at most"] == ("no limit", "100 batches")


def test_tutorials_recipe_shows_its_rates_as_people_write_them() -> None:
    rows = shown(QUICK, VGG16_BOTTLENECK)
    assert rows["Learning rate"] == ("0.003", "0.001")
    assert rows["Momentum"] == (NOT_USED, "0.9")
