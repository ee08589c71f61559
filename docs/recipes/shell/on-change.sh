#!/bin/sh
# Copyright The imgroup-operator Authors.
# SPDX-License-Identifier: Apache-2.0

# What a change causes: here, one line for people. The change comes as JSON on standard input, and stays data: never put
# it into a command line. \p{C} are the characters that a terminal would obey, or that hide and turn text.
exec jq --raw-output '"\(.time) \(.name): \(.notification | gsub("\\p{C}"; "�"))"'
