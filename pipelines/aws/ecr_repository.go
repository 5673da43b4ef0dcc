package aws

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// EnsureRepository wants a repository to exist in an account's registry. With
// create a missing one is made, with immutable tags and scan on push; its
// lifecycle is left alone, and so is a repository that exists. It says whether
// it made it. Without create a missing one is ErrNotFound.
func (s *Sessions) EnsureRepository(ctx context.Context, o Options, account, name string, create bool) (bool, error) {
	doing := fmt.Sprintf("looking for repository %q in ECR of account %s, region %s", name, account, o.Region)
	c, err := s.Config(ctx, o)
	if err != nil {
		return false, fmt.Errorf("%s: %w", doing, err)
	}
	client := ecr.NewFromConfig(c)
	_, err = client.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RegistryId: &account, RepositoryNames: []string{name}})
	var absent *types.RepositoryNotFoundException
	switch {
	case err == nil:
		return false, nil
	case !errors.As(err, &absent):
		return false, s.explain(ctx, c, o, doing, err)
	case !create:
		return false, &Error{Kind: ErrNotFound, Doing: doing, Problem: "it does not exist", Err: err,
			Next: fmt.Sprintf("create it, or set \"create: true\" on this registry in slipway.yaml and Slipway will (aws ecr create-repository --registry-id %s --region %s --repository-name %s)", account, c.Region, name)}
	}
	_, err = client.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RegistryId: &account, RepositoryName: &name,
		ImageTagMutability:         types.ImageTagMutabilityImmutable,
		ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true},
	})
	var exists *types.RepositoryAlreadyExistsException
	if errors.As(err, &exists) { // another run was quicker
		return false, nil
	}
	if err != nil {
		return false, s.explain(ctx, c, o, fmt.Sprintf("creating repository %q in ECR of account %s, region %s", name, account, c.Region), err)
	}
	return true, nil
}
