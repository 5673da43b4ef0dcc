package model

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Resolve has the host's compose resolve the project and hash its services,
// with the env file as it will be. Nothing of it stays on the host.
func (m Model) Resolve(ctx context.Context, s stack.Stack, d deploy.Desired, env envfile.File) (Model, error) {
	script := &stack.Script{}
	dir := script.Temporary()
	for _, name := range slices.Sorted(maps.Keys(d.Files)) {
		script.File(path.Join(dir, "files", name), d.Files[name])
	}
	script.File(dir+"/pins.yml", string(composefile.Override(m.Pins)))
	written, err := m.writeEnvTo(script, dir, d, env)
	if err != nil {
		return m, err
	}
	script.Export(d.Variables)
	script.Raw("cd " + shell.Quote(s.Dir) + " 2>/dev/null || cd " + dir)
	words := s.Compose(m.Name)
	if written && env.Name == envfile.DotEnv {
		words = append(words, "--env-file", dir+"/env")
	}
	for _, name := range d.Main {
		words = append(words, "-f", path.Join(dir, "files", name))
	}
	// Not as JSON: compose writes some keys there, those of blkio_config, in a way
	// that it does not read.
	words = append(words, "-f", dir+"/pins.yml", "-f", dir+"/env.yml", "config", "--format", "yaml")
	script.Raw(shell.Words(words...) + " >" + dir + "/model.yml || exit")
	script.Raw(shell.Words(hashWords(s, m.Name, dir+"/model.yml")...) + " || exit")
	script.Raw("echo")
	script.Line("cat", dir+"/model.yml")
	out, err := s.Output(ctx, script)
	if err != nil {
		return m, fmt.Errorf("reading the compose file of %s: %w", stack.ReleaseName(d), stack.Failure(err))
	}
	hashes, resolved, _ := bytes.Cut(out, []byte("\n\n"))
	m.Hashes, m.resolved = parseHashes(string(hashes)), string(resolved)
	// What compose resolved has the active services and no other.
	m.Project, err = composefile.Load(ctx, composefile.Options{
		Files: []string{"model.yml"}, Contents: map[string][]byte{"model.yml": resolved}, Dir: s.Dir, Name: m.Name,
		Profiles: []string{"*"}, Resolved: true,
	})
	return m, err
}

// hashWords is the compose command that hashes the services of a resolved model,
// with files over it. Hashing the resolved model gives what "up" labels
// containers with; hashing the files does not, because "config --hash" leaves
// env files out. What is in the model is active: profiles were looked at before.
func hashWords(s stack.Stack, project string, files ...string) []string {
	words := append(s.Compose(project), "--profile", "*")
	for _, file := range files {
		words = append(words, "-f", file)
	}
	return append(words, "config", "--no-consistency", "--hash", "*")
}

// parseHashes reads lines of a service and compose's hash of it.
func parseHashes(out string) map[string]string {
	hashes := map[string]string{}
	for line := range strings.Lines(out) {
		service, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
		hashes[service] = hash
	}
	return hashes
}

// writeEnvTo has a script write the env file as it will be into its directory,
// and an override that makes services read it there.
func (m Model) writeEnvTo(script *stack.Script, dir string, d deploy.Desired, env envfile.File) (written bool, err error) {
	services := map[string]any{}
	if written = d.Env != nil || env.Ours; written {
		content, err := envfile.Encode(d.Env)
		if err != nil {
			return false, err
		}
		script.File(dir+"/env", string(content))
		for name, service := range m.All.Services {
			if i := slices.IndexFunc(service.EnvFiles, func(f types.EnvFile) bool { return f.Path == env.Path }); i >= 0 {
				files := slices.Clone(service.EnvFiles)
				files[i].Path = dir + "/env"
				services[name] = files
			}
		}
	}
	override := "services: {}\n"
	if len(services) > 0 {
		override = "services:\n"
	}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		files, err := json.Marshal(services[name])
		if err != nil {
			return false, err
		}
		override += fmt.Sprintf("  %q:\n    env_file: !override %s\n", name, files)
	}
	script.File(dir+"/env.yml", override)
	return written, nil
}
