package deploytest

import (
	"strings"
	"sync"
	"syscall"

	"git.example/slipway/pipelines/report"
)

// Killer is a reporter that kills its process, and the whole process group as CI
// does, in a phase of a deploy.
type Killer struct {
	phase string
	mu    sync.Mutex
	names map[int64]string
}

// NewKiller makes a Killer that strikes when an event's text starts with phase:
// "start NAME", "done NAME", or "log LINE" of any task. It never does when phase
// is empty.
func NewKiller(phase string) *Killer {
	return &Killer{phase: phase, names: map[int64]string{}}
}

// Report is that of report.Reporter.
func (k *Killer) Report(e report.Event) {
	k.mu.Lock()
	defer k.mu.Unlock()
	text := ""
	switch e := e.(type) {
	case report.TaskStarted:
		k.names[e.ID] = e.Name
		text = "start " + e.Name
	case report.TaskDone:
		text = "done " + k.names[e.ID]
	case report.TaskOutput:
		text = "log " + e.Line
	}
	if k.phase != "" && strings.HasPrefix(text, k.phase) {
		syscall.Kill(0, syscall.SIGKILL)
		// It does nothing more until it is dead.
		select {}
	}
}
