// Code generated from ../errors.go by make update; DO NOT EDIT.

package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"git.example/slipway/pipelines/config"
)

// The exit codes of "dagger call", those of the slipway command line.
const (
	exitFailed = 1
	exitUsage  = 2
)

func exitCode(err error) int {
	var invalid *config.Error
	var coded *gqlerror.Error
	switch {
	case errors.As(err, &invalid):
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

// inWork is the beginning of a path in the container's copy of the repository.
var inWork = regexp.MustCompile(`(?m)(^|[\s"'(])` + work + "/")

// said is the error that the command line printed last, or the result that made
// it fail, such as findings. Secrets are not in it: the command line has taken
// them out.
func said(stdout, stderr string, code int) error {
	_, text, ok := cutLast("\n"+stderr, "\nerror: ")
	if !ok {
		text = stdout
	}
	if text == "" {
		return fmt.Errorf("slipway ended with exit code %d", code)
	}
	text, _, _ = strings.Cut(text, "\nSee 'slipway ") // its help is another one
	return errors.New(inWork.ReplaceAllString(strings.TrimSpace(text), "$1"))
}

func cutLast(text, separator string) (before, after string, ok bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}
