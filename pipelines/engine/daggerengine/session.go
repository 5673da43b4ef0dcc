package daggerengine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// closeTimeout is how long a session may take to end before it is killed.
const closeTimeout = 20 * time.Second

// session is a running "dagger session": the connection that the client talks
// through. The client starts one by itself too, but not that of PATH, and would
// rather download a command line and wait for minutes.
type session struct {
	process *exec.Cmd
	stdin   io.Closer
	ended   chan struct{}
	stderr  *tail
	http    http.Client
	token   string
	logs    *logs
}

// startSession starts a session that outlives ctx, which only bounds the start.
// The session ends with this process, however that ends: its standard input does.
func startSession(ctx context.Context, cli string, env []string) (*session, error) {
	s := &session{ended: make(chan struct{}), stderr: newTail(errorBytes)}
	s.process = exec.Command(cli, "session", "--silent",
		"--label", "dagger.io/sdk.name:go", "--label", "dagger.io/sdk.async:false")
	s.process.Env = append(os.Environ(), env...)
	s.process.Stderr = s.stderr
	// An interrupt from the terminal must not end it before our cleaning up.
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := s.process.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.stdin = stdin
	stdout, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	type address struct {
		Port  int    `json:"port"`
		Token string `json:"session_token"`
	}
	started := make(chan address, 1)
	go func() {
		defer close(s.ended)
		out := bufio.NewReader(stdout)
		line, _ := out.ReadBytes('\n')
		var a address
		if json.Unmarshal(line, &a) == nil && a.Port != 0 {
			started <- a
		}
		io.Copy(io.Discard, out)
		s.process.Wait()
	}()
	select {
	case a := <-started:
		s.token = a.Token
		s.http.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(a.Port)))
		}}
		return s, nil
	case <-s.ended:
		return nil, fmt.Errorf("%s session: %s", cli, firstOf(s.stderr.String(), s.process.ProcessState.String()))
	case <-ctx.Done():
		s.kill()
		return nil, fmt.Errorf("%w%s", context.Cause(ctx), prefixed("; it last said: ", s.stderr.String()))
	}
}

// Do sends a request of the client.
func (s *session) Do(r *http.Request) (*http.Response, error) {
	r.SetBasicAuth(s.token, "")
	if parent := traceparent(r.Context()); parent != "" {
		r.Header.Set("traceparent", parent)
	}
	return s.http.Do(r)
}

// Host is what the client puts into its URLs.
func (s *session) Host() string { return "dagger" }

// Close ends the session, and with it all that runs in it.
func (s *session) Close() error {
	defer s.logs.close()
	s.stdin.Close()
	select {
	case <-s.ended:
		return nil
	case <-time.After(closeTimeout):
		s.kill()
		return errors.New("dagger session did not end by itself and was killed")
	}
}

func (s *session) kill() {
	s.stdin.Close()
	s.process.Process.Kill()
	<-s.ended
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

func prefixed(prefix, text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	return prefix + text
}
