package deploy

import (
	"fmt"
	"strings"
)

// Stopped is a container that does not run as it should: facts for whoever has
// to find out why.
type Stopped struct {
	Subject   string
	Container string
	// Reason reads as "it is unhealthy" or "it ended with exit code 1".
	Reason string
	// State, exit code, health log and the last log lines, one fact a line.
	Facts []string
}

func (e *Stopped) Error() string {
	return fmt.Sprintf("service %q, container %s: %s\n  %s",
		e.Subject, e.Container, e.Reason, strings.Join(e.Facts, "\n  "))
}
