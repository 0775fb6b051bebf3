"""No network for a process that parses what strangers wrote.

Three measures, each tried; `cut_network` tells which hold:

- `namespace` (Linux): a network namespace of its own, without any interface that is up, not even loopback.
  It needs the right to make one: root's, or a system that grants user namespaces to everybody. Many
  containers and some distributions refuse.
- `filter` (Linux on x86-64 and ARM64): a seccomp filter by which the kernel refuses every socket that is not
  a local one, and io_uring, which could make sockets behind its back. It needs no right at all.
- `hook` (everywhere): an audit hook in this interpreter refuses to connect, send, bind and look up names.
  It binds Python code only.

The first two bind native code and the programs that the process starts, too, and cannot be taken back. On
macOS and Windows the hook stands alone. None of this keeps a process from the files of its user.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ERRNO with EACCES
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_CALL, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_AF_UNIX = 1
_IO_URING_SETUP = 425
_X32_CALLS = 0x40000000  # the same processor's second set of calls
#: The kernel's number of the architecture, and of its call `socket`.
_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}

_REFUSED_EVENTS = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.getnameinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.sendmsg",
        "socket.sendto",
    }
)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def cut_network() -> tuple[str, ...]:
    """Take the network from this process, for good; the measures that hold.

    Call it before any thread is started: a process with threads gets no user namespace.
    """
    measures = []
    if sys.platform == "linux":
        if _enter_empty_namespace():
            measures.append("namespace")
        if _refuse_sockets():
            measures.append("filter")
    sys.addaudithook(_refuse_event)
    return (*measures, "hook")


def _refuse_event(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _REFUSED_EVENTS:
        raise PermissionError(f"A process that reads files has no network ({event}).")


def _enter_empty_namespace() -> bool:
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_CLONE_NEWNET) == 0:
        return True
    user, group = os.geteuid(), os.getegid()
    if library.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    try:
        # The same names for user and group inside as outside.
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    except OSError:  # then the process has no name inside, and the same rights to files all the same
        return True
    return True


def _refuse_sockets() -> bool:
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    architecture, socket_call = known
    # Each jump counts the instructions to pass over where the test holds, and where it does not.
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, 7, architecture),
        (_LOAD, 0, 0, _CALL),
        (_AT_LEAST, 5, 0, _X32_CALLS),
        (_EQUAL, 4, 0, _IO_URING_SETUP),
        (_EQUAL, 0, 2, socket_call),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 0, 1, _AF_UNIX),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    code = b"".join(struct.pack("=HBBI", *each) for each in instructions)
    program = _Program(len(instructions), code)
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    done: int = library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return done == 0
