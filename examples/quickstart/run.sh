#!/bin/sh
# The quick start: makes a profile of the model's first two months, starts the collector, replays the next four months, with what
# turned out to be true, and says what drifted and how good the model was. Needs bin/leeway and bin/leewayctl (make build). Stays
# until Ctrl-C, so that the endpoint can be looked at; with ONCE=1 it ends after the last report.
set -eu

repo=$(cd "$(dirname "$0")/../.." && pwd)
data=$repo/examples/quickstart
work=${WORK:-$repo/build/quickstart}
model="--model flight-delay --version 1 --time-column timestamp --id-column prediction_id
       --class-column predicted_class --score-column predicted_probability"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

rm -rf "$work/data/prometheus" # what the last run left
mkdir -p "$work/profiles"
cd "$work"

say "1. A profile of March and April: what the model looked like when it was good"
# The flights are of 2013, and are replayed as if their end were now; so is the profile (--rebase), lest it count as stale.
# shellcheck disable=SC2086 # the flags are meant to be split
"$repo/bin/leewayctl" profile "$data/flights.csv.gz" --truth "$data/flights_truth.csv.gz" $model --where split=reference --positive-class late \
    --importances "$data/importances.json" --time-zone America/New_York --rebase 2013-09-01 --output profiles/flight-delay.json --force

say "2. The collector, with its default configuration"
: >leeway.log # without what the last run said
# But for one thing: a replay is faster than life, so summaries are sent with each batch, not every 10 seconds.
"$repo/bin/leeway" --config "$repo/config/leeway.yaml" --config "yaml:connectors::model_summary::flush_interval: 0s" >leeway.log 2>&1 &
collector=$!
trap 'kill $collector 2>/dev/null || true; wait $collector 2>/dev/null || true' EXIT
trap 'exit 0' INT TERM
until grep -q "Everything is ready" leeway.log; do
    if ! kill -0 $collector 2>/dev/null; then
        echo "The collector ended; its last words:" >&2
        grep "^Error" leeway.log >&2 || tail -5 leeway.log >&2
        exit 1
    fi
    sleep 0.2
done
echo "OTLP on localhost:4317 and 4318, Prometheus metrics on http://localhost:9464/metrics, log in $work/leeway.log"

say "3. May to August, moved by whole weeks to end in this one"
# shellcheck disable=SC2086
sent=$("$repo/bin/leewayctl" replay "$data/flights.csv.gz" "$data/flights_truth.csv.gz" $model --exclude split --from 2013-05-01 --to 2013-09-01 \
    --rebase --time-zone America/New_York) || { echo "the collector's last words:" >&2; tail -5 leeway.log >&2; exit 1; }
echo "$sent"
"$repo/bin/leewayctl" report --window 7d

say "What to look at"
cat <<TEXT
The model was made in spring; then came summer. Compared with the same hours of the reference's weeks, the temperature left
its limit in June and stayed out, and some of it was warmer than anything in the reference; humidity and wind left theirs
for a while. The predictions did not move: this model hardly asks for the weather. What drifted has 1.4 % of the importance of all
features ("--importances"); looked at together, the inputs are too far as well, and the temperature is most of it.
"limit" is what the reference's own weeks stray, times 1.2, and at least 0.1; "noise" is what chance alone gives.

Each flight's fate was known some hours after it was predicted, and joined with its prediction. In the reference, 76 % of the answers were
right. At worst, at the turn of June to July, 58 % were: more flights were late, in July 35 % instead of 23 %, and the model went on saying 17 %. The
quality that is estimated without labels stayed at 75 %: it sees inputs drift, not a world that changes. Where the two part, and
where probabilities stop meaning what they say (calibration error about 0.20 in July and up to 0.32, 0.05 in May), an alert says so. The week above, the last of August, is a
good one again. The detector that looks at one outcome after the other (concept_drift) marks where a spell of late flights begins: delays follow the
weather. That is for a look back; what raises a ticket is drift that costs quality (LeewayHarmfulDrift), or a loss that has risen for days (LeewayLossChanged).

    curl -s localhost:9464/metrics | grep ml_feature_drift_psi
    curl -s localhost:9464/metrics | grep ml_quality
    $repo/bin/leewayctl report
    $repo/bin/leewayctl profile show $work/profiles/flight-delay.json
TEXT
if [ "${ONCE:-0}" = 1 ]; then
    exit 0
fi
say "Open http://localhost:9090/d/leeway-model?var-model=flight-delay&var-window=7d&from=all"
cat <<TEXT
The page has the dashboards with the model's drift and quality over these four months ("Quality and calibration" too), and the alerts that
they raised. They are worked out in event time, for each hour of the history; that may go on for a minute.

The collector runs on; send it your own model's predictions, or stop it with Ctrl-C.
TEXT
wait $collector
