// Package job runs scripts that change a stack so that they outlive us: a run
// that is killed leaves none of them half-way, and the next run waits for one
// that it finds running.
package job

import (
	"path"
	"time"

	"git.example/slipway/pipelines/deploy/compose/stack"
)

// Job is a script that goes on when we are killed: what it does to a stack is
// never stranded half-way. Its output goes to a file that we follow. In the
// target's state directory:
//
//	job/job.json   this
//	job/script     the script
//	job/pid        its process
//	job/boot       the machine's boot id, where there is one: process ids start anew
//	job/out        its output
//	job/rc         its exit code, once it ended
type Job struct {
	// Timeout is how long it may take; DefaultTimeout when zero.
	Timeout time.Duration `json:"timeout,omitempty"`
	// Container is what to remove to end it.
	Container string `json:"container,omitempty"`
	// Tag and Step are what is done when it ends well: see package state.
	Tag  string `json:"tag,omitempty"`
	Step string `json:"step,omitempty"`
}

// DefaultTimeout is for docker and compose commands that wait for nothing but
// docker itself, a stop grace period at most.
const DefaultTimeout = 10 * time.Minute

// Runner runs the jobs of a stack, one at a time.
type Runner struct {
	Stack stack.Stack
	// Blind is how long a job may go on unseen while its host can't be reached.
	Blind time.Duration
}

func (r Runner) dir() string { return path.Join(r.Stack.StateDir, "job") }

// bootID prints what tells this boot of a machine from the one before; nothing
// but on Linux.
const bootID = "cat /proc/sys/kernel/random/boot_id 2>/dev/null"
