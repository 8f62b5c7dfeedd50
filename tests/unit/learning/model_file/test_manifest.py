"""The manifest of a model is read as it was written, and each of its values is checked; without Keras."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.evaluations import evaluation_of
from tlgui.learning.model_file.manifest import history_of, manifest_of, summary_from
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.learning.trust import NoveltyLimit, Promise, Reliability, ReliabilityBin, Trust
from tlgui.progress import EpochEnded

NAMES = ("owl", "robin", "wren")
PATH = Path("birds.tlmodel")
SUMMARY = ModelSummary(
    path=PATH,
    class_names=NAMES,
    backbone=QUICK.backbone,
    input_size=224,
    recipe=QUICK,
    created="2026-01-02T03:04:05+01:00",
    photo_count=60,
    # No photo of a robin, and none that was taken for a wren.
    evaluation=evaluation_of(NAMES, ((9, 1, 0), (0, 0, 0), (5, 0, 0))),
    history=(EpochEnded(1, 1, 0.5, 0.8, 0.6, 0.7, 0.001, 2.0, is_best=True),),
    seconds=2.0,
    stop_reason=StopReason.COMPLETED,
    versions=(("keras", "3.15.1"),),
    device="2 processor cores",
)


def written() -> dict[str, Any]:
    manifest = json.loads(json.dumps(manifest_of(SUMMARY)))
    assert isinstance(manifest, dict)
    return manifest


def test_summary_is_read_as_it_was_written() -> None:
    assert summary_from(written(), history_of(SUMMARY), PATH) == SUMMARY


TRUST = Trust(
    temperature=1.4,
    reliability=Reliability((ReliabilityBin(0.0, 0.5, 0, 0, 0.25), ReliabilityBin(0.5, 1.0, 20, 17, 0.8)), 0.03),
    promises=(
        Promise(0.05, 0.71, 0.9, (0.5, None, 0.6), (1.0, 0.0, 0.4)),
        Promise(0.01, None, 0.0, (None,) * 3, (0.0,) * 3),
    ),
    photo_count=20,
    is_out_of_fold=True,
    novelty=NoveltyLimit(10, 0.4, 60, 1280, 0.05),
)


def test_trust_and_other_evaluations_are_read_as_they_were_written() -> None:
    assert SUMMARY.evaluation is not None
    out_of_fold = replace(evaluation_of(NAMES, ((9, 0, 0), (0, 4, 0), (1, 0, 5))), part=None, is_out_of_fold=True)
    summary = replace(SUMMARY, evaluation=out_of_fold, more_evaluations=(SUMMARY.evaluation,), trust=TRUST)
    manifest = json.loads(json.dumps(manifest_of(summary)))
    assert summary_from(manifest, history_of(summary), PATH) == summary
    without = replace(summary, trust=replace(TRUST, novelty=None))
    assert summary_from(manifest_of(without), history_of(without), PATH) == without


def test_file_of_an_earlier_version_says_nothing_of_trust() -> None:
    manifest = written()
    del manifest["trust"], manifest["more_evaluations"], manifest["evaluation"]["is_out_of_fold"]
    assert summary_from(manifest, history_of(SUMMARY), PATH) == SUMMARY


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature": 0}, "“temperature” in “trust” must be from 1e-06 to 1e"),
        ({"photo_count": -1}, "“photo_count” in “trust”"),
        ({"is_out_of_fold": 1}, "“is_out_of_fold” in “trust”"),
        ({"promises": {}}, "“promises” in “trust” must be a list"),
        ({"promises": [{}] * 101}, "“promises” in “trust” must have at most 100 entries; it has 101"),
        ({"promises.wrong_at_most": 1.5}, "“wrong_at_most” in “promises” must be from 0 to 1; it is 1.5"),
        ({"promises.threshold": "0.5"}, "“threshold” in “promises” must be a number"),
        ({"promises.named_share": -0.1}, "“named_share” in “promises”"),
        ({"promises.class_thresholds": [0.5]}, "“class_thresholds” in “promises” must have 3 entries; it has 1"),
        ({"promises.class_thresholds": [0.5, None, 2]}, "each entry of “class_thresholds” in “promises”"),
        ({"promises.class_named_shares": [0.5, None, 1]}, "“class_named_shares” in “promises” must hold numbers"),
        ({"reliability.calibration_error": None}, "“calibration_error” in “reliability” must be a number"),
        ({"reliability.bins": [{}] * 1001}, "“bins” in “reliability” must have at most 1000 entries"),
        ({"reliability.bins.high": -0.5}, "“high” in “bins”"),
        ({"reliability.bins.right_count": 21}, "“right_count” in “bins” must be from 0 to 0; it is 21"),
        ({"novelty": []}, "“novelty”"),
        ({"novelty.limit": 2.1}, "“limit” in “novelty” must be from 0 to 2; it is 2.1"),
        ({"novelty.neighbour": 61}, "“neighbour” in “novelty” must be from 1 to 60; it is 61"),
        ({"novelty.vector_count": 20_001}, "“vector_count” in “novelty” must be from 1 to 20000; it is 20001"),
        ({"novelty.length": 0}, "“length” in “novelty” must be from 1 to 1000000; it is 0"),
        ({"novelty.held_back_share": float("nan")}, "“held_back_share” in “novelty”"),
    ],
)
def test_trust_against_its_rule_is_named_with_rule_and_value(change: dict[str, Any], message: str) -> None:
    manifest = json.loads(json.dumps(manifest_of(replace(SUMMARY, trust=TRUST))))
    for path, value in change.items():
        *groups, field = path.split(".")
        place: Any = manifest["trust"]
        for group in groups:
            place = place[group]
            place = place[0] if isinstance(place, list) else place
        place[field] = value
    with pytest.raises(FieldError, match=message):
        summary_from(manifest, history_of(SUMMARY), PATH)


def test_unknown_shares_are_written_as_earlier_versions_read_them() -> None:
    classes = written()["evaluation"]["classes"]

    assert classes[1] == {"photo_count": 0, "recall": 0.0, "precision": 0.0}
    assert SUMMARY.evaluation is not None
    assert SUMMARY.evaluation.classes[1].recall is None
    assert SUMMARY.evaluation.classes[2].precision is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"photo_count": -1}, "“photo_count” in “manifest” must be from 0 to 1000000000; it is -1"),
        ({"backbone": "vgg17"}, "“backbone” in “manifest” must be one of efficientnet-lite0, .*; it is “vgg17”"),
        ({"stop_reason": "bored"}, "“stop_reason” in “manifest” must be one of completed, .*; it is “bored”"),
        ({"class_names": ["owl", "owl", "wren"]}, "must hold different names; it holds “owl” twice"),
        ({"class_names": []}, "“class_names” in “manifest” must have at least 1 entries; it has 0"),
        ({"recipe": {"epochs": 0}}, "“recipe” in “manifest” breaks a rule: Epochs must be from 1 to 10000 epochs; it"),
        ({"created": "yesterday"}, "“created” in “manifest” must be an ISO 8601 time; it is “yesterday”"),
    ],
)
def test_field_against_its_rule_is_named_with_rule_and_value(change: dict[str, Any], message: str) -> None:
    with pytest.raises(FieldError, match=message):
        summary_from(written() | change, history_of(SUMMARY), PATH)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"confusion": [[0, 3, 1]]}, "“confusion” must hold rows and columns from 0 to 2 .*; it holds 0, 3, 1"),
        ({"confusion": [[0, True, 1]]}, "“confusion” in “evaluation” must hold rows of a whole number"),
        ({"classes": []}, "“classes” must have 3 entries, one a class; it has 0"),
        ({"part": "some"}, "“part” in “evaluation” must be one of training, validation, test; it is “some”"),
        ({"photo_count": 0}, ""),
    ],
)
def test_evaluation_against_its_rules_is_refused_or_read_without_an_error(change: dict[str, Any], message: str) -> None:
    manifest = written()
    manifest["evaluation"] |= change
    if message:
        with pytest.raises(FieldError, match=message):
            summary_from(manifest, history_of(SUMMARY), PATH)
    else:
        assert summary_from(manifest, history_of(SUMMARY), PATH).evaluation is not None


def test_summary_that_breaks_a_rule_is_not_written() -> None:
    with pytest.raises(FieldError, match="“class_names” in “manifest” must hold names"):
        manifest_of(replace(SUMMARY, class_names=("x" * 5000, "robin", "wren")))
