"""Whether a model is here, without reading it through at every look."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps import known_models
from apps.known_models import known_state, require_model
from machine import MachineError, ModelDamaged, ModelMissing, ModelUnreadable, load_catalogue

LANGUAGE = next(model for model in load_catalogue().models if model.kind == "language")
VOICE = next(model for model in load_catalogue().models if model.kind == "voice")


@pytest.fixture
def looks(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each look at a model's files, whatever it comes to."""
    looked: list[str] = []
    for name in ("looked_at", "resolved"):
        whole = getattr(known_models, name)

        def looking(spec: str, *rest: object, whole=whole) -> object:
            looked.append(spec)
            return whole(spec, *rest)

        monkeypatch.setattr(known_models, name, looking)
    return looked


def put(home: Path, content: bytes) -> None:
    """A file of the right name and the wrong bytes, in place of each of the model's."""
    for file in LANGUAGE.files:
        path = home / "models" / LANGUAGE.id / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def test_one_that_is_not_here_is_looked_for_once(home: Path, looks: list[str]) -> None:
    assert [known_state(LANGUAGE.id), known_state(LANGUAGE.id)] == ["missing", "missing"]
    assert looks == [LANGUAGE.id]
    for _ in range(2):
        with pytest.raises(ModelMissing, match="refdesk models pull"):
            require_model(LANGUAGE.id, "language")
    assert looks == [LANGUAGE.id, LANGUAGE.id]


def test_a_damaged_one_is_read_through_once_until_it_changes(home: Path, looks: list[str]) -> None:
    put(home, b"cut off")
    for _ in range(3):
        assert known_state(LANGUAGE.id) == "damaged"
        with pytest.raises(ModelDamaged, match="is damaged"):
            require_model(LANGUAGE.id, "language")
    assert len(looks) == 2
    put(home, b"cut off elsewhere")
    with pytest.raises(ModelDamaged):
        require_model(LANGUAGE.id, "language")
    assert len(looks) == 3
    for file in LANGUAGE.files:
        (home / "models" / LANGUAGE.id / file.name).unlink()
    with pytest.raises(ModelMissing):
        require_model(LANGUAGE.id, "language")


def test_another_kind_and_a_path_are_answered_as_ever(home: Path, looks: list[str], tmp_path: Path) -> None:
    with pytest.raises(ModelUnreadable, match="where a language model is needed"):
        require_model(VOICE.id, "language")
    file = tmp_path / "own.gguf"
    file.write_bytes(b"GGUF and more")
    require_model(str(file), "language")
    file.write_bytes(b"no model")
    with pytest.raises(MachineError):
        require_model(str(file), "language")
