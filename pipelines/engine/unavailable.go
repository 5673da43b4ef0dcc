package engine

import "fmt"

// Unavailable is an engine that can't be used on this machine.
type Unavailable struct {
	Engine string
	// Problem reads as "the Docker daemon does not answer".
	Problem string
	// Next is what to do, as an order: "start it with systemctl start docker".
	Next string
	// Err is the cause, nil when Problem says it all.
	Err error
}

func (e *Unavailable) Error() string {
	text := fmt.Sprintf("the %s engine: %s", e.Engine, e.Problem)
	if e.Err != nil {
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text + "; " + e.Next
}

func (e *Unavailable) Unwrap() error { return e.Err }
