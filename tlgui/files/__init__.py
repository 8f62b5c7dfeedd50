"""Folders, locks, temporary files, caches; writing files whole or not at all, and reading them as untrusted input."""

from tlgui.files.databases import is_damage, opened_database, opened_read_only
from tlgui.files.locks import OwnerLock, is_owned
from tlgui.files.logs import log_stream, open_log
from tlgui.files.names import APP_NAME, plain_name
from tlgui.files.places import (
    cache_folder,
    config_folder,
    data_folder,
    expanded,
    home_folder,
    home_problem,
    is_file,
    is_folder,
    log_folder,
    models_folder,
    resource,
    workspace_path,
)
from tlgui.files.reading import open_regular, open_unbuffered, read_regular
from tlgui.files.refusals import DISK_IS_FULL, storage_error
from tlgui.files.sweeping import sweep
from tlgui.files.temporary import (
    folder_beside,
    path_beside,
    process_folder,
    remove_process_folder,
    system_folder,
    temporary_file,
    temporary_folder,
    use_for_libraries,
)
from tlgui.files.writing import (
    atomic_open,
    atomic_path,
    check_target,
    copy,
    keep_mode,
    real_place,
    sync,
    sync_folder,
    write_text,
)

__all__ = [
    "APP_NAME",
    "DISK_IS_FULL",
    "OwnerLock",
    "atomic_open",
    "atomic_path",
    "cache_folder",
    "check_target",
    "config_folder",
    "copy",
    "data_folder",
    "expanded",
    "folder_beside",
    "home_folder",
    "home_problem",
    "is_damage",
    "is_file",
    "is_folder",
    "is_owned",
    "keep_mode",
    "log_folder",
    "log_stream",
    "models_folder",
    "open_log",
    "open_regular",
    "open_unbuffered",
    "opened_database",
    "opened_read_only",
    "path_beside",
    "plain_name",
    "process_folder",
    "read_regular",
    "real_place",
    "remove_process_folder",
    "resource",
    "storage_error",
    "sweep",
    "sync",
    "sync_folder",
    "system_folder",
    "temporary_file",
    "temporary_folder",
    "use_for_libraries",
    "workspace_path",
    "write_text",
]
