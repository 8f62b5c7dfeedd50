"""`tlgui predict` with a model that writes down what goes through its network, as a child of `test_predict_resumed`.

Usage: `python -m tests.unit.cli.naming LOG BATCH ARGUMENT…`. It kills itself before the network gets that batch; 0 for
never. Each picture is a line of the log.
"""

import os
import signal
import sys
from pathlib import Path

from typing_extensions import override

from tests.counting_model import CountingModel
from tlgui.cli.main import main
from tlgui.engine import light_jobs
from tlgui.learning.arrays import FloatArray
from tlgui.learning.model_file.prediction_model import Answers
from tlgui.photos.pictures import photo_digests


class _Written(CountingModel):
    def __init__(self, log: Path, last_batch: int) -> None:
        super().__init__()
        self._log = log
        self._last_batch = last_batch

    @override
    def answers(self, pixels: FloatArray) -> Answers:
        if len(self.batches) + 1 == self._last_batch:
            os.kill(os.getpid(), signal.SIGKILL)
        with self._log.open("a") as stream:
            stream.writelines(f"{hash(picture.tobytes())}\n" for picture in pixels)
        return super().answers(pixels)


if __name__ == "__main__":
    model = _Written(Path(sys.argv[1]), int(sys.argv[2]))
    setattr(light_jobs, "load_prediction_model", lambda _path: model)  # noqa: B010 - mypy takes it for a mistake
    setattr(photo_digests, "_SETTLED_NS", -1)  # noqa: B010 - files of a test are seconds old
    sys.exit(main(sys.argv[3:]))
