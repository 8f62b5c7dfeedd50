"""The rules of Camtrap DP 1.0.2 for what tlgui writes: its profile and its three table schemas, in our own words.

Source: https://camtrap-dp.tdwg.org/metadata and https://camtrap-dp.tdwg.org/data, and for the meaning of types and
constraints the Table Schema of Frictionless, https://specs.frictionlessdata.io/table-schema.
"""

import csv
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_URL = "https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/"


@dataclass(frozen=True)
class Field:
    """The rules of one column."""

    name: str
    check: Callable[[str], bool] = lambda _text: True
    required: bool = False
    unique: bool = False


def one_of(*words: str) -> Callable[[str], bool]:
    return lambda text: text in words


def number(low: float, high: float = float("inf")) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(r"-?\d+(\.\d+)?", text) is not None and low <= float(text) <= high


def integer(low: int, high: float = float("inf")) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(r"-?\d+", text) is not None and low <= int(text) <= high


def pattern(text: str) -> Callable[[str], bool]:
    return lambda value: re.search(text, value) is not None


def time(text: str) -> bool:
    return _TIME.fullmatch(text) is not None and datetime.fromisoformat(text) is not None


boolean = one_of("true", "false")

DEPLOYMENTS = (
    Field("deploymentID", required=True, unique=True),
    Field("locationID"),
    Field("locationName"),
    Field("latitude", number(-90, 90), required=True),
    Field("longitude", number(-180, 180), required=True),
    Field("coordinateUncertainty", integer(1)),
    Field("deploymentStart", time, required=True),
    Field("deploymentEnd", time, required=True),
    Field("setupBy"),
    Field("cameraID"),
    Field("cameraModel"),
    Field("cameraDelay", integer(0)),
    Field("cameraHeight", number(0)),
    Field("cameraDepth", number(0)),
    Field("cameraTilt", integer(-90, 90)),
    Field("cameraHeading", integer(0, 360)),
    Field("detectionDistance", number(0)),
    Field("timestampIssues", boolean),
    Field("baitUse", boolean),
    Field("featureType"),
    Field("habitat"),
    Field("deploymentGroups"),
    Field("deploymentTags"),
    Field("deploymentComments"),
)
MEDIA = (
    Field("mediaID", required=True, unique=True),
    Field("deploymentID", required=True),
    Field("captureMethod", one_of("activityDetection", "timeLapse")),
    Field("timestamp", time, required=True),
    Field("filePath", pattern(r"^(?=^[^./~])(^((?!\.{2}).)*$).*$"), required=True),
    Field("filePublic", boolean, required=True),
    Field("fileName"),
    Field("fileMediatype", pattern(r"^(image|video|audio)/.*$"), required=True),
    Field("exifData"),
    Field("favorite", boolean),
    Field("mediaComments"),
)
OBSERVATIONS = (
    Field("observationID", required=True, unique=True),
    Field("deploymentID", required=True),
    Field("mediaID"),
    Field("eventID"),
    Field("eventStart", time, required=True),
    Field("eventEnd", time, required=True),
    Field("observationLevel", one_of("media", "event"), required=True),
    Field("observationType", one_of("animal", "human", "vehicle", "blank", "unknown", "unclassified"), required=True),
    Field("cameraSetupType", one_of("setup", "calibration")),
    Field("scientificName"),
    Field("count", integer(1)),
    Field("lifeStage", one_of("adult", "subadult", "juvenile")),
    Field("sex", one_of("female", "male")),
    Field("behavior"),
    Field("individualID"),
    Field("individualPositionRadius", number(0)),
    Field("individualPositionAngle", number(-90, 90)),
    Field("individualSpeed", number(0)),
    Field("bboxX", number(0, 1)),
    Field("bboxY", number(0, 1)),
    Field("bboxWidth", number(1e-15, 1)),
    Field("bboxHeight", number(1e-15, 1)),
    Field("classificationMethod", one_of("human", "machine")),
    Field("classifiedBy"),
    Field("classificationTimestamp", time),
    Field("classificationProbability", number(0, 1)),
    Field("observationTags"),
    Field("observationComments"),
)
SCHEMAS = {"deployments": DEPLOYMENTS, "media": MEDIA, "observations": OBSERVATIONS}
_DESIGNS = ("simpleRandom", "systematicRandom", "clusteredRandom", "experimental", "targeted", "opportunistic")
_ROLES = ("contact", "principalInvestigator", "rightsHolder", "publisher", "contributor")


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def problems(folder: Path) -> list[str]:
    """Return what is wrong with a data package; empty where nothing is."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    found = [f"datapackage: {problem}" for problem in _package_problems(package, folder)]
    tables = {name: rows_of(folder / f"{name}.csv") for name in SCHEMAS}
    for name, fields in SCHEMAS.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            if tuple(next(csv.reader(stream))) != tuple(field.name for field in fields):
                found.append(f"{name}: the columns are others")
        found += [f"{name}: {problem}" for field in fields for problem in _column_problems(field, tables[name])]
    deployments = {row["deploymentID"] for row in tables["deployments"]}
    media = {row["mediaID"] for row in tables["media"]}
    for name in ("media", "observations"):
        if not {row["deploymentID"] for row in tables[name]} <= deployments:
            found.append(f"{name}: a deployment is missing")
    if not {row["mediaID"] for row in tables["observations"]} - {""} <= media:
        found.append("observations: a media file is missing")
    names = {row["scientificName"] for row in tables["observations"]} - {""}
    if names != {taxon["scientificName"] for taxon in package["taxonomic"]}:
        found.append("taxonomic: other names than those of the observations")
    return found


def _column_problems(field: Field, rows: list[dict[str, str]]) -> list[str]:
    values = [row[field.name] for row in rows]
    given = [value for value in values if value]
    found = [f"{field.name} must not be “{value}”" for value in given if not field.check(value)]
    if field.required and len(given) != len(values):
        found.append(f"{field.name} is missing")
    if field.unique and len(set(given)) != len(given):
        found.append(f"{field.name} is there twice")
    return found


def _package_problems(package: Mapping[str, Any], folder: Path) -> list[str]:
    project, temporal = package["project"], package["temporal"]
    resources = {each["name"]: each for each in package["resources"]}
    rules = {
        "profile": package["profile"] == f"{_URL}camtrap-dp-profile.json",
        "name": re.fullmatch(r"[-a-z0-9._/]+", package["name"]) is not None,
        "created": time(package["created"]),
        "contributors": bool(package["contributors"])
        and all(each["title"] and each.get("role") in (*_ROLES, None) for each in package["contributors"]),
        "sources": all(each["title"] for each in package.get("sources", ())),
        "licenses": "licenses" not in package,
        "resources": set(resources) == set(SCHEMAS)
        and all(
            each["profile"] == "tabular-data-resource"
            and each["schema"] == f"{_URL}{name}-table-schema.json"
            and (folder / each["path"]).is_file()
            for name, each in resources.items()
        ),
        "title": bool(project["title"]),
        "samplingDesign": project["samplingDesign"] in _DESIGNS,
        "captureMethod": bool(project["captureMethod"])
        and {*project["captureMethod"]} <= {"activityDetection", "timeLapse"},
        "individualAnimals": isinstance(project["individualAnimals"], bool),
        "observationLevel": {*project["observationLevel"]} <= {"media", "event"},
        "spatial": package["spatial"]["type"] == "MultiPoint"
        and all(abs(east) <= 180 and abs(north) <= 90 for east, north in package["spatial"]["coordinates"]),
        "temporal": all(re.fullmatch(r"\d{4}-\d\d-\d\d", temporal[key]) for key in ("start", "end")),
        "taxonomic": all(each["scientificName"] for each in package["taxonomic"]),
    }
    return [name for name, holds in rules.items() if not holds]
