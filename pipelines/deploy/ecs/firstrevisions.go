package ecs

import (
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// firstRevisions are the revisions that services ran when this process first
// looked: a service that no earlier release of ours had goes back to its.
type firstRevisions struct {
	mu     sync.Mutex
	byName map[string]string
}

// remember keeps the revision that a service ran when it was first seen. One
// whose deployment failed is none to go back to.
func (f *firstRevisions) remember(s observedService) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byName[s.spec.Name] != "" {
		return
	}
	revision := s.current()
	if s.primary.RolloutState == types.DeploymentRolloutStateFailed {
		for _, other := range s.service.Deployments {
			if other.RolloutState != types.DeploymentRolloutStateFailed {
				revision = aws.ToString(other.TaskDefinition)
			}
		}
	}
	f.byName[s.spec.Name] = revision
}

func (f *firstRevisions) get(s observedService) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.byName[s.spec.Name]
}
