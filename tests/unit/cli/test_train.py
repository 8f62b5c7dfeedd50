"""`tlgui train` keeps its trainings as runs: what was broken off goes on, and what was learned is never lost."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tests.unit.run_folders import RECIPE
from tlgui import files
from tlgui.cli import train
from tlgui.cli.main import main
from tlgui.engine.protocol import Request, SaveTrainedRequest, TrainRequest
from tlgui.errors import Cancelled, StorageError, UnsavedModelError
from tlgui.files import temporary
from tlgui.learning.recipes.recipe import EMBEDDED_BACKBONE
from tlgui.learning.runs.progress import CHECKPOINT
from tlgui.learning.runs.run import LOCK_NAME, Run, RunStatus
from tlgui.learning.runs.store import RunStore
from tlgui.photos.collection import Collection, Photo, PhotoClass
from tlgui.progress import EpochEnded, Event, JobContext

QUICK = ("--set", "epochs=3")


class KilledError(BaseException):
    """Stands for the end of the process; nothing handles it."""


class CommandLine:
    """Runs `tlgui train` on a folder with the fake engine."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.engine = FakeEngine()
        self.out = folder.parent / "model.tlmodel"
        self.kill_at = 0
        self.stop_at = 0
        self._capsys = capsys
        monkeypatch.setattr("tlgui.cli.engine.load_engine", lambda _terminal, **_options: self._perform)

    @property
    def store(self) -> RunStore:
        return RunStore(files.workspace_path(self.folder))

    @property
    def runs(self) -> tuple[Run, ...]:
        return self.store.runs()

    @property
    def request(self) -> TrainRequest:
        request = self.engine.requests[-1]
        assert isinstance(request, TrainRequest)
        return request

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = main(["train", str(self.folder), "--out", str(self.out), *QUICK, *arguments])
        out, err = self._capsys.readouterr()
        return code, out, err

    def killed(self, *arguments: str, epoch: int = 2) -> None:
        """Let the process die when an epoch has ended."""
        self.kill_at = epoch
        with pytest.raises(KilledError):
            self(*arguments)
        self.kill_at = 0
        for run in (files.workspace_path(self.folder) / "runs").iterdir():
            # As the record stands when a process dies; its lock went with it.
            record = json.loads((run / "run.json").read_text())
            if record["status"] == "failed":
                (run / "run.json").write_text(json.dumps(record | {"status": "running", "problem": ""}))
        self._capsys.readouterr()

    def _perform(self, request: Request[Any], context: JobContext) -> object:
        is_stopped = False

        def report(event: Event) -> None:
            nonlocal is_stopped
            context.report(event)
            if isinstance(event, EpochEnded):
                is_stopped = event.epoch == self.stop_at
                if event.epoch - 1 == self.kill_at > 0:
                    raise KilledError

        def checkpoint() -> None:
            context.checkpoint()
            if is_stopped:
                raise Cancelled

        return self.engine.run(request, JobContext(report, checkpoint))


@pytest.fixture
def tlgui_train(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    folder = write_collection(tmp_path / "Birds", ["owl", "wren"], photos=4)
    return CommandLine(folder, capsys, monkeypatch)


def test_training_is_a_run_of_the_collection_whose_model_is_where_it_was_asked_for(tlgui_train: CommandLine) -> None:
    code, out, _ = tlgui_train("--json")

    assert code == 0
    (run,) = tlgui_train.runs
    assert (run.status, run.has_model, run.can_resume) == (RunStatus.FINISHED, True, False)
    assert run.model is not None
    assert run.model_path == run.model.path == tlgui_train.out == Path(json.loads(out)["model"]["path"])
    left = {path.name for path in run.folder.iterdir()} - {LOCK_NAME}
    assert left == {"photos.json.gz", "progress.json", "result.json", "run.json"}


def test_killed_training_goes_on_where_it_was(tlgui_train: CommandLine) -> None:
    tlgui_train.killed()

    code, _, err = tlgui_train("--resume")

    assert code == 0
    assert "Going on with “Quick”" in err
    assert "after 2 epochs" in err
    assert "Epoch 3 of 3" in err
    assert "Epoch 2 of 3" not in err
    (run,) = tlgui_train.runs
    assert [epoch.epoch for epoch in run.history] == [1, 2, 3]
    assert run.status is RunStatus.FINISHED
    assert not (run.folder / CHECKPOINT).exists()


def test_killed_training_of_small_photos_goes_on_with_the_smaller_backbone(tlgui_train: CommandLine) -> None:
    best = ("--recipe", "best", "--set", "fine_tuning.when=never", "--set", "augmentation.when=copies")
    tlgui_train.killed(*best)
    assert tlgui_train.runs[0].recipe.backbone == EMBEDDED_BACKBONE

    code, _, err = tlgui_train(*best, "--resume")

    assert code == 0
    assert "so EfficientNet-Lite0 learns from them" in err
    assert "Going on with “Best”" in err
    assert tlgui_train.request.recipe == tlgui_train.runs[0].recipe


def test_without_resume_a_new_training_begins_and_says_that_another_waits(tlgui_train: CommandLine) -> None:
    tlgui_train.killed()

    code, _, err = tlgui_train()

    assert code == 0
    assert "note: An unfinished training with these settings is there, “Quick”" in err
    assert "--resume" in err
    assert not tlgui_train.request.resume
    assert [run.status for run in tlgui_train.runs] == [RunStatus.FINISHED, RunStatus.INTERRUPTED]


def test_resume_takes_the_run_with_the_same_settings(tlgui_train: CommandLine) -> None:
    tlgui_train.killed("--set", "seed=7")
    tlgui_train.killed("--set", "seed=8")

    tlgui_train("--resume", "--set", "seed=7")

    assert tlgui_train.request.resume
    assert tlgui_train.request.recipe.seed == 7
    assert [(run.recipe.seed, run.status) for run in tlgui_train.runs] == [
        (8, RunStatus.INTERRUPTED),
        (7, RunStatus.FINISHED),
    ]


def test_resume_without_anything_to_go_on_with_begins_anew_and_says_what_there_is(tlgui_train: CommandLine) -> None:
    tlgui_train.killed("--set", "seed=7")

    code, _, err = tlgui_train("--resume")

    assert code == 0
    assert "There is no unfinished training with these settings; a new one begins." in err
    assert "Unfinished with other settings or classes: “Quick”" in err
    assert not tlgui_train.request.resume


def test_run_is_told_by_what_it_was_called_in_the_window(tlgui_train: CommandLine) -> None:
    tlgui_train.killed()
    (begun,) = tlgui_train.runs
    tlgui_train.store.rename(begun, "with owls")

    _, _, err = tlgui_train("--resume")

    assert "Going on with “with owls”" in err
    assert [run.name for run in tlgui_train.runs] == ["with owls"]


_OWNING = """
    import sys
    from pathlib import Path
    from tlgui.learning.runs.store import RunStore
    store = RunStore(Path(sys.argv[1]))
    store.resume(store.runs()[0])
    print("owned", flush=True)
    sys.stdin.read()
"""


def test_run_that_another_process_trains_is_left_alone(tlgui_train: CommandLine) -> None:
    tlgui_train.killed()
    program = [sys.executable, "-c", "\n".join(map(str.strip, _OWNING.splitlines())), str(tlgui_train.store.workspace)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline().strip() == "owned"

        code, _, err = tlgui_train("--resume")

        owner.kill()
    assert code == 1
    assert "“Quick” is being trained just now" in err
    assert tlgui_train("--resume")[0] == 0


def test_stopped_training_has_a_model_and_goes_on_too(tlgui_train: CommandLine) -> None:
    tlgui_train.stop_at = 2
    code, out, err = tlgui_train("--json")
    assert (code, json.loads(out)["model"]["stop_reason"]) == (0, "stopped")
    assert "the same command with --resume goes on with it" in err
    (run,) = tlgui_train.runs
    assert (run.status, run.has_model, run.can_resume) == (RunStatus.INTERRUPTED, True, True)

    tlgui_train.stop_at = 0
    tlgui_train("--resume")

    (run,) = tlgui_train.runs
    assert (run.status, len(run.history)) == (RunStatus.FINISHED, 3)


def test_failed_save_says_where_it_is_kept_and_resume_writes_it_elsewhere(tlgui_train: CommandLine) -> None:
    tlgui_train.engine.save_error = StorageError("“model.tlmodel” could not be written: the disk is full.", "Free it.")
    code, _, err = tlgui_train()
    assert code == 1
    assert "error: “model.tlmodel” could not be written: the disk is full." in err
    (run,) = tlgui_train.runs
    assert f"kept in {run.folder}" in err
    assert "with another --out elsewhere" in err
    assert (run.status, run.can_resume) == (RunStatus.UNSAVED, True)

    tlgui_train.engine.save_error = None
    tlgui_train.out = tlgui_train.folder.parent / "other.tlmodel"
    code, _, err = tlgui_train("--resume")

    assert code == 0
    assert "Epoch" not in err
    assert tlgui_train.runs[0].model_path == tlgui_train.out


def test_disk_without_room_for_runs_does_not_keep_from_training(tlgui_train: CommandLine) -> None:
    files.data_folder()
    workspaces = tlgui_train.store.workspace.parent
    workspaces.write_text("in the way")

    code, _, err = tlgui_train()

    assert code == 0
    assert err.count("note: The training goes on, but its epochs cannot be kept") == 1
    assert tlgui_train.out.is_file()


def test_model_that_nothing_else_keeps_is_saved_where_there_is_room(
    tlgui_train: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.data_folder()
    tlgui_train.store.workspace.parent.write_text("in the way")
    here = tmp_path / "here"
    here.mkdir()
    (here / "model.tlmodel").write_text("another")
    monkeypatch.chdir(here)
    tlgui_train.engine.full_folders = {tlgui_train.out.parent}

    code, _, err = tlgui_train()

    assert code == 1
    assert f"hint: It was saved as {here / 'model 2.tlmodel'} instead." in err
    assert (here / "model 2.tlmodel").is_file()


def test_last_place_for_a_model_is_not_the_folder_that_goes_with_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_engine: FakeEngine
) -> None:
    (tmp_path / "system").mkdir()
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path)
    fake_engine.full_folders = {tmp_path / "gone", tmp_path, files.expanded("~")}
    # As once TensorFlow is loaded.
    monkeypatch.setattr("tempfile.tempdir", str(files.process_folder()))
    monkeypatch.setattr(temporary, "_replaced", [tmp_path / "system"])
    classes = tuple(
        PhotoClass(name, tuple(Photo(Path(f"{name}/{n}.jpg"), name) for n in range(4))) for name in ("owl", "wren")
    )
    request = TrainRequest(Collection(tmp_path, classes), RECIPE, tmp_path / "gone" / "a.tlmodel")

    with pytest.raises(UnsavedModelError) as caught:
        train._trained_alone(request, fake_engine.run, JobContext())

    last = fake_engine.requests[-1]
    assert isinstance(last, SaveTrainedRequest)
    assert last.target == tmp_path / "system" / "a.tlmodel"
    assert last.target.is_file()
    assert str(last.target) in caught.value.hint


def test_what_would_fail_at_the_end_is_said_before_a_photo_is_looked_at(
    tlgui_train: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tlgui_train.out.mkdir()
    code, _, err = tlgui_train()
    assert code == 1
    assert "“model.tlmodel” is a folder." in err
    assert "Reading the folder" not in err

    tlgui_train.out.rmdir()
    monkeypatch.setattr("tlgui.photos.split.MOST_CLASSES", 1)
    code, _, err = tlgui_train()
    assert code == 1
    assert "There are 2 classes, and a model can tell 1 apart at most." in err
    assert "Looking" not in err
