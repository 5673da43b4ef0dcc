package pipelines

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/secrets"
)

// awsSecrets reads secrets of AWS for one environment, and notes their versions.
type awsSecrets struct {
	project *Project
	options aws.Options
	// pinned are the versions to read, by reference, such as those of a release
	// that comes back; the current ones of what is not there.
	pinned map[string]string
	// read are the versions that were read, by reference without a key.
	read map[string]string
}

// awsSecrets reads the secrets of s.
func (s *stage) awsSecrets(pinned map[string]string) *awsSecrets {
	return &awsSecrets{project: s.project, options: s.awsOptions(), pinned: pinned, read: map[string]string{}}
}

// reference reads aws-sm://SECRET#KEY or aws-ssm://PARAMETER.
func (a *awsSecrets) reference(ctx context.Context, ref string) (secrets.Value, error) {
	if name, ok := strings.CutPrefix(ref, secrets.ParameterScheme); ok {
		found, err := a.parameters(ctx, name)
		if err != nil {
			return secrets.Value{}, fmt.Errorf("resolving secret %q: %w", ref, err)
		}
		return found[0].Value, nil
	}
	id, key, keyed := strings.Cut(strings.TrimPrefix(ref, secrets.SecretsManagerScheme), "#")
	secret, err := a.secret(ctx, id, "")
	if err == nil && keyed {
		value, err := secret.Key(key)
		a.project.redactor.Add(value)
		return value, err
	}
	return secret.Text, err
}

// secret reads a secret, of the version that is pinned if none is given.
func (a *awsSecrets) secret(ctx context.Context, id, version string) (aws.Secret, error) {
	ref := secrets.SecretsManagerScheme + id
	if version == "" {
		version = a.pinned[ref]
	}
	found, err := a.project.aws.Secrets(ctx, a.options, aws.SecretID{ID: id, Version: version})
	if err != nil {
		return aws.Secret{}, err
	}
	a.read[ref] = found[0].Version
	a.project.redactor.Add(found[0].Text)
	return found[0], nil
}

// parameters reads parameters by name, of the versions that are pinned.
func (a *awsSecrets) parameters(ctx context.Context, names ...string) ([]aws.Parameter, error) {
	asked := slices.Clone(names)
	for i, name := range names {
		if version, ok := a.pinned[secrets.ParameterScheme+name]; ok && !strings.Contains(name, ":") {
			asked[i] = name + ":" + version
		}
	}
	found, err := a.project.aws.Parameters(ctx, a.options, asked...)
	if err != nil {
		return nil, err
	}
	a.note(found)
	return found, nil
}

func (a *awsSecrets) note(found []aws.Parameter) {
	for _, p := range found {
		a.read[secrets.ParameterScheme+p.Name] = p.Version
		a.project.redactor.Add(p.Value)
	}
}

// below reads the parameters directly below a path: those there are, or, when
// versions are pinned, those there were.
func (a *awsSecrets) below(ctx context.Context, dir string) ([]aws.Parameter, error) {
	if a.pinned == nil {
		found, err := a.project.aws.ParametersBelow(ctx, a.options, dir)
		a.note(found)
		return found, err
	}
	var names []string
	for ref := range a.pinned {
		if name, ok := strings.CutPrefix(ref, secrets.ParameterScheme); ok && path.Dir(name) == path.Clean(dir) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil, nil
	}
	return a.parameters(ctx, names...)
}

// envFile are the values of a target's env file; nil when it has none. Those of
// slipway.yaml go before those of AWS.
func (a *awsSecrets) envFile(ctx context.Context, file *config.EnvFile) (map[string]secrets.Value, error) {
	if file == nil {
		return nil, nil
	}
	values := map[string]secrets.Value{}
	if err := errors.Join(a.addSecret(ctx, file.AWSSecretsManager, values), a.addParameters(ctx, file.AWSParameters, values)); err != nil {
		return nil, err
	}
	plain, set, err := a.split(ctx, file.Set)
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

// split is Project.split, signed in to AWS as the environment says.
func (a *awsSecrets) split(ctx context.Context, values map[string]string) (plain map[string]string, secret map[string]secrets.Value, err error) {
	resolver := a.project.secrets
	resolver.AWS = a.reference
	return a.project.splitWith(ctx, resolver, values)
}

func (a *awsSecrets) addSecret(ctx context.Context, from *config.AWSSecret, into map[string]secrets.Value) error {
	if from == nil {
		return nil
	}
	secret, err := a.secret(ctx, from.ID, from.Version)
	if err != nil {
		return err
	}
	if from.As != "" {
		into[from.As] = secret.Text
		return nil
	}
	if secret.Keys == nil {
		return fmt.Errorf("reading secret %q from Secrets Manager: it is plain text, not a JSON object; say which variable it is with \"as\", or store a JSON object", from.ID)
	}
	keys := from.Keys
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
		a.project.redactor.Add(value)
		into[key] = value
	}
	return errors.Join(problems...)
}

func (a *awsSecrets) addParameters(ctx context.Context, dir string, into map[string]secrets.Value) error {
	if dir == "" {
		return nil
	}
	found, err := a.below(ctx, dir)
	for _, p := range found {
		into[path.Base(p.Name)] = p.Value
	}
	return err
}

// envToday sets the env file's values and the versions of its secrets.
func (s *stage) envToday(ctx context.Context, file *config.EnvFile, d *deploy.Desired) error {
	return s.envOf(ctx, file, nil, d)
}

func (s *stage) envOf(ctx context.Context, file *config.EnvFile, pinned map[string]string, d *deploy.Desired) (err error) {
	from := s.awsSecrets(pinned)
	if d.Env, err = from.envFile(ctx, file); err != nil {
		return err
	}
	if d.SecretVersions = nil; len(from.read) > 0 {
		d.SecretVersions = from.read
	}
	return nil
}
