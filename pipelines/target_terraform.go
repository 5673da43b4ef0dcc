package pipelines

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/ecs"
	"git.example/slipway/pipelines/deploy/terraform"
)

// ephemeralVariable is set where the disk goes with the process, as in the
// container of a Dagger function.
const ephemeralVariable = "SLIPWAY_EPHEMERAL"

// terraformKind is a directory of Terraform code that takes image tags.
type terraformKind struct{ config.TerraformTarget }

// files are none: a deploy takes the code of the checkout; see package terraform.
func (k terraformKind) files() []string { return nil }

// check makes sure that the directory is there.
func (k terraformKind) check(_ context.Context, p *Project, _ map[string][]byte) error {
	if info, err := os.Stat(filepath.Join(p.dir, k.Dir)); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no directory %q: correct dir in %s", k.Dir, filepath.Base(p.Config.Path))
	}
	return nil
}

// journal is nowhere: Terraform's state is no place for it. An environment with
// nothing else has it in Parameter Store.
func (k terraformKind) journal(context.Context, *stage) (deploy.Files, string, error) {
	return nil, "", nil
}

func (k terraformKind) target(ctx context.Context, s *stage, name string) (deploy.Target, error) {
	p := s.project
	plain, secret, err := s.awsSecrets(nil).split(ctx, k.Env)
	if err != nil {
		return nil, err
	}
	images, err := p.images(ctx)
	if err != nil {
		return nil, err
	}
	_, ephemeral := p.lookup(ephemeralVariable)
	return terraform.New(terraform.Options{
		Ephemeral: ephemeral,
		Name:      name, Project: p.dir, Config: k.TerraformTarget, Images: images.Names(), TagMaps: tagMaps(p.dir, p.Config), Env: plain, Secrets: secret,
		Digest: func(ctx context.Context, reference string) (string, error) {
			found, err := p.registry.Resolve(ctx, reference)
			return found.Digest, err
		},
		Verifier: k.verifier(s),
	}), nil
}

// verifier looks at the services of ECS that slipway.yaml names; nil for none.
func (k terraformKind) verifier(s *stage) terraform.Verifier {
	if k.Verify == nil || k.Verify.ECS == nil {
		return nil
	}
	c := config.ECSTarget{Cluster: k.Verify.ECS.Cluster, Timeout: k.Verify.ECS.Timeout}
	for _, service := range k.Verify.ECS.Services {
		c.Services = append(c.Services, config.Entry[config.ECSService]{Name: service.Name, Value: config.ECSService{Containers: service.Value.Containers}})
	}
	moved := ecs.New(ecs.Options{Config: c, AWS: ecs.SignIn(s.project.aws, s.awsOptions())})
	return func(ctx context.Context, d deploy.Desired) ([]deploy.Running, []deploy.Drift, error) {
		proof, err := moved.VerifyMoved(ctx, d)
		return proof.Running, proof.Drift, err
	}
}

// complete records which commit the infrastructure code is of.
func (k terraformKind) complete(_ context.Context, s *stage, d *deploy.Desired) error {
	if s.project.Info.Commit != "" {
		d.Variables["INFRA_COMMIT"] = s.project.Info.Commit
	}
	return nil
}

func (k terraformKind) today(context.Context, *stage, *deploy.Desired) error { return nil }

func (k terraformKind) before() []config.Step { return nil }

func (k terraformKind) keep() int { return 0 }

// leaveTagMaps makes this run pass the tags to Terraform and leave the maps alone.
func (s *stage) leaveTagMaps() {
	for _, target := range s.targets {
		if t, ok := target.Target.(*terraform.Target); ok {
			t.NoTfvars = true
		}
	}
}

// tagMaps are the paths of the tag maps of all environments. A deploy writes them,
// which makes no other release of the tree.
func tagMaps(dir string, c *config.Config) []string {
	var paths []string
	for _, environment := range c.Environments {
		for _, target := range environment.Value.Deploy {
			if target.Value.Terraform != nil {
				paths = append(paths, terraform.MapFile(dir, *target.Value.Terraform))
			}
		}
	}
	return paths
}

// insideOf are those of paths that are below top, relative to it, with slashes.
func insideOf(top string, paths []string) []string {
	var inside []string
	for _, path := range paths {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			continue // there is no such directory
		}
		path, err = filepath.Rel(top, filepath.Join(dir, filepath.Base(path)))
		if err == nil && filepath.IsLocal(path) {
			inside = append(inside, filepath.ToSlash(path))
		}
	}
	return inside
}
