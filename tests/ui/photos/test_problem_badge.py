"""The badge with the number of problems opens their list; the filter button opens the other filters."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.waiting import Open
from tlgui.photos.health.findings import FindingKind
from tlgui.ui.photos.photo_items import PhotoUse
from tlgui.ui.photos.photos_page import PhotosPage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(page: PhotosPage, birds: Path, open_folder: Open) -> PhotosPage:
    shutil.copy(birds / "owl" / "photo 001.jpg", birds / "owl" / "photo 001 (2).jpg")
    open_folder(birds)
    return page


def test_badge_opens_the_list_and_a_click_on_a_problem_shows_its_photos(opened: PhotosPage) -> None:
    badge, browser = opened.view.header.badge, opened.browser
    assert badge.text() == "2 problems"
    QTest.mouseClick(badge, LEFT)
    assert badge.panel.isVisible()
    findings = badge.findings
    row = next(row for row, found in enumerate(findings.findings.rows) if getattr(found, "kind", "") == "copies")
    QTest.mouseClick(findings.viewport(), LEFT, pos=findings.visualRect(findings.findings.index(row)).center())
    assert not badge.panel.isVisible()
    assert browser.finding_bar.title.text() == "1 photo is a copy of 1 other"
    assert len(browser.grid.photos.items) == 2
    QTest.mouseClick(browser.finding_bar.close_button, LEFT)
    assert not browser.finding_bar.isVisible()
    assert opened.view.table.chosen_classes() == frozenset()
    assert len(browser.grid.photos.items) == 31


def test_list_is_used_with_keys_alone(opened: PhotosPage) -> None:
    badge = opened.view.header.badge
    badge.setFocus()
    QTest.keyClick(badge, Qt.Key.Key_Space)
    assert badge.panel.isVisible()
    QTest.keyClick(badge.findings, Qt.Key.Key_Down)
    finding = badge.findings.finding()
    assert finding is not None
    QTest.keyClick(badge.findings, Qt.Key.Key_Return)
    assert not badge.panel.isVisible()
    assert opened.browser.finding_bar.title.text() == finding.title
    QTest.mouseClick(badge, LEFT)
    QTest.keyClick(badge.findings, Qt.Key.Key_Escape)
    assert not badge.panel.isVisible()


def test_filter_button_opens_the_filters_and_counts_them(opened: PhotosPage) -> None:
    filters = opened.browser.filters
    QTest.mouseClick(filters.filter_button, LEFT)
    assert filters.panel.isVisible()
    assert filters.use.isVisible()
    filters.use.setCurrentIndex(list(PhotoUse).index(PhotoUse.VALIDATION))
    filters.problem.setCurrentIndex(filters.problem.findData(FindingKind.COPIES))
    assert filters.filter_button.text() == "F&ilter (2)"
    QTest.mouseClick(filters.clear_button, LEFT)
    assert not filters.panel.isVisible()
    assert filters.filter_button.text() == "F&ilter"
    assert len(opened.browser.grid.photos.items) == 31


def test_words_of_the_filters(opened: PhotosPage) -> None:
    filters = opened.browser.filters
    assert (filters.use.itemText(0), filters.problem.itemText(0)) == ("Any use", "Any problem")
    assert filters.descending.text() == "&Reverse"
    assert opened.view.header.refresh_action.text() == "&Refresh"
