package kept

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Labels that compose puts on volumes and networks.
const (
	labelPrefix  = "com.docker.compose."
	labelProject = labelPrefix + "project"
	labelNetwork = labelPrefix + "network"
	labelHash    = labelPrefix + "config-hash"
)

// inspected is what docker tells of a volume or a network.
type inspected struct {
	ID         string `json:"Id"` // a network's
	Name       string
	Driver     string
	Options    map[string]string
	Labels     map[string]string
	Internal   bool
	Attachable bool
	EnableIPv4 *bool
	EnableIPv6 bool
	IPAM       struct {
		Driver string
		Config []pool
	}
}

type pool struct {
	Subnet, Gateway, IPRange string
	AuxiliaryAddresses       map[string]string
}

// Seen is what a host has of the volumes and networks that it was asked for.
type Seen struct {
	asked map[Kind][]string
	found map[Kind][]inspected
}

// Ask asks for the volumes and networks that a project's services use.
func Ask(p *types.Project, seen *Seen) stack.Question {
	*seen = Seen{asked: map[Kind][]string{}, found: map[Kind][]inspected{}}
	for _, r := range used(p) {
		seen.asked[r.Kind] = append(seen.asked[r.Kind], r.Name)
	}
	script := &stack.Script{}
	for _, kind := range kinds {
		if len(seen.asked[kind]) == 0 {
			continue
		}
		words := append([]string{"docker", string(kind), "inspect"}, seen.asked[kind]...)
		// It fails for one that is not there, and prints the others. That docker
		// answers at all is asked apart.
		script.Raw(fmt.Sprintf("%s 2>/dev/null || docker %s ls -q >/dev/null || exit", shell.Words(words...), kind))
	}
	return stack.Question{Script: script, Read: func(out []byte, err error) error {
		if err != nil {
			return fmt.Errorf("looking at volumes and networks: %w", stack.Failure(err))
		}
		return seen.parse(out)
	}}
}

// kinds are in the order in which they are asked for.
var kinds = []Kind{Volume, Network}

// parse reads what docker has printed: an array of volumes, then one of networks, of
// those kinds that were asked for.
func (seen Seen) parse(out []byte) error {
	documents := json.NewDecoder(bytes.NewReader(out))
	for _, kind := range kinds {
		if len(seen.asked[kind]) == 0 {
			continue
		}
		var found []inspected
		if err := documents.Decode(&found); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("reading docker %s inspect: %w", kind, err)
		}
		seen.found[kind] = found
	}
	return nil
}

// Look compares the volumes and networks of a project with what the host has.
func Look(ctx context.Context, s stack.Stack, p *types.Project) ([]Resource, error) {
	var seen Seen
	if err := s.Ask(ctx, Ask(p, &seen)); err != nil {
		return nil, err
	}
	return seen.Compare(ctx, s, p)
}

// Compare compares the volumes and networks of a project with what was seen. What was
// not asked for is, now.
func (seen Seen) Compare(ctx context.Context, s stack.Stack, p *types.Project) ([]Resource, error) {
	all := used(p)
	if slices.ContainsFunc(all, func(r Resource) bool { return !slices.Contains(seen.asked[r.Kind], r.Name) }) {
		if err := s.Ask(ctx, Ask(p, &seen)); err != nil {
			return nil, err
		}
	}
	for i, r := range all {
		for _, has := range seen.found[r.Kind] {
			if has.Name == r.Name || r.External && has.ID == r.Name {
				all[i] = r.as(has, p)
				break
			}
		}
	}
	return all, missingInSwarm(ctx, s, all)
}

// as is a resource, compared with what the host has of it.
func (r Resource) as(has inspected, p *types.Project) Resource {
	r.ID = has.ID
	if r.Kind == Volume {
		r.ID = has.Name
	}
	if r.External {
		return r
	}
	if r.Kind == Volume {
		r.Differences = volumeDifferences(p.Volumes[r.Key], has)
		return r
	}
	switch project, made := has.Labels[labelProject]; {
	case has.Labels[labelNetwork] == r.Key:
		r.Differences = networkDifferences(p.Networks[r.Key], has)
	case !made:
		r.NotOurs = "compose did not make it"
	case project != p.Name:
		r.NotOurs = fmt.Sprintf("compose made it for the project %q", project)
	default:
		r.NotOurs = fmt.Sprintf("compose made it for the key %q", has.Labels[labelNetwork])
	}
	return r
}

// missingInSwarm takes external networks of a swarm as there: a node sees one only
// when a container of its own is in it.
func missingInSwarm(ctx context.Context, s stack.Stack, all []Resource) error {
	missing := func(r Resource) bool { return r.Kind == Network && r.External && !r.There() }
	if !slices.ContainsFunc(all, missing) {
		return nil
	}
	script := &stack.Script{}
	script.Line("docker", "info", "--format", "{{.Swarm.LocalNodeState}}")
	out, err := s.Output(ctx, script)
	if err != nil {
		return fmt.Errorf("looking for a swarm: %w", stack.Failure(err))
	}
	if strings.TrimSpace(string(out)) != "active" {
		return nil
	}
	for i, r := range all {
		if missing(r) {
			all[i].ID = swarm
		}
	}
	return nil
}

// swarm stands for the id of a network that a swarm may have elsewhere.
const swarm = "swarm"

// Holds says whether a network is the one with that id, as far as can be known.
func (r Resource) Holds(id string) bool { return r.ID == id || r.ID == swarm }
