// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

/*
Bench measures the figures that the project promises. `make bench` and `make bench-quick` build what it needs first.

	go run ./hack/bench [-quick] [-rows 1,3] [-json FILE] [-profile DIR]
	go run ./hack/bench -report FILE[,FILE] > docs/benchmarks.md

Times drift on shared machines, so a figure is a ratio of two things that are measured side by side in one run, round by
round, after a warm-up; the minimum, median and maximum of the rounds are printed, and the median decides. For what
must be zero (callbacks lost, conflicts of our own making), the worst round decides.

The conditions are a user's: the operator's own binary in its own process, as an ordinary ServiceAccount with
the rights of config/rbac; one replica; the audit line on; Events on; a real kube-apiserver, and an etcd that syncs its
writes. API writes are counted at the API server. The bare clients that the operator is compared with are ordinary
ServiceAccounts too, since the API server treats an admin differently.

A hand-made operator's object (handmade.yaml) has the same facts as an IMGroup in the shape that comes first to mind: a list of
field times with their sources, three conditions with messages, managedFields.

The load generator is this process. It shares the processors with what it measures, so it is as cheap as possible: each
keep-alive connection has one prepared request in which only digits are changed, and an answer counts only if it is
HTTP 200 with exactly the documented body.

Thousands of IMGroups are put into etcd directly (seed.go), as copies of one that the operator itself created: through
the API server, 100,000 of them would take seven minutes.

Rows, in the order in which they run; 10 to 13, 15 and 16 have no agreed floor:

	1   acknowledged callbacks per second, over the same handler with a journal that does nothing; processor time
	3   time to an acknowledgement, over the disk's own sync
	14  time to an acknowledgement beside hostile traffic, over the time without
	20  good callbacks while a sender without a token takes every connection
	10  replay of the journal at a start
	21  time of an append while a full journal compacts, and over the time with an empty one
	2   acknowledged callbacks per second, over the status writes that the API server takes per second
	4   time until a change is visible, over a bare client's
	5   one hot group: API writes per callback, conflicts, lag
	19  time until a change is visible beside another tenant none of whose writes succeeds
	15  a quiet group beside a hot one: time until its change is visible
	6   1,000 groups at once: groups visible per second, over the status writes of a hand-made operator's object
	18  the API server's processor time for a status write, over that of a hand-made operator's object
	9   acknowledged callbacks per second for one hot group, over a hand-made receiver's
	13  backfill and resync of many groups by the REST API
	8   an API server that is away: callbacks lost
	16  the memory and the processor time that a nearly full journal takes while the API server is away
	17  memory of the API server for an IMGroup, and its bytes in etcd
	7   memory with many IMGroups; with it 11, a restart, and 12, what a callback costs

The commands `serve`, `naive` and `hostile` are for bench itself: it starts them as the other side of a comparison.
*/
package main
