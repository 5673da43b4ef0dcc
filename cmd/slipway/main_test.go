package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"git.example/slipway/cmd/slipway/internal/cli"
	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/engine/enginetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"slipway": func() { os.Exit(cli.Main(os.Args[1:], cli.System())) },
	})
}

// TestScripts runs the real command line in scripts, each in a folder of its own,
// with a registry and free ports:
//
//	$BASE    an image with a shell that can be pulled
//	$HOST    a registry, in which $STACK is a namespace that nobody else has
//	$PORT    a free port on loopback, $PORT2 another one
//	$STACK   a compose project name that nobody else has
//	$EXAMPLES  the directory with the examples
func TestScripts(t *testing.T) {
	host, base := enginetest.Base(t)
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	behindSSH := func(*testscript.Env) {}
	if canHost() {
		behindSSH = sshHosts(t)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(name string) (bool, error) {
			switch name {
			case "docker":
				return hasDocker(), nil
			case "aws":
				return awsfake.Available(), nil
			case "sshd":
				return canHost(), nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOST", host)
			env.Setenv("BASE", base)
			env.Setenv("EXAMPLES", examples)
			env.Setenv("PORT", freePort())
			env.Setenv("PORT2", freePort())
			env.Setenv("STACK", "slipscript"+freePort())
			env.Setenv("PATH", withoutDagger(t, env.Getenv("PATH")))
			env.Setenv("HOME", env.WorkDir+"/.home")
			env.Setenv("DOCKER_CONFIG", dockerConfig())
			behindSSH(env)
			env.Defer(func() {
				if !hasDocker() {
					return
				}
				if err := removeStacks(env.Getenv("STACK")); err != nil {
					t.Errorf("cleaning up: %v", err)
				}
			})
			for _, name := range []string{"GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"} {
				env.Setenv(name, "t")
			}
			for _, name := range []string{"GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"} {
				env.Setenv(name, "t@example.com")
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"expand": expand, "repo": repo, "serves": serves, "aws": accounts(t),
			"hostile": hostile, "harmless": harmless, "evilregistry": evilregistry, "forge": forge, "signkey": signkey, "usekey": usekey, "revoke": revoke, "movesignature": movesignature,
		},
	})
}

func hasDocker() bool { return exec.Command("docker", "version").Run() == nil }

// dockerConfig is where the machine's own Docker plugins are.
func dockerConfig() string {
	if dir, ok := os.LookupEnv("DOCKER_CONFIG"); ok {
		return dir
	}
	return os.Getenv("HOME") + "/.docker"
}

func freePort() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// expand FILE...: replaces @NAME@ in files by the variable NAME.
func expand(ts *testscript.TestScript, neg bool, files []string) {
	for _, file := range files {
		text := ts.ReadFile(file)
		for _, name := range []string{"BASE", "HOST", "PORT", "PORT2", "STACK", "WORK", "SSH_ROOT", "SSH_KEY_FILE", "SSH_KNOWN_HOSTS", "EVIL", "SSH_PORT1", "SSH_PORT2", "SSH_PORT3"} {
			text = strings.ReplaceAll(text, "@"+name+"@", ts.Getenv(name))
		}
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o644))
	}
}

// repo: makes the current directory a git repository with one commit of
// everything, or commits everything once more; $SHA7 names it.
func repo(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(ts.Exec("git", "init", "-q", "-b", "main"))
	ts.Check(ts.Exec("git", "add", "-A"))
	ts.Check(ts.Exec("git", "commit", "-q", "--allow-empty", "-m", "x"))
	ts.Check(ts.Exec("git", "rev-parse", "--short=7", "HEAD"))
	ts.Setenv("SHA7", strings.TrimSpace(ts.ReadFile("stdout")))
}

// serves URL TEXT: waits up to 10 s until the URL answers with the text.
func serves(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: serves URL TEXT")
	}
	tooLong := time.After(10 * time.Second)
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		out, err := exec.Command("curl", "-s", "-m", "2", args[0]).CombinedOutput()
		if strings.Contains(string(out), args[1]) != neg {
			return
		}
		select {
		case <-tooLong:
			ts.Fatalf("%s answers %s (%v), want %q (negated: %v)", args[0], out, err, args[1], neg)
		case <-again.C:
		}
	}
}

// removeStacks removes the containers, networks and volumes of the compose projects
// whose names begin with the given one. (Its number is a port of five digits, so no
// other script's name begins with it.)
func removeStacks(stack string) error {
	script := `of_stack() { awk -v stack="$1" 'index($2, stack) == 1 {print $1}'; }
project='{{.Label "com.docker.compose.project"}}'
docker ps -a --format "{{.ID}} $project" | of_stack "$1" | xargs -r docker rm -fv
docker network ls --format "{{.ID}} $project" | of_stack "$1" | xargs -r docker network rm
docker volume ls --format "{{.Name}} $project" | of_stack "$1" | xargs -r docker volume rm`
	out, err := exec.Command("sh", "-c", script, "sh", stack).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}
