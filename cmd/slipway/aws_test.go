package main

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"git.example/slipway/internal/awsfake"
)

// account is a script's AWS account, a fake on the wire.
type account struct {
	server     *awsfake.Server
	cluster    *awsfake.ECS
	secrets    *awsfake.Secrets
	parameters *awsfake.Parameters
}

// accounts makes the command aws, for an account that is the script's own:
//
//	aws start                      signs in to one; its cluster is called prod
//	aws secret NAME VALUE          writes a secret
//	aws definition FILE            registers a task definition
//	aws service FILE               makes a service that runs, from an input of CreateService
//	aws runs SERVICE REVISION      fails unless all of its tasks are of that revision
//	aws parameter NAME             fails unless there is such a parameter
func accounts(t *testing.T) func(*testscript.TestScript, bool, []string) {
	var byScript sync.Map // of *testscript.TestScript to *account
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) == 1 && args[0] == "start" {
			a := &account{server: awsfake.New(t, awsfake.Options{})}
			a.cluster, a.secrets, a.parameters = a.server.ECS(), a.server.Secrets(), a.server.Parameters()
			a.cluster.AddCluster("prod")
			for name, value := range a.server.EnvOf(a.server.Admin) {
				ts.Setenv(name, value)
			}
			byScript.Store(ts, a)
			return
		}
		known, ok := byScript.Load(ts)
		if !ok || len(args) < 2 {
			ts.Fatalf("usage: aws start, or aws WHAT NAME ... after it")
		}
		a := known.(*account)
		switch args[0] {
		case "secret":
			a.secrets.Put(args[1], args[2])
		case "definition":
			a.cluster.AddTaskDefinition(ts.ReadFile(args[1]))
		case "service":
			a.cluster.AddService(ts.ReadFile(args[1]))
		case "runs":
			if runs := a.cluster.Runs(args[1]); len(runs) == 0 || slices.ContainsFunc(runs, func(r string) bool { return r != args[2] }) {
				ts.Fatalf("service %s runs %v, want %s", args[1], runs, args[2])
			}
		case "parameter":
			if slices.Contains(a.parameters.Names(), args[1]) == neg {
				ts.Fatalf("parameters: %s", strings.Join(a.parameters.Names(), "\n"))
			}
		default:
			ts.Fatalf("aws %s: there is no such command", args[0])
		}
	}
}
