#!/usr/bin/env bash
# The shared suites against a server that this script starts on the demo network, and ends again.
#   benchmarks/suites.sh [http-spec relay schema clients fuzz]      (none named: all)
# env: SUITES (folder of the suites, ../shared/suites), SUITES_TOOLS, SUITES_OUT, SUITES_PORT=8731, PARTNERGRAPH_STORE (another store, loaded already)
set -uo pipefail
cd "$(dirname "$0")/.."
SUITES=${SUITES:-../shared/suites} PORT=${SUITES_PORT:-8731}
[ -x "$SUITES/run_relay.sh" ] || { echo "no suites in $SUITES" >&2; exit 2; }
WORK=$(mktemp -d)
export SUITES_TOOLS=${SUITES_TOOLS:-$WORK/tools} SUITES_OUT=${SUITES_OUT:-$WORK/out}
UV=${UV:-$(command -v uv || echo "$PWD/.venv/bin/uv")}
export UV
URL=http://127.0.0.1:$PORT/graphql

SERVER=
end() { [ -n "$SERVER" ] && kill "$SERVER" 2>/dev/null && wait "$SERVER" 2>/dev/null; [ -d "$WORK/tools" ] || rm -rf "$WORK"; }
trap end EXIT
if [ -z "${PARTNERGRAPH_STORE:-}" ]; then
  export PARTNERGRAPH_STORE=file:$WORK/demo.db
  .venv/bin/partnergraph load demo > /dev/null || exit 1
fi
LOG=$WORK/server.log
.venv/bin/partnergraph serve --port "$PORT" > "$LOG" 2>&1 &
SERVER=$!
for _ in $(seq 500); do curl -sf "http://127.0.0.1:$PORT/readyz" > /dev/null && break; sleep 0.2; done
curl -sf "http://127.0.0.1:$PORT/readyz" > /dev/null || { cat "$LOG"; exit 1; }

# Answers that are computed and links as columns: nothing there could be asked for again by an id.
NO_ID_TYPES=${NO_ID_TYPES:-$(.venv/bin/python benchmarks/types_without_id.py)}
export NO_ID_TYPES
# graphqler needs Python 3.12 or newer; where there is none that runs, only schemathesis is run.
for python in "${PYTHON313:-}" python3.13 python3.12; do
  [ -n "$python" ] && "$python" -c '' 2> /dev/null && PYTHON313=$(command -v "$python") && export PYTHON313 && break
done
[ -n "${PYTHON313:-}" ] || export NO_GRAPHQLER=1

FAILED=
for suite in "${@:-http-spec relay schema clients fuzz}"; do
  for name in $suite; do
    echo "### $name"
    case $name in
      http-spec) "$SUITES/run_http_spec.sh" "$URL" ;;
      # The suite's walk by sevens goes to 420 and would compare with the 400 it has read: so let it read 420.
      relay) MAX=${MAX:-420} "$SUITES/run_relay.sh" "$URL" ;;
      schema) OPS=docs/operations.graphql "$SUITES/run_schema.sh" "$URL" ;;
      clients) "$SUITES/run_clients.sh" "$URL" docs/operations.graphql ;;
      fuzz) LOG=$LOG "$SUITES/run_fuzz.sh" "$URL" ;;
      *) echo "there is no suite $name" >&2; exit 2 ;;
    esac || FAILED="$FAILED $name"
  done
done
[ -z "$FAILED" ] && echo "suites: all green" || { echo "suites: short of the bar:$FAILED"; exit 1; }
