package model

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Resolve has the host's compose resolve the project and hash its services, with the
// env file as it will be; the answer completes m. Nothing of it stays on the host.
// What was rendered before from the same is not rendered again.
func (m *Model) Resolve(ctx context.Context, s stack.Stack, d deploy.Desired, env envfile.File, before *Rendered) (stack.Question, error) {
	render := &stack.Script{}
	dir := render.Temporary()
	var mirror stack.Mirror
	if m.takesIn {
		mirror = s.Mirror(render, dir, d)
	} else {
		for _, name := range slices.Sorted(maps.Keys(d.Files)) {
			render.File(path.Join(dir, "files", name), d.Files[name])
		}
	}
	render.File(dir+"/pins.yml", string(composefile.Override(m.Pins)))
	files, err := m.FilesOverride()
	if err != nil {
		return stack.Question{}, err
	}
	render.File(dir+"/files.yml", cmp.Or(files, "services: {}\n"))
	written, err := m.writeEnvTo(render, dir, d, env)
	if err != nil {
		return stack.Question{}, err
	}
	render.Export(d.Variables)
	render.Raw("cd " + shell.Quote(s.Dir) + " 2>/dev/null || cd " + dir)
	dotEnv := ""
	if written && env.Name == envfile.DotEnv {
		dotEnv = dir + "/env"
	}
	overrides := []string{dir + "/pins.yml", dir + "/files.yml", dir + "/env.yml"}
	if m.takesIn {
		mirror.Config(render, d, m.Name, dotEnv, overrides, dir+"/model.yml")
	} else {
		words := s.Compose(m.Name)
		if dotEnv != "" {
			words = append(words, "--env-file", dotEnv)
		}
		for _, name := range d.Main {
			words = append(words, "-f", path.Join(dir, "files", name))
		}
		for _, name := range overrides {
			words = append(words, "-f", name)
		}
		// Not as JSON: compose writes some keys there, those of blkio_config, in a way
		// that it does not read.
		words = append(words, "config", "--format", "yaml")
		render.Raw(shell.Words(words...) + " >" + dir + "/model.yml || exit")
	}
	render.Raw(shell.Words(hashWords(s, m.Name, dir+"/model.yml")...) + " || exit")
	render.Raw("echo")
	render.Line("cat", dir+"/model.yml")
	script, read := before.unlessSame(render, dir, m.readsOnHost(s))
	return stack.Question{Script: script, Read: func(out []byte, err error) error {
		if err == nil {
			out, err = read(out)
		}
		if err != nil {
			return fmt.Errorf("reading the compose file of %s: %w", stack.ReleaseName(d), stack.Failure(err))
		}
		hashes, resolved, _ := bytes.Cut(out, []byte("\n\n"))
		m.Hashes, m.resolved = parseHashes(string(hashes)), string(resolved)
		// What compose resolved has the active services and no other.
		m.Project, err = composefile.Load(ctx, composefile.Options{
			Files: []string{"model.yml"}, Contents: map[string][]byte{"model.yml": resolved}, Dir: s.Dir, Name: m.Name,
			Profiles: []string{"*"}, Resolved: true,
		})
		return err
	}}, nil
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

// writeEnvTo has a script write what compose reads when it resolves the services into
// its directory, and an override that makes them read it there: the env file as it
// will be, and the release's env and label files, which may not be on the host yet.
func (m Model) writeEnvTo(script *stack.Script, dir string, d deploy.Desired, env envfile.File) (written bool, err error) {
	moved := map[string]string{}
	if written = d.Env != nil || env.Ours; written {
		content, err := envfile.Encode(d.Env)
		if err != nil {
			return false, err
		}
		script.File(dir+"/env", string(content))
		moved[env.Path] = dir + "/env"
	}
	for i, v := range m.Versions {
		if _, ours := moved[v.Path]; !ours && !v.Directory() {
			moved[v.Path] = fmt.Sprintf("%s/read/%d", dir, i)
		}
	}
	read := map[string]bool{}
	move := func(path *string) bool {
		to, ok := moved[*path]
		if ok {
			read[*path], *path = true, to
		}
		return ok
	}
	override := ""
	for _, name := range m.All.ServiceNames() {
		envFiles, labelFiles := slices.Clone(m.All.Services[name].EnvFiles), slices.Clone(m.All.Services[name].LabelFiles)
		changedEnv, changedLabels := m.takesIn && len(envFiles) > 0, m.takesIn && len(labelFiles) > 0 // what is relative would be the mirror's
		for i := range envFiles {
			changedEnv = move(&envFiles[i].Path) || changedEnv
		}
		for i := range labelFiles {
			changedLabels = move(&labelFiles[i]) || changedLabels
		}
		if !changedEnv && !changedLabels {
			continue
		}
		override += fmt.Sprintf("  %q:\n", name)
		for _, list := range []struct {
			key     string
			changed bool
			files   any
		}{{"env_file", changedEnv, envFiles}, {"label_file", changedLabels, labelFiles}} {
			if list.changed {
				files, err := json.Marshal(list.files)
				if err != nil {
					return false, err
				}
				override += fmt.Sprintf("    %s: !override %s\n", list.key, files)
			}
		}
	}
	for _, v := range m.Versions {
		if read[v.Path] && v.Path != env.Path {
			script.File(moved[v.Path], string(d.HostFiles[v.Name].Content))
		}
	}
	script.File(dir+"/env.yml", cmp.Or(strings.TrimSuffix("services:\n"+override, "services:\n"), "services: {}\n"))
	return written, nil
}
