// Package proxy is the proxy of a stack that slipway.yaml's switch: names: the
// template of its file, the file that it has, and what it was switched to.
package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// State is what there is to know of a switch.
type State struct {
	// Service is the proxy's, and Path its file relative to the stack's directory.
	Service, Path string
	// Template of the release, and the File that the proxy has now.
	Template, File string
	Switched       Switched
}

// FileIsFor says that the proxy's file is the one for those containers.
func (s State) FileIsFor(serving []container.Container, services, networks []string) bool {
	file, err := Render(s.Template, ServersOf(serving, services, networks))
	return err == nil && file == s.File
}

// SwitchedFile is where Switched is kept on the host.
func SwitchedFile(s stack.Stack) string { return path.Join(s.StateDir, "switched.json") }

// TemplateFile is where the newest template is kept on the host: a release from
// before there was one comes back with it.
func TemplateFile(s stack.Stack) string { return path.Join(s.StateDir, "switch.tmpl") }

// ConfigFile is the proxy's file on the host.
func ConfigFile(s stack.Stack) string { return path.Join(s.Dir, s.Config.Switch.File) }

// Read reads what the proxy has, and what d wants it to have. The stack has a
// switch.
func Read(ctx context.Context, s stack.Stack, d deploy.Desired) (State, error) {
	state := State{Service: s.Config.Switch.Service, Path: s.Config.Switch.File}
	kept, err := readIfThere(ctx, s, TemplateFile(s))
	if err != nil {
		return state, err
	}
	if state.Template, err = templateFor(s, d, kept); err != nil {
		return state, err
	}
	if state.File, err = readIfThere(ctx, s, ConfigFile(s)); err != nil {
		return state, err
	}
	known, err := readIfThere(ctx, s, SwitchedFile(s))
	if err != nil || known == "" {
		return state, err
	}
	if err := json.Unmarshal([]byte(known), &state.Switched); err != nil {
		return state, fmt.Errorf("reading %q: %w", SwitchedFile(s), err)
	}
	return state, nil
}

// readIfThere is empty for a file that does not exist.
func readIfThere(ctx context.Context, s stack.Stack, file string) (string, error) {
	content, err := s.Host.ReadFile(ctx, file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading what the proxy was switched to: %w", err)
	}
	return string(content), nil
}

// templateFor is the template of d, or the one that is kept.
func templateFor(s stack.Stack, d deploy.Desired, kept string) (string, error) {
	name := path.Clean(s.Config.Switch.Template)
	if text, ok := d.Files[name]; ok {
		return text, nil
	}
	if kept == "" {
		return "", stack.NotPublished(d, name)
	}
	return kept, nil
}
