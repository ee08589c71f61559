// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

/*
Package journal keeps acknowledged events until the API server has accepted them. What Append accepted survives the
end of the process at any instruction, and a crash of the machine, as long as the volume lives.

# Life cycle

	j, err := journal.Open(dir, journal.Options{MaxBytes: 1 << 30, MaxGroups: 200000, Fold: merge.Fold, Wake: queue.Add})

	err = j.Append(ctx, ev)             // on disk when it returns nil
	ev, upTo, ok := j.Pending(key)      // all events of the group folded into one
	j.Checkpoint(key, upTo)             // the API server has them

	err = j.Close()

Open recovers what was there; Keys lists the groups to work on. Owe and Settle remember for which apps events were lost.

Events of a group form a lattice (package merge), so the journal folds what is pending of a group into one event with
Options.Fold: memory depends on the number of groups, not on how often they change. The fold that Pending gave out is
kept apart from what came since, and a checkpoint takes away just that.

# Appending

Callers encode their events and queue up for the committer, one goroutine that alone writes to the log. It takes what
waits (at most 1 MiB), appends the checkpoints that wait, makes one write and one fdatasync, shows the events to
Pending, answers the callers and wakes the groups. If the batch before had more than one event it waits a little for
company first, never longer than a sync takes or 1 ms. Twice a second it writes the checkpoints that found no batch to ride
with. One that a crash loses only means that its events are applied again, which changes nothing.

# Files

	LOCK                   locked while a process has the journal open
	MANIFEST               the ids of the segments, the salt, and what is owed; replaced whole
	0000000000000001.log   a segment; the number, in hex, only grows
	damaged-000001-….bin   bytes that recovery could not use, with the segment and the offset they were at
	*.tmp                  a file that was not finished; deleted at the next start

A segment is made under another name, filled with zeros to its full size, synced, renamed and entered in the MANIFEST
before an event goes into it. It is deleted after a MANIFEST is durable that does not name it. So a segment that is
missing or shorter than it says is damage, and one that the MANIFEST does not name is nothing.

Damaged files stay until a person deletes them; they may take a sixteenth of MaxBytes and 1,000 files. Other files are left alone.

# Record format

Integers are little-endian. A record begins at a multiple of 8 bytes:

	length    uint32   of the payload
	batch     uint32   where in the segment the write began that brought this record, in units of 8 bytes
	kind, seq uint64   kind in the lowest 8 bits
	sum       uint32   CRC-32C of the payload with its padding
	headSum   uint32   CRC-32C of the 20 bytes above
	payload            and 1 to 8 bytes 0xff up to the next multiple of 8

Twenty-four zero bytes are no record: that is where the records of a segment end. The kinds are:

	1 header       first record of a segment, the type of this name; says also where the segment before ends
	2 event        an encoded event (package event); seq is its number, which grows by one from event to event
	3 carried      the fold of all that was pending of a group up to seq; takes the place of its earlier records
	4 checkpoint   an encoded key; the API server has accepted the events of this group up to seq
	5 skip         damaged bytes that were set aside; the payload is not looked at

Checksums start from a number made of the salt, which is random and never leaves the directory, and the segment's id.
So neither a text in an event nor a block of another segment can look like a record to the scan that follows damage.

The MANIFEST is a manifestHead, the ids as uint64, an encoded key for each app to which a resync is owed, and CRC-32C uint32.
Another version than this package's, in there or in a header, makes Open fail before anything is changed.

# Bounds

Of MaxBytes seven eighths are for segments, which are a sixty-fourth of it each (32 KiB to 64 MiB); the rest is for damaged
bytes and dead letters. All that is pending may take about a third of MaxBytes when folded, and MaxGroups groups; beyond that
Append says ErrFull. An app may have half of both; beyond that ErrShare. What was acknowledged is never touched by that, nor
by a smaller MaxBytes: what is too much is kept beside it until it is written.

A segment is deleted when it is the oldest and nothing pending is in it. So that a group that stays pending pins no
segments, compaction carries it forward: writes it once more, at the head. It begins long before the log is full and takes a
bounded step with each batch, so no append waits for it.

# Failed writes

After a write or a sync fails, nobody knows what the disk has, and a second sync may say yes to what is gone. So the
batch is refused and the segment is sealed: it gets no more records. It is sealed as well before a new one is begun, whose
header says where its records end and may stay on the disk though the rest fails. Service resumes with the first batch
that succeeds. Failures counts until then, and the journal tries a skip record twice a second.

# Recovery and repair

Open reads the segments from the oldest to the newest, one at a time in memory. New events always go into a new segment.

In the newest segment the end is not known, and the last write may be torn: a bad record that belongs to it ends with zeros,
or one of its 512-byte sectors is empty. It was never acknowledged, and the segment ends there, silently. What the last write
brought is written once more, for it may be in the kernel's memory alone.

Everything else is damage, and never makes Open fail. Recovery looks for the next good record and goes on from there;
enters in the MANIFEST that a resync is owed to every app; copies the bad bytes to a damaged-* file; overwrites them with a
skip record, a new header or zeros, so that they are not found again; logs it and lists it in Damage. A flipped bit costs
one record at most.

What cannot be read is read again for a second. If the medium has lost it (EIO), that is damage too, but the segment
stays as it is, for the next start may be able to read it. Any other error, such as too many open files, makes Open fail:
the next start finds everything as it was.

# Limits

An empty sector of the last acknowledged write looks torn, and so does a flipped bit in it beside a text with a sector of NULs:
the log ends there silently. An event that only a later start can read is covered by the checkpoints and carried records of
its group that came meanwhile; the resync that is owed brings its fields. A volume without one free block takes no MANIFEST,
so nothing is deleted: it must be larger than MaxBytes.
*/
package journal
