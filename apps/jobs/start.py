"""How a job's process comes to be: no shell, a session of its own, nothing that ends with who started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence

from apps.jobs.job_folder import JobFolder
from apps.own_processes import environment_of_ours, python_module


def start_process(job: JobFolder, passwords: Sequence[str] = ()) -> None:
    """Start the job's process. It says itself that it is there, in the job's folder."""
    creation_flags = 0
    if sys.platform == "win32":
        creation_flags = subprocess.CREATE_NEW_PROCESS_GROUP
    with job.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - this interpreter and a module of ours
            [*python_module("apps.jobs"), os.fspath(job.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=environment_of_ours(),
            start_new_session=sys.platform != "win32",
            creationflags=creation_flags,
        )
    # Passwords are read by nobody on the way: not in the list of processes, and not on the disk.
    threading.Thread(
        target=process.communicate, args=(json.dumps(list(passwords)).encode(),), daemon=True
    ).start()
