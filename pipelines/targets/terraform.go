package targets

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/ecs"
	"git.example/slipway/pipelines/deploy/terraform"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/workspace"
)

// terraformKind is a directory of Terraform code that takes image tags. It has no
// files to record: a deploy takes the code of the checkout; see package terraform.
// Terraform's state is no place for a journal.
type terraformKind struct {
	plain
	config.TerraformTarget
}

// check makes sure that the directory is there.
func (k terraformKind) check(_ context.Context, w *workspace.Workspace, _ map[string][]byte) error {
	if err := w.Inside(w.Path(k.Dir)); err != nil {
		return err
	}
	if info, err := os.Stat(w.Path(k.Dir)); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no directory %q: correct dir in %s", k.Dir, filepath.Base(w.Config.Path))
	}
	return nil
}

func (k terraformKind) target(ctx context.Context, s *site, name string) (deploy.Target, error) {
	w := s.workspace
	plain, secret, err := s.secrets(nil).Split(ctx, k.Env)
	if err != nil {
		return nil, err
	}
	_, ephemeral := w.Lookup(ephemeralVariable)
	return terraform.New(terraform.Options{
		Ephemeral: ephemeral, Dry: s.dry,
		Name: name, Project: w.Dir, Config: k.TerraformTarget, Images: w.Config.Images.Named.Names(), TagMaps: TagMaps(w.Dir, w.Config), Env: plain, Secrets: secret,
		Digest: func(ctx context.Context, reference string) (string, error) {
			found, err := w.Registry.Resolve(ctx, reference)
			return found.Digest, err
		},
		Verifier: k.verifier(s),
	}), nil
}

// verifier looks at the services of ECS that slipway.yaml names; nil for none.
func (k terraformKind) verifier(s *site) terraform.Verifier {
	if k.Verify == nil || k.Verify.ECS == nil {
		return nil
	}
	c := config.ECSTarget{Cluster: k.Verify.ECS.Cluster, Timeout: k.Verify.ECS.Timeout}
	for _, service := range k.Verify.ECS.Services {
		c.Services = append(c.Services, config.Entry[config.ECSService]{Name: service.Name, Value: config.ECSService{Containers: service.Value.Containers}})
	}
	moved := ecs.New(ecs.Options{Config: c, AWS: ecs.SignIn(s.workspace.AWS, s.awsOptions())})
	return func(ctx context.Context, d deploy.Desired) ([]deploy.Running, []deploy.Drift, error) {
		proof, err := moved.VerifyMoved(ctx, d)
		return proof.Running, proof.Drift, err
	}
}

// describe records which commit the infrastructure code is of.
func (k terraformKind) describe(_ context.Context, s *site, _ published.Release, d *deploy.Desired) error {
	if s.workspace.Info.Commit != "" {
		d.Variables["INFRA_COMMIT"] = s.workspace.Info.Commit
	}
	return nil
}

func (k terraformKind) place(context.Context, *site) (string, error) {
	return "terraform " + k.Dir, nil
}

func (k terraformKind) at(recorded config.Target) kind {
	k.Dir = recorded.Terraform.Dir
	return k
}
