"""Tools join the picture that `kondate up` runs, unless the environment names another."""

import json
from collections.abc import Mapping
from pathlib import Path

from entrypoints.cli.running import environment
from entrypoints.local.data_folder import DataFolder
from entrypoints.settings import Settings, read_settings

DEFAULT_FOLDER = Path(".local")


def joined_settings(folder: Path) -> Settings:
    """Return the settings of the running picture in this folder, with what the environment says on top.

    Raises SettingsError when neither says enough.
    """
    file = DataFolder(folder).environment_file
    known: Mapping[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return read_settings({**known, **environment()})
