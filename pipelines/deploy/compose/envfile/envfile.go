// Package envfile is the env file of a compose stack: read, compared, and
// written when slipway.yaml says so. One that somebody made by hand is never
// overwritten.
package envfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/secrets"
)

// mark is the first line of an env file that we wrote.
const mark = "# Written by Slipway. The next deploy overwrites changes made here."

// DotEnv is the file that compose itself reads for interpolation.
const DotEnv = ".env"

// File is an env file on the host.
type File struct {
	// Name is its path relative to the stack's directory, Path the absolute one.
	Name, Path string
	// Ours says that Slipway wrote it.
	Ours    bool
	exists  bool
	content []byte
	values  map[string]string
}

// name is the file that a target writes, if it writes one.
func name(s stack.Stack) string {
	if s.Config.Env == nil || s.Config.Env.File == "" {
		return DotEnv
	}
	return s.Config.Env.File
}

// Path is the file that the target writes, if it writes one.
func Path(s stack.Stack) string { return path.Join(s.Dir, name(s)) }

// Read reads the file that the target writes, if it writes one.
func Read(ctx context.Context, s stack.Stack) (File, error) { return read(ctx, s, name(s)) }

func read(ctx context.Context, s stack.Stack, name string) (File, error) {
	f := File{Name: name, Path: path.Join(s.Dir, name)}
	content, err := s.Host.ReadFile(ctx, f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("reading the env file: %w", err)
	}
	f.content, f.exists, f.Ours = content, true, bytes.HasPrefix(content, []byte(mark))
	if f.values, err = dotenv.Parse(bytes.NewReader(content)); err != nil {
		// The parser's message can quote a value.
		return f, fmt.Errorf("reading the env file %q: a line of it is not KEY=value", f.Path)
	}
	return f, nil
}

// RefuseHandMade is the error when d wants to write over somebody's own file.
func (f File) RefuseHandMade(d deploy.Desired) error {
	if d.Env == nil || !f.exists || f.Ours {
		return nil
	}
	return fmt.Errorf("writing the env file %q: somebody made it by hand, and it is never overwritten; "+
		"move its values to where slipway.yaml's env: takes them from and remove the file, or take env: out of slipway.yaml", f.Path)
}

// Encode is the content of the env file.
func Encode(values map[string]secrets.Value) ([]byte, error) {
	body, err := secrets.EncodeEnv(values)
	if err != nil {
		return nil, fmt.Errorf("writing the env file: %w", err)
	}
	return append([]byte(mark+"\n"), body...), nil
}

// Write writes the env file of d, or removes one that we wrote before.
func Write(ctx context.Context, s stack.Stack, d deploy.Desired) error {
	file := Path(s)
	if d.Env == nil {
		return s.Host.Remove(ctx, file)
	}
	content, err := Encode(d.Env)
	if err != nil {
		return err
	}
	if err := s.Host.WriteFile(ctx, file, content, 0o600); err != nil {
		return fmt.Errorf("writing the env file: %w", err)
	}
	return nil
}
