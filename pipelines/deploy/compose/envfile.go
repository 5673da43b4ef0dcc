package compose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/secrets"
)

// envMark is the first line of an env file that we wrote.
const envMark = "# Written by Slipway. The next deploy overwrites changes made here."

// dotEnv is the file that compose itself reads for interpolation.
const dotEnv = ".env"

// envFile is the env file on the host.
type envFile struct {
	path    string
	content []byte
	exists  bool
	// ours says that Slipway wrote it.
	ours   bool
	values map[string]string
}

// envName is the file that this target writes, if it writes one.
func (t *Target) envName() string {
	if t.Config.Env == nil || t.Config.Env.File == "" {
		return dotEnv
	}
	return t.Config.Env.File
}

func (t *Target) readEnvFile(ctx context.Context, name string) (envFile, error) {
	f := envFile{path: path.Join(t.Dir, name)}
	content, err := t.Host.ReadFile(ctx, f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("reading the env file: %w", err)
	}
	f.content, f.exists, f.ours = content, true, bytes.HasPrefix(content, []byte(envMark))
	if f.values, err = dotenv.Parse(bytes.NewReader(content)); err != nil {
		// The parser's message can quote a value.
		return f, fmt.Errorf("reading the env file %q: a line of it is not KEY=value", f.path)
	}
	return f, nil
}

// refuseHandMade is the error when d wants to write over somebody's own file.
func (f envFile) refuseHandMade(d deploy.Desired) error {
	if d.Env == nil || !f.exists || f.ours {
		return nil
	}
	return fmt.Errorf("writing the env file %q: somebody made it by hand, and it is never overwritten; "+
		"move its values to where slipway.yaml's env: takes them from and remove the file, or take env: out of slipway.yaml", f.path)
}

// encodeEnv is the content of the env file.
func encodeEnv(values map[string]secrets.Value) ([]byte, error) {
	body, err := secrets.EncodeEnv(values)
	if err != nil {
		return nil, fmt.Errorf("writing the env file: %w", err)
	}
	return append([]byte(envMark+"\n"), body...), nil
}

// envChanges compares keys and values and tells the keys.
func (f envFile) envChanges(d deploy.Desired, name string) []deploy.Change {
	var changes []deploy.Change
	before := map[string]string{}
	if f.ours {
		before = f.values
	}
	for _, key := range sortedKeys(d.Env) {
		value, had := before[key]
		switch {
		case !had:
			changes = append(changes, deploy.Change{Kind: deploy.AddEnv, Subject: key, Note: name})
		case value != d.Env[key].Reveal():
			changes = append(changes, deploy.Change{Kind: deploy.ChangeEnv, Subject: key, Note: name})
		}
	}
	for _, key := range sortedKeys(before) {
		if _, stays := d.Env[key]; !stays {
			changes = append(changes, deploy.Change{Kind: deploy.RemoveEnv, Subject: key, Note: name})
		}
	}
	return changes
}

// applied says that the file is as d wants it.
func (f envFile) applied(d deploy.Desired) bool {
	if d.Env == nil {
		return !f.ours
	}
	want, err := encodeEnv(d.Env)
	return err == nil && f.ours && bytes.Equal(want, f.content)
}

// writeEnvFile writes the env file, or removes one that we wrote before.
func (t *Target) writeEnvFile(ctx context.Context, d deploy.Desired) error {
	file := path.Join(t.Dir, t.envName())
	if d.Env == nil {
		return t.Host.Remove(ctx, file)
	}
	content, err := encodeEnv(d.Env)
	if err != nil {
		return err
	}
	if err := t.Host.WriteFile(ctx, file, content, 0o600); err != nil {
		return fmt.Errorf("writing the env file: %w", err)
	}
	return nil
}

// interpolation is what compose interpolates with: the stack's .env as it will
// be, and d's variables over it.
func (t *Target) interpolation(ctx context.Context, d deploy.Desired, f envFile) (map[string]string, error) {
	values := map[string]string{}
	switch {
	case t.envName() == dotEnv && d.Env != nil:
		for key, value := range d.Env {
			values[key] = value.Reveal()
		}
	case t.envName() == dotEnv && !f.ours:
		maps.Copy(values, f.values)
	case t.envName() != dotEnv:
		own, err := t.readEnvFile(ctx, dotEnv)
		if err != nil {
			return nil, err
		}
		maps.Copy(values, own.values)
	}
	maps.Copy(values, d.Variables)
	return values, nil
}
