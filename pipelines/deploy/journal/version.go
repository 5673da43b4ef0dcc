package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// Version is the newest version of the journal's format. Keys that an older Slipway
// may ignore don't change it.
const Version = 2

// journals have version 1, and entries of deploys that bring files to hosts version
// hostFilesVersion: an older Slipway would go back to them without the files.
const (
	journalVersion   = 1
	hostFilesVersion = 2
)

// versionFile says which version a journal has; one without it has version 1.
const versionFile = "journal.json"

// Newer is a journal, or a file of it, that a newer Slipway wrote.
type Newer struct {
	// Journal is its directory.
	Journal string
	// File that has the version, in the journal.
	File string
	// Version it has; we know up to Version.
	Version int
}

func (e *Newer) Error() string {
	return fmt.Sprintf("reading the journal in %q: a newer slipway wrote it (%s has format version %d, this slipway knows up to %d), so nothing was changed; install a newer slipway",
		e.Journal, e.File, e.Version, Version)
}

// Moved is a journal that is in another directory by now.
type Moved struct {
	// From is where it was looked for, To where it is.
	From, To string
}

func (e *Moved) Error() string {
	return fmt.Sprintf("reading the journal in %q: it is in %q", e.From, e.To)
}

// format is what any file of a journal may say of its version.
type format struct {
	Version int `json:"version"`
	// MovedTo is where the whole journal is by now.
	MovedTo string `json:"movedTo,omitempty"`
}

// newer fails when a file says that it is newer than we are. Whatever can't be
// read as a version is the file's own matter.
func (s *store) newer(name string, data []byte) error {
	var f format
	if err := json.Unmarshal(data, &f); err == nil && f.Version > Version {
		return &Newer{Journal: s.shown, File: name, Version: f.Version}
	}
	return nil
}

// check reads the journal's version before anything else of it, once.
func (s *store) check(ctx context.Context) error {
	if s.known.Load() {
		return nil
	}
	_, err := s.checkNow(ctx)
	return err
}

// checkNow reads the journal's version, and whether it has one.
func (s *store) checkNow(ctx context.Context) (bool, error) {
	data, err := s.content(ctx, versionFile)
	there := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("reading the journal: %w", err)
	}
	if there {
		var f format
		if err := s.parse(versionFile, data, &f); err != nil {
			return true, err
		}
		if f.MovedTo != "" {
			return true, &Moved{From: s.shown, To: f.MovedTo}
		}
		if err := s.newer(versionFile, data); err != nil {
			return true, err
		}
	}
	s.known.Store(true)
	return there, nil
}

// stamp says, under the lock, which version the journal has from now on. It is
// read again: a newer Slipway may have written while we waited for the lock.
func (s *store) stamp(ctx context.Context) error {
	there, err := s.checkNow(ctx)
	if err != nil || there {
		return err
	}
	return s.write(ctx, versionFile, format{Version: journalVersion}, 0o644)
}
