package ecs

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
)

// checkSecrets reads each secret of the documents that are new once. It gives the
// versions by reference; of secrets that only other services have they are empty:
// which ones their tasks took is known from the deploy that started them.
func (o Options) checkSecrets(ctx context.Context, services []observedService) (map[string]string, error) {
	if o.Secrets == nil || !o.Config.CheckSecrets {
		return nil, nil
	}
	all, versions := map[SecretRef]string{}, map[string]string{}
	for _, s := range services {
		if s.wanted == nil {
			continue
		}
		refs, err := s.wanted.secretRefs()
		if err != nil && !s.runs() {
			return nil, fmt.Errorf("service %q: %w", s.spec.Name, err)
		}
		for ref, what := range refs {
			versions[ref.String()] = ""
			if _, known := all[ref]; !known && !s.runs() {
				all[ref] = fmt.Sprintf("service %q: %s", s.spec.Name, what)
			}
		}
	}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for ref, what := range all {
		group.Go(func() error {
			version, err := o.Secrets.CheckSecret(ctx, ref)
			if err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			mu.Lock()
			defer mu.Unlock()
			versions[ref.String()] = version
			return nil
		})
	}
	return versions, group.Wait()
}

// checkImages wants the images to be there that services are to be moved to. On
// the way back after a failure nothing is asked: there is no other way.
func (o Options) checkImages(ctx context.Context, d deploy.Desired, services []observedService) error {
	if o.Exists == nil || d.Reachable || d.Unpublished {
		return nil
	}
	wanted := map[string]string{}
	for _, s := range services {
		if s.runs() {
			continue
		}
		for _, image := range s.assigned {
			wanted[image] = s.spec.Name
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for image, service := range wanted {
		group.Go(func() error {
			if err := o.Exists(ctx, d.Images[image].Reference); err != nil {
				return fmt.Errorf("service %q: image %q: %w", service, image, err)
			}
			return nil
		})
	}
	return group.Wait()
}
