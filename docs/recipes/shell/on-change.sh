#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# Reacts to a change: here, by printing a line. The change comes as JSON on standard input, and stays data: never put it
# into a command line. \p{C} are the characters that a terminal would interpret, or that hide or reverse text.
exec jq --raw-output '"\(.time) \(.name): \(.notification | gsub("\\p{C}"; "�"))"'
