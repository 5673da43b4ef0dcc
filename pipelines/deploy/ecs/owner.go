package ecs

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The tags of a service that a deploy created: when its first release fails,
// it goes again. Nothing else is ever deleted.
const (
	tagProject     = "slipway:project"
	tagEnvironment = "slipway:environment"
	tagTarget      = "slipway:target"
)

// owner is the target that made something in the cluster.
type owner struct{ project, environment, target string }

func (o owner) tags() map[string]string {
	return map[string]string{tagProject: o.project, tagEnvironment: o.environment, tagTarget: o.target}
}

// created says that a deploy of this target made the service.
func (o owner) created(s types.Service) bool {
	want := o.tags()
	for _, tag := range s.Tags {
		if want[aws.ToString(tag.Key)] == aws.ToString(tag.Value) {
			delete(want, aws.ToString(tag.Key))
		}
	}
	return len(want) == 0
}

// startedBy marks the one-off tasks of this target.
func (o owner) startedBy() string { return "slipway/" + o.digest()[:24] }

// digest is a name for something of this target's that has several parts.
func (o owner) digest(parts ...string) string {
	return digest(append([]string{o.project, o.environment, o.target}, parts...)...)
}

// digest is a name for something that has several parts.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
