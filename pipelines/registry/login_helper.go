package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/secrets"
)

// helperTimeout is how long a credential helper may take: some open a browser or
// ask for a fingerprint.
const helperTimeout = time.Minute

// askHelper asks the credential helper that file names for the login of a server.
// Docker's own library has the same protocol, without an end for a helper that
// hangs, and lets it write to this process's standard error
// (https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol).
func askHelper(ctx context.Context, helper, server, file string) (Login, error) {
	program := "docker-credential-" + helper
	source := fmt.Sprintf("%s (%s)", file, program)
	ctx, cancel := context.WithTimeoutCause(ctx, helperTimeout, fmt.Errorf("no answer within %s", helperTimeout))
	defer cancel()
	get := command.Command{Args: []string{program, "get"}, Stdin: strings.NewReader(server), Grace: time.Second}
	out, err := get.Output(ctx)
	said := strings.TrimSpace(string(out))
	var found struct{ Username, Secret string }
	switch {
	case err == nil:
		if json.Unmarshal(out, &found) != nil {
			// What it printed may be the secret.
			return Login{}, helperError(source, server, "its answer is not the JSON of a credential helper")
		}
	case errors.Is(err, exec.ErrNotFound):
		return Login{}, fmt.Errorf("asking for the login of %s: %s: the program %s is not on PATH; install it, or take it out of that file", shownServer(server), source, program)
	// Docker's words for a server that it knows no login of, on standard output.
	case said == "credentials not found in native keychain":
		return Login{Source: SourceNone}, nil
	case strings.HasPrefix(said, "{"):
		return Login{}, helperError(source, server, fmt.Sprintf("it failed after its answer: %v", err))
	case said != "":
		return Login{}, helperError(source, server, fmt.Sprintf("%v: %s", err, said))
	default:
		return Login{}, helperError(source, server, err.Error())
	}
	login := Login{Username: found.Username, Password: secrets.NewValue(found.Secret), Source: source}
	if found.Username == "" || found.Secret == "" {
		return Login{Source: SourceNone}, nil
	}
	return login, nil
}

func helperError(source, server, problem string) error {
	return fmt.Errorf("asking for the login of %s: %s: %s; log in again with \"docker login %s\", or repair that file",
		shownServer(server), source, problem, shownServer(server))
}

// shownServer is how messages call a server of Docker's configuration.
func shownServer(server string) string {
	if server == authKeys(dockerHub)[0] {
		return "docker.io"
	}
	return server
}
