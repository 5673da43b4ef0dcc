package model

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Rendered is what a stack's host has made of compose files in this run, by what they
// were made of. It holds values of env files, and stays in memory.
type Rendered struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]rendering
}

// rendering is what a script has printed, and the digests of the host's files that
// compose read for it.
type rendering struct{ read, printed []byte }

// same is what a host prints in place of a rendering that it would only repeat.
const same = "same\n"

// unlessSame is the script render, or one that says that nothing changed since it ran
// before: its text, apart from its directory, and the host's files that it reads. The
// answer goes through read.
func (r *Rendered) unlessSame(render *stack.Script, dir string, files []string) (script *stack.Script, read func([]byte) ([]byte, error)) {
	key := sha256.Sum256([]byte(strings.ReplaceAll(render.String(), dir, "")))
	r.mu.Lock()
	before, rendered := r.all[key]
	r.mu.Unlock()
	script = &stack.Script{}
	digests := "digests="
	if len(files) > 0 {
		script.Raw("sum=sha256sum; command -v sha256sum >/dev/null 2>&1 || sum='shasum -a 256'")
		digests = "digests=$($sum " + shell.Words(files...) + " 2>/dev/null)"
	}
	script.Raw(digests)
	if rendered {
		script.Raw(`[ "$digests" != ` + shell.Quote(string(before.read)) + " ] || { echo same; exit 0; }")
	}
	script.Raw(`printf '%s\n\n' "$digests"`)
	script.Append(&render.Script)
	return script, func(answer []byte) ([]byte, error) {
		if rendered && string(answer) == same {
			return before.printed, nil
		}
		digests, printed, ok := bytes.Cut(answer, []byte("\n\n"))
		if !ok {
			return nil, errors.New("the host did not say all of it")
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.all == nil {
			r.all = map[[sha256.Size]byte]rendering{}
		}
		r.all[key] = rendering{digests, printed}
		return printed, nil
	}
}

// readsOnHost are files that compose may read on the host itself when it resolves the
// project, be they there or not.
func (m *Model) readsOnHost(s stack.Stack) []string {
	all := map[string]bool{path.Join(s.Dir, envfile.DotEnv): true}
	for _, service := range m.All.Services {
		for _, file := range service.EnvFiles {
			all[file.Path] = true
		}
		for _, file := range service.LabelFiles {
			all[file] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
