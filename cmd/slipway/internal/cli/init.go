package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

func newInit(g *globals) *cobra.Command {
	o := initOptions{own: ownModule()}
	c := &cobra.Command{
		Use:   "init",
		Short: "Write files to start with",
		Long: `Writes files that a project starts with. What is there already is left alone, and
what would be different is shown.

Without a flag that is slipway.yaml with the images, the checks and an environment on
this machine; a compose file for production, made of the one for development or of the
Dockerfiles; a .dockerignore where there is none; secrets of this machine below .local,
which git does not get. All files that git has are looked at. For an image, the best
evidence counts: a compose file, a bake file, what workflows, CircleCI, Makefiles and
skaffold build, the place of the Dockerfile. A table says what was found and left out.

At a terminal a few questions are asked, and the files are shown before they are
written; --yes takes the proposal, --dry-run only shows it. --host and --registry add an
environment on servers.

With the CI system's directory, .github or .circleci, or with --ci, a CI file is written:
checks for changes, and a job for each environment that a branch or git tag is deployed
to by "when" in slipway.yaml. When slipway.yaml has changed, --force writes the CI files
anew; slipway.yaml is never replaced.

The CI files call Slipway's Dagger module: the blueprint in dagger.json, or else the
module at --module, which is the address of the repository that you keep Slipway in.
Without the flag that is where the toolchain in dagger.json is, or where this program
was built from, if it knows.

--makefile writes a Makefile with the usual targets of two environments, staging and
prod: each is one command of slipway. --tag-maps writes the tag map of every Terraform
target that has none, with the tag sha-bootstrap for each image: Terraform can make a
new environment with it, registries included, before there is any image.

--task-definition prints the task definition that a service of an ECS target runs, as
a file to keep in the repository.`,
		Example: `  slipway init
  slipway init --yes
  slipway init --dry-run
  slipway init --host deploy@app1.example.com --registry docker.io/acme
  slipway init --ci github --ci circleci --module git.example/slipway
  slipway init --ci github --force
  slipway init --makefile
  slipway init --makefile --stdout >>Makefile
  slipway init --tag-maps
  slipway init --task-definition api --env prod >ecs/api.json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.taskDefinition != "" {
				if o.makefile || o.tagMaps || len(o.ci) > 0 {
					return flagError{errors.New("--task-definition prints a file: use it alone")}
				}
				return g.with(c.Context(), func(p *pipelines.Project) error {
					text, err := p.TaskDefinition(c.Context(), o.env, o.taskDefinition)
					fmt.Fprint(g.env.Out, string(text))
					return err
				})
			}
			if o.stdout && !o.makefile {
				return flagError{errors.New("--stdout prints the Makefile: use it with --makefile")}
			}
			if !o.makefile && !o.tagMaps || len(o.ci) > 0 {
				if err := g.initProject(c.Context(), o); err != nil {
					return err
				}
			}
			if o.makefile {
				if err := g.initMakefile(o); err != nil {
					return err
				}
			}
			if !o.tagMaps {
				return nil
			}
			return g.with(c.Context(), func(p *pipelines.Project) error {
				written, err := p.InitTagMaps(c.Context())
				for _, path := range written {
					fmt.Fprintf(g.env.Err, "wrote %s\n", path)
				}
				return err
			})
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.ci, "ci", nil, "write the file of this CI system: github or circleci (repeatable; default: those whose directory is there)")
	f.StringVar(&o.module, "module", "", "address of Slipway's Dagger module for CI files, with @VERSION or without (default: from dagger.json, or this program's own)")
	f.BoolVar(&o.makefile, "makefile", false, "write a Makefile for the environments staging and prod")
	f.BoolVar(&o.tagMaps, "tag-maps", false, "write the tag maps of Terraform targets that have none")
	f.StringVar(&o.taskDefinition, "task-definition", "", "print the task definition that this service runs on ECS")
	f.StringVar(&o.env, "env", "", "the environment of --task-definition")
	f.BoolVarP(&o.yes, "yes", "y", false, "write what is proposed without a question")
	f.BoolVar(&o.dryRun, "dry-run", false, "show the files, write nothing")
	f.StringArrayVar(&o.hosts, "host", nil, "add an environment on this server, such as deploy@app1.example.com (repeatable)")
	f.StringVar(&o.registry, "registry", "", "the registry that servers pull from, such as docker.io/acme")
	f.BoolVar(&o.force, "force", false, "replace CI files and the Makefile that are there")
	f.BoolVar(&o.stdout, "stdout", false, "print the Makefile instead of writing it")
	_ = c.RegisterFlagCompletionFunc("ci", cobra.FixedCompletions([]string{"github", "circleci"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// initProject writes slipway.yaml where there is none, and CI files.
func (g *globals) initProject(ctx context.Context, o initOptions) error {
	systems, err := ciSystems(o.ci)
	if err != nil {
		return err
	}
	path, err := g.initConfig(ctx, &o)
	if err != nil || path == "" {
		return err
	}
	if o.proposal != nil && len(systems) == 0 { // what the form asked
		systems, _ = ciSystems(o.ci)
	}
	err = g.initCI(ctx, path, systems, &o)
	g.next(ctx, path, o)
	return err
}
