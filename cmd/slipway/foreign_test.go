package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"git.example/slipway/internal/runnertest"
)

// hostile FILE: writes lines that want to be taken for a runner's command, or to
// change what a terminal shows.
func hostile(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: hostile FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(runnertest.Hostile(), "\n")+"\n"), 0o644))
}

// ownCommands are the commands of a runner that Slipway itself writes.
var ownCommands = []string{"::group::", "::endgroup::", "::error title=", "::warning::"}

// harmless [FILE...]: what the last command wrote, and files, have hostile lines, and
// in none of them does a runner find a command or a terminal anything but text.
func harmless(ts *testscript.TestScript, neg bool, files []string) {
	texts := map[string]string{"stdout": ts.ReadFile("stdout"), "stderr": ts.ReadFile("stderr")}
	for _, file := range files {
		texts[file] = ts.ReadFile(file)
		if !strings.Contains(texts[file], "owned") {
			ts.Fatalf("%s has no hostile line", file)
		}
	}
	if !strings.Contains(texts["stdout"]+texts["stderr"], "owned") {
		ts.Fatalf("no hostile line was shown")
	}
	for name, text := range texts {
		for _, found := range append(runnertest.Commands(text, ownCommands...), runnertest.Unfit(text)...) {
			ts.Fatalf("%s has %s", name, found)
		}
	}
}

// evilregistry: $EVIL is a registry whose every answer is a hostile error.
func evilregistry(ts *testscript.TestScript, neg bool, args []string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := fmt.Sprintf("%q", strings.Join(runnertest.Hostile()[:12], " "))
		text = strings.NewReplacer(`\x1b`, `\u001b`, `\a`, `\u0007`).Replace(text)
		if r.URL.Path == "/v2/" {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"errors": [{"code": "DENIED", "message": %s, "detail": "\r::error::owned"}, {"code": "\r##[error]owned", "message": "\n::error::owned"}]}`, text)
	}))
	ts.Defer(server.Close)
	ts.Setenv("EVIL", strings.TrimPrefix(server.URL, "http://"))
}
