package campaign

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// howToRun is how the program is run; the zero value is a plain run in the first
// project.
type howToRun struct {
	// in is the project's directory.
	in string
	// kill is when it is killed; never when nil.
	kill *moment
	// program is another build of it.
	program string
	env     []string
	// sampled says to look at its descriptors while it runs.
	sampled bool
	// during is called with the process when it has started.
	during func(*os.Process)
}

// ran is a run of the program that has ended.
type ran struct {
	words  []string
	out    string
	stderr string
	code   int
	killed bool
	hung   bool
	took   time.Duration
	// borders is how many lines say that a step has begun or ended.
	borders int
	// peak is the most memory that it had, in bytes, and files the most descriptors.
	peak  int64
	files int
}

// longest is what no run may take, whatever fails.
const longest = 6 * time.Minute

// run runs the program with these arguments.
func (w *world) run(how howToRun, args ...string) ran {
	w.t.Helper()
	if how.in == "" {
		how.in = w.project.dir
	}
	if how.program == "" {
		how.program = w.c.slipway
	}
	words := append([]string{"--engine", "docker", "--progress", "plain"}, args...)
	cmd := exec.Command(how.program, words...)
	cmd.Dir, cmd.Env = how.in, append(w.environ(), how.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out bytes.Buffer
	r := ran{words: args}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		w.t.Fatal(err)
	}
	errRead, errWrite, err := os.Pipe()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = outWrite, errWrite
	border := make(chan int, 10000)
	var stderr lockedText
	copied := make(chan struct{}, 2)
	go func() { io.Copy(&out, outRead); copied <- struct{}{} }()
	go func() {
		seen := 0
		for lines := bufio.NewReader(errRead); ; {
			text, err := lines.ReadString('\n')
			stderr.add(text)
			if isBorder(text) {
				seen++
				border <- seen
			}
			if err != nil {
				break
			}
		}
		copied <- struct{}{}
	}()
	began := time.Now()
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	outWrite.Close()
	errWrite.Close()
	if how.during != nil {
		how.during(cmd.Process)
	}
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { r.borders = strike(cmd.Process, how.kill, border, ended) })
	if how.sampled {
		watching.Go(func() { r.files = mostFiles(cmd.Process.Pid, ended) })
	}
	watching.Go(func() {
		select {
		case <-ended:
		case <-time.After(longest):
			r.hung = true
			cmd.Process.Signal(syscall.SIGQUIT) // it says where it waits
			time.Sleep(time.Second)
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
	})
	cmd.Wait() // what it says is in the state
	r.took = time.Since(began)
	close(ended)
	watching.Wait()
	for range 2 { // children of a killed run may keep the pipes open
		select {
		case <-copied:
		case <-time.After(2 * time.Second):
		}
	}
	outRead.Close()
	errRead.Close()
	for range len(border) {
		r.borders = <-border
	}
	r.out, r.stderr, r.code = out.String(), stderr.String(), cmd.ProcessState.ExitCode()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		r.killed = status.Signal() == syscall.SIGKILL && !r.hung
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.peak = usage.Maxrss << 10
	}
	return r
}

// isBorder says that a line of the plain progress begins or ends a step.
func isBorder(text string) bool {
	return strings.HasPrefix(text, "> ") || strings.HasPrefix(text, "✓") || strings.HasPrefix(text, "✗")
}

// mostFiles is how many descriptors a process has at most.
func mostFiles(pid int, ended <-chan struct{}) (most int) {
	for {
		open, _ := os.ReadDir(filepath.Join("/proc", fmt.Sprint(pid), "fd")) // it may have ended
		most = max(most, len(open))
		select {
		case <-ended:
			return most
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// how the run ended, for the log.
func (r ran) how() string {
	switch {
	case r.killed:
		return "killed"
	case r.hung:
		return "hung"
	}
	return fmt.Sprintf("exit %d", r.code)
}

func (r ran) String() string {
	return fmt.Sprintf("$ slipway %s\n%s%s(%s after %.1f s)\n", strings.Join(r.words, " "), r.stderr, r.out, r.how(), r.took.Seconds())
}

// lockedText is written while it may be read: a run's children outlive it.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) add(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(s)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
