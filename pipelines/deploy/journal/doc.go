// Package journal is what an environment remembers: who holds its lock, which
// deploy is live, the history of deploys, and what the last ones wanted of each
// target. It is a directory on the environment's first host, or parameters:
//
//	journal.json                   {"version": 1}: the format of all that is here
//	lock/<n>/info.json             LockInfo: who took lock number n; the greatest one counts
//	lock/<n>/beat                  the heartbeat: while it changes, the lock is held
//	lock/<n>/released              empty; it was given back
//	live.json                      the id and tag of the live deploy
//	history/<id>.json              one Entry for each deploy: the newest, and those with a snapshot
//	history/<first>-<last>.json    {"entries": […]}: all of the older ones from first to last
//	stories/<id>.json              the steps of one of the newest deploys, and why it failed, mode 0600
//	snapshots/<id>/desired.json    what each target was to run, for the last releases, by target
//	snapshots/<id>/env.json        the values of env files, mode 0600, for the live release
//
// # The history
//
// A deploy writes a file of its own. Once there are some more than the newest
// ten, they move together into segments of a hundred, so that the newest N
// entries are one listing and a few reads however long the history is. A name
// tells which entries a file has: there is no index that could be stale. An
// entry that has ended never changes, so a copy of it is as good as the file; a
// segment is written whole before the files that it replaces are removed, and
// what a killed run leaves is removed by the next one. Where there is little
// room, in Parameter Store, nothing moves, and the oldest entries go: see Room.
//
// # Versions
//
// A journal without journal.json has version 1. Any file with an object may have
// a "version" besides. Whoever meets one that is greater than Version changes
// nothing and gives a *Newer error. New keys need no new version when an older
// Slipway may ignore them: it keeps those of an Entry.
//
// # Moving
//
// When the path in slipway.yaml changes, the next deploy moves the journal along:
// see MoveTo. What it leaves is a journal.json that says where it went.
//
// Slipways that knew neither versions nor segments still find what they need:
// the newest entries, from which they count on, and those that they go back to
// have files of their own.
package journal
