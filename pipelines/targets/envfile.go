package targets

import (
	"context"
	"errors"
	"fmt"
	"path"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/workspace"
)

// readEnvFile reads the values of a target's env file; nil when it has none. Those of
// slipway.yaml go before those of AWS.
func readEnvFile(ctx context.Context, from *workspace.AWSSecrets, file *config.EnvFile) (map[string]secrets.Value, error) {
	if file == nil {
		return nil, nil
	}
	values := map[string]secrets.Value{}
	if err := errors.Join(addSecret(ctx, from, file.AWSSecretsManager, values), addParameters(ctx, from, file.AWSParameters, values)); err != nil {
		return nil, err
	}
	plain, set, err := from.Split(ctx, file.Set)
	if err != nil {
		return nil, err
	}
	for key, value := range set {
		values[key] = value
	}
	for key, value := range plain {
		values[key] = secrets.NewValue(value)
	}
	return values, nil
}

func addSecret(ctx context.Context, from *workspace.AWSSecrets, file *config.AWSSecret, into map[string]secrets.Value) error {
	if file == nil {
		return nil
	}
	secret, err := from.Secret(ctx, file.ID, file.Version)
	if err != nil {
		return err
	}
	if file.As != "" {
		into[file.As] = secret.Text
		return nil
	}
	if secret.Keys == nil {
		return fmt.Errorf("reading secret %q from Secrets Manager: it is plain text, not a JSON object; say which variable it is with \"as\", or store a JSON object", file.ID)
	}
	keys := file.Keys
	if len(keys) == 0 {
		for key := range secret.Keys {
			keys = append(keys, key)
		}
	}
	var problems []error
	for _, key := range keys {
		value, err := secret.Key(key)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		from.Redact(value)
		into[key] = value
	}
	return errors.Join(problems...)
}

func addParameters(ctx context.Context, from *workspace.AWSSecrets, dir string, into map[string]secrets.Value) error {
	if dir == "" {
		return nil
	}
	found, err := from.Below(ctx, dir)
	for _, p := range found {
		into[path.Base(p.Name)] = p.Value
	}
	return err
}

// setEnvFile sets the env file's values, and the versions of its secrets: those of
// pinned, nil for the current ones.
func (s *site) setEnvFile(ctx context.Context, file *config.EnvFile, pinned map[string]string, d *deploy.Desired) (err error) {
	from := s.secrets(pinned)
	if d.Env, err = readEnvFile(ctx, from, file); err != nil {
		return err
	}
	setVersions(from, d)
	return nil
}

// setVersions notes which versions of secrets were read.
func setVersions(from *workspace.AWSSecrets, d *deploy.Desired) {
	if d.SecretVersions = nil; len(from.Versions) > 0 {
		d.SecretVersions = from.Versions
	}
}

// pinEnv sets secrets, which set reads, in the versions of an earlier deploy.
func pinEnv(versions map[string]string, d *deploy.Desired, set func(versions map[string]string) error) error {
	switch {
	case len(d.SecretVersions) == 0:
		return nil // it has no secrets with versions
	case len(versions) == 0:
		return errors.New("the versions of its secrets were not recorded; leave out --secrets released")
	}
	return set(versions)
}
