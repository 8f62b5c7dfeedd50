"""Facts about each backbone that are needed before TensorFlow is loaded: title, input size, blocks, download size."""

from dataclasses import dataclass

from tlgui.learning.recipes.recipe import BACKBONE_IDS


@dataclass(frozen=True, slots=True)
class BackboneTitle:
    """A backbone as the user chooses it.

    Args:
        title: Its name, spelt as its authors do.
        input_size: Side of the square input it was pretrained on, in pixels.
        blocks: Its blocks in order, as names with the names of their last layers: it can be cut after each, and
            fine-tuned from each on.
        download_bytes: Size of its published weights; 0 where none are published.
    """

    title: str
    input_size: int = 224
    blocks: tuple[tuple[str, str], ...] = ()
    download_bytes: int = 0


_LARGE = 299


def _blocks(prefix: str, *lasts: str) -> tuple[tuple[str, str], ...]:
    """Return blocks with names numbered from 1."""
    return tuple((f"{prefix}{number}", last) for number, last in enumerate(lasts, 1))


# The first block includes the stem; layers after the last block are trained with it.
_LITE0 = _blocks(
    "block",
    "block0_project_bn",
    "block2_add",
    "block4_add",
    "block7_add",
    "block10_add",
    "block14_add",
    "block15_project_bn",
)
_LITE2 = _blocks(
    "block",
    "block0_project_bn",
    "block3_add",
    "block6_add",
    "block10_add",
    "block14_add",
    "block19_add",
    "block20_project_bn",
)
_VGG = _blocks("block", "block1_pool", "block2_pool", "block3_pool", "block4_pool", "block5_pool")
_INCEPTION = tuple((f"mixed{number}", f"mixed{number}") for number in range(11))
_XCEPTION = _blocks(
    "block",
    "block1_conv2_act",
    "add",
    *(f"add_{number}" for number in range(1, 12)),
    "block14_sepconv2_act",
)
_RESNET = _blocks("conv", "pool1_pool", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "post_relu")
_DENSENET = _blocks("conv", "pool1", "pool2_pool", "pool3_pool", "pool4_pool", "relu")
_MOBILENETV2 = _blocks(
    "block",
    "expanded_conv_project_BN",
    "block_2_add",
    "block_5_add",
    "block_9_add",
    "block_12_add",
    "block_15_add",
    "block_16_project_BN",
)
_MOBILENETV3SMALL = _blocks(
    "block",
    "expanded_conv_project_bn",
    "expanded_conv_2_add",
    "expanded_conv_5_add",
    "expanded_conv_7_add",
    "expanded_conv_10_add",
)
_MOBILENETV3LARGE = _blocks(
    "block",
    "expanded_conv_add",
    "expanded_conv_2_add",
    "expanded_conv_5_add",
    "expanded_conv_9_add",
    "expanded_conv_11_add",
    "expanded_conv_14_add",
)
_EFFICIENTNETV2B0 = _blocks(
    "block", "block1a_project_activation", "block2b_add", "block3b_add", "block4c_add", "block5e_add", "block6h_add"
)
_EFFICIENTNETV2S = _blocks(
    "block", "block1b_add", "block2d_add", "block3d_add", "block4f_add", "block5i_add", "block6o_add"
)
_CONVNEXT = _blocks("stage", "add_2", "add_5", "add_14", "add_17")
_SMALL_CNN = _blocks("block", "block1_pool", "block2_pool", "block3_pool")

# Sizes are those that Keras reports when it downloads the files without classifier. NASNetMobile has no blocks: each
# of its cells has the two before it as inputs, so it can be cut at its end only.
BACKBONE_TITLES: dict[str, BackboneTitle] = {
    "efficientnet-lite0": BackboneTitle("EfficientNet-Lite0", blocks=_LITE0),
    "efficientnet-lite2": BackboneTitle("EfficientNet-Lite2", 260, _LITE2),
    "vgg16": BackboneTitle("VGG16", blocks=_VGG, download_bytes=58_889_256),
    "vgg19": BackboneTitle("VGG19", blocks=_VGG, download_bytes=80_134_624),
    "inceptionv3": BackboneTitle("InceptionV3", _LARGE, _INCEPTION, 87_910_968),
    "xception": BackboneTitle("Xception", _LARGE, _XCEPTION, 83_683_744),
    "resnet50v2": BackboneTitle("ResNet50V2", blocks=_RESNET, download_bytes=94_668_760),
    "densenet121": BackboneTitle("DenseNet121", blocks=_DENSENET, download_bytes=29_084_464),
    "mobilenetv2": BackboneTitle("MobileNetV2", blocks=_MOBILENETV2, download_bytes=9_406_464),
    "mobilenetv3small": BackboneTitle("MobileNetV3Small", blocks=_MOBILENETV3SMALL, download_bytes=4_334_752),
    "mobilenetv3large": BackboneTitle("MobileNetV3Large", blocks=_MOBILENETV3LARGE, download_bytes=12_683_000),
    "efficientnetv2b0": BackboneTitle("EfficientNetV2B0", blocks=_EFFICIENTNETV2B0, download_bytes=24_274_472),
    "efficientnetv2s": BackboneTitle("EfficientNetV2S", 384, _EFFICIENTNETV2S, 82_420_632),
    "convnexttiny": BackboneTitle("ConvNeXtTiny", blocks=_CONVNEXT, download_bytes=111_650_432),
    "nasnetmobile": BackboneTitle("NASNetMobile", download_bytes=19_993_432),
    "small-cnn": BackboneTitle("Small CNN", 150, _SMALL_CNN),
}
assert tuple(BACKBONE_TITLES) == BACKBONE_IDS
