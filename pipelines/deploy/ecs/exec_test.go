package ecs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/internal/awsfake"
)

// standIn is in place of AWS's plugin, which can't be had here: it shows how it is
// called. What the real one does with that is not tested.
func standIn(t *testing.T, version string) {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\n[ \"$1\" = --version ] && { echo " + version + "; exit; }\nfor a; do echo \"arg $a\"; done\neval \"echo env \\$$1\"\n"
	if err := os.WriteFile(filepath.Join(dir, plugin), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

// The plugin is called as AWS's command line calls it, and a session's token is no
// argument. What is missing is named.
func TestExec(t *testing.T) {
	w := newWorld(t)
	if _, err := w.target().Exec(t.Context(), "api", 1, []string{"sh"}); err == nil || !strings.Contains(err.Error(), "session-manager-plugin, which is not on PATH: install it") {
		t.Errorf("without the plugin: %v", err)
	}
	standIn(t, "1.2.300.0")
	_, err := w.target().Exec(t.Context(), "api", 1, []string{"sh"})
	wantError(t, err, "1.2.300.0", "update it")
	standIn(t, "1.2.707.0")
	_, err = w.target().Exec(t.Context(), "api", 1, []string{"sh"})
	wantError(t, err, "was started without ECS Exec", "--enable-execute-command", "ssmmessages:OpenDataChannel")
	w.ecs.AddService(strings.Replace(createService("api", "api", 2), `"launchType"`, `"enableExecuteCommand": true, "launchType"`, 1))
	_, err = w.target().Exec(t.Context(), "api", 3, []string{"sh"})
	wantError(t, err, "2 running tasks", "task 3")
	w.ecs.NoAgent = true
	_, err = w.target().Exec(t.Context(), "api", 1, []string{"sh"})
	wantError(t, err, "agent does not run in container \"app\"", "ssmmessages:CreateControlChannel")
	w.ecs.NoAgent = false

	c, err := w.target().Exec(t.Context(), "api", 2, []string{"echo", "a b"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.Join(c.Args, " "), awsfake.SessionToken) {
		t.Error("the token is an argument")
	}
	out, err := c.Output(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"arg us-east-1\narg StartSession\narg \narg {\"Target\":\"ecs:prod_", "arg https://ssm.us-east-1.amazonaws.com\n", `"TokenValue":"` + awsfake.SessionToken + `"`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the plugin was not given %q:\n%s", want, out)
		}
	}
	calls := w.fake.Calls("ecs", "ExecuteCommand")
	if command := calls[0].String("command"); command != "'echo' 'a b'" && command != "echo 'a b'" || !calls[0].Bool("interactive") {
		t.Errorf("called with %v", calls[0].Input)
	}
}
