package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/slipwayhq/slipway/pipelines"
)

// initOptions say which files to write.
type initOptions struct {
	makefile, tagMaps bool
	force, stdout     bool
	// taskDefinition is a service of env on ECS.
	taskDefinition, env string
}

func newInit(g *globals) *cobra.Command {
	var o initOptions
	c := &cobra.Command{
		Use:   "init",
		Short: "Write files to start with",
		Long: `Writes files that a project starts with. What is there already is left alone.

--makefile writes a Makefile with the usual targets of two environments, staging and
prod: each is one command of slipway. --tag-maps writes the tag map of every Terraform
target that has none, with the tag sha-bootstrap for each image: Terraform can make a
new environment with it, registries included, before there is any image.

--task-definition prints the task definition that a service of an ECS target runs, as
a file to keep in the repository.`,
		Example: `  slipway init --makefile
  slipway init --makefile --stdout >>Makefile
  slipway init --tag-maps
  slipway init --task-definition api --env prod >ecs/api.json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if !o.makefile && !o.tagMaps && o.taskDefinition == "" {
				return flagError{errors.New("nothing to write is named: use --makefile, --tag-maps or --task-definition")}
			}
			if o.taskDefinition != "" {
				if o.makefile || o.tagMaps {
					return flagError{errors.New("--task-definition prints a file: use it alone")}
				}
				return g.with(c.Context(), func(p *pipelines.Project) error {
					text, err := p.TaskDefinition(c.Context(), o.env, o.taskDefinition)
					fmt.Fprint(g.env.Out, string(text))
					return err
				})
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
	f.BoolVar(&o.makefile, "makefile", false, "write a Makefile for the environments staging and prod")
	f.BoolVar(&o.tagMaps, "tag-maps", false, "write the tag maps of Terraform targets that have none")
	f.StringVar(&o.taskDefinition, "task-definition", "", "print the task definition that this service runs on ECS")
	f.StringVar(&o.env, "env", "", "the environment of --task-definition")
	f.BoolVar(&o.force, "force", false, "replace a Makefile that is there")
	f.BoolVar(&o.stdout, "stdout", false, "print the Makefile instead of writing it")
	return c
}
