package lint

import (
	"cmp"
	"path/filepath"
	"slices"

	"git.example/slipway/pipelines/boundary"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
)

func boundaryRules() []Rule {
	return []Rule{{
		ID: "outside-repository", Title: "a file or directory outside of the repository", Severity: Error,
		Why:   "A release is made of what was committed; a path or a link that leads out of the repository takes in whatever the machine has there.",
		check: outsideRepository,
	}}
}

// outsideRepository looks at all that a release is made of, by path or by link.
func outsideRepository(p *project, found finder) {
	check := func(path string, at ...string) {
		if path == "" || p.repository == "" {
			return
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.dir, path)
		}
		if err := boundary.Check(p.repository, path); err != nil {
			found(p.file.near(at...), err.Error(), "move it into the repository")
		}
	}
	build := func(b config.Build, at ...string) {
		check(b.Context, append(at, "context")...)
		check(filepath.Join(b.Context, cmp.Or(b.Dockerfile, "Dockerfile")), append(at, "dockerfile")...)
		for name, where := range b.Contexts {
			if !content.IsReference(where) {
				check(where, append(at, "contexts", name)...)
			}
		}
		for _, cache := range slices.Concat(b.CacheFrom, b.CacheTo) {
			if dir, local := boundary.CacheDirectory(cache); local {
				check(dir, append(at, "cache-to")...)
			}
		}
	}
	for _, image := range p.images {
		build(image.Value.Build, "images", image.Name)
	}
	for _, artifact := range p.config.Artifacts {
		build(artifact.Value.Build, "artifacts", artifact.Name, "build")
	}
	for _, c := range p.config.Checks {
		if c.Value.Build != nil {
			build(*c.Value.Build, "checks", c.Name, "build")
		}
		check(c.Value.Mount, "checks", c.Name, "mount")
		if c.Value.Compose != nil {
			for _, file := range c.Value.Compose.File {
				check(file, "checks", c.Name, "compose", "file")
			}
		}
	}
	for _, environment := range p.config.Environments {
		for _, target := range environment.Value.Deploy {
			for key, files := range deployFiles(target.Value) {
				for _, file := range files {
					check(file, "environments", environment.Name, "deploy", target.Name, key)
				}
			}
		}
	}
}

// deployFiles are the files that a release takes along for a target, by the kind of
// target that names them.
func deployFiles(t config.Target) map[string][]string {
	files := map[string][]string{}
	if t.Compose != nil {
		files["compose"] = t.Compose.File
		if t.Compose.Switch != nil {
			files["compose"] = append(slices.Clone(t.Compose.File), t.Compose.Switch.Template)
		}
	}
	if t.Run != nil {
		files["run"] = t.Run.Files
	}
	if t.Terraform != nil {
		files["terraform"] = append([]string{t.Terraform.Dir}, t.Terraform.VarFiles...)
	}
	if t.GitSync != nil {
		files["gitsync"] = []string{t.GitSync.From}
	}
	if t.ECS != nil {
		for _, service := range t.ECS.Services {
			files["ecs"] = append(files["ecs"], service.Value.TaskDefinition)
		}
	}
	return files
}
