package cli

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"git.example/slipway/pipelines/config"
)

// makefile has the targets of a team that promotes from staging to production.
//
//go:embed templates/Makefile
var makefile string

// makefileName is where make looks first where people write one.
const makefileName = "Makefile"

// initMakefile writes the Makefile into the current directory, or prints it.
func (g *globals) initMakefile(o initOptions) error {
	makefile, err := g.makefileOf()
	if err != nil {
		return err
	}
	if o.stdout {
		_, err := fmt.Fprint(g.env.Out, makefile)
		return err
	}
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if o.force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(makefileName, how, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return flagError{fmt.Errorf("%s is there already: print the targets with --stdout and take what you need, or replace it with --force", makefileName)}
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", makefileName, err)
	}
	_, err = f.WriteString(makefile)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", makefileName, err)
	}
	fmt.Fprintf(g.env.Err, "wrote %s\n", makefileName)
	return nil
}

// makefileOf is the Makefile for the environments of slipway.yaml, where there is one.
func (g *globals) makefileOf() (string, error) {
	path := g.config
	if path == "" {
		found, err := config.Find(".")
		if err != nil {
			return makefile, nil // it is written before there is a slipway.yaml, too
		}
		path = found
	}
	c, err := config.Load(path)
	if err != nil {
		return "", err
	}
	staging, prod := twoEnvironments(c)
	if staging == "" || prod == "" {
		return "", flagError{fmt.Errorf("the Makefile is for two environments, such as staging and prod, and %s has %d: write the second one first, or call slipway itself", path, len(c.Environments))}
	}
	return strings.NewReplacer("STAGING ?= staging\n", "STAGING ?= "+staging+"\n", "PROD    ?= prod\n", "PROD    ?= "+prod+"\n").Replace(makefile), nil
}

// twoEnvironments are the one that is promoted from and the one that is promoted
// to; or else those called staging and prod, or the first and the last.
func twoEnvironments(c *config.Config) (staging, prod string) {
	for _, e := range c.Environments {
		if e.Value.PromoteFrom != "" {
			return e.Value.PromoteFrom, e.Name
		}
	}
	_, hasStaging := c.Environments.Get("staging")
	_, hasProd := c.Environments.Get("prod")
	names := c.Environments.Names()
	switch {
	case hasStaging && hasProd:
		return "staging", "prod"
	case len(names) < 2:
		return "", ""
	}
	return names[0], names[len(names)-1]
}
