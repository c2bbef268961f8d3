#!/usr/bin/env bash
# As kafkajs.js, with kcat, which makes topics by asking for them and has nothing to delete with.   kcat.sh BOOTSTRAP TOPIC
set -euo pipefail
at=$1
topic=$2
fail() { echo "$1" >&2; exit 1; }
step() { printf '%s\t%s\n' "$1" "$2"; }
kcat -b "$at" -L -t "$topic" > /dev/null
sleep 1
kcat -b "$at" -L -t "$topic" | grep -q "topic \"$topic\" with 1 partitions" || fail "no topic"
step admin "topic made by asking for it, listed"
codecs="none gzip snappy lz4 zstd"
total=0
for codec in $codecs; do
  seq -f "$codec %g" 1000 | kcat -b "$at" -P -t "$topic" -z "$codec" -X acks=-1 -X enable.idempotence=true
  total=$((total + 1000))
done
step produce "$codecs"
# -e ends at the end of the partitions; the member leaves, and commits what it printed.
group() { timeout 60 kcat -b "$at" -q -X auto.offset.reset=earliest -e -G "$topic-group" "$topic"; }
got=$(group | sort -u | wc -l)
[ "$got" = "$total" ] || fail "$got records"
step consume "$total records"
[ -z "$(group)" ] || fail "records again: the offsets were not committed"
step commit "nothing to read again"
seq -f "more %g" 100 | kcat -b "$at" -P -t "$topic"
got=$(group | grep -c '^more ')
[ "$got" = 100 ] || fail "$got records after resuming"
step resume "100 new records, none twice"
