package workspace

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/secrets"
)

// AWSSecrets reads secrets of AWS for one environment, and notes their versions.
type AWSSecrets struct {
	workspace *Workspace
	options   aws.Options
	// Pinned are the versions to read, by reference, such as those of a release
	// that comes back; the current ones of what is not there.
	Pinned map[string]string
	// Versions are those that were read, by reference without a key.
	Versions map[string]string
}

// AWSSecrets reads secrets of AWS, signed in as the options say: those of pinned
// in these versions, by reference; nil for the current ones.
func (w *Workspace) AWSSecrets(o aws.Options, pinned map[string]string) *AWSSecrets {
	return &AWSSecrets{workspace: w, options: o, Pinned: pinned, Versions: map[string]string{}}
}

// Reference reads aws-sm://SECRET#KEY or aws-ssm://PARAMETER.
func (a *AWSSecrets) Reference(ctx context.Context, ref string) (secrets.Value, error) {
	if name, ok := strings.CutPrefix(ref, secrets.ParameterScheme); ok {
		found, err := a.Parameters(ctx, name)
		if err != nil {
			return secrets.Value{}, fmt.Errorf("resolving secret %q: %w", ref, err)
		}
		return found[0].Value, nil
	}
	id, key, keyed := strings.Cut(strings.TrimPrefix(ref, secrets.SecretsManagerScheme), "#")
	secret, err := a.Secret(ctx, id, "")
	if err == nil && keyed {
		value, err := secret.Key(key)
		a.workspace.Redactor.Add(value)
		return value, err
	}
	return secret.Text, err
}

// Secret reads a secret, of the version that is pinned if none is given.
func (a *AWSSecrets) Secret(ctx context.Context, id, version string) (aws.Secret, error) {
	ref := secrets.SecretsManagerScheme + id
	if version == "" {
		version = a.Pinned[ref]
	}
	found, err := a.workspace.AWS.Secrets(ctx, a.options, aws.SecretID{ID: id, Version: version})
	if err != nil {
		return aws.Secret{}, err
	}
	a.Versions[ref] = found[0].Version
	a.workspace.Redactor.Add(found[0].Text)
	return found[0], nil
}

// Parameters reads parameters by name, of the versions that are pinned.
func (a *AWSSecrets) Parameters(ctx context.Context, names ...string) ([]aws.Parameter, error) {
	asked := slices.Clone(names)
	for i, name := range names {
		if version, ok := a.Pinned[secrets.ParameterScheme+name]; ok && !strings.Contains(name, ":") {
			asked[i] = name + ":" + version
		}
	}
	found, err := a.workspace.AWS.Parameters(ctx, a.options, asked...)
	if err != nil {
		return nil, err
	}
	a.note(found)
	return found, nil
}

func (a *AWSSecrets) note(found []aws.Parameter) {
	for _, p := range found {
		a.Versions[secrets.ParameterScheme+p.Name] = p.Version
		a.workspace.Redactor.Add(p.Value)
	}
}

// Below reads the parameters directly below a path: those there are, or, when
// versions are pinned, those there were.
func (a *AWSSecrets) Below(ctx context.Context, dir string) ([]aws.Parameter, error) {
	if a.Pinned == nil {
		found, err := a.workspace.AWS.ParametersBelow(ctx, a.options, dir)
		a.note(found)
		return found, err
	}
	var names []string
	for ref := range a.Pinned {
		if name, ok := strings.CutPrefix(ref, secrets.ParameterScheme); ok && path.Dir(name) == path.Clean(dir) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil, nil
	}
	return a.Parameters(ctx, names...)
}

// Split is Workspace.Split, signed in to AWS as the environment says.
func (a *AWSSecrets) Split(ctx context.Context, values map[string]string) (plain map[string]string, secret map[string]secrets.Value, err error) {
	resolver := a.workspace.Secrets
	resolver.AWS = a.Reference
	return a.workspace.splitWith(ctx, resolver, values)
}

// Redact removes a value from everything that is reported from now on.
func (a *AWSSecrets) Redact(value secrets.Value) { a.workspace.Redactor.Add(value) }
