"""MegaDetector's batch results, which Timelapse, AddaxAI and others read, in the form with classifications.

Source: “MegaDetector output format”, https://lila.science/megadetector-output-format (version 1.5). The format speaks
of boxes with an animal in them, each with its classes. A model of tlgui looks at whole photos, so each photo has one
box, around all of it; its category is called “animal” because the programs that read the format look for that name.
Fields of tlgui's own tell what became of the answer, who decided it, and when.
"""

from typing import BinaryIO

from typing_extensions import override

from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.text.tables.exported import Table, TableAbout, relative_path
from tlgui.text.tables.json_stream import ClassIds, JsonStream, maker

_FORMAT_VERSION = "1.5"
_WHOLE_PHOTO = (0.0, 0.0, 1.0, 1.0)


class MegaDetectorTable(Table):
    """A file of MegaDetector's batch results.

    Args:
        stream: The file to write to.
        about: What it says of itself.
    """

    def __init__(self, stream: BinaryIO, about: TableAbout) -> None:
        self._about = about
        self._ids = ClassIds(about.model.class_names, first=0)
        self._json = JsonStream(stream)
        self._json.member(
            "info",
            {
                "format_version": _FORMAT_VERSION,
                "tlgui": maker(about),
                "detector": "whole photos",
                "classifier": about.model.name,
                "classification_completion_time": about.written_at,
                "classifier_metadata": {"sha256": about.model.digest},
            },
        )
        self._json.member("detection_categories", {"1": "animal"})
        self._json.begin_list("images")

    @override
    def add(self, prediction: PhotoAnswer) -> None:
        image: dict[str, object] = {"file": relative_path(prediction.path, self._about.base)}
        if prediction.error:
            self._json.item({**image, "failure": prediction.error, "detections": None})
            return
        classes = [(score.class_name, score.probability) for score in prediction.scores]
        if prediction.answer and (not classes or classes[0][0] != prediction.answer):
            # A person decided otherwise; the list must fall from the first to the last.
            classes = [(prediction.answer, 1.0), *(pair for pair in classes if pair[0] != prediction.answer)]
        box = {
            "category": "1",
            "conf": round(float(classes[0][1]), 6) if classes else 0.0,
            "bbox": _WHOLE_PHOTO,
            "classifications": [[self._ids.text_id(name), round(float(share), 6)] for name, share in classes],
        }
        self._json.item(
            {
                **image,
                "detections": [box],
                "verdict": prediction.verdict.value,
                "answer": prediction.answer,
                "decided_by": prediction.decided_by.value,
                "decided_at": prediction.decided_at,
            }
        )

    @override
    def end(self) -> None:
        self._json.end_list()
        self._json.member("classification_categories", self._ids.by_text_id())
        self._json.end()
