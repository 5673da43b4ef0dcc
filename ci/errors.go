package main

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/slipwayhq/slipway/pipelines"
	"github.com/slipwayhq/slipway/pipelines/config"
)

// The exit codes of "dagger call", those of the slipway command line.
const (
	exitFailed = 1
	exitUsage  = 2
)

func exitCode(err error) int {
	var usage *pipelines.UsageError
	var invalid *config.Error
	var coded *gqlerror.Error
	switch {
	case errors.As(err, &usage), errors.As(err, &invalid):
		return exitUsage
	case errors.As(err, &coded) && coded.Extensions["exitCode"] == exitUsage:
		return exitUsage
	}
	return exitFailed
}

// wrongUse is an error of whoever calls, such as a wrong argument.
func wrongUse(format string, args ...any) error {
	return exitWith(exitUsage, fmt.Errorf(format, args...))
}

// exitWith is err for the dagger command line, which ends with an exit code of
// its caller's choice only for what looks like a container that failed.
func exitWith(code int, err error) error {
	return &gqlerror.Error{Message: err.Error(), Extensions: map[string]any{
		"_type": "EXEC_ERROR", "exitCode": code, "cmd": []string{}, "stdout": "", "stderr": "",
	}}
}
