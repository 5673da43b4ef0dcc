package compose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// proxyState is what there is to know of a switch.
type proxyState struct {
	// service is the proxy's, and path its file relative to the stack's directory.
	service, path string
	// template of the release, and the file that the proxy has now.
	template, file string
	switched       switched
}

// current says that the file is the one for those containers.
func (s proxyState) current(serving []container, services, networks []string) bool {
	file, err := render(s.template, serversOf(serving, services, networks))
	return err == nil && file == s.file
}

func (t *Target) switchedFile() string { return path.Join(t.State, "switched.json") }
func (t *Target) proxyFile() string    { return path.Join(t.Dir, t.Config.Switch.File) }

func (t *Target) observeProxy(ctx context.Context, d deploy.Desired) (proxyState, error) {
	s := proxyState{service: t.Config.Switch.Service, path: t.Config.Switch.File}
	kept, err := t.readIfThere(ctx, path.Join(t.State, templateFile))
	if err != nil {
		return s, err
	}
	if s.template, err = t.switchTemplate(d, kept); err != nil {
		return s, err
	}
	if s.file, err = t.readIfThere(ctx, t.proxyFile()); err != nil {
		return s, err
	}
	known, err := t.readIfThere(ctx, t.switchedFile())
	if err != nil || known == "" {
		return s, err
	}
	if err := json.Unmarshal([]byte(known), &s.switched); err != nil {
		return s, fmt.Errorf("reading %q: %w", t.switchedFile(), err)
	}
	return s, nil
}

// readIfThere is empty for a file that does not exist.
func (t *Target) readIfThere(ctx context.Context, file string) (string, error) {
	content, err := t.Host.ReadFile(ctx, file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading what the proxy was switched to: %w", err)
	}
	return string(content), nil
}

// switchTimeout is for a proxy's reload.
const switchTimeout = time.Minute

// shift switches the proxy: its file, then its reload, in one job. Nothing
// happens when it sends its requests there already.
func (w *worker) shift(ctx context.Context, a shift) error {
	s, err := w.observeProxy(ctx, w.desired)
	if err != nil {
		return err
	}
	all, err := w.containers(ctx, w.actions.Project, "")
	if err != nil {
		return err
	}
	serving := live(all, a.Services, a.Exclude)
	file, err := render(s.template, serversOf(serving, w.actions.Services, a.Networks))
	if err != nil {
		return err
	}
	next := s.switched.next(file, serving)
	if file == s.file && file == s.switched.File && addressesSame(next, s.switched) {
		return nil
	}
	fmt.Fprintf(w.Log, "%s: switching to %s\n", w.Config.Switch.Service, strings.Join(names(serving), ", "))
	if err := w.Host.WriteFile(ctx, path.Join(w.State, templateFile), []byte(s.template), 0o644); err != nil {
		return fmt.Errorf("switching the proxy: %w", err)
	}
	var proxies []string
	for _, c := range all {
		if c.service() == w.Config.Switch.Service && c.running() {
			proxies = append(proxies, c.ID)
		}
	}
	script, err := w.switchScript(next, proxies)
	if err != nil {
		return err
	}
	if err := w.Fence(ctx); err != nil {
		return err
	}
	err = w.runJob(ctx, script, job{Timeout: switchTimeout}, w.Log)
	var failed *command.Error
	if errors.As(err, &failed) && failed.ExitCode >= 0 {
		return fmt.Errorf("switching the proxy %q: %q did not succeed, and %s is what it was before\n  %s", w.Config.Switch.Service,
			strings.Join(w.Config.Switch.Run, " "), w.Config.Switch.File, strings.ReplaceAll(failed.Stderr, "\n", "\n  "))
	}
	if err != nil {
		return fmt.Errorf("switching the proxy %q: %w", w.Config.Switch.Service, err)
	}
	return nil
}

// switchScript writes the proxy's file by rename, has the proxies read it, and
// remembers that they have. When one can't, the file is what it was.
func (w *worker) switchScript(next switched, proxies []string) (*script, error) {
	record, err := json.Marshal(next)
	if err != nil {
		return nil, err
	}
	file, before := w.proxyFile(), path.Join(w.State, "switch.before")
	s := &script{}
	s.File(file+".new", next.File)
	s.File(w.switchedFile()+".new", string(record))
	s.Line("rm", "-f", before)
	s.Raw("[ ! -f " + shell.Quote(file) + " ] || " + shell.Words("cp", file, before))
	s.Line("chmod", "644", file+".new")
	s.Line("mv", file+".new", file)
	reload := &script{}
	for _, id := range proxies {
		reload.Raw(shell.Words(append([]string{"docker", "exec", id}, w.Config.Switch.Run...)...) + " || failed=1")
	}
	s.Raw("failed=")
	s.Append(&reload.Script)
	s.Raw(`if [ -n "$failed" ]; then`)
	s.Raw("if [ -f " + shell.Quote(before) + " ]; then " + shell.Words("mv", before, file) + "; else " + shell.Words("rm", "-f", file) + "; fi")
	s.Raw("{")
	s.Raw(":")
	s.Append(&reload.Script)
	s.Raw("} >/dev/null 2>&1")
	s.Raw("exit 1")
	s.Raw("fi")
	s.Line("rm", "-f", before)
	s.Line("mv", w.switchedFile()+".new", w.switchedFile())
	return s, nil
}

func names(all []container) []string {
	list := make([]string, len(all))
	for i, c := range all {
		list[i] = c.name()
	}
	return list
}
