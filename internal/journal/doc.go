// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

/*
Package journal keeps acknowledged events until the API server has accepted them. What Append accepted survives the
end of the process at any instruction, and a crash of the machine, as long as the volume survives.

# Life cycle

	j, err := journal.Open(dir, journal.Options{MaxBytes: 1 << 30, MaxGroups: 200000, Fold: merge.Fold, Wake: queue.Add})

	err = j.Append(ctx, ev)             // on disk when it returns nil
	ev, upTo, ok := j.Pending(key)      // all events of the group folded into one
	j.Checkpoint(key, upTo)             // the API server has them

	err = j.Close()

Open recovers what was there; Keys lists the groups to work on. Owe and Settle remember for which apps events were lost.

Events of a group form a lattice (package merge), so the journal folds a group's pending events into one with
Options.Fold: memory depends on the number of groups, not on how often they change. The fold that Pending returned is
kept apart from what came since, and a checkpoint removes just that.

# Appending

Callers encode their events and queue up for the committer, the only goroutine that writes to the log. It takes the
waiting events (at most 1 MiB) and checkpoints, makes one write and one fdatasync, makes the events visible to Pending,
answers the callers and calls Wake for the groups. If the previous batch had more than one event, it first waits a little
for more, never longer than a sync takes or 1 ms. Checkpoints go with the next batch, or alone after half a second. If a
crash loses one, its events are only applied again, which changes nothing.

# Files

	LOCK                   locked while a process has the journal open
	MANIFEST               the ids of the segments, the salt, and what is owed; replaced whole
	0000000000000001.log   a segment; the number, in hex, only grows
	damaged-000001-….bin   bytes that recovery could not use, with the segment and the offset they were at
	*.tmp                  a file that was not finished; deleted at the next start

A segment is created under another name, filled with zeros to its full size, synced, renamed and entered in the MANIFEST
before an event goes into it. It is deleted once a MANIFEST that does not name it is durable. So a segment that is
missing, or shorter than its header says, is damage, never an unfinished file.

Damaged files stay until a person deletes them; they may take a sixteenth of MaxBytes and 1,000 files. Files of other names
are left alone (package deadletter puts some here).

# Record format

Integers are little-endian. A record begins at a multiple of 8 bytes:

	length    uint32   of the payload
	batch     uint32   where in the segment the write began that brought this record, in units of 8 bytes
	kind, seq uint64   kind in the lowest 8 bits
	sum       uint32   CRC-32C of the payload with its padding
	headSum   uint32   CRC-32C of the 20 bytes above
	payload            and 1 to 8 bytes 0xff up to the next multiple of 8

Twenty-four zero bytes mark the end of a segment's records. The kinds are:

	1 header       first record of a segment: magic, format version, id, size of the file, salt, the id of the segment
	               before and where the committed records of that end
	2 event        an encoded event (package event); seq is its number, which grows by one from event to event
	3 carried      the fold of all that was pending of a group up to seq; replaces its earlier records
	4 checkpoint   an encoded key; the API server has accepted the events of this group up to seq
	5 skip         damaged bytes that were set aside, or nothing at all; the payload is ignored

Checksums start from a number derived from the salt, which is random and never leaves the directory, and the segment's id.
So neither text in an event nor blocks of another segment can look like a record to the scan after damage. Only the
header's checksum starts from zero, because the header holds the salt.

The MANIFEST is: magic, version uint32, number of ids uint32, then uint64 each the salt, the next id, the newest event's
number, whether a resync is owed to every app, and the ids; an encoded key for each app to which one is owed; CRC-32C
uint32. Magic, version and checksum keep their place in every future version. A version other than this package's,
here or in a header, makes Open fail before anything is changed.

# Bounds

Seven eighths of MaxBytes are for segments of a sixty-fourth of it each (32 KiB to 64 MiB); the rest is for damaged bytes
and dead letters. Everything pending may take about a third of MaxBytes when folded, and MaxGroups groups; beyond that
Append returns ErrFull. An app (an IMApp of a namespace) may have half of both; beyond that, ErrShare. Neither bound nor
a smaller MaxBytes touches what was acknowledged: the excess is kept until it is written.

A segment is deleted when it is the oldest and holds nothing pending. Compaction carries a group that stays pending
forward, by writing it once more at the head, so that it pins no segments. This begins long before the log is full and
takes a bounded step with each batch, see compact.go, so no append waits for it.

# Failed writes

After a write or a sync fails, nobody knows what the disk has, and a second sync may succeed although data is lost. So
the batch is refused and the segment is sealed: it gets no more records. It is also sealed before a new one is begun,
because the new one's header says where the records of the old one end, and recovery looks no further; if creating the
new one fails, that header may stay on the disk. Service resumes by itself with the first batch that succeeds; Failures
counts those that did not, and meanwhile the journal tries by itself.

# Recovery and repair

Open reads the segments from the oldest to the newest, one at a time in memory. New events always go into a new segment.

The end of the newest segment is not known, and a crash may have cut its last write short. A bad record there
is torn if it belongs to the last write and ends with zeros, or one of its 512-byte sectors is empty from there on:
the disk never wrote it, so it was never acknowledged. The segment then ends there, silently. What the last write
brought is written once more, because it may be only in the kernel's memory.

Everything else is damage: a flipped bit, an empty sector before the last write, a file that is missing, too short or
not named as its header says, a meaningless record. Damage never makes Open fail. Recovery looks for the next good
record and goes on from there; enters in the MANIFEST that a resync is owed to every app; copies the bad bytes to a
damaged-* file; overwrites them with a skip record, a new header or zeros, so that they are not found again; logs it and
lists it in Damage. A flipped bit costs one record at most.

A failed read is retried for a second. If the medium has lost the data (EIO), that is damage too, but the segment stays
as it is, because the next start may be able to read it. Any other error, such as too many open files, makes Open fail:
the next start finds everything as it was.
*/
package journal
