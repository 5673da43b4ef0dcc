package ecs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"git.example/slipway/pipelines/secrets"
)

// Secrets reads what task definitions take their secrets from, before anything
// changes, and gives its version. A missing or unreadable one is an error that
// names it. Values go nowhere.
type Secrets interface {
	CheckSecret(ctx context.Context, ref SecretRef) (version string, err error)
}

// SecretRef is where a container's secret comes from.
type SecretRef struct {
	// ID is a Secrets Manager secret's ARN, or a parameter's name or ARN.
	ID string
	// Parameter says that ID is one of SSM's parameters.
	Parameter bool
	// Key of a JSON secret, empty for the whole secret. Stage and Version are
	// the version's; empty for the current one.
	Key, Stage, Version string
}

// String is the reference without its key, such as aws-sm://arn:… or
// aws-ssm:///prod/db.
func (r SecretRef) String() string {
	if r.Parameter {
		return secrets.ParameterScheme + r.ID
	}
	return secrets.SecretsManagerScheme + r.ID
}

// parseSecretRef reads a valueFrom. Source:
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
func parseSecretRef(from string) (SecretRef, error) {
	if !strings.HasPrefix(from, "arn:") {
		return SecretRef{ID: from, Parameter: true}, nil
	}
	parts := strings.Split(from, ":")
	switch {
	case len(parts) >= 6 && parts[2] == "ssm":
		return SecretRef{ID: from, Parameter: true}, nil
	case len(parts) < 7 || parts[2] != "secretsmanager" || parts[5] != "secret":
		return SecretRef{}, fmt.Errorf("%q is neither a secret's ARN nor a parameter's", from)
	case len(parts) != 7 && len(parts) != 10:
		return SecretRef{}, fmt.Errorf("%q: after the secret's name come :json-key:version-stage:version-id, three of them also where one is empty", from)
	}
	ref := SecretRef{ID: strings.Join(parts[:7], ":")}
	if len(parts) == 10 {
		ref.Key, ref.Stage, ref.Version = parts[7], parts[8], parts[9]
	}
	return ref, nil
}

// secretRefs are where a document's secrets come from, and for what.
func (d document) secretRefs() (map[SecretRef]string, error) {
	refs := map[SecretRef]string{}
	add := func(what, from string) error {
		ref, err := parseSecretRef(from)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		refs[ref] = what
		return nil
	}
	named := func(c container, where string, list []any) error {
		for _, item := range list {
			s, _ := item.(map[string]any)
			name, _ := s["name"].(string)
			from, _ := s["valueFrom"].(string)
			if err := add(fmt.Sprintf("%s %q of container %q", where, name, c.name()), from); err != nil {
				return err
			}
		}
		return nil
	}
	for _, c := range d.containers() {
		logs, _ := c["logConfiguration"].(map[string]any)
		pull, _ := c["repositoryCredentials"].(map[string]any)
		if err := errors.Join(named(c, "secret", listOf(c["secrets"])), named(c, "log secret", listOf(logs["secretOptions"]))); err != nil {
			return nil, err
		}
		if from, ok := pull["credentialsParameter"].(string); ok && strings.HasPrefix(from, "arn:") {
			if err := add(fmt.Sprintf("registry login of container %q", c.name()), from); err != nil {
				return nil, err
			}
		}
	}
	return refs, nil
}

// withSecrets is a copy of d whose containers get secrets of Secrets Manager in
// these versions, by reference, where d says nothing of versions itself. ECS takes
// no versions of parameters.
func (d document) withSecrets(versions map[string]string) document {
	if len(versions) == 0 {
		return d
	}
	replaced := maps.Clone(d)
	var list []any
	for _, c := range d.containers() {
		c = maps.Clone(c)
		var given []any
		for _, item := range listOf(c["secrets"]) {
			s, _ := item.(map[string]any)
			from, _ := s["valueFrom"].(string)
			ref, err := parseSecretRef(from)
			if version := versions[ref.String()]; err == nil && !ref.Parameter && ref.Stage+ref.Version == "" && version != "" {
				s = maps.Clone(s)
				s["valueFrom"] = ref.ID + ":" + ref.Key + "::" + version
				item = s
			}
			given = append(given, item)
		}
		if len(given) > 0 {
			c["secrets"] = given
		}
		list = append(list, map[string]any(c))
	}
	replaced["containerDefinitions"] = list
	return replaced
}
