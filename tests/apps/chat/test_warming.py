"""What later pages need is loaded ahead."""

from __future__ import annotations

from apps.chat.warming import warmed


def test_each_is_loaded_and_one_that_is_not_here_keeps_none_from_it() -> None:
    loaded: list[str] = []

    def load(module: str) -> None:
        if module == "absent":
            raise ImportError(module)
        loaded.append(module)

    warmed(["first", "absent", "last"], load).join(30)
    assert loaded == ["first", "last"]
