"""One memory for all threads of the page's server."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from apps import serving

#: Eight threads take memory at once; then glibc tells of its heaps, as XML on standard output.
_PROGRAM = """
import ctypes, threading
from apps.serving import share_heaps
assert share_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(8)
def take():
    together.wait()
    libc.malloc(4000)
    together.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""

#: Of its own accord glibc puts the second block into a heap. mallinfo2's fifth number is what lies apart.
_LARGE = """
import ctypes
from apps.serving import share_heaps
assert share_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.free(libc.malloc(16 << 20))
libc.malloc(16 << 20)
class Figures(ctypes.Structure):
    _fields_ = [(str(number), ctypes.c_size_t) for number in range(10)]
libc.mallinfo2.restype = Figures
print(getattr(libc.mallinfo2(), "4"))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has such heaps")
def test_eight_threads_share_two_heaps() -> None:
    told = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True).stdout
    assert 1 <= told.count("<heap nr=") <= 2


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has such heaps")
def test_a_large_block_lies_apart_from_them_also_after_one_was_freed() -> None:
    told = subprocess.run([sys.executable, "-c", _LARGE], capture_output=True, text=True, check=True).stdout
    assert int(told) >= 16 << 20


def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not serving.share_heaps()
