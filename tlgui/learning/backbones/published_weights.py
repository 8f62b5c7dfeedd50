"""The weights that Keras publishes for its networks without their classifiers: where they lie, and their checksums.

Names, addresses and checksums are those of `keras.applications` 3.15, so that a file that Keras has downloaded before
is found, and Keras finds ours.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from tlgui.files import home_folder
from tlgui.learning.backbones.catalog import BACKBONE_TITLES

_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications"
_ENDING = "weights_tf_dim_ordering_tf_kernels_notop.h5"


@dataclass(frozen=True, slots=True)
class Published:
    """A published weights file.

    Args:
        url: Its address.
        name: What Keras calls it in its cache folder.
        checksum: Its MD5 (32 digits) or SHA-256 (64 digits) in hexadecimal; empty where none is published.
        size: Its length in bytes, as far as is known; a file without a checksum is held to it.
    """

    url: str
    name: str
    checksum: str
    size: int = 0


_MOBILENETV2 = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
_MOBILENETV3 = "weights_mobilenet_v3_{}_224_1.0_float_no_top_v2.h5"
_CONVNEXT_CHECKSUM = "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1"
# The folder on the server, the file's name there, and its checksum; Keras names none for MobileNetV2.
_FILES = {
    "vgg16": ("vgg16", f"vgg16_{_ENDING}", "6d6bbae143d832006294945121d1f1fc"),
    "vgg19": ("vgg19", f"vgg19_{_ENDING}", "253f8cb515780f3b799900260a226db6"),
    "inceptionv3": ("inception_v3", f"inception_v3_{_ENDING}", "bcbd6486424b2319ff4ef7d526e38f63"),
    "xception": ("xception", f"xception_{_ENDING}", "b0042744bf5b25fce3cb969f33bebb97"),
    "resnet50v2": ("resnet", f"resnet50v2_{_ENDING}", "fac2f116257151a9d068a22e544a4917"),
    "densenet121": ("densenet", f"densenet121_{_ENDING}", "30ee3e1110167f948a6b9946edeeb738"),
    "mobilenetv2": ("mobilenet_v2", _MOBILENETV2, ""),
    "mobilenetv3small": ("mobilenet_v3", _MOBILENETV3.format("small"), "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "mobilenetv3large": ("mobilenet_v3", _MOBILENETV3.format("large"), "07fb09a5933dd0c8eaafa16978110389"),
    "efficientnetv2b0": ("efficientnet_v2", "efficientnetv2-b0_notop.h5", "893217f2bb855e2983157299931e43ff"),
    "efficientnetv2s": ("efficientnet_v2", "efficientnetv2-s_notop.h5", "af0682fb74e8c54910f2d4393339c070"),
    "convnexttiny": ("convnext", "convnext_tiny_notop.h5", _CONVNEXT_CHECKSUM),
    "nasnetmobile": ("nasnet", "NASNet-mobile-no-top.h5", "1ed92395b5b598bdda52abe5c0dbfd63"),
}
# What Keras calls a file in its own folder, where that is not what the server calls it.
_NAMES_AT_HOME = {"NASNet-mobile-no-top.h5": "nasnet_mobile_no_top.h5"}

PUBLISHED: dict[str, Published] = {
    backbone: Published(
        f"{_KERAS}/{folder}/{name}",
        _NAMES_AT_HOME.get(name, name),
        checksum,
        BACKBONE_TITLES[backbone].download_bytes,
    )
    for backbone, (folder, name, checksum) in _FILES.items()
}


def keras_models_folder() -> Path:
    """Return the folder where Keras keeps downloaded weights: `KERAS_HOME`, or `.keras` in the user's home."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else home_folder() / ".keras") / "models"


def downloaded_weights(backbone_id: str) -> Path | None:
    """Return the file of a backbone's published weights, where Keras or tlgui has put it before; it is not checked."""
    published = PUBLISHED.get(backbone_id)
    path = keras_models_folder() / published.name if published is not None else None
    return path if path is not None and path.is_file() else None
