"""What this machine has: model files and where they come from, cores, memory and GPUs."""

from __future__ import annotations

from machine.broker import MemoryBroker, Residence, Resident, do_they_fit, memory_broker
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
    MemoryShort,
    ModelDamaged,
    ModelMissing,
    ModelReleased,
    ModelUnreadable,
    PipMissing,
    UnknownModel,
    WaitStopped,
)
from machine.fetch import SourceName, pull
from machine.file_hashes import file_sha256
from machine.home import (
    cache_folder,
    collections_folder,
    data_home,
    dropped_folder,
    evaluation_folder,
    jobs_folder,
    models_folder,
)
from machine.inventory import ModelFiles, ModelState, find, remove, resolve, state, verify
from machine.memory import MachineBudget, MemoryBudget, Need, Pool, gpu_pool
from machine.progress import Progress, ProgressListener, silent
from machine.resident import ResidentModel
from machine.waiting import never, waits_end_when

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
    "MachineBudget",
    "MachineDescription",
    "MachineError",
    "MemoryBroker",
    "MemoryBudget",
    "MemoryShort",
    "ModelDamaged",
    "ModelFiles",
    "ModelKind",
    "ModelMissing",
    "ModelReleased",
    "ModelState",
    "ModelUnreadable",
    "Need",
    "PipMissing",
    "Pool",
    "Progress",
    "ProgressListener",
    "Residence",
    "Resident",
    "ResidentModel",
    "SourceName",
    "UnknownModel",
    "WaitStopped",
    "WheelSource",
    "cache_folder",
    "collections_folder",
    "data_home",
    "describe_acceleration",
    "describe_machine",
    "do_they_fit",
    "dropped_folder",
    "energy_meter",
    "evaluation_folder",
    "file_sha256",
    "find",
    "gpu_pool",
    "jobs_folder",
    "load_catalogue",
    "memory_broker",
    "models_folder",
    "never",
    "pull",
    "read_bundle",
    "remove",
    "resolve",
    "silent",
    "state",
    "usable_cores",
    "verify",
    "waits_end_when",
    "write_bundle",
]
