"""The keys of classes: each is unique, of the class's own name, and never that of a command."""

import pytest

from tlgui.ui.board.class_keys import COMMAND_LETTERS, class_keys, class_letters, class_of_key, keys_of_classes


def test_letters_of_classes_are_initials_where_these_are_free() -> None:
    assert class_letters(["rose", "tulip"]) == {"rose": "R", "tulip": "T"}


def test_an_initial_goes_before_a_letter_within_a_name() -> None:
    assert class_letters(["rose", "robin", "owl"]) == {"rose": "R", "owl": "O", "robin": "B"}


def test_letters_of_commands_are_left_to_these() -> None:
    letters = class_letters(["Wuw", "umbrella", "wren"])

    assert letters == {"umbrella": "M", "wren": "R"}
    assert not COMMAND_LETTERS & set(letters.values())


def test_a_class_without_a_free_letter_has_none() -> None:
    assert class_letters(["a", "aa", "12"]) == {"a": "A"}


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("роза", "\u0420"),
        ("ורד", "\u05d5"),
        ("وردة", "و"),
        ("τριαντάφυλλο", "\u03a4"),
        ("e\u0301rable", "É"),
        ("ßa", "A"),
        ("  2nd", "N"),
    ],
)
def test_letters_come_from_any_alphabet(name: str, letter: str) -> None:
    assert class_letters([name]) == {name: letter}


@pytest.mark.parametrize("name", ["薔薇", "장미", "バラ"])
def test_scripts_that_no_single_key_types_have_no_letters(name: str) -> None:
    assert class_letters([name]) == {}


def test_keys_are_numbers_of_the_first_nine_classes_and_letters_of_all() -> None:
    names = [f"{letter}00" for letter in "abcdefghijkl"]

    keys = class_keys(names)

    assert [keys[str(number)] for number in range(1, 10)] == names[:9]
    assert "10" not in keys
    assert [keys[letter] for letter in "ABCDEFGHIJKL"] == names
    assert keys_of_classes(names)["a00"] == ("1", "A")
    assert keys_of_classes(names)["l00"] == ("L",)


def test_the_keys_of_forty_classes_are_unique() -> None:
    names = [f"species {place:02} {'abcdefghij'[place % 10]}" for place in range(40)]

    letters = class_letters(names)

    assert len(set(letters.values())) == len(letters)
    assert all(letter in name.upper() for name, letter in letters.items())


def test_a_typed_key_names_a_class_whatever_its_case() -> None:
    keys = class_keys(["rose", "érable"])

    assert class_of_key("r", keys) == class_of_key("R", keys) == class_of_key("1", keys) == "rose"
    assert class_of_key("e\u0301", keys) == "érable"
    assert class_of_key("3", keys) is None
    assert class_of_key("", keys) is None
    assert class_of_key("\r", keys) is None
