package ecs

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/internal/waittest"
)

// logged is a task definition whose app writes to CloudWatch Logs; its proxy to driver.
func logged(driver string) string {
	return strings.NewReplacer(`"healthCheck"`, `"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/api", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "api"}}, "healthCheck"`,
		`"essential": false`, `"essential": false`+driver).Replace(taskDefinition("api", "shop/app"))
}

const firelens = `, "logConfiguration": {"logDriver": "awsfirelens", "options": {"Name": "datadog"}}`

// What failed has its last log lines in the error: a deploy and a step.
func TestFailuresHaveLogLines(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 30 {
		lines = append(lines, fmt.Sprintf("line %02d", i))
	}
	dies := awsfake.Behaviour{Exit: true, Code: 3, After: time.Second, Says: append(lines, "panic: no database")}
	for name, fails := range map[string]func(*world){
		"a deploy":    func(w *world) { w.failing("2", dies) },
		"a migration": func(w *world) { w.cfg.Before = migration(0); w.steps(dies) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.ecs.Logs = w.fake.Logs()
			file(logged(firelens))(w)
			w.mustDeploy("1")
			fails(w)
			_, err := w.deploy("2")
			wantError(t, err, "exit code 3", "Essential container in task exited", "its last log lines (log group /ecs/api, stream api/app/", "  panic: no database", "line 20",
				"container proxy: no log lines here: FireLens routes its lines elsewhere (datadog): look there")
			if strings.Contains(err.Error(), "line 09") {
				t.Errorf("more than the last lines:\n%v", err)
			}
			if text := failureOfDeploy(t, err).Bundle(); !strings.Contains(text, "panic: no database") {
				t.Errorf("the report has no log lines:\n%s", text)
			}
			w.ecs.Logs = nil
			w.fake.Fault("logs", "*", -1, awsfake.Denied("*"))
			_, err = w.deploy("3")
			if name == "a deploy" {
				return
			}
			wantError(t, err, "exit code 3", "logs:GetLogEvents")
		})
	}
}

// lockedBuffer is a buffer that is read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestLogs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ecs.Logs = w.fake.Logs()
	file(logged(firelens))(w)
	w.ecs.Behave = func(awsfake.TaskStart) awsfake.Behaviour {
		return awsfake.Behaviour{Says: []string{"a", "b", "c", "d", "e"}}
	}
	w.mustDeploy("1")
	show := func(o LogOptions) (string, string) {
		t.Helper()
		var out, said bytes.Buffer
		if err := w.target().Logs(t.Context(), o, &out, func(text string) { fmt.Fprintln(&said, text) }); err != nil {
			t.Fatal(err)
		}
		return out.String(), said.String()
	}
	out, said := show(LogOptions{})
	if strings.Count(out, "\n") != 10 || strings.Count(out, "  e\n") != 2 || !strings.HasPrefix(out, "api/app/") {
		t.Errorf("logs are\n%s", out)
	}
	if !strings.Contains(said, "service api, container proxy: FireLens") || strings.Count(said, "\n") != 1 {
		t.Errorf("it says\n%s", said)
	}
	if out, _ := show(LogOptions{Tail: "2", Services: []string{"api"}}); strings.Count(out, "\n") != 4 || strings.Contains(out, "  c\n") {
		t.Errorf("the last two are\n%s", out)
	}
	if out, _ := show(LogOptions{Since: "2099-01-02"}); out != "" {
		t.Errorf("since tomorrow there is\n%s", out)
	}
	for _, o := range []LogOptions{{Tail: "x"}, {Since: "x"}, {Services: []string{"web"}}} {
		err := w.target().Logs(t.Context(), o, &bytes.Buffer{}, func(string) {})
		wantError(t, err, "")
	}

	// Following goes on with tasks that start meanwhile.
	ctx, stop := context.WithCancel(t.Context())
	var followed lockedBuffer
	done := make(chan error)
	go func() { done <- w.target().Logs(ctx, LogOptions{Follow: true, Tail: "0"}, &followed, func(string) {}) }()
	w.mustDeploy("2")
	if !waittest.Within(10*time.Second, func() bool { return strings.Count(followed.String(), "  e\n") >= 2 }) {
		t.Errorf("followed:\n%s", followed.String())
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
