package stack

import (
	"slices"
	"strconv"
	"time"

	"git.example/slipway/pipelines/shell"
)

// Script is a script for the stack's host.
type Script struct{ shell.Script }

// StopContainers stops containers as gracefully as they ask for, and removes
// them; some may be removed already. Anonymous volumes go with those of them that
// are named so, and stay otherwise.
func (s *Script) StopContainers(ids, withVolumes []string) {
	s.Raw(shell.Words(append([]string{"docker", "stop"}, ids...)...) + " || true")
	s.RemoveContainers(ids, withVolumes)
}

// RemoveContainers removes containers, and anonymous volumes with those of them that
// are named so.
func (s *Script) RemoveContainers(ids, withVolumes []string) {
	if len(withVolumes) > 0 {
		s.Line(append([]string{"docker", "rm", "-f", "-v"}, withVolumes...)...)
	}
	others := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(withVolumes, id) })
	if len(others) > 0 {
		s.Line(append([]string{"docker", "rm", "-f"}, others...)...)
	}
}

// Sleep waits.
func (s *Script) Sleep(d time.Duration) {
	if d > 0 {
		s.Line("sleep", strconv.FormatFloat(d.Seconds(), 'f', -1, 64))
	}
}
