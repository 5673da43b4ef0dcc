package ssh

import (
	"context"
	"errors"
	"io"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/command"
)

// PTY is a terminal that a program gets on the host.
type PTY struct {
	// Term is the terminal's kind, as in $TERM.
	Term string
	// Width and Height are in characters.
	Width, Height int
	// Resize gets the terminal's new width and height; nil for never.
	Resize <-chan [2]int
}

// Interactive runs a program for somebody at a keyboard: in is read while the
// program runs, and once more perhaps after it ended, since a read can't be
// taken back. With a pty the program has a terminal, whose output is out alone;
// without one err is its standard error. c.Stdin is not used. Errors are those
// of Run.
func (h *Host) Interactive(ctx context.Context, c command.Command, in io.Reader, out, err io.Writer, pty *PTY) error {
	if in == nil {
		return errors.New("running a command interactively: there is no input")
	}
	c.Stdin = in
	return h.run(ctx, c, out, err, &interactive{pty})
}

// interactive is what Interactive adds to Run.
type interactive struct{ terminal *PTY }

func (i *interactive) pty() *PTY {
	if i == nil {
		return nil
	}
	return i.terminal
}

// resize passes on the terminal's sizes while the program runs.
func (i *interactive) resize(p *program) {
	if i.terminal == nil {
		return
	}
	for {
		select {
		case size, ok := <-i.terminal.Resize:
			if !ok {
				return
			}
			p.channel.SendRequest("window-change", false, xssh.Marshal(windowSize(size[0], size[1])))
		case <-p.closed:
			return
		}
	}
}

// window is a terminal's size in characters and pixels, of RFC 4254 6.7.
type window struct{ Width, Height, PixelWidth, PixelHeight uint32 }

func windowSize(width, height int) window {
	return window{Width: uint32(width), Height: uint32(height)}
}

// The terminal modes of RFC 4254 8 that prologue needs off: its line may be
// long, is not to be seen, and has bytes that mean something to a terminal.
// "stty sane" turns them on again.
var quietModes = []byte{
	36, 0, 0, 0, 0, // ICRNL
	38, 0, 0, 0, 0, // IXON
	50, 0, 0, 0, 0, // ISIG
	51, 0, 0, 0, 0, // ICANON
	53, 0, 0, 0, 0, // ECHO
	0,
}

// request is the payload of "pty-req", RFC 4254 6.2.
func (p *PTY) request() []byte {
	size := windowSize(p.Width, p.Height)
	return xssh.Marshal(struct {
		Term                                   string
		Width, Height, PixelWidth, PixelHeight uint32
		Modes                                  string
	}{p.Term, size.Width, size.Height, size.PixelWidth, size.PixelHeight, string(quietModes)})
}
