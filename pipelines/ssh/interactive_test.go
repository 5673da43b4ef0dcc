package ssh_test

import (
	"io"
	"strings"
	"testing"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/ssh"
)

func TestInteractive(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, sshtest.Config{})
	tests := map[string]struct {
		pty  *ssh.PTY
		want []string
	}{
		"terminal":    {&ssh.PTY{Term: "vt100", Width: 101, Height: 33}, []string{"33 101", "vt100", "terminal", "a b\r\n", "got a b"}},
		"no terminal": {nil, []string{"no terminal", "got a b"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, typing := io.Pipe() // nobody ends it: the program's end is enough
			var out lockedBuffer
			ended := make(chan error, 1)
			c := command.Command{
				Args: []string{"sh", "-c", `if [ -t 0 ]; then stty size; echo $TERM terminal; else echo no terminal; fi; read -r line; echo "got $line $SECRET" | tr y z; exit 3`},
				Env:  []string{"SECRET=" + strings.Repeat("y", 9000) + "\x03\n"},
			}
			go func() { ended <- h.Interactive(t.Context(), c, in, &out, &out, test.pty) }()
			sshtest.WaitFor(t, "the program", func() bool { return strings.Contains(out.String(), "terminal") })
			io.WriteString(typing, "a b\n")
			if err := <-ended; command.ExitCode(err) != 3 {
				t.Errorf("error: %v", err)
			}
			for _, want := range append(test.want, strings.Repeat("z", 9000)) {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %.20q in %.200q", want, out.String())
				}
			}
			if strings.Contains(out.String(), "yyy") || strings.Contains(out.String(), "slipway") {
				t.Errorf("the prologue is seen: %.200q", out.String())
			}
		})
	}
}

func TestInteractiveResize(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, sshtest.Config{})
	resize := make(chan [2]int, 1)
	in, _ := io.Pipe()
	var out lockedBuffer
	ended := make(chan error, 1)
	c := command.Command{Args: []string{"sh", "-c", `trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.1; done`}}
	go func() {
		ended <- h.Interactive(t.Context(), c, in, &out, nil, &ssh.PTY{Term: "vt100", Width: 80, Height: 24, Resize: resize})
	}()
	sshtest.WaitFor(t, "the program", func() bool { return strings.Contains(out.String(), "ready") })
	resize <- [2]int{120, 40}
	if err := <-ended; err != nil || !strings.Contains(out.String(), "40 120") {
		t.Errorf("%v, %q", err, out.String())
	}
}
