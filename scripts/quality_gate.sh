#!/usr/bin/env bash
# The project's own gate: a few questions about a document of examples/, against what is stored in
# tests/quality_gate/baseline. Without a model, so every machine comes to the same figures.
#   quality_gate.sh BIN            measure, and fail where something was lost
#   quality_gate.sh BIN --renew    measure, and make that the baseline
set -euo pipefail
cd "$(dirname "$0")/.."
bin="$1"
gate=tests/quality_gate
REFDESK_HOME="$(mktemp -d)"
trap 'rm -rf "$REFDESK_HOME"' EXIT
export REFDESK_HOME REFDESK_EMBEDDER_ENGINE=hashing REFDESK_ENGINE=extractive
unset REFDESK_COLLECTION REFDESK_RERANKER
"$bin/refdesk" ingest examples/documents/federal-register-2020-17221.pdf -c gate --json >/dev/null
"$bin/refdesk" eval run "$gate/questions.csv" -c gate --answers --name now --json >/dev/null
if [ "${2:-}" = "--renew" ]; then
    "$bin/python" scripts/slim_baseline.py "$REFDESK_HOME/evaluation/runs/now" "$gate/baseline"
    echo "The baseline in $gate/baseline is what was measured now. Look at its difference before it goes in."
fi
# Nothing may be lost. So few questions decide little: where any changed, the metric is undecided, which fails, too.
"$bin/refdesk" eval gate now --baseline "$gate/baseline" --undecided fail \
    --max-loss page.ndcg@10=0 --max-loss page.hit@5=0 --max-loss contains_gold=0 \
    --max-loss correct_decision=0
