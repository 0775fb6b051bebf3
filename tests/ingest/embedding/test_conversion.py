from __future__ import annotations

from pathlib import Path

import pytest

from ingest.embedding.conversion import precision_here

FACTS = "processor\t: 0\nmodel name\t: A name with avx512_vnni in it\nflags\t\t: fpu avx2 {flag}\nbugs\t\t:\n"


@pytest.mark.parametrize("flag", ["avx512_vnni", "avx_vnni", "amx_int8"])
def test_integers_where_the_processor_multiplies_them(flag: str, tmp_path: Path) -> None:
    facts = tmp_path / "cpuinfo"
    facts.write_text(FACTS.format(flag=flag), encoding="utf-8")
    assert precision_here(facts) == "int8"


@pytest.mark.parametrize("text", [FACTS.format(flag="avx512f avx512_bf16"), "Features\t: fp asimd\n", ""])
def test_floating_point_where_it_does_not(text: str, tmp_path: Path) -> None:
    facts = tmp_path / "cpuinfo"
    facts.write_text(text, encoding="utf-8")
    assert precision_here(facts) == "float"


def test_floating_point_where_the_system_does_not_say(tmp_path: Path) -> None:
    assert precision_here(tmp_path / "absent") == "float"
