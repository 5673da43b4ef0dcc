package ssh

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	xssh "golang.org/x/crypto/ssh"
)

// login is a connection as the user's login shell sees it.
type login struct{ conn *connection }

// silence is how long a login shell may say nothing before it is looked into.
func (l login) silence() time.Duration { return min(3*time.Second, l.conn.options.timeout()/3) }

// greeting is a session in which the login shell is asked for one line. Its
// input stays open, and nothing of ours is in it.
type greeting struct {
	conn    *connection
	channel xssh.Channel
	mark    string
	release func()

	out, err *foreignOutput
	closed   chan struct{} // when the host ended the session
	exited   chan struct{} // when it said how the shell ended
	mu       sync.Mutex
	code     int // the exit code, -1 when there is none
}

// What came of waiting for a greeting.
type greetingState int

const (
	silent greetingState = iota // not yet
	greeted
	ended // the session is over, without the line
)

// greet asks. The line is the same to every shell.
func (l login) greet(ctx context.Context) (*greeting, error) {
	mark := greetingMark()
	return l.ask(ctx, "exec sh -c 'echo; echo "+mark+"'", mark)
}

// ask starts a command line that prints a mark.
func (l login) ask(ctx context.Context, line, mark string) (*greeting, error) {
	channel, requests, release, err := l.conn.session(ctx)
	if err != nil {
		return nil, err
	}
	g := &greeting{
		conn: l.conn, channel: channel, mark: mark, release: release, code: -1,
		out: newForeignOutput("\n" + mark + "\n"), err: newForeignOutput(""), closed: make(chan struct{}), exited: make(chan struct{}),
	}
	var ok bool
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		ok, err = channel.SendRequest("exec", true, xssh.Marshal(struct{ Command string }{line}))
	}()
	if stopped := l.conn.wait(ctx, sent); stopped != nil {
		g.close()
		go xssh.DiscardRequests(requests)
		return nil, stopped
	}
	if err != nil || !ok {
		g.close()
		go xssh.DiscardRequests(requests)
		if err != nil {
			return nil, l.conn.lostError()
		}
		return nil, &ShellError{Host: l.conn.options.String(), Reason: "its sshd runs no programs for this user; look at ForceCommand and PermitTTY in its sshd_config"}
	}
	go g.follow(requests)
	return g, nil
}

// follow reads what comes until the host ends the session.
func (g *greeting) follow(requests <-chan *xssh.Request) {
	var outputs sync.WaitGroup
	outputs.Go(func() { g.out.readFrom(g.channel) })
	outputs.Go(func() { g.err.readFrom(g.channel.Stderr()) })
	for r := range requests {
		var status struct{ Code uint32 }
		if r.Type == "exit-status" && xssh.Unmarshal(r.Payload, &status) == nil {
			g.mu.Lock()
			if g.code < 0 {
				close(g.exited)
			}
			g.code = int(status.Code)
			g.mu.Unlock()
		}
		if r.WantReply {
			r.Reply(false, nil)
		}
	}
	outputs.Wait()
	close(g.closed)
}

// wait waits for the line, for a while.
func (g *greeting) wait(ctx context.Context, limit time.Duration) (greetingState, error) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-g.out.found:
		return greeted, nil
	case <-g.closed:
		select {
		case <-g.out.found:
			return greeted, nil
		default:
		}
		if g.cut(ctx) {
			return ended, g.conn.lostError()
		}
		return ended, nil
	case <-g.conn.lost:
		return ended, g.conn.lostError()
	case <-ctx.Done():
		return silent, context.Cause(ctx)
	case <-timer.C:
		return silent, nil
	}
}

// cut says that a session that is over was not ended by its shell: the connection
// broke, which ends the sessions on it a moment before it is known to be lost.
func (g *greeting) cut(ctx context.Context) bool {
	if g.exitCode() >= 0 {
		return g.conn.isLost()
	}
	select {
	case <-g.conn.lost:
		return true
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	return false
}

// held says whether something keeps the session's output after the shell has ended:
// every program would be waited for in vain.
func (g *greeting) held(ctx context.Context, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-g.closed:
	case <-g.conn.lost:
	case <-ctx.Done():
	case <-timer.C:
		select {
		case <-g.exited:
			return true
		default:
		}
	}
	return false
}

// close ends the session.
func (g *greeting) close() {
	g.channel.Close()
	g.release()
}

// noise is what came before the line.
func (g *greeting) noise() string {
	before, _, _ := strings.Cut(g.out.text(), "\n"+g.mark+"\n")
	return strings.TrimSpace(before)
}

// said is all that a shell said that did something else, and its exit code.
func (g *greeting) said() string {
	text := strings.TrimSpace(g.out.text() + "\n" + g.err.text())
	text = strings.ToValidUTF8(strings.ReplaceAll(text, string(sftpHello), ""), "")
	var parts []string
	if text != "" {
		parts = append(parts, quoteForeign(text))
	}
	if code := g.exitCode(); code >= 0 {
		parts = append(parts, fmt.Sprintf("exit code %d", code))
	}
	return strings.Join(parts, ", ")
}

func (g *greeting) exitCode() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.code
}

// sftpHello is how an SFTP client begins: a packet of 5 bytes, SSH_FXP_INIT,
// version 3. It is no line to a shell.
var sftpHello = []byte{0, 0, 0, 5, 1, 0, 0, 0, 3}

// speaksSFTP says whether the answer to sftpHello is SSH_FXP_VERSION.
func (g *greeting) speaksSFTP() bool {
	text := g.out.text()
	return len(text) >= 9 && text[0] == 0 && text[1] == 0 && text[4] == 2
}

// foreignOutput keeps the first of what a host prints, and looks for a mark in it.
type foreignOutput struct {
	mark  []byte
	found chan struct{} // closed when the mark has come

	mu   sync.Mutex
	kept []byte
}

// foreignMost is how much of it is kept.
const foreignMost = 256 << 10

func newForeignOutput(mark string) *foreignOutput {
	return &foreignOutput{mark: []byte(mark), found: make(chan struct{})}
}

func (o *foreignOutput) readFrom(r interface{ Read([]byte) (int, error) }) {
	buf := make([]byte, 4<<10)
	seen := len(o.mark) == 0
	for {
		n, err := r.Read(buf)
		o.mu.Lock()
		o.kept = append(o.kept, buf[:n]...)
		if !seen && bytes.Contains(o.kept, o.mark) {
			seen = true
			close(o.found)
		}
		if extra := len(o.kept) - foreignMost; extra > 0 {
			o.kept = append(o.kept[:0], o.kept[extra:]...)
		}
		o.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (o *foreignOutput) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.kept)
}

// greetingMark is what the login shell is asked for.
func greetingMark() string { return "slipway-" + rand.Text() }

// quoteForeign is a host's text as errors have it: one line, and not long.
func quoteForeign(text string) string {
	const most = 80
	text = strings.Join(strings.Fields(text), " ")
	if short := []rune(text); len(short) > most {
		text = string(short[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
