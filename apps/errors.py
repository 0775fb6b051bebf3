"""What can go wrong between a person and the rest.

    FaceError
    ├── WrongUse        what was asked for cannot be done as it was asked
    └── JobRefused      a job cannot be started, stopped, gone on with or forgotten as it stands

Errors of the packages below are not wrapped: each face puts them into words of its own form.
"""

from __future__ import annotations


class FaceError(Exception):
    """Root of every error this package raises on purpose."""


class WrongUse(FaceError):
    """Says what was asked, and how to ask for it instead."""


class JobRefused(FaceError):
    """Says how the job stands, and what can be done with it."""
