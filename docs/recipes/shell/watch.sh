#!/usr/bin/env bash
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# Runs a program for each new notification of a group, once, for as long as this script runs. See README.md beside it.
#
#	watch.sh STATE_FOLDER PROGRAM [ARGUMENT...]
#
# The program gets one line of JSON on its standard input: groupID, name, namespace, notification, time.
set -euo pipefail
state=${1:?a folder that remembers what was done} program=("${@:2}")
: "${program[0]:?a program to run}"
mkdir -p -m 700 "$state" # it will hold texts of chat users

# A line for each object that has a notification: its uid and the change. Text of chat users is in the JSON only. Of more
# than 500 objects kubectl prints those that are there at the beginning as lists of 500.
changes='
  (if .items then .items[] else . end)
  | .metadata.uid as $uid
  | .status.fieldTimes.notification as $time
  | select($time and .status.notification != null)
  | {groupID: .spec.groupID, name: .metadata.name, namespace: .metadata.namespace, notification: .status.notification, time: $time}
  | "\($uid) \(tojson)"'

handle() { # UID CHANGE
  local seen=$state/$1
  if [[ -f $seen && $(<"$seen") == "$2" ]]; then
    return
  fi
  if "${program[@]}" <<<"$2"; then
    printf '%s\n' "$2" >"$seen.new" && mv "$seen.new" "$seen"
  else
    echo "watch.sh: ${program[0]} failed for $1; it is tried again with the next watch" >&2
  fi
}

# The end of this script is the end of its watch. Otherwise it would continue beside that of a restarted script.
trap 'kill $(jobs -p) 2>/dev/null || true; exit' TERM INT HUP

# A watch ends through the API server, the network, or the timeout, after which what failed is retried. Each begins with all
# objects, so that nothing is missed, and the state folder shows what is new.
while true; do
  kubectl get imgroups ${NAMESPACE:+--namespace="$NAMESPACE"} --watch --output=json --request-timeout="${WATCH_TIMEOUT:-10m}" |
    jq --unbuffered --raw-output "$changes" |
    while read -r uid change; do handle "$uid" "$change"; done &
  wait $! || true
  sleep "${WATCH_PAUSE:-1}"
done
