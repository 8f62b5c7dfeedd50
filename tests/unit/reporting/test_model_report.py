"""The report holds each figure of the model once, says what it should not be used for, and links to nothing."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

from tests.evaluations import evaluation_of, one_class_only
from tests.pictures import write_jpeg, write_text
from tests.trusts import trust_of
from tlgui.errors import Cancelled
from tlgui.files import targets
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.results import Evaluation, MistakenPhoto, ModelSummary, StopReason
from tlgui.learning.trust import PromiseCheck, Trust, TrustCheck
from tlgui.photos.collection import Part
from tlgui.reporting.limits import limits
from tlgui.reporting.model_report import ReportFacts, model_report
from tlgui.reporting.page import browser_page, print_drawings, print_page
from tlgui.reporting.small_pictures import MOST_PICTURES

NAMES = ("owl", "robin", "wren")
CONFUSION = ((97, 11, 5), (7, 131, 3), (2, 4, 112))
_VOID = {"meta", "br", "img", "line", "rect", "path"}


def model_of(
    evaluation: Evaluation | None = None, trust: Trust | None = None, names: tuple[str, ...] = NAMES
) -> ModelSummary:
    return ModelSummary(
        path=Path("birds.tlmodel"),
        class_names=names,
        backbone=QUICK.backbone,
        input_size=224,
        recipe=QUICK,
        created="2026-11-29T14:02:00+01:00",
        photo_count=1488,
        evaluation=evaluation,
        history=(),
        seconds=65.0,
        stop_reason=StopReason.COMPLETED,
        versions=(("tlgui", "0.3.0"), ("keras", "3.15.1")),
        device="2 processor cores",
        trust=trust,
    )


def full_model() -> ModelSummary:
    headline = replace(evaluation_of(NAMES, CONFUSION, None), is_out_of_fold=True)
    validation = evaluation_of(NAMES, ((29, 2, 1), (1, 40, 0), (0, 2, 38)), Part.VALIDATION)
    return replace(model_of(headline, trust_of()), more_evaluations=(validation,))


class Page(HTMLParser):
    """Reads a page strictly: every element is closed, in the right order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def page_of(facts: ReportFacts) -> Page:
    return Page(browser_page(model_report(facts)))


def test_page_is_whole_and_loads_nothing() -> None:
    html = browser_page(model_report(ReportFacts("Birds: Quick", full_model())))

    page = Page(html)

    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert page.elements["h1"] == page.elements["title"] == page.elements["svg"] == 1
    assert not re.search(r"https?:|//|@import|url\(", html)
    assert not {"script", "link", "iframe", "a", "form"} & page.elements.keys()
    for name, value in page.attributes:
        if name in {"src", "href", "xlink:href", "data", "poster", "srcset"}:
            assert value.startswith("data:image/jpeg;base64,")
        assert not name.startswith("on")


def test_each_figure_of_the_model_is_there_once() -> None:
    text = page_of(ReportFacts("Birds: Quick", full_model(), class_counts={"owl": 113, "robin": 141, "wren": 118})).text

    once = [
        "29 November 2026", "1,488 photos", "EfficientNet-Lite0", "2 processor cores",
        # The accuracy, and that of the other part.
        "91.4 %", "340 of 372 photos", "94.7 %", "113 validation photos",
        # Recall, its range and precision of a class.
        "85.8 %", "78 and 92 %", "91.5 %",
        # Reliability, promises, novelty.
        "2.0 %", "70 to 80 %", "75.0 %", "94.0 %", "0.400", ", 4.0 % is held back",
        "“owl” called “robin” 11 of 113", "0.3.0",
    ]  # fmt: skip
    assert {figure: text.count(figure) for figure in once} == dict.fromkeys(once, 1)


def test_names_are_text_whatever_they_are() -> None:
    evil = ("<script>alert(1)</script>", '"><img src=http://evil.example/x onerror=y>', "&amp; \u202egpj")
    model = model_of(evaluation_of(evil, CONFUSION), trust_of(), evil)
    facts = ReportFacts("<b>bold</b>", replace(model, device="</table><script>"), mistakes=())

    page = page_of(facts)

    assert page.elements["script"] == page.elements["b"] == page.elements["img"] == 0
    assert "<script>alert(1)</script>" in page.text
    assert "&amp; \\u202egpj" in page.text
    assert page.text.startswith("<b>bold</b>")


def test_mistakes_are_small_pictures_without_what_the_camera_wrote(tmp_path: Path) -> None:
    good = write_jpeg(tmp_path / "a.jpg", 1200, 800)
    bad = write_text(tmp_path / "b.jpg")
    mistakes = [MistakenPhoto(bad, "owl", "wren", 0.6), MistakenPhoto(good, "owl", "robin", 0.93)]

    html = browser_page(model_report(ReportFacts("Birds", full_model(), mistakes=mistakes)))

    page = Page(html)
    assert page.elements["img"] == 1
    assert "“owl” called “robin” 93.0 % sure “owl” called “wren” 60.0 % sure (cannot be shown any more)" in page.text
    assert len(html) < 60_000
    assert "Exif" not in html


def test_at_most_sixty_mistakes_are_shown_and_reading_them_can_be_stopped(tmp_path: Path) -> None:
    photo = write_jpeg(tmp_path / "a.jpg")
    mistakes = [MistakenPhoto(photo, "owl", "robin", number / 100) for number in range(80)]

    page = page_of(ReportFacts("Birds", full_model(), mistakes=mistakes))

    assert page.elements["img"] == MOST_PICTURES
    assert "The 60 of 80 it was surest of." in page.text
    assert "79.0 % sure" in page.text
    assert " 20.0 % sure" in page.text
    assert " 19.0 % sure" not in page.text

    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        model_report(ReportFacts("Birds", full_model(), mistakes=mistakes), stop)


def test_why_nothing_can_be_promised_is_told_once() -> None:
    weak = trust_of((None,) * 4, (0.0,) * 4, photo_count=2000)

    text = page_of(ReportFacts("Birds", model_of(evaluation_of(NAMES, CONFUSION), weak))).text

    assert text.count("Even its surest answers are wrong too often") == 1
    assert "to promise 1 in 10, 1 in 20, 1 in 50 or 1 in 100." in text


def test_file_of_an_earlier_version_says_what_a_new_training_would_tell() -> None:
    page = page_of(ReportFacts("Birds", model_of(evaluation_of(NAMES, CONFUSION))))

    assert "How true its percentages are is not known of this model. A new training tells" in page.text
    assert page.elements["svg"] == 0


def test_model_that_was_never_judged_has_a_report_too() -> None:
    text = page_of(ReportFacts("Birds", model_of())).text

    assert "How good this model is was not measured" in text
    assert "Do not rely on it before it was judged" in text


def test_what_was_measured_now_stands_beside_what_the_file_says() -> None:
    check = TrustCheck(0.041, (PromiseCheck(0.05, 0.62, 0.87, 0.033),), 0.12)
    now = replace(evaluation_of(NAMES, ((9, 1, 0), (0, 10, 0), (3, 0, 7)), None), trust=check)

    text = page_of(ReportFacts("Birds", full_model(), measured=("the photos in “New”", now))).text

    assert "Measured for this report: the photos in “New”" in text
    assert "“wren” called “owl” 3 of 10" in text
    assert "4.1 % beside the truth" in text
    assert "12.0 % of the photos" in text
    assert "87.0 % of the photos are named, and 3.3 % of these wrongly" in text
    # All photos of a folder may be some that it learned from; those of a part are not.
    assert "If the model learned from some of them, it does worse on new ones" in text
    test = replace(now, part=Part.TEST)
    assert "If the model learned" not in page_of(ReportFacts("Birds", full_model(), measured=("those", test))).text


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (
            model_of(one_class_only()),
            "It is not shown to be better than always saying “robin”. Do not use it as it is.",
        ),
        (model_of(one_class_only()), "It recognised no photo of “wren”. Do not use it to find them."),
        (model_of(one_class_only()), "Its classes are unequal, from 6 photos of “wren” to 54 of “robin”"),
        (model_of(one_class_only()), "It was judged by 60 photos only"),
        (model_of(one_class_only()), "fewer than 20 photos to judge “wren” by"),
        (
            model_of(evaluation_of(NAMES, ((90, 5, 5), (60, 40, 0), (0, 0, 0)))),
            "fewer than half of the photos of “robin”",
        ),
        (model_of(evaluation_of(NAMES, ((90, 5, 5), (60, 40, 0), (0, 0, 0)))), "no photo to judge “wren” by"),
        (model_of(evaluation_of(NAMES, CONFUSION)), "it never answers “not sure”"),
        (model_of(evaluation_of(NAMES, CONFUSION), trust_of(novelty=None)), "cannot tell a photo of something else"),
        (model_of(evaluation_of(NAMES, CONFUSION), trust_of()), "held back as unlike what it learned"),
        (
            model_of(evaluation_of(NAMES, CONFUSION), trust_of((None,) * 4, (0.0,) * 4)),
            "It cannot promise anything of its answers",
        ),
    ],
)
def test_limits_follow_from_the_facts(model: ModelSummary, sentence: str) -> None:
    assert [found for found in limits(model) if sentence in found]


def test_good_model_gets_no_limit_that_is_not_true_of_it() -> None:
    found = " ".join(limits(model_of(evaluation_of(NAMES, CONFUSION), trust_of())))

    for words in ("better than always", "recognised no photo", "fewer than", "unequal", "only", "not true"):
        assert words not in found


def test_page_for_print_has_the_same_words_and_its_drawings() -> None:
    report = model_report(ReportFacts("Birds: Quick", full_model()))

    page, printed = Page(browser_page(report)), Page(print_page(report))

    # The labels of the drawing are in its own file.
    words = [word for word in printed.text.split() if word]
    assert set(words) <= set(page.text.split())
    assert len(words) > 300
    ((source, svg),) = print_drawings(report).items()
    assert ("src", source) in printed.attributes
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert "var(" not in svg
    assert "currentColor" not in svg


def test_report_is_known_by_its_beginning() -> None:
    head = browser_page(model_report(ReportFacts("x" * 900, full_model()))).encode()[:4096]

    assert targets.REPORT.has_head(head)
    assert not targets.REPORT.has_head(b"<!DOCTYPE html><html><head><title>Holiday</title>")
