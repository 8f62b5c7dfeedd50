"""Camtrap DP, the exchange format for camera traps that GBIF, Agouti and the R package camtrapdp read.

A folder with `datapackage.json` and three tables: each folder of photos becomes a deployment, each photo a media file
and an observation. Source: Camera Trap Data Package 1.0.2, https://camtrap-dp.tdwg.org. What the format demands and no
photo tells has the most general value there is, and the package's description names it.
"""

import mimetypes
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from typing_extensions import override

from tlgui import __version__
from tlgui.learning.answers.photo_answer import PhotoAnswer
from tlgui.learning.trust import Verdict
from tlgui.photos.answers import DecidedBy
from tlgui.photos.names import one_line
from tlgui.text.csv_tables import harmless
from tlgui.text.tables.camtrap_columns import DEPLOYMENTS, MEDIA, OBSERVATIONS
from tlgui.text.tables.csv_rows import CsvRows
from tlgui.text.tables.exported import Place, Table, TableAbout, relative_path, taken_at
from tlgui.text.tables.json_stream import encoded

VERSION = "1.0.2"
_SCHEMAS = f"https://raw.githubusercontent.com/tdwg/camtrap-dp/{VERSION}"
_DESCRIPTION = (
    "Photos named by tlgui. Each folder of photos is one deployment, from its first to its last photo, and the "
    "scientific name of each observation is the name of the class. The photos do not tell these, so check them before "
    "you publish: contributors, licences, sampling design, capture method, whether individual animals are known, and "
    "the time zone of the cameras ({zone} is assumed)."
)
# What the format has its own words for; every other class is taken for an animal, as the format knows no plants.
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("human", "humans", "person", "people"), "human"),
    **dict.fromkeys(("vehicle", "vehicles", "car", "cars"), "vehicle"),
    **dict.fromkeys(("blank", "empty", "nothing", "none"), "blank"),
}
_DOTS = re.compile(r"\.{2,}")
_MEDIA_TYPE = re.compile(r"(image|video|audio)/.+")


@dataclass(slots=True)
class _Deployment:
    """The photos of one folder."""

    number: int
    folder: str
    place: Place
    start: datetime
    end: datetime
    is_uncertain: bool = False


class CamtrapDpTable(Table):
    """A data package in a new folder.

    Args:
        folder: An empty folder.
        about: What it says of itself.
        place: Where the photos were taken whose folders have no place of their own in `about`.
    """

    def __init__(self, folder: Path, about: TableAbout, place: Place) -> None:
        self._folder = folder
        self._about = about
        self._place = place
        self._deployments: dict[str, _Deployment] = {}
        self._names: set[str] = set()
        self._count = 0
        self._open = ExitStack()
        self._media = self._rows("media", MEDIA)
        self._observations = self._rows("observations", OBSERVATIONS)

    def _rows(self, name: str, columns: Sequence[str]) -> CsvRows:
        return CsvRows(self._open.enter_context((self._folder / f"{name}.csv").open("wb")), columns)

    @override
    def add(self, prediction: PhotoAnswer) -> None:
        self._count += 1
        taken = taken_at(prediction, self._about.zone)
        time = taken or self._time_of_file(prediction.path)
        deployment = self._deployment_of(prediction.path, time)
        deployment.is_uncertain |= taken is None
        self._media.add(
            {
                "mediaID": f"m{self._count}",
                "deploymentID": f"d{deployment.number}",
                "timestamp": _written(time),
                "filePath": _address(prediction.path),
                "filePublic": "false",
                "fileName": harmless(prediction.path.name),
                "fileMediatype": _media_type(prediction),
                "mediaComments": self._comment(prediction, taken),
            }
        )
        self._observe(prediction, deployment, time)

    def _observe(self, prediction: PhotoAnswer, deployment: _Deployment, time: datetime) -> None:
        kind = _observation_type(prediction)
        name = harmless(one_line(prediction.answer)) if kind == "animal" else ""
        if name:
            self._names.add(name)
        self._observations.add(
            {
                "observationID": f"o{self._count}",
                "deploymentID": f"d{deployment.number}",
                "mediaID": f"m{self._count}",
                "eventStart": _written(time),
                "eventEnd": _written(time),
                "observationLevel": "media",
                "observationType": kind,
                "scientificName": name,
                **({} if prediction.error else self._classification(prediction)),
                "observationComments": _remarks(prediction),
            }
        )

    def _classification(self, prediction: PhotoAnswer) -> dict[str, str]:
        """Return who decided, how surely and when."""
        is_person = prediction.decided_by is DecidedBy.PERSON
        model = harmless(f"{one_line(self._about.model.name)} (SHA-256 {self._about.model.digest})")
        certainty = None if is_person else prediction.certainty
        return {
            "classificationMethod": "human" if is_person else "machine",
            "classifiedBy": "a person, using tlgui" if is_person else model,
            "classificationTimestamp": _written(datetime.fromisoformat(prediction.decided_at)),
            "classificationProbability": "" if certainty is None else f"{certainty:.6f}",
        }

    @override
    def end(self) -> None:
        deployments = self._rows("deployments", DEPLOYMENTS)
        for each in self._deployments.values():
            deployments.add(
                {
                    "deploymentID": f"d{each.number}",
                    "locationName": harmless(self._location_name(each.folder)),
                    "latitude": f"{each.place.latitude:.7f}",
                    "longitude": f"{each.place.longitude:.7f}",
                    "deploymentStart": _written(each.start),
                    "deploymentEnd": _written(each.end),
                    "timestampIssues": "true" if each.is_uncertain else "",
                }
            )
        for rows in (deployments, self._media, self._observations):
            rows.end()
        (self._folder / "datapackage.json").write_bytes(encoded(self._package()) + b"\n")

    @override
    def close(self) -> None:
        self._open.close()

    def _deployment_of(self, path: Path, time: datetime) -> _Deployment:
        folder = relative_path(path.parent, self._about.base)
        found = self._deployments.get(folder)
        if found is None:
            place = self._about.place_of(path.parent) or self._place
            found = _Deployment(len(self._deployments) + 1, folder, place, time, time)
            self._deployments[folder] = found
        found.start, found.end = min(found.start, time), max(found.end, time)
        return found

    def _location_name(self, folder: str) -> str:
        """Return the folder of a deployment as a person knows it: by its name where it is that of all photos."""
        base = self._about.base
        return one_line(base.name) if folder == "." and base is not None and base.name else folder

    def _time_of_file(self, path: Path) -> datetime:
        """Return when a file was changed; the time of the table where the file is gone."""
        try:
            return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
        except (OSError, OverflowError, ValueError):
            return datetime.fromisoformat(self._about.written_at).replace(microsecond=0)

    def _comment(self, prediction: PhotoAnswer, taken: datetime | None) -> str:
        unknown = "" if taken is not None else "The photo does not say when it was taken; this is the file's time."
        return " ".join(part for part in (harmless(prediction.error), unknown) if part)

    def _points(self) -> list[tuple[float, float]]:
        """Return the longitudes and latitudes of all deployments."""
        places = {each.place for each in self._deployments.values()} or {self._place}
        return sorted((place.longitude, place.latitude) for place in places)

    def _package(self) -> dict[str, object]:
        deployments = self._deployments.values()
        written = datetime.fromisoformat(self._about.written_at)
        start = min((each.start for each in deployments), default=written)
        end = max((each.end for each in deployments), default=written)
        zone = "this computer's" if self._about.zone is None else str(self._about.zone)
        return {
            "profile": f"{_SCHEMAS}/camtrap-dp-profile.json",
            "name": "tlgui-predictions",
            "created": _written(written),
            "title": "Photos named by tlgui",
            "description": _DESCRIPTION.format(zone=zone),
            "contributors": [{"title": "unnamed", "role": "contributor"}],
            "sources": [{"title": "tlgui", "version": __version__}],
            "resources": [_resource(name) for name in ("deployments", "media", "observations")],
            "project": {
                "title": "Photos named by tlgui",
                "samplingDesign": "opportunistic",
                "captureMethod": ["activityDetection"],
                "individualAnimals": False,
                "observationLevel": ["media"],
            },
            "spatial": {"type": "MultiPoint", "coordinates": [list(point) for point in self._points()]},
            "temporal": {"start": f"{start:%Y-%m-%d}", "end": f"{end:%Y-%m-%d}"},
            "taxonomic": [{"scientificName": name} for name in sorted(self._names)],
            "model": {"name": self._about.model.name, "sha256": self._about.model.digest},
        }


def _resource(name: str) -> dict[str, str]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": f"{_SCHEMAS}/{name}-table-schema.json",
    }


def _observation_type(prediction: PhotoAnswer) -> str:
    if prediction.error:
        return "unclassified"
    if prediction.verdict is not Verdict.NAMED or not prediction.answer:
        return "unknown"
    return _TYPES.get(prediction.answer.casefold(), "animal")


def _remarks(prediction: PhotoAnswer) -> str:
    """Return what became of the answer, and the classes that the model thinks of."""
    if prediction.error:
        return ""
    scores = ", ".join(f"{one_line(score.class_name)} {score.probability:.3f}" for score in prediction.scores)
    verdict = "" if prediction.verdict is Verdict.NAMED else f"{prediction.verdict.value}: "
    return harmless(f"{verdict}{scores}")


def _media_type(prediction: PhotoAnswer) -> str:
    if prediction.facts is not None:
        name = prediction.facts.format
        return Image.MIME.get(name) or f"image/{re.sub('[^a-z0-9]+', '-', name.lower()) or 'unknown'}"
    guess = mimetypes.guess_type(prediction.path.name)[0] or ""
    return guess if _MEDIA_TYPE.fullmatch(guess) else "image/unknown"


def _address(path: Path) -> str:
    """Return the address of a file; the format takes paths only of files inside the package, and no “..” anywhere."""
    return _DOTS.sub(lambda dots: "%2E" * len(dots[0]), path.absolute().as_uri())


def _written(time: datetime) -> str:
    """Return a time with its offset; seconds are the smallest unit that the format takes."""
    return time.isoformat(timespec="seconds")
