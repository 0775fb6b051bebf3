#!/usr/bin/env bash
# The main job, end to end: models, examples/documents, three questions. The third has no answer there. The first answer ends as sound.
set -euo pipefail
refdesk="$1/refdesk"
collection=demo

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

say "1. The two default models (about 1.2 GB, fetched once)"
"$refdesk" models pull

say "2. Reading examples/documents"
"$refdesk" ingest examples/documents --collection "$collection"

say "3. Three questions"
for question in \
    "By which date must the FAA receive comments on the proposed directive?" \
    "What does an aerotow to 500 metres cost a guest?" \
    "Who designed the hangar of the flying club?"; do
    say "> $question"
    "$refdesk" ask "$question" --collection "$collection"
done

say "4. The first answer, read aloud"
"$refdesk" ask "By which date must the FAA receive comments on the proposed directive?" --collection "$collection" --json |
    "$refdesk" speak --answer - --output demo-answer.wav --overwrite

say "Ask your own: $refdesk ask 'How often is the winch rope inspected?' -c $collection"
