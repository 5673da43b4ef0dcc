// Code generated from ../terraform.go by make update; DO NOT EDIT.

package main

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"git.example/slipway/ci/v1/internal/dagger"
	"git.example/slipway/pipelines/config"
)

// terraformProgram is a program for Terraform code, and the image that has it.
type terraformProgram struct {
	name string
	// image is without its version, suffix follows that.
	image, suffix, path string
	// version is taken where the code names none in versionFile, the file of tfenv
	// and tofuenv.
	version, versionFile string
}

var (
	terraform = terraformProgram{
		name: "terraform", image: "hashicorp/terraform:", path: "/bin/terraform",
		version: "1.14", versionFile: ".terraform-version",
	}
	tofu = terraformProgram{
		name: "tofu", image: "ghcr.io/opentofu/opentofu:", suffix: "-minimal", path: "/usr/local/bin/tofu",
		version: "1.11", versionFile: ".opentofu-version",
	}
)

// withTerraform gives a container the programs that Terraform targets run with.
func (s *Slipway) withTerraform(ctx context.Context, container *dagger.Container, targets []config.TerraformTarget) (*dagger.Container, error) {
	there := map[string]bool{}
	for _, target := range targets {
		program, version, err := s.code(ctx, target)
		if err != nil {
			return nil, err
		}
		if there[program.name] || s.CliImage != "" && s.Terraform == nil {
			continue
		}
		there[program.name] = true
		file := s.Terraform
		if file == nil {
			file = dag.Container().From(program.image + version + program.suffix).File(program.path)
		}
		container = container.WithFile(path.Join(programs, program.name), file, dagger.ContainerWithFileOpts{Permissions: 0o755})
	}
	return container, nil
}

// code looks at the code of a target: what runs it, in which version.
func (s *Slipway) code(ctx context.Context, target config.TerraformTarget) (program terraformProgram, version string, err error) {
	dir := path.Join("/", target.Dir)[1:]
	code := s.Source.Directory(dir)
	names, err := code.Entries(ctx)
	if err != nil {
		return program, "", wrongUse("terraform target: reading directory %q: it is not in the source directory; correct dir in slipway.yaml", target.Dir)
	}
	program = terraform
	if target.Binary == config.Tofu || target.Binary != config.Terraform && slices.ContainsFunc(names, openTofu) {
		program = tofu
	}
	version = program.version
	for _, from := range []*dagger.Directory{s.Source, code} {
		if content, err := from.File(program.versionFile).Contents(ctx); err == nil {
			version = strings.TrimSpace(content)
		}
	}
	return program, version, nil
}

func openTofu(name string) bool {
	return strings.HasSuffix(name, ".tofu") || name == tofu.versionFile
}

// tagMaps are the files with image tags that a container has after a deploy, at
// their paths in the repository.
func tagMaps(container *dagger.Container, targets []config.TerraformTarget) *dagger.Directory {
	var files []string
	for _, target := range targets {
		if !target.NoTfvars {
			files = append(files, path.Join(target.Dir, cmp.Or(target.TagMap, "image-tags.auto.tfvars.json")))
		}
	}
	if len(files) == 0 {
		return dag.Directory()
	}
	return dag.Directory().WithDirectory(".", container.Directory(work), dagger.DirectoryWithDirectoryOpts{Include: files})
}

// terraformTargets are the Terraform targets that a verb runs the code of, their
// directories and tag maps from the repository's root.
func terraformTargets(environments []config.Entry[config.Environment], configPath string, v verb) []config.TerraformTarget {
	if !v.terraform || len(environments) == 0 {
		return nil
	}
	var found []config.TerraformTarget
	for _, target := range environments[0].Value.Deploy {
		t := target.Value.Terraform
		if t == nil || len(v.only) > 0 && !slices.Contains(v.only, target.Name) && !slices.Contains(v.only, "auto") {
			continue
		}
		moved := *t
		moved.Dir = path.Join(path.Dir(configPath), t.Dir)
		found = append(found, moved)
	}
	return found
}
