"""What can go wrong between a file and the store.

    IngestError
    ├── UnreadableFile          this file gives no text; the batch goes on
    │   ├── UnsupportedFormat       nobody here reads this kind of file
    │   ├── EncryptedFile           it needs a password
    │   ├── DamagedFile             its content is not what its kind promises
    │   │   └── ReaderFault             what reads it failed in a way that it should not
    │   ├── EmptyFile               it is there, and holds no text
    │   │   └── NoBytes                 not even a byte
    │   └── ReadingStopped          reading it met a limit, or ended the process that read it
    ├── ConversionFailed        an embedding model cannot be converted for OpenVINO; another engine can run it
    ├── NothingToIngest         a named path does not exist, or a folder holds no file
    └── StoreError              the collection itself
        ├── CollectionNotFound      no collection of that name
        ├── EmbedderMismatch        made with another embedder than the one asked for
        ├── ReadingTaken            another process reads the same file into it just now
        ├── StoreDamaged            it does not open, or fails its own check
        └── StoreFull               the disk (or its quota) took no more

Each message says what happened, to which file, and what to do now.
"""

from __future__ import annotations


class IngestError(Exception):
    """Root of every error this package raises on purpose."""


class UnreadableFile(IngestError):
    """One file could not be read. Names the file and the reason; never stops a batch."""


class UnsupportedFormat(UnreadableFile):
    """The file's kind, told from its content, has no loader."""


class EncryptedFile(UnreadableFile):
    """The file opens only with a password, and the empty one does not fit."""


class DamagedFile(UnreadableFile):
    """The file claims to be of a kind and does not parse as one."""


class ReaderFault(DamagedFile):
    """The program that reads it broke on it: a fault of the file, of ours, or of the machine."""


class EmptyFile(UnreadableFile):
    """The file is empty, or none of its pages holds any text."""


class NoBytes(EmptyFile):
    """The file is of zero bytes."""


class ReadingStopped(UnreadableFile):
    """Reading was ended before the file was: it met a limit, or killed the process that read it."""


class ConversionFailed(IngestError):
    """Says why. Where the engine was not named, sentence-transformers runs the model instead."""


class NothingToIngest(IngestError):
    """What was named does not exist or holds no file."""


class StoreError(IngestError):
    """The collection's store, not a file, is the trouble."""


class CollectionNotFound(StoreError):
    """No collection of that name lies in the data home."""


class EmbedderMismatch(StoreError):
    """The collection was embedded by another model, or split or prefixed in another way."""


class ReadingTaken(StoreError):
    """What was staged of a large file belongs to another process by now, or is gone. The batch goes on."""


class StoreDamaged(StoreError):
    """The store's file is not readable as one."""


class StoreFull(StoreError):
    """Nothing more could be written. What was acknowledged before is safe."""
