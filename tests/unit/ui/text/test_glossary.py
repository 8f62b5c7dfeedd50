"""The glossary: each word is explained once, in a sentence with an example, and found in any sentence."""

import pytest

from tlgui.ui.recipes.setting_words import SETTING_TERMS, SETTINGS
from tlgui.ui.text.glossary import GLOSSARY, Term, term, terms_in

NEEDED = {
    "validation", "epoch", "backbone", "batch", "learning-rate", "features", "head", "variations", "fine-tuning",
    "overfitting", "accuracy", "recall", "precision",
}  # fmt: skip


def test_every_needed_word_is_explained() -> None:
    assert {entry.id for entry in GLOSSARY} >= NEEDED
    assert [entry.title for entry in GLOSSARY] == sorted(entry.title for entry in GLOSSARY)


@pytest.mark.parametrize("entry", GLOSSARY, ids=lambda entry: entry.id)
def test_each_word_has_a_sentence_and_an_example(entry: Term) -> None:
    for sentence in (entry.meaning, entry.example):
        assert sentence.endswith(".")
        assert len(sentence) < 160


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("82 of 98 validation photos right", [("validation", "validation")]),
        ("Epoch 3: fine-tuning the backbone", [("Epoch", "epoch"), ("fine-tuning", "fine-tuning"), ("backbone",) * 2]),
        ("epochs, and epochs again", [("epochs", "epoch")]),
        ("a balanced accuracy of 50 %", [("balanced accuracy", "balanced-accuracy")]),
        ("an overhead of the headline", []),
        ("", []),
    ],
)
def test_words_are_found_whole_and_once(text: str, found: list[tuple[str, str]]) -> None:
    assert [(text[word.start : word.end], word.id) for word in terms_in(text)] == found


def test_settings_name_words_and_settings_that_exist() -> None:
    assert SETTING_TERMS.keys() <= SETTINGS.keys()
    for term_id in SETTING_TERMS.values():
        assert term(term_id).id == term_id
