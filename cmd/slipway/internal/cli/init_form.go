package cli

import (
	"context"
	"errors"
	"strings"

	"charm.land/huh/v2"

	"git.example/slipway/pipelines/propose"
)

// initForm asks what flags leave open: where to deploy, with which registry, and
// for which CI system.
func (g *globals) initForm(ctx context.Context, o *initOptions) error {
	where, hosts, ci := "local", "", "none"
	if len(o.hosts) > 0 {
		where = "servers"
	}
	first := []huh.Field{}
	if len(o.hosts) == 0 {
		first = append(first, huh.NewSelect[string]().Title("Where does it run?").
			Description("An environment on this machine is there in any case, to try a release.").
			Options(huh.NewOption("on this machine, to begin with", "local"), huh.NewOption("on servers behind SSH, too", "servers")).Value(&where))
	}
	if len(o.ci) == 0 {
		first = append(first, huh.NewSelect[string]().Title("Which CI runs it?").
			Options(huh.NewOption("none yet", "none"), huh.NewOption("GitHub Actions", "github"), huh.NewOption("CircleCI", "circleci")).Value(&ci))
	}
	servers := huh.NewGroup(
		huh.NewInput().Title("Servers").Description("such as deploy@app1.example.com deploy@app2.example.com").Value(&hosts).
			Validate(func(text string) error {
				if len(strings.Fields(text)) == 0 {
					return errors.New("name at least one")
				}
				return nil
			}),
		huh.NewInput().Title("Registry that they pull from").Description("such as docker.io/acme, ghcr.io/acme, 111111111111.dkr.ecr.us-east-1.amazonaws.com").Value(&o.registry).
			Validate(func(text string) error {
				return propose.Server{Hosts: strings.Fields(hosts), Registry: text}.Validate()
			}),
	).WithHideFunc(func() bool { return where != "servers" || len(o.hosts) > 0 })
	groups := []*huh.Group{servers}
	if len(first) > 0 {
		groups = []*huh.Group{huh.NewGroup(first...), servers}
	}
	form := huh.NewForm(groups...).WithInput(g.env.In).WithOutput(g.env.Err).WithShowHelp(true)
	if err := form.RunWithContext(ctx); err != nil {
		if errors.Is(err, huh.ErrUserAborted) {
			return errors.New("nothing was written: the form was left")
		}
		return err
	}
	if where == "servers" && len(o.hosts) == 0 {
		o.hosts = strings.Fields(hosts)
	}
	if ci != "none" && len(o.ci) == 0 {
		o.ci = []string{ci}
	}
	return nil
}
