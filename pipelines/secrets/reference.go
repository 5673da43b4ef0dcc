package secrets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	envScheme  = "env://"
	fileScheme = "file://"
)

// The schemes of secrets that another package reads: in AWS Secrets Manager, as
// aws-sm://SECRET or aws-sm://SECRET#KEY, and in Parameter Store, as
// aws-ssm://PARAMETER.
const (
	SecretsManagerScheme = "aws-sm://"
	ParameterScheme      = "aws-ssm://"
)

// IsRef says whether s is a reference to a secret: env://NAME, file://PATH, or
// one of AWS.
func IsRef(s string) bool {
	return strings.HasPrefix(s, envScheme) || strings.HasPrefix(s, fileScheme) || isAWS(s)
}

func isAWS(s string) bool {
	return strings.HasPrefix(s, SecretsManagerScheme) || strings.HasPrefix(s, ParameterScheme)
}

// Resolver finds what references refer to.
type Resolver struct {
	// Lookup finds environment variables.
	Lookup func(name string) (string, bool)
	// Dir is what relative paths are relative to: the project's directory.
	Dir string
	// AWS reads references of AWS's schemes, and names them in its errors.
	AWS func(ctx context.Context, ref string) (Value, error)
}

// Resolve is the secret at a reference. One line ending at the end of a file is
// not part of the secret. Absent and empty secrets are errors that name the
// reference.
func (r Resolver) Resolve(ctx context.Context, ref string) (Value, error) {
	if name, ok := strings.CutPrefix(ref, envScheme); ok {
		return r.variable(ref, name)
	}
	if path, ok := strings.CutPrefix(ref, fileScheme); ok {
		return r.file(ref, path)
	}
	if isAWS(ref) {
		if r.AWS == nil {
			return Value{}, fmt.Errorf("resolving secret %q: secrets of AWS can't be read here", ref)
		}
		value, err := r.AWS(ctx, ref)
		if err == nil && value.IsZero() {
			err = fmt.Errorf("resolving secret %q: it is empty", ref)
		}
		return value, err
	}
	// The text is not shown: it may be a secret that was written where a
	// reference belongs.
	return Value{}, errors.New("resolving a secret: it is not a reference; write env://NAME or file://PATH")
}

func (r Resolver) variable(ref, name string) (Value, error) {
	value, ok := r.Lookup(name)
	switch {
	case !validName().MatchString(name):
		return Value{}, fmt.Errorf("resolving secret %q: %q is no variable name; write env://NAME", ref, name)
	case !ok:
		return Value{}, fmt.Errorf("resolving secret %q: the variable %s is not set; set it where slipway runs", ref, name)
	case value == "":
		return Value{}, fmt.Errorf("resolving secret %q: the variable %s is empty; set it where slipway runs", ref, name)
	}
	return NewValue(value), nil
}

func (r Resolver) file(ref, path string) (Value, error) {
	if path == "" {
		return Value{}, fmt.Errorf("resolving secret %q: it names no file; write file://PATH", ref)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.Dir, path)
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Value{}, fmt.Errorf("resolving secret %q: there is no file %s; create it", ref, path)
	}
	if err != nil {
		return Value{}, fmt.Errorf("resolving secret %q: %w", ref, err)
	}
	plain := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if plain == "" {
		return Value{}, fmt.Errorf("resolving secret %q: the file %s is empty", ref, path)
	}
	return NewValue(plain), nil
}

// ResolveAll resolves those of vars that are references; the others are not in
// the result. The error joins those of all that could not be resolved, in the
// order of their keys.
func (r Resolver) ResolveAll(ctx context.Context, vars map[string]string) (map[string]Value, error) {
	resolved := map[string]Value{}
	var failed []error
	for _, key := range slices.Sorted(maps.Keys(vars)) {
		if !IsRef(vars[key]) {
			continue
		}
		value, err := r.Resolve(ctx, vars[key])
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", key, err))
			continue
		}
		resolved[key] = value
	}
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	return resolved, nil
}
