#!/bin/sh
# Takes the pictures in docs/images: makes profiles of the quick start's flights, all of them and those of single airlines, as
# if each were a model of its own, replays May to August into a collector, and has headless Chromium open its page.
# Needs bin/leeway and bin/leewayctl (make build), Node, ui/node_modules (make ui) and Chromium.
set -eu

repo=$(cd "$(dirname "$0")/../.." && pwd)
here=$repo/dashboards/screenshots
flights=$repo/examples/quickstart/flights.csv.gz
truth=$repo/examples/quickstart/flights_truth.csv.gz
bin=${LEEWAY_BIN:-$repo/bin}
work=$repo/build/screenshots
columns="--time-column timestamp --id-column prediction_id --class-column predicted_class --score-column predicted_probability --quiet"

rm -rf "$work"
mkdir -p "$work/profiles"
cd "$work"

# profile and replay NAME VERSION FLAGS...: of one model.
profile() {
    name=$1 version=$2
    shift 2
    # shellcheck disable=SC2086 # the flags are meant to be split
    "$bin/leewayctl" profile "$flights" --truth "$truth" --model "$name" --version "$version" $columns --where split=reference "$@" \
        --positive-class late --time-zone America/New_York --output "profiles/$name.json"
}
replay() {
    name=$1 version=$2
    shift 2
    # shellcheck disable=SC2086
    "$bin/leewayctl" replay "$flights" "$truth" --model "$name" --version "$version" $columns --where split=production "$@" \
        --exclude split --endpoint localhost:24317
}

profile flight-delay 1
for airline in B6:jetblue DL:delta AA:american 9E:endeavor; do
    profile "${airline#*:}-delay" 3 --where "carrier=${airline%:*}"
done

"$bin/leeway" --config "$here/collector.yaml" >leeway.log 2>&1 &
collector=$!
trap 'kill $collector 2>/dev/null || true; wait $collector 2>/dev/null || true' EXIT
trap 'exit 1' INT TERM

replay flight-delay 1
for airline in UA:united B6:jetblue DL:delta AA:american 9E:endeavor; do # united has no profile
    replay "${airline#*:}-delay" 3 --where "carrier=${airline%:*}"
done
node "$here/take.mjs" http://localhost:29090 "$repo/docs/images"
