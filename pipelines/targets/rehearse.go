package targets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rehearsal"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/ssh"
)

// Rehearse does on the machines of hosts what a deploy does there, all machines at
// once, and undoes it. What came of each step is a finding: the first is the
// registry's, the others are in the order of hosts.
func (e *Environments) Rehearse(ctx context.Context, environment config.Entry[config.Environment], hosts []Host) ([]deploy.Finding, error) {
	pulled, registry := e.pulls(ctx, environment)
	s := e.bare(environment)
	files, dir, err := s.journalPlace(ctx, kindsOf(environment.Value))
	if err != nil {
		return nil, err
	}
	machines := byMachine(hosts)
	found := make([][]deploy.Finding, len(machines))
	var group errgroup.Group
	group.SetLimit(ConnectionsAtOnce)
	for i, on := range machines {
		group.Go(func() error {
			return report.Run(ctx, e.workspace.Reporter, "rehearse on "+on.label(), func(*report.Task) error {
				if (location{files: files}).machine() == on.label() {
					on.journal = dir
				}
				found[i] = on.rehearse(ctx, pulled)
				return context.Cause(ctx)
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := append([]deploy.Finding{registry}, slices.Concat(found...)...)
	for i, f := range all {
		all[i].Found, all[i].Advice = e.workspace.Redactor.String(f.Found), e.workspace.Redactor.String(f.Advice)
	}
	return all, nil
}

// rehearsed is one machine with all targets on it.
type rehearsed struct {
	machine machine
	hosts   []Host
	// journal is the directory of the environment's journal, if that is here.
	journal string
}

// byMachine are the machines of hosts, in order.
func byMachine(hosts []Host) []*rehearsed {
	var all []*rehearsed
	for _, h := range hosts {
		at := slices.IndexFunc(all, func(r *rehearsed) bool {
			return r.machine.name == h.machine.name && r.machine.docker == h.machine.docker
		})
		if at < 0 {
			all = append(all, &rehearsed{machine: h.machine})
			at = len(all) - 1
		}
		all[at].hosts = append(all[at].hosts, h)
	}
	return all
}

func (r *rehearsed) label() string {
	if r.machine.name == "" {
		return "this machine"
	}
	return r.machine.name
}

// rehearse does all steps. What a machine lacks that later steps need ends it.
func (r *rehearsed) rehearse(ctx context.Context, p pulls) []deploy.Finding {
	findings, sessions, ready := r.reach(ctx)
	if ready {
		findings = append(findings, r.onStage(ctx, p, sessions)...)
	}
	for i := range findings {
		findings[i].Host = r.machine.name
	}
	return findings
}

// slowShell is how long a login shell may take before that is said: every command
// of a deploy waits for it.
const slowShell = 2 * time.Second

// reach connects to a machine behind SSH, and says how many sessions it allows.
func (r *rehearsed) reach(ctx context.Context) (findings []deploy.Finding, sessions int, ready bool) {
	host := r.machine.ssh
	if host == nil {
		return nil, plenty, true
	}
	connected := rehearsal.Step(ctx, "ssh", func(ctx context.Context) (string, string, error) {
		return "connected", "", host.Connect(ctx)
	})
	if !connected.OK {
		return []deploy.Finding{connected}, 0, false
	}
	counted := rehearsal.Step(ctx, "sessions", func(ctx context.Context) (string, string, error) {
		allowed, wanted, err := host.Sessions(ctx)
		sessions = allowed
		switch {
		case err != nil:
			return "", "", err
		case allowed < 2:
			return "", "set MaxSessions 10 in its sshd_config", fmt.Errorf("%d at once, and a deploy needs 2: one for files and one for a program", allowed)
		case allowed < wanted:
			return fmt.Sprintf("%d at once (MaxSessions); a deploy would use %d and takes turns", allowed, wanted), "", nil
		}
		return fmt.Sprintf("%d at once", allowed), "", nil
	})
	shell := rehearsal.StepWithin(ctx, time.Minute, "shell", func(ctx context.Context) (string, string, error) {
		s, err := host.Shell(ctx)
		var refused *ssh.ShellError
		switch {
		case errors.As(err, &refused):
			return "", "", errors.New(refused.Reason) // the host is named already
		case err != nil:
			return "", "", err
		case s.Prints != "":
			return "runs programs, and prints something before, which is passed over", s.Cause, nil
		case s.Took > slowShell:
			return fmt.Sprintf("runs programs, %s after it was asked", s.Took.Round(100*time.Millisecond)), "every command of a deploy waits for its startup files: let them do their work for people only", nil
		}
		return "runs programs", "", nil
	})
	findings = []deploy.Finding{connected, counted, shell}
	if !counted.OK || !shell.OK {
		return findings, sessions, false
	}
	files := rehearsal.StepWithin(ctx, time.Minute, "sftp", func(ctx context.Context) (string, string, error) {
		_, err := host.List(ctx, "/")
		return "answers", "", err
	})
	if !files.OK && shell.Advice != "" {
		findings[len(findings)-1].Advice = "" // that is why, and the error of files has it
	}
	return append(findings, files), sessions, files.OK
}

// plenty are the sessions of this machine.
const plenty = 100

// onStage does what needs directories on the machine.
func (r *rehearsed) onStage(ctx context.Context, p pulls, sessions int) []deploy.Finding {
	var places []string
	for _, h := range r.hosts {
		places = append(places, h.places...)
	}
	if r.journal != "" {
		places = append(places, r.journal)
	}
	slices.Sort(places)
	places = slices.Compact(places)
	var stages *rehearsal.Stages
	var findings []deploy.Finding
	if len(places) > 0 {
		opened := rehearsal.Step(ctx, "programs", func(ctx context.Context) (_, advice string, err error) {
			stages, err = rehearsal.Open(ctx, deploy.Steady(r.machine.withDocker()), places, sessions)
			return "", rehearsal.ProgramAdvice(err), err
		})
		if !opened.OK {
			return []deploy.Finding{opened}
		}
		if r.machine.ssh != nil {
			findings = append(findings, rehearsal.Clock(ctx, r.machine.host))
		}
		temporary := rehearsal.Temporary(ctx, r.machine.host)
		if findings = append(findings, temporary); !temporary.OK { // most scripts need it
			return append(findings, closed(ctx, stages)...)
		}
	}
	if stages != nil && len(stages.Cleared()) > 0 {
		left := rehearsal.OneLine(strings.Join(stages.Cleared(), ", "))
		findings = append(findings, deploy.Finding{Subject: "left over", OK: true, Found: "removed what a killed setup had left: " + left})
	}
	for _, h := range r.hosts {
		steps := h.rehearse(ctx, stages, p)
		for i := range steps {
			steps[i].Target = h.Target
		}
		findings = append(findings, steps...)
	}
	if stages == nil {
		return findings
	}
	if dir := stages.Dir(r.journal); r.journal != "" && dir != "" {
		findings = append(findings, rehearsal.Step(ctx, "journal", func(ctx context.Context) (string, string, error) {
			return "locked, written, read, removed", "", journal.Rehearse(ctx, deploy.SteadyFiles(r.machine.host), dir+"/journal")
		}))
	}
	return append(findings, closed(ctx, stages)...)
}

// closed removes stages. That it can't is a finding.
func closed(ctx context.Context, stages *rehearsal.Stages) []deploy.Finding {
	if err := stages.Close(ctx); err != nil {
		return []deploy.Finding{{Subject: "clean-up", Found: rehearsal.OneLine(err.Error()), Advice: "remove it by hand"}}
	}
	return nil
}
