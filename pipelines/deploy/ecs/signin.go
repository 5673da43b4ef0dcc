package ecs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"git.example/slipway/pipelines/aws"
)

// SignIn is the identity of o, for Options.AWS.
func SignIn(sessions *aws.Sessions, o aws.Options) func(context.Context) (sdk.Config, error) {
	return func(ctx context.Context) (sdk.Config, error) { return sessions.Config(ctx, o) }
}

// SecretsOf reads secrets and parameters with the identity of o, in the region
// that their ARNs name.
func SecretsOf(sessions *aws.Sessions, o aws.Options) Secrets { return readSecrets{sessions, o} }

type readSecrets struct {
	sessions *aws.Sessions
	options  aws.Options
}

// CheckSecret reads one, forgets its value, and gives its version.
func (r readSecrets) CheckSecret(ctx context.Context, ref SecretRef) (string, error) {
	o := r.options
	if parts := strings.Split(ref.ID, ":"); len(parts) > 5 && parts[0] == "arn" {
		o.Region = cmp.Or(parts[3], o.Region)
	}
	if ref.Parameter {
		found, err := r.sessions.Parameters(ctx, o, parameterName(ref.ID))
		if err != nil {
			return "", notRead(err)
		}
		return found[0].Version, nil
	}
	found, err := r.sessions.Secrets(ctx, o, aws.SecretID{ID: ref.ID, Version: cmp.Or(ref.Version, ref.Stage)})
	if err != nil {
		return "", notRead(err)
	}
	if ref.Key != "" {
		_, err = found[0].Key(ref.Key)
	}
	return found[0].Version, err
}

// notRead adds what to do where the deploying identity may not read secrets.
func notRead(err error) error {
	if errors.Is(err, aws.ErrDenied) {
		return fmt.Errorf("%w; where it must not, set check-secrets: false", err)
	}
	return err
}

// parameterName is the name in a parameter's ARN, which has no slash at the
// start of a name with others in it.
func parameterName(id string) string {
	_, name, ok := strings.Cut(id, ":parameter/")
	switch {
	case !ok:
		return id
	case strings.Contains(name, "/"):
		return "/" + name
	}
	return name
}
