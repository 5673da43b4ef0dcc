package terraform

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// madePlan is a plan file in a private directory, and what it changes.
type madePlan struct {
	dir     string
	changes []change
}

func (p madePlan) file() string { return filepath.Join(p.dir, "plan") }

func (p madePlan) tags() string { return filepath.Join(p.dir, "tags.tfvars.json") }

// remove removes the plan file.
func (p madePlan) remove() error { return os.RemoveAll(p.dir) }

// makePlan lets Terraform plan with the tags, whatever the map in the directory
// says. The caller removes the plan.
func (p *program) makePlan(ctx context.Context, m *tagMap, tags map[string]string, log io.Writer) (plan madePlan, err error) {
	content, err := m.with(tags)
	if err != nil {
		return plan, fmt.Errorf("reading tag map %q: %w", p.module.shown(), err)
	}
	if plan.dir, err = privateDir(); err != nil {
		return plan, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(plan.dir)
		}
	}()
	if err := os.WriteFile(plan.tags(), content, 0o600); err != nil {
		return plan, err
	}
	args := []string{"plan", "-input=false", "-no-color", "-lock-timeout=" + p.module.lockTimeout().String(), "-out=" + plan.file()}
	if p.aside != nil {
		args = append(args, "-lock=false")
	}
	for _, file := range p.module.config.VarFiles {
		args = append(args, "-var-file="+file)
	}
	var printed bytes.Buffer // until it is known what is secret in it
	if err := p.run(ctx, &printed, plan.dir, append(args, "-var-file="+plan.tags())...); err != nil {
		return plan, err
	}
	text, err := p.json(ctx, "show", "-json", plan.file())
	if err != nil {
		return plan, err
	}
	shown, err := readPlan(text)
	if err != nil {
		return plan, err
	}
	p.secrets.Add(sensitive(shown)...)
	plan.changes = readChanges(shown, p.secrets.String)
	_, err = io.WriteString(log, p.secrets.String(printed.String()))
	return plan, err
}
