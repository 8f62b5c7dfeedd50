"""Folders as people have them are read as what they are: splits, wrappers, photos by date, groups."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.pictures import write_jpeg
from tlgui import files
from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, Part, ProblemKind
from tlgui.photos.layouts import ClassSource, GroupsQuestion, LabelTable, LayoutChoice, NamesOffer, TableOffer
from tlgui.photos.scanning.scan import scan, survey
from tlgui.photos.scanning.watching import changes_on_disk
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

QUIET = JobContext()
TRAIN, VALIDATION, TEST = Part.TRAINING, Part.VALIDATION, Part.TEST


def write(folder: Path, *places: str) -> Path:
    """Write a photo for each place; `cats/*` stands for three of them."""
    for place in places:
        names = [place.replace("*", f"{number}.jpg") for number in range(3)] if "*" in place else [place]
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_jpeg(folder / name, seed=abs(hash(name)) % 1000)
    return folder


def choose(folder: Path, source: ClassSource | None = None, *, uses_split: bool = True) -> None:
    Choices(files.workspace_path(folder), folder).choose_layout(LayoutChoice(source, uses_split))


def counts(collection: Collection) -> dict[str, int]:
    return {item.name: len(item.photos) for item in collection.classes}


def parts(collection: Collection) -> dict[tuple[str, Part | None], int]:
    return dict(Counter((photo.class_name, photo.part) for photo in collection.photos()))


def problems(collection: Collection, kinds: Iterable[ProblemKind] = tuple(ProblemKind)) -> dict[str, ProblemKind]:
    wanted = set(kinds)
    return {
        item.path.relative_to(collection.folder).as_posix(): item.kind
        for item in collection.problems
        if item.kind in wanted
    }


SPLIT = {("cats", TRAIN): 3, ("cats", TEST): 3, ("dogs", TRAIN): 3, ("dogs", TEST): 3}


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("training_set", "test_set"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("dataset/images/train", "dataset/images/test"),
        ("cats-vs-dogs/Train Images", "cats-vs-dogs/Test Images"),
        ("trainData", "testData"),
        ("train", "eval"),
        ("dataset/training_set/training_set", "dataset/test_set/test_set"),
        ("2023_train", "2023_test"),
    ],
)
def test_split_is_known_by_the_words_in_its_names(tmp_path: Path, train: str, test: str) -> None:
    write(tmp_path, f"{train}/cats/*", f"{train}/dogs/*", f"{test}/cats/*", f"{test}/dogs/*")

    collection = scan(tmp_path, QUIET)

    assert parts(collection) == SPLIT
    assert collection.problems == ()
    assert set(dict(collection.parts).values()) == {TRAIN, TEST}


@pytest.mark.parametrize("name", ["val", "valid", "validation", "dev", "val2017", "dev_set"])
def test_split_has_validation_photos_by_any_of_their_names(tmp_path: Path, name: str) -> None:
    write(tmp_path, "train/cats/*", "train/dogs/*", f"{name}/cats/*", f"{name}/dogs/*")

    assert parts(scan(tmp_path, QUIET))["cats", VALIDATION] == 3


def test_split_inside_each_class_is_one_too(tmp_path: Path) -> None:
    write(tmp_path, "cats/train/*", "cats/test/*", "dogs/train/*", "dogs/test/*")

    collection = scan(tmp_path, QUIET)

    assert parts(collection) == SPLIT
    assert [item.folders for item in collection.classes] == [(tmp_path / "cats",), (tmp_path / "dogs",)]


def test_split_that_is_not_to_be_used_is_put_together(tmp_path: Path) -> None:
    write(tmp_path, "training_set/cats/*", "training_set/dogs/*", "test_set/cats/*", "test_set/dogs/*")
    choose(tmp_path, uses_split=False)

    collection = scan(tmp_path, QUIET)

    assert parts(collection) == {("cats", None): 6, ("dogs", None): 6}
    assert not collection.has_own_split


@pytest.mark.parametrize(
    "names", [("steam train", "test tube"), ("car", "train"), ("dev board", "camera"), ("trainers", "testimony")]
)
def test_classes_with_the_words_of_parts_in_their_names_stay_classes(tmp_path: Path, names: tuple[str, str]) -> None:
    for name in names:
        write(tmp_path, f"{name}/*")

    collection = scan(tmp_path, QUIET)

    assert counts(collection) == dict.fromkeys(sorted(names), 3)
    assert not collection.has_own_split


def test_wrapper_is_looked_through_and_what_else_lies_there_is_named(tmp_path: Path) -> None:
    write(tmp_path, "archive/flowers/rose/*", "archive/flowers/tulip/*")
    (tmp_path / "archive" / "README.md").write_text("Flowers.")
    (tmp_path / "archive" / "labels").mkdir()

    collection = scan(tmp_path, QUIET)

    assert counts(collection) == {"rose": 3, "tulip": 3}
    assert problems(collection) == {"archive/README.md": ProblemKind.NOT_AN_IMAGE}


def test_only_class_that_keeps_its_photos_by_year_is_no_wrapper(tmp_path: Path) -> None:
    assert counts(scan(write(tmp_path, "cats/2023/*", "cats/2024/*"), QUIET)) == {"cats": 6}


def test_digits_are_classes(tmp_path: Path) -> None:
    write(tmp_path, "mnist/train/0/*", "mnist/train/1/*", "mnist/test/0/*", "mnist/test/1/*")

    assert parts(scan(tmp_path, QUIET)) == {("0", TRAIN): 3, ("0", TEST): 3, ("1", TRAIN): 3, ("1", TEST): 3}


@pytest.mark.parametrize(
    "places",
    [
        ("cats/2023/01/*", "cats/2023/02/*", "dogs/2022/12/*"),
        ("cats/site 1/*", "cats/site 2/100CANON/*", "dogs/site 3/*"),
        ("cats/left/*", "cats/right/*", "dogs/left/*", "dogs/right/*"),
        ("cats/tabby/*", "dogs/poodle/*"),
        ("cats/*", "cats/kittens/*", "dogs/puppies/*"),
    ],
)
def test_photos_below_a_class_folder_are_of_the_class_at_any_depth(tmp_path: Path, places: tuple[str, ...]) -> None:
    write(tmp_path, *places)

    found = survey(tmp_path, QUIET)

    expected = Counter(place.split("/")[0] for place in places)
    assert counts(found.collection) == {name: 3 * number for name, number in sorted(expected.items())}
    assert found.collection.problems == ()
    assert not changes_on_disk(found, QUIET)
    assert all((tmp_path / place.removesuffix("/*")) in found.nested for place in places if place.count("/") > 1)


@pytest.mark.parametrize(
    ("train", "test"),
    [("train", "test"), ("training_set", "test_set"), ("train", "test1"), ("seg_train/seg_train", "seg_pred/seg_pred")],
)
def test_part_without_class_folders_is_kept_for_prediction(tmp_path: Path, train: str, test: str) -> None:
    write(tmp_path, f"{train}/cats/*", f"{train}/dogs/*", f"{test}/*")

    collection = scan(tmp_path, QUIET)

    (problem,) = collection.problems
    assert parts(collection) == ({("cats", TRAIN): 3, ("dogs", TRAIN): 3})
    assert (problem.kind, problem.reason) == (
        ProblemKind.FOR_PREDICTION,
        "3 photos without a class, kept for prediction.",
    )
    assert len(problem.photos) == 3


def test_folder_of_test_photos_in_one_unnamed_class_is_kept_for_prediction(tmp_path: Path) -> None:
    collection = scan(write(tmp_path, "train/cats/*", "train/dogs/*", "test/test/*"), QUIET)

    assert counts(collection) == {"cats": 3, "dogs": 3}
    assert problems(collection) == {"test/test": ProblemKind.FOR_PREDICTION}


GROUPS = ("animals/cats/*", "animals/dogs/*", "plants/oak/*", "plants/rose/2023/*")


def test_groups_are_classes_until_the_question_is_answered(tmp_path: Path) -> None:
    write(tmp_path, *GROUPS)

    collection = scan(tmp_path, QUIET)

    assert counts(collection) == {"animals": 6, "plants": 6}
    assert collection.layout.offers == (
        GroupsQuestion(
            (("animals", 6), ("plants", 6)),
            (("cats", 3), ("dogs", 3), ("oak", 3), ("rose", 3)),
            (("cats", "dogs"), ("oak", "rose")),
        ),
    )
    assert collection.layout.choice.source is None


def test_groups_answer_is_remembered(tmp_path: Path) -> None:
    write(tmp_path, *GROUPS)
    survey(tmp_path, QUIET, LayoutChoice(ClassSource.INNER_FOLDERS))

    found = survey(tmp_path, QUIET)

    assert counts(found.collection) == {"cats": 3, "dogs": 3, "oak": 3, "rose": 3}
    assert found.collection.layout.choice == LayoutChoice(ClassSource.INNER_FOLDERS)
    assert found.collection.layout.offers
    assert not changes_on_disk(found, QUIET)
    assert counts(scan(tmp_path, QUIET)) == counts(found.collection)
    survey(tmp_path, QUIET, LayoutChoice(ClassSource.FOLDERS))
    assert counts(scan(tmp_path, QUIET)) == {"animals": 6, "plants": 6}


def test_groups_of_groups_are_read_down_to_their_classes(tmp_path: Path) -> None:
    write(tmp_path, *(f"animals/{place}" for place in ("birds/owl/*", "birds/wren/*", "fish/cod/*", "fish/eel/*")))
    write(tmp_path, "plants/trees/oak/*", "plants/trees/ash/*", "plants/herbs/mint/*", "plants/herbs/sage/2023/*")
    choose(tmp_path, ClassSource.INNER_FOLDERS)

    assert set(counts(scan(tmp_path, QUIET))) == {"owl", "wren", "cod", "eel", "oak", "ash", "mint", "sage"}


def test_groups_in_the_parts_of_a_split_keep_their_parts(tmp_path: Path) -> None:
    write(tmp_path, *(f"{part}/{place}" for part in ("train", "test") for place in GROUPS))

    assert parts(scan(tmp_path, QUIET))["animals", TEST] == 6
    choose(tmp_path, ClassSource.INNER_FOLDERS)
    assert parts(scan(tmp_path, QUIET))["rose", TEST] == 3


ARCHIVE = ("train/cat.0.jpg", "train/cat.1.jpg", "train/dog.0.jpg", "train/dog.1.jpg", "test1/70.jpg", "test1/71.jpg")


def test_archive_without_class_folders_is_told_as_that_and_its_names_are_offered(tmp_path: Path) -> None:
    write(tmp_path, *ARCHIVE)

    collection = scan(tmp_path, QUIET)

    assert collection.classes == ()
    assert collection.layout.parts_without_classes == (tmp_path / "test1", tmp_path / "train")
    assert problems(collection) == dict.fromkeys(("test1", "train"), ProblemKind.WITHOUT_CLASS)
    assert collection.layout.offers == (NamesOffer((("cat", 2), ("dog", 2)), ("cat.0.jpg", "dog.0.jpg"), 0),)


def test_archive_has_the_classes_of_its_names_where_the_user_says_so(tmp_path: Path) -> None:
    write(tmp_path, *ARCHIVE)

    found = survey(tmp_path, QUIET, LayoutChoice(ClassSource.NAMES))

    assert parts(found.collection) == {("cat", TRAIN): 2, ("dog", TRAIN): 2}
    assert problems(found.collection) == {"test1": ProblemKind.FOR_PREDICTION}
    assert not changes_on_disk(found, QUIET)
    write(tmp_path, "train/dog.2.jpg")
    assert changes_on_disk(found, QUIET).new == (tmp_path / "train" / "dog.2.jpg",)
    assert counts(scan(tmp_path, QUIET)) == {"cat": 2, "dog": 3}


def test_archive_can_be_two_classes_all_the_same(tmp_path: Path) -> None:
    write(tmp_path, *ARCHIVE)
    choose(tmp_path, ClassSource.FOLDERS)

    assert counts(scan(tmp_path, QUIET)) == {"test1": 2, "train": 4}


def test_flat_folder_offers_the_classes_of_its_names(tmp_path: Path) -> None:
    write(tmp_path, "cat_1.jpg", "cat_2.jpg", "dog_1.jpg", "dog_2.jpg", "portrait.jpg")

    (offer,) = scan(tmp_path, QUIET).layout.offers
    labelled = survey(tmp_path, QUIET, LayoutChoice(ClassSource.NAMES)).collection

    assert offer == NamesOffer((("cat", 2), ("dog", 2)), ("cat_1.jpg", "dog_1.jpg"), 1)
    assert parts(labelled) == {("cat", None): 2, ("dog", None): 2}
    assert problems(labelled) == {".": ProblemKind.WITHOUT_CLASS}


def test_class_of_names_is_shown_as_the_user_says(tmp_path: Path) -> None:
    write(tmp_path, "cat_1.jpg", "cat_2.jpg", "dog_1.jpg", "dog_2.jpg")
    choose(tmp_path, ClassSource.NAMES)
    Choices(files.workspace_path(tmp_path), tmp_path).show_as("cat", "Katze")

    assert counts(scan(tmp_path, QUIET)) == {"Katze": 2, "dog": 2}


TABLE = (
    "file,species",
    "site 1/a.jpg,owl",
    "site 1/b.jpg,wren",
    "site 2/a.jpg,owl",
    "site 2/b.jpg,wren",
    "gone.jpg,owl",
)


def write_table(folder: Path, *lines: str) -> Path:
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder / "labels.csv"


def test_table_beside_the_photos_is_offered_and_its_labels_are_used(tmp_path: Path) -> None:
    write(tmp_path, *(f"{site}/{name}.jpg" for site in ("site 1", "site 2") for name in "abc"))
    table = write_table(tmp_path, *TABLE)

    (offer,) = scan(tmp_path, QUIET).layout.offers
    assert isinstance(offer, TableOffer)
    assert (offer.path, offer.columns[0].name, offer.columns[0].classes) == (
        table,
        "species",
        (("owl", 2), ("wren", 2)),
    )
    assert (offer.row_count, offer.missing, offer.columns[0].unlabelled) == (5, 1, 2)

    found = survey(tmp_path, QUIET, LayoutChoice(ClassSource.TABLE, table=LabelTable(table)))
    assert counts(found.collection) == {"owl": 2, "wren": 2}
    assert problems(found.collection, [ProblemKind.WITHOUT_CLASS]) == dict.fromkeys(
        ("site 1", "site 2"), ProblemKind.WITHOUT_CLASS
    )
    assert not changes_on_disk(found, QUIET)
    write(tmp_path, "gone.jpg")
    assert changes_on_disk(found, QUIET).new == (tmp_path / "gone.jpg",)
    assert counts(scan(tmp_path, QUIET)) == {"owl": 3, "wren": 2}


def test_table_that_changes_changes_the_labels_and_one_that_goes_away_does_not(tmp_path: Path) -> None:
    write(tmp_path, *(f"{site}/{name}.jpg" for site in ("site 1", "site 2") for name in "ab"))
    table = write_table(tmp_path, *TABLE)
    survey(tmp_path, QUIET, LayoutChoice(ClassSource.TABLE, table=LabelTable(table)))

    write_table(tmp_path, *(line.replace("wren", "jay") for line in TABLE))
    assert counts(scan(tmp_path, QUIET)) == {"jay": 2, "owl": 2}

    table.unlink()
    gone = scan(tmp_path, QUIET)
    assert counts(gone) == {"jay": 2, "owl": 2}
    assert "labels.csv" in gone.layout.table_problem


def test_table_that_cannot_be_used_is_not_remembered(tmp_path: Path) -> None:
    write(tmp_path, "cat/*", "dog/*")

    with pytest.raises(CollectionError, match="cannot be read"):
        survey(tmp_path, QUIET, LayoutChoice(ClassSource.TABLE, table=LabelTable(tmp_path / "labels.csv")))

    assert counts(scan(tmp_path, QUIET)) == {"cat": 3, "dog": 3}


def test_table_of_a_competition_labels_the_training_photos_and_keeps_the_others(tmp_path: Path) -> None:
    names = [f"{number:04x}" for number in range(8)]
    write(tmp_path, *(f"train/{name}.jpg" for name in names), *(f"test/{name}.jpg" for name in ("aa", "bb")))
    table = write_table(tmp_path, "id,breed", *(f"{name},{'pug' if name < '0004' else 'boxer'}" for name in names))
    (tmp_path / "sample_submission.csv").write_text("id,boxer,pug\naa,0.5,0.5\nbb,0.5,0.5\n")

    before = scan(tmp_path, QUIET)
    after = survey(tmp_path, QUIET, LayoutChoice(ClassSource.TABLE, table=LabelTable(table))).collection

    assert before.classes == ()
    assert [offer.path for offer in before.layout.offers if isinstance(offer, TableOffer)] == [table]
    assert parts(after) == {("boxer", TRAIN): 4, ("pug", TRAIN): 4}
    assert problems(after)["test"] is ProblemKind.FOR_PREDICTION


def test_table_with_the_classes_of_the_folders_is_no_offer(tmp_path: Path) -> None:
    write(tmp_path, "cat/*", "dog/*")
    write_table(tmp_path, *(f"{name}/{number}.jpg,{name}" for name in ("cat", "dog") for number in range(3)))

    assert scan(tmp_path, QUIET).layout.offers == ()
