package registry

import (
	"errors"
	"fmt"
)

// What went wrong, for errors.Is.
var (
	// ErrNotFound is a tag, manifest or repository that does not exist.
	ErrNotFound = errors.New("not found")
	// ErrDenied is a login that is missing, wrong, or not allowed to do this.
	ErrDenied = errors.New("denied")
	// ErrLogin is an ErrDenied of a login that is wrong or has expired: not of a
	// right.
	ErrLogin = fmt.Errorf("login refused: %w", ErrDenied)
	// ErrRateLimited is a registry that wants fewer requests.
	ErrRateLimited = errors.New("rate limited")
	// ErrNoSpace is a registry whose disk is full.
	ErrNoSpace = errors.New("no space left")
	// ErrUnavailable is a registry that can't be reached or that fails.
	ErrUnavailable = errors.New("unavailable")
)

// Error is an operation that a registry refused or could not do.
type Error struct {
	// Doing reads as `resolving "host/app:1"`.
	Doing string
	// Problem says what happened, Next what the user can do; Next may be empty.
	Problem, Next string
	// Kind is one of the errors above, nil for others.
	Kind error
	// Err is what came from the network or the registry.
	Err error
}

func (e *Error) Error() string {
	text := e.Doing + ": " + e.Problem
	if e.Next != "" {
		text += "; " + e.Next
	}
	return text
}

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}

// TagConflict is a tag that stands for another digest than the one wanted. Tags
// are never moved.
type TagConflict struct {
	// Reference is "host/path:tag".
	Reference        string
	Existing, Wanted string
}

func (e *TagConflict) Error() string {
	return fmt.Sprintf("tag %q stands for %s already and is never moved to %s; release under another tag", e.Reference, e.Existing, e.Wanted)
}
