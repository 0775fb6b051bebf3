"""What a child says of the files inside a file arrives whole, or is not believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.isolation.messages import decode_event, encode_event
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import MemberRefused

FILE = FileOnDisk(Path("box.zip"), Path("box.zip"), "", 1)


@pytest.mark.parametrize("locked", [True, False])
def test_whether_a_password_would_help_arrives(locked):
    event = MemberRefused("a.txt", "a.txt was left where it is.", locked)
    assert decode_event(encode_event(event), FILE, None) == event


@pytest.mark.parametrize("locked", [None, 1, "yes"])
def test_what_is_neither_true_nor_false_is_not_believed(locked):
    message = {"kind": "refused", "name": "a.txt", "reason": "It was left.", "locked": locked}
    with pytest.raises(ValueError, match="true or false"):
        decode_event(message, FILE, None)


def test_a_refusal_that_does_not_say_it_is_not_believed():
    with pytest.raises(ValueError, match="without the fields"):
        decode_event({"kind": "refused", "name": "a.txt", "reason": "It was left."}, FILE, None)
