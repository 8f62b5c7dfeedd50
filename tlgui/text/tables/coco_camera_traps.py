"""COCO Camera Traps, the form of the data sets on LILA and of many tools that train on them.

Source: “COCO Camera Traps format”, https://lila.science/coco-camera-traps. A photo that is not named has no annotation.
Fields of tlgui's own tell what became of the answer, who decided it, and when.
"""

from contextlib import ExitStack
from datetime import datetime
from typing import BinaryIO

from typing_extensions import override

from tlgui import files
from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.text.tables.exported import Table, TableAbout, relative_path, taken_at
from tlgui.text.tables.json_stream import ClassIds, JsonStream, encoded, maker

_COPY_BYTES = 1 << 16


class CocoCameraTrapsTable(Table):
    """A COCO Camera Traps file. Its annotations wait in a temporary file until the last photo is written.

    Args:
        stream: The file to write to.
        about: What it says of itself.
    """

    def __init__(self, stream: BinaryIO, about: TableAbout) -> None:
        self._about = about
        # The number 0 is kept for the class “empty”.
        self._ids = ClassIds(about.model.class_names, first=1, reserved={"empty": 0})
        self._image_count = self._annotation_count = 0
        self._open = ExitStack()
        self._waiting = self._open.enter_context(files.temporary_file())
        self._json = JsonStream(stream)
        self._json.member(
            "info",
            {
                "version": "1.0",
                "tlgui": maker(about),
                "description": f"Photos named by {maker(about)['model']}",
                "year": datetime.fromisoformat(about.written_at).year,
                "contributor": "",
                "date_created": about.written_at,
            },
        )
        self._json.begin_list("images")

    @override
    def add(self, prediction: PhotoAnswer) -> None:
        self._image_count += 1
        image: dict[str, object] = {
            "id": str(self._image_count),
            "file_name": relative_path(prediction.path, self._about.base),
        }
        if prediction.facts is not None:
            image |= {"width": prediction.facts.width, "height": prediction.facts.height}
        if (taken := taken_at(prediction, self._about.zone)) is not None:
            image["datetime"] = f"{taken:%Y-%m-%d %H:%M:%S}"
        image |= {"corrupt": True} if prediction.error else {"verdict": prediction.verdict.value}
        self._json.item(image)
        if prediction.answer:
            self._annotate(prediction)

    def _annotate(self, prediction: PhotoAnswer) -> None:
        self._annotation_count += 1
        annotation: dict[str, object] = {
            "id": str(self._annotation_count),
            "image_id": str(self._image_count),
            "category_id": self._ids.number(prediction.answer),
        }
        if prediction.certainty is not None:
            annotation["score"] = round(float(prediction.certainty), 6)
        annotation |= {"decided_by": prediction.decided_by.value, "decided_at": prediction.decided_at}
        separator = b",\n" if self._annotation_count > 1 else b""
        self._waiting.write(separator + encoded(annotation))

    @override
    def end(self) -> None:
        self._json.end_list()
        self._json.begin_list("annotations")
        self._waiting.seek(0)
        while piece := self._waiting.read(_COPY_BYTES):
            self._json.raw(piece)
        self._json.end_list()
        self._json.member("categories", [{"id": number, "name": name} for name, number in self._ids.numbered()])
        self._json.end()

    @override
    def close(self) -> None:
        self._open.close()
