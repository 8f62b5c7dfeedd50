"""All families of readers."""

from pathlib import Path

from tests.fuzz import (
    caches,
    downloads,
    exports,
    helpers,
    networks,
    photos,
    predictions,
    runs,
    settings,
    sidecars,
    workspaces,
)
from tests.fuzz.families import Family


def all_families(real_photos: Path | None = None) -> tuple[Family, ...]:
    """Return every family, in the order of the table.

    Args:
        real_photos: A folder of photos, some of which are seeds too.
    """
    return (
        photos.family(real_photos),
        photos.large_family(),
        networks.models_family(),
        networks.weights_family(),
        networks.checkpoints_family(),
        runs.family(),
        settings.recipes_family(),
        settings.settings_family(),
        workspaces.choices_family(),
        workspaces.journals_family(),
        sidecars.family(),
        caches.facts_family(),
        caches.thumbnails_family(),
        caches.features_family(),
        predictions.family(),
        downloads.family(),
        exports.family(),
        helpers.family(),
    )
