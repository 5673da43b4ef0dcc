package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/job"
	"git.example/slipway/pipelines/deploy/compose/plan"
	"git.example/slipway/pipelines/deploy/compose/proxy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// switchTimeout is for a proxy's reload.
const switchTimeout = time.Minute

// switchProxy switches the proxy: its file, then its reload, in one job.
// Nothing happens when it sends its requests there already.
func (w *worker) switchProxy(ctx context.Context, a plan.Switch) error {
	has, err := proxy.Read(ctx, w.stack, w.desired)
	if err != nil {
		return err
	}
	all, err := container.List(ctx, w.stack, w.actions.Project, "")
	if err != nil {
		return err
	}
	serving := proxy.ServingOf(all, a.Services, a.Exclude)
	file, err := proxy.Render(has.Template, proxy.ServersOf(serving, w.actions.Services, a.Networks))
	if err != nil {
		return err
	}
	if file == has.File && file == has.Switched.File && has.Switched.Knows(serving) {
		return nil
	}
	settings := w.stack.Config.Switch
	fmt.Fprintf(w.session.Log, "%s: switching to %s\n", settings.Service, strings.Join(names(serving), ", "))
	if err := w.stack.Host.WriteFile(ctx, proxy.TemplateFile(w.stack), []byte(has.Template), 0o644); err != nil {
		return fmt.Errorf("switching the proxy: %w", err)
	}
	var proxies []string
	for _, c := range all {
		if c.Service() == settings.Service && c.Running() {
			proxies = append(proxies, c.ID)
		}
	}
	script, err := switchScript(w.stack, has.Switched.Next(file, serving), proxies)
	if err != nil {
		return err
	}
	if err := w.session.Fence(ctx); err != nil {
		return err
	}
	err = w.jobs.Run(ctx, script, job.Job{Timeout: switchTimeout}, w.session.Log)
	var failed *command.Error
	if errors.As(err, &failed) && failed.ExitCode >= 0 {
		return fmt.Errorf("switching the proxy %q: %q did not succeed, and %s is what it was before\n  %s", settings.Service,
			strings.Join(settings.Run, " "), settings.File, strings.ReplaceAll(failed.Stderr, "\n", "\n  "))
	}
	if err != nil {
		return fmt.Errorf("switching the proxy %q: %w", settings.Service, err)
	}
	return nil
}

// switchScript writes the proxy's file by rename, has the proxies read it, and
// remembers that they have. When one can't, the file is what it was.
func switchScript(st stack.Stack, next proxy.Switched, proxies []string) (*stack.Script, error) {
	record, err := json.Marshal(next)
	if err != nil {
		return nil, err
	}
	file, recordFile, before := proxy.ConfigFile(st), proxy.SwitchedFile(st), path.Join(st.StateDir, "switch.before")
	s := &stack.Script{}
	s.File(file+".new", next.File)
	s.File(recordFile+".new", string(record))
	s.Line("rm", "-f", before)
	s.Raw("[ ! -f " + shell.Quote(file) + " ] || " + shell.Words("cp", file, before))
	s.Line("chmod", "644", file+".new")
	s.Line("mv", file+".new", file)
	reload := &stack.Script{}
	for _, id := range proxies {
		reload.Raw(shell.Words(append([]string{"docker", "exec", id}, st.Config.Switch.Run...)...) + " || failed=1")
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
	s.Line("mv", recordFile+".new", recordFile)
	return s, nil
}

func names(all []container.Container) []string {
	list := make([]string, len(all))
	for i, c := range all {
		list[i] = c.Name
	}
	return list
}
