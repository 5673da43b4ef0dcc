package daggerengine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dagger.io/dagger"

	"git.example/slipway/pipelines/engine"
)

const (
	// reachTimeout is for an engine that runs, startTimeout for one that the
	// dagger command line has to start, or even download.
	reachTimeout = 30 * time.Second
	startTimeout = 2 * time.Minute
)

const useOther = "or use --engine " + other

// connect joins the session that this process runs in, else starts one.
func connect(ctx context.Context, o Options) (*dagger.Client, *logs, error) {
	if insideSession(o.Lookup) {
		client, err := dagger.Connect(ctx)
		if err != nil {
			return nil, nil, &engine.Unavailable{Engine: Name, Problem: "the Dagger session can't be joined", Next: "start the function again", Err: err}
		}
		return client, nil, nil
	}
	cli, err := findCLI(o.Lookup)
	if err != nil {
		return nil, nil, &engine.Unavailable{Engine: Name, Problem: "there is no dagger command",
			Next: "install it (https://docs.dagger.io/install) " + useOther}
	}
	address, remote := set(o.Lookup, runnerHost)
	limit := o.Timeout
	if limit == 0 && remote {
		limit = reachTimeout
	} else if limit == 0 {
		limit = startTimeout
	}
	problem, next := "no engine answers", "check that a container runtime works here and may pull Dagger's engine, "+useOther
	if remote {
		problem, next = "no engine answers at "+withoutUser(address), "start it there, set "+runnerHost+", "+useOther
	}
	timed, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("waited %s", limit))
	defer cancel()
	logs := newLogs()
	session, err := startSession(timed, cli, logs.environment())
	if err != nil {
		logs.close()
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		return nil, nil, &engine.Unavailable{Engine: Name, Problem: problem, Next: next, Err: err}
	}
	session.logs = logs
	client, err := dagger.Connect(ctx, dagger.WithConn(session))
	if err != nil {
		return nil, nil, errors.Join(err, session.Close())
	}
	return client, logs, nil
}
