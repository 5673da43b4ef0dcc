package ssh

import "context"

// Host is a machine behind SSH. Paths are absolute. Methods are safe for
// several goroutines; at most eight programs run at a time, others wait.
//
// A connection that is found dead before anything was asked of the host is made
// anew, once. A program is never started twice: when the connection breaks
// afterwards the error wraps command.ErrLost.
type Host struct{ to *destination }

// String is the destination, such as "deploy@app1:2222".
func (h *Host) String() string { return h.to.options.String() }

// Connect dials unless there is a live connection. Its errors say what to do.
func (h *Host) Connect(ctx context.Context) error {
	_, err := h.to.connect(ctx)
	return err
}

// Distant says that each question to the host is a way there and back.
func (h *Host) Distant() {}
