"""What this machine has: model files and where they come from, cores, memory and GPUs."""

from __future__ import annotations

from machine.bundle import read_bundle, write_bundle
from machine.catalogue import (
    Catalogue,
    CatalogueFile,
    CatalogueModel,
    HubSource,
    ModelKind,
    WheelSource,
    load_catalogue,
)
from machine.devices import (
    Acceleration,
    MachineDescription,
    describe_acceleration,
    describe_machine,
    usable_cores,
)
from machine.energy import Energy, EnergyInterval, EnergyMeter, energy_meter
from machine.errors import (
    BundleRefused,
    DiskFull,
    DownloadFailed,
    FolderUnwritable,
    HubUnreachable,
    MachineError,
    ModelDamaged,
    ModelMissing,
    ModelUnreadable,
    PipMissing,
    UnknownModel,
)
from machine.fetch import SourceName, pull
from machine.file_hashes import file_sha256
from machine.home import cache_folder, collections_folder, data_home, evaluation_folder, models_folder
from machine.inventory import ModelFiles, ModelState, find, remove, resolve, state, verify
from machine.progress import Progress, ProgressListener, silent

__all__ = [
    "Acceleration",
    "BundleRefused",
    "Catalogue",
    "CatalogueFile",
    "CatalogueModel",
    "DiskFull",
    "DownloadFailed",
    "Energy",
    "EnergyInterval",
    "EnergyMeter",
    "FolderUnwritable",
    "HubSource",
    "HubUnreachable",
    "MachineDescription",
    "MachineError",
    "ModelDamaged",
    "ModelFiles",
    "ModelKind",
    "ModelMissing",
    "ModelState",
    "ModelUnreadable",
    "PipMissing",
    "Progress",
    "ProgressListener",
    "SourceName",
    "UnknownModel",
    "WheelSource",
    "cache_folder",
    "collections_folder",
    "data_home",
    "describe_acceleration",
    "describe_machine",
    "energy_meter",
    "evaluation_folder",
    "file_sha256",
    "find",
    "load_catalogue",
    "models_folder",
    "pull",
    "read_bundle",
    "remove",
    "resolve",
    "silent",
    "state",
    "usable_cores",
    "verify",
    "write_bundle",
]
