"""What the window says of each backbone before TensorFlow is loaded: its name, and the input it was made for."""

from dataclasses import dataclass

from tlgui.learning.recipe import BACKBONE_IDS


@dataclass(frozen=True, slots=True)
class BackboneTitle:
    """A backbone as the user chooses it.

    Args:
        title: Its name, as its makers write it.
        input_size: Side of the square it was pretrained on, in pixels.
        blocks: Its blocks in their order, each by its name and the name of its last layer: where it can be cut, and
            from where on it can be fine-tuned.
        download_bytes: Size of its published weights; 0 where there are none to download.
    """

    title: str
    input_size: int = 224
    blocks: tuple[tuple[str, str], ...] = ()
    download_bytes: int = 0


_LARGE = 299

BACKBONE_TITLES: dict[str, BackboneTitle] = {
    "efficientnet-lite0": BackboneTitle("EfficientNet-Lite0"),
    "vgg16": BackboneTitle("VGG16"),
    "vgg19": BackboneTitle("VGG19"),
    "inceptionv3": BackboneTitle("InceptionV3", _LARGE),
    "xception": BackboneTitle("Xception", _LARGE),
    "resnet50v2": BackboneTitle("ResNet50V2"),
    "densenet121": BackboneTitle("DenseNet121"),
    "mobilenetv2": BackboneTitle("MobileNetV2"),
    "mobilenetv3small": BackboneTitle("MobileNetV3Small"),
    "mobilenetv3large": BackboneTitle("MobileNetV3Large"),
    "efficientnetv2b0": BackboneTitle("EfficientNetV2B0"),
    "efficientnetv2s": BackboneTitle("EfficientNetV2S", 384),
    "convnexttiny": BackboneTitle("ConvNeXtTiny"),
    "nasnetmobile": BackboneTitle("NASNetMobile"),
    "small-cnn": BackboneTitle("Small CNN", 150),
}
assert tuple(BACKBONE_TITLES) == BACKBONE_IDS
