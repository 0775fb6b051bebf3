"""Of a run, what the quality gate compares: questions, gold and scores, without texts, times and the machine.

slim_baseline.py RUN_FOLDER BASELINE_FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(run: Path, baseline: Path) -> None:
    """Write `manifest.json` and `rows.jsonl` of the baseline, the same on every machine."""
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    timed = {metric["name"] for metric in manifest["metrics"] if metric["group"] == "time"}
    manifest["metrics"] = [metric for metric in manifest["metrics"] if metric["name"] not in timed]
    kept = {
        name: fact for name, fact in manifest["facts"].items() if name.startswith(("setting ", "scored "))
    }
    manifest |= {"name": "baseline", "facts": kept, "surroundings": {}, "fingerprint": ""}
    with (run / "rows.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    baseline.mkdir(parents=True, exist_ok=True)
    write = (baseline / "manifest.json").write_text
    write(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = [json.dumps(_slim(row, timed), ensure_ascii=False) + "\n" for row in rows]
    (baseline / "rows.jsonl").write_text("".join(lines), encoding="utf-8")


def _slim(row: dict[str, Any], timed: set[str]) -> dict[str, Any]:
    question = row["question"]
    if question["document"]:
        question["document"] = Path(question["document"]).name
    for gold in question["gold"]:
        gold["document"] = Path(gold["document"]).name
    scores = {name: score for name, score in row["scores"].items() if name not in timed}
    return {"question": question, "outcome": {}, "scores": scores}


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"{Path(sys.argv[0]).name} takes two folders: the run's and the baseline's.")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
