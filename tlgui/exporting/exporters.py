"""The exporters of all formats, by the ids of the formats."""

from tlgui.exporting.export_formats import FORMATS
from tlgui.exporting.exporter import Exporter
from tlgui.exporting.keras_format import KerasExporter
from tlgui.exporting.onnx_format import OnnxExporter
from tlgui.exporting.savedmodel_format import SavedModelExporter
from tlgui.exporting.tflite_format import TfliteExporter, TfliteFloat16Exporter

EXPORTERS: dict[str, Exporter] = {
    exporter.format.id: exporter
    for exporter in (
        KerasExporter(),
        SavedModelExporter(),
        TfliteExporter(),
        TfliteFloat16Exporter(),
        OnnxExporter(),
    )
}
assert tuple(EXPORTERS) == tuple(export_format.id for export_format in FORMATS)
