"""The weights that Keras publishes for its networks without their classifiers: addresses, names and checksums.

They are those of `keras.applications` 3.15, so that tlgui finds files that Keras downloaded, and Keras those of tlgui.
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
        name: Its name in the cache folder of Keras.
        checksum: Its MD5 (32 digits) or SHA-256 (64 digits) in hexadecimal; empty where none is published.
        size: Its length in bytes; 0 where unknown. A file without a checksum must have this length.
    """

    url: str
    name: str
    checksum: str
    size: int = 0


_MOBILENETV2 = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
_MOBILENETV3 = "weights_mobilenet_v3_{}_224_1.0_float_no_top_v2.h5"
_CONVNEXT_CHECKSUM = "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1"
# The folder on the server, the file's name there, and its checksum; Keras publishes none for MobileNetV2.
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
# Names in the cache folder of Keras that differ from those on the server.
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
    """Return the folder of downloaded weights: `models` in `KERAS_HOME`, or else in `.keras` in the user's home."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else home_folder() / ".keras") / "models"


def downloaded_weights(backbone_id: str) -> Path | None:
    """Find the published weights of a backbone that were downloaded before, by Keras or by tlgui.

    Args:
        backbone_id: The backbone's id.

    Returns:
        The file, whose content is not checked; None where there is none.
    """
    published = PUBLISHED.get(backbone_id)
    path = keras_models_folder() / published.name if published is not None else None
    return path if path is not None and path.is_file() else None
