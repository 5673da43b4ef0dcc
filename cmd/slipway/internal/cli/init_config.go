package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/propose"
)

// initConfig writes slipway.yaml and what belongs to it into the current directory
// unless the project has one, and returns its path; empty when nothing is to be
// written.
func (g *globals) initConfig(ctx context.Context, o *initOptions) (string, error) {
	path, err := g.config, error(nil)
	if path == "" {
		path, err = config.Find(".")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", flagError{err}
	}
	if path == "" {
		path = "slipway.yaml"
	}
	_, err = os.Lstat(path)
	switch {
	case err == nil && !o.dryRun:
		fmt.Fprintf(g.env.Err, "kept %s\n", path)
		return path, g.initLocal(ctx, path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("writing %s: %w", path, err)
	}
	there := err == nil
	if !there && g.asks(o) {
		if err := g.initForm(ctx, o); err != nil {
			return "", err
		}
	}
	dir := filepath.Dir(path)
	p, err := pipelines.Propose(ctx, pipelines.ProposeOptions{Dir: dir, Lookup: g.env.Lookup, Server: o.server()})
	if err != nil {
		g.showFound(p)
		return "", flagError{err}
	}
	p.Files[0].Path = filepath.Base(path)
	g.showFound(p)
	if o.dryRun || g.asks(o) {
		g.showFiles(dir, p)
	}
	if o.dryRun {
		return "", nil
	}
	if err := g.confirmFiles(ctx, o); err != nil {
		return "", err
	}
	for _, f := range p.Files {
		if err := g.writeNew(ctx, dir, f); err != nil {
			return "", err
		}
	}
	o.proposal = &p
	return path, nil
}

// writeNew writes a file of a proposal that is not there; one that is, is kept, and
// what would be different is shown.
func (g *globals) writeNew(ctx context.Context, dir string, f propose.File) error {
	path := filepath.Join(dir, filepath.FromSlash(f.Path))
	if old, err := os.ReadFile(path); err == nil {
		if !f.Private && !bytes.Equal(old, f.Text) {
			fmt.Fprintf(g.env.Err, "kept %s; what would be different:\n%s", path, unified(path, old, f.Text))
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	mode := fs.FileMode(0o644)
	if f.Private {
		mode = 0o600
	}
	if err := (deploy.LocalHost{}).WriteFile(ctx, path, f.Text, mode); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	fmt.Fprintf(g.env.Err, "wrote %s\n", path)
	return nil
}

// initLocal makes the secrets of this machine that slipway.yaml refers to and that a
// new clone has not.
func (g *globals) initLocal(ctx context.Context, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	dir := filepath.Dir(path)
	missing := propose.LocalSecrets(text, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		return err == nil
	})
	if len(missing) == 0 {
		return nil
	}
	p, err := pipelines.Propose(ctx, pipelines.ProposeOptions{Dir: dir, Lookup: g.env.Lookup})
	if err != nil {
		p = propose.Proposal{} // then they are random
	}
	for _, f := range propose.MakeSecrets(missing, p) {
		if err := g.writeNew(ctx, dir, f); err != nil {
			return err
		}
	}
	return nil
}

// write writes a file of the project and says so.
func (g *globals) write(ctx context.Context, path string, text []byte) error {
	if err := (deploy.LocalHost{}).WriteFile(ctx, path, text, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	fmt.Fprintf(g.env.Err, "wrote %s\n", path)
	return nil
}

// asks says that somebody is there to be asked.
func (g *globals) asks(o *initOptions) bool {
	return !o.yes && !o.dryRun && g.env.InTerminal && g.env.ErrTerminal
}

// confirmFiles asks whether the files that were shown are to be written.
func (g *globals) confirmFiles(ctx context.Context, o *initOptions) error {
	if !g.asks(o) {
		return nil
	}
	return askFor(g, ctx, "Write these files?")
}

// showFound writes the table of what was found.
func (g *globals) showFound(p propose.Proposal) {
	if len(p.Found) > 0 {
		rows := make([][]string, len(p.Found))
		for n, r := range p.Found {
			rows[n] = []string{r.What, r.Chosen, r.Why}
		}
		printTable(onErr(g), []string{"FOUND", "CHOSEN", "BY"}, rows)
		fmt.Fprintln(g.env.Err)
	}
	for _, line := range p.Said {
		fmt.Fprintln(g.env.Err, line)
	}
}

// showFiles writes the files of a proposal, without their secrets.
func (g *globals) showFiles(dir string, p propose.Proposal) {
	for _, f := range p.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		old, err := os.ReadFile(path)
		switch {
		case f.Private:
			fmt.Fprintf(g.env.Err, "\n%s: a secret of this machine\n", path)
		case err == nil && bytes.Equal(old, f.Text):
		case err == nil:
			fmt.Fprintf(g.env.Err, "\n%s is there, and is kept; what would be different:\n%s", path, unified(path, old, f.Text))
		default:
			fmt.Fprintf(g.env.Err, "\n%s:\n%s", path, indented(string(f.Text)))
		}
	}
	fmt.Fprintln(g.env.Err)
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") + "\n"
}

// next writes what to do now: what somebody has to decide, then commands that work
// as they are.
func (g *globals) next(ctx context.Context, path string, o initOptions) {
	p := o.proposal
	if p == nil {
		return
	}
	if len(p.Needs) > 0 {
		fmt.Fprintln(g.env.Err, "\nBefore a release somebody has to see to this:")
		for _, need := range p.Needs {
			fmt.Fprintf(g.env.Err, "  - %s\n", need)
		}
	}
	fmt.Fprintln(g.env.Err, "\nNext:")
	var files []string
	for _, f := range p.Files {
		if !f.Private {
			files = append(files, filepath.Join(filepath.Dir(path), filepath.FromSlash(f.Path)))
		}
	}
	files = append(files, o.written...)
	if !inGit(filepath.Dir(path)) {
		fmt.Fprintln(g.env.Err, "  git init")
		files = []string{"--all"}
	}
	fmt.Fprintf(g.env.Err, "  git add %s && git commit -m \"Release with Slipway\"\n", strings.Join(files, " "))
	switch {
	case p.Environment == "":
		fmt.Fprintln(g.env.Err, "  slipway check && slipway build")
	default:
		env := ""
		if len(o.hosts) > 0 {
			env = " --env " + p.Environment
		}
		fmt.Fprintf(g.env.Err, "  slipway release%s\n", env)
	}
	if len(p.Addresses) > 0 && len(p.Needs) == 0 {
		fmt.Fprintf(g.env.Err, "Then it answers on http://%s\n", strings.Join(p.Addresses, ", http://"))
	}
}

// inGit says that a folder is in a git repository.
func inGit(dir string) bool {
	at, err := filepath.Abs(dir)
	if err != nil {
		return true
	}
	for {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
		at = filepath.Dir(at)
	}
}
