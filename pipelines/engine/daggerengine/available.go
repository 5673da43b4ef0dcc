package daggerengine

import (
	"os/exec"
	"path/filepath"
	"strings"
)

// What Dagger's own programs look at.
const (
	sessionPort  = "DAGGER_SESSION_PORT"
	sessionToken = "DAGGER_SESSION_TOKEN"
	cliVariable  = "_EXPERIMENTAL_DAGGER_CLI_BIN"
	runnerHost   = "_EXPERIMENTAL_DAGGER_RUNNER_HOST"
)

// runtimes are the programs with which the dagger command line starts an engine.
var runtimes = []string{"docker", "podman", "nerdctl", "finch", "container"}

// Available says whether a Dagger engine can be expected to be reached from
// here, and in a few words why or why not. It starts and contacts nothing.
func Available(lookup func(string) (string, bool)) (there bool, why string) {
	if insideSession(lookup) {
		return true, "inside a Dagger session"
	}
	if _, err := findCLI(lookup); err != nil {
		return false, "no dagger command in PATH"
	}
	if host, ok := set(lookup, runnerHost); ok {
		return true, "engine at " + withoutUser(host)
	}
	for _, program := range runtimes {
		if _, err := find(lookup, program); err == nil {
			return true, "the dagger command, with its engine on " + program
		}
	}
	return false, "the dagger command is there, and nothing to run its engine with"
}

func insideSession(lookup func(string) (string, bool)) bool {
	_, port := set(lookup, sessionPort)
	_, token := set(lookup, sessionToken)
	return port && token
}

// findCLI is the path of the dagger command line.
func findCLI(lookup func(string) (string, bool)) (string, error) {
	if path, ok := set(lookup, cliVariable); ok {
		return exec.LookPath(path)
	}
	return find(lookup, "dagger")
}

// find looks a program up in the PATH of lookup, else of the process.
func find(lookup func(string) (string, bool), program string) (string, error) {
	path, ok := set(lookup, "PATH")
	if !ok {
		return exec.LookPath(program)
	}
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if found, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
			return found, nil
		}
	}
	return "", &exec.Error{Name: program, Err: exec.ErrNotFound}
}

func set(lookup func(string) (string, bool), name string) (string, bool) {
	value, ok := lookup(name)
	return value, ok && value != ""
}

// withoutUser is an address without a login that it may carry.
func withoutUser(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	return scheme + "://" + rest
}
