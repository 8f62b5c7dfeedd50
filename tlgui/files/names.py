"""The program's name on disk, and names that any disk takes."""

import re

APP_NAME = "tlgui"


def plain_name(name: str, otherwise: str) -> str:
    """Return `name` with only what any disk takes for the name of a file; `otherwise` where nothing is left."""
    return re.sub(r"[^\w\- ]+", "_", name).strip() or otherwise
