"""The built-in recipes: four for any collection, and those of published tutorials on transfer learning.

`BUILT_IN` has them by the ids that the command line uses.

>>> list(BUILT_IN)[:3]
['quick', 'balanced', 'thorough']
>>> BUILT_IN["quick"].backbone
'efficientnet-lite0'
"""

from dataclasses import replace

from tlgui.learning.recipes.recipe import (
    AFTER_HEAD,
    DOWNLOAD,
    EVERY_EPOCH,
    FROM_START,
    LARGER_BACKBONE,
    LAST_LAYER,
    NO_WEIGHTS,
    SMALL_CNN,
    SMALLER_BACKBONE,
    Augmentation,
    EarlyStopping,
    FineTuning,
    Head,
    Recipe,
    SplitSettings,
)

# The values of the first four were found by experiments on photos of flowers and cats and pictures of clothes; README
# has their accuracies.
_ALL_EPOCHS = EarlyStopping(enabled=False)
QUICK = Recipe(
    name="Quick",
    description=(
        "Looks at each photo once and learns in seconds what sets your classes apart. "
        "Start here: it shows how far your photos carry."
    ),
    head=Head(dropout=0.5),
    learning_rate=0.003,
    schedule="cosine",
    label_smoothing=0.1,
    batch_size=128,
    early_stopping=_ALL_EPOCHS,
)
BALANCED = Recipe(
    name="Better",
    description=(
        "Also looks at a mirrored copy of each photo, and learns with a hidden layer between backbone and answer. "
        "Use it when Quick works and you can wait twice as long."
    ),
    head=Head(dense_units=512, dropout=0.5, feature_dropout=0.5),
    schedule="cosine",
    label_smoothing=0.1,
    epochs=60,
    batch_size=128,
    early_stopping=_ALL_EPOCHS,
    augmentation=Augmentation(flip_horizontal=True, copies=1),
)
THOROUGH = Recipe(
    name="Thorough",
    description=(
        "Learns as Quick does, then also teaches the later half of the backbone with freshly changed photos in each "
        "epoch. Use it when accuracy matters more than a quarter of an hour."
    ),
    label_smoothing=0.1,
    # With a few hundred photos, larger batches give too few steps in six epochs to improve the result.
    batch_size=16,
    fine_tuning=FineTuning(when=AFTER_HEAD, from_block="block5"),
    augmentation=Augmentation(smallest_crop=0.4, flip_horizontal=True, when=EVERY_EPOCH),
)
BEST = replace(
    THOROUGH,
    name="Best",
    description=(
        "Learns as Thorough does, with a larger backbone that looks at larger pictures; where your photos are small, "
        "it keeps the smaller one. Use it when you can wait twice as long as for Thorough."
    ),
    backbone=LARGER_BACKBONE,
    input_size=260,
    small_photos=SMALLER_BACKBONE,
)
_INCEPTION_CHANGES = Augmentation(
    rotation=40.0,
    shift_horizontal=0.2,
    shift_vertical=0.2,
    shear=11.5,
    zoom=0.2,
    flip_horizontal=True,
    when=EVERY_EPOCH,
)
_TARGET = EarlyStopping(enabled=False, target_accuracy=0.99)
VGG16_BOTTLENECK = Recipe(
    name="VGG16 bottleneck features",
    description=(
        "The classic tutorial: VGG16 looks once at a changed copy of each photo, and a small network learns from what "
        "it saw. Use it to follow that tutorial; switch fine-tuning on for its last part."
    ),
    backbone="vgg16",
    weights=DOWNLOAD,
    input_size=150,
    pooling="flatten",
    head=Head(dense_units=256),
    optimizer="sgd",
    learning_rate=0.001,
    epochs=50,
    early_stopping=_ALL_EPOCHS,
    fine_tuning=FineTuning(
        from_block="block5",
        optimizer="sgd",
        learning_rate=0.0001,
        weight_decay=0.0,
        schedule="constant",
        warm_up=0.0,
        epochs=10,
    ),
    split=SplitSettings(validation=0.1, test=0.1),
    augmentation=Augmentation(
        rotation=40.0,
        shift_horizontal=0.2,
        shift_vertical=0.2,
        shear=11.5,
        zoom=0.2,
        fill_mode="nearest",
        copies=1,
        keep_photo=False,
    ),
)
VGG16_FROZEN = Recipe(
    name="VGG16 frozen, dense head",
    description=(
        "The tutorial with VGG16 frozen inside the network and a dense head, on freshly changed photos in each epoch. "
        "Use it to follow that tutorial; it takes minutes for each thousand photos."
    ),
    backbone="vgg16",
    weights=DOWNLOAD,
    input_size=150,
    pooling="flatten",
    head=Head(dense_units=256, dropout=0.5),
    epochs=10,
    early_stopping=_ALL_EPOCHS,
    augmentation=Augmentation(
        rotation=15.0, shift_horizontal=0.1, shift_vertical=0.1, zoom=0.1, flip_horizontal=True, when=EVERY_EPOCH
    ),
)
INCEPTION_MIXED7 = Recipe(
    name="InceptionV3 at mixed7",
    description=(
        "The tutorial that cuts InceptionV3 at its layer mixed7 and puts a wide dense head on it. "
        "Use it to follow that tutorial, or where many details tell your classes apart."
    ),
    backbone="inceptionv3",
    weights=DOWNLOAD,
    input_size=150,
    cut_layer="mixed7",
    pooling="flatten",
    head=Head(dense_units=1024, dropout=0.2),
    optimizer="rmsprop",
    learning_rate=0.0001,
    batch_size=100,
    most_batches=100,
    epochs=10,
    early_stopping=_TARGET,
    augmentation=_INCEPTION_CHANGES,
)
# The baseline of the recipe above: the same settings with another network.
SMALL_FROM_SCRATCH = replace(
    INCEPTION_MIXED7,
    name="Small CNN from scratch",
    description=(
        "A small network that has never seen a picture before, as that tutorial's baseline. "
        "Use it to see how much a pretrained backbone helps."
    ),
    backbone=SMALL_CNN,
    weights=NO_WEIGHTS,
    cut_layer=LAST_LAYER,
    fine_tuning=FineTuning(when=FROM_START),
)
BUILT_IN: dict[str, Recipe] = {
    "quick": QUICK,
    "balanced": BALANCED,
    "thorough": THOROUGH,
    "best": BEST,
    "vgg16-bottleneck": VGG16_BOTTLENECK,
    "vgg16-frozen": VGG16_FROZEN,
    "inceptionv3-mixed7": INCEPTION_MIXED7,
    "small-cnn": SMALL_FROM_SCRATCH,
}
