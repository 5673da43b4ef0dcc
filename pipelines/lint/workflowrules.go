package lint

import (
	"fmt"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

func workflowRules() []Rule {
	return []Rule{
		{
			ID: "action-unpinned", Title: "an action that is not pinned", Severity: Warning,
			Why:   "A tag such as v3 moves: a new default breaks builds silently, and who takes over the action gets your secrets.",
			check: actionUnpinned,
		},
		{
			ID: "orb-unpinned", Title: "an orb that is not pinned", Severity: Warning,
			Why:   "volatile, dev: and short versions move without a line of the repository changing.",
			check: orbUnpinned,
		},
		{
			ID: "ci-image-unpinned", Title: "a CI image without a version", Severity: Warning,
			Why:   "A job in an image with the tag latest, or none, breaks from one day to the next.",
			check: ciImageUnpinned,
		},
		{
			ID: "ci-static-key", Title: "a static AWS key in CI", Severity: Warning,
			Why:   "A static key works for whoever copies it until somebody notices; an OIDC role works for one run.",
			check: ciStaticKey,
		},
	}
}

var (
	commitSHA   = lazy.Regexp(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
	fullVersion = lazy.Regexp(`^\d+\.\d+\.\d+$`)
	staticKey   = lazy.Regexp(`secrets\.[A-Z0-9_]*AWS_[A-Z0-9_]*SECRET`)
)

func actionUnpinned(p *project, found finder) {
	for _, f := range p.workflows {
		var faults []fault
		for _, s := range f.scalars() {
			if s.key() != "uses" || strings.HasPrefix(s.text, "./") {
				continue
			}
			name, version, _ := strings.Cut(s.text, "@")
			if commitSHA().MatchString(version) || strings.HasPrefix(version, "sha256:") {
				continue
			}
			fix := fmt.Sprintf("write the commit of that version in full: %s@0123…cdef # %s", name, version)
			if strings.HasPrefix(name, "docker://") {
				fix = "add the image's digest: " + name + "@sha256:…"
			}
			faults = append(faults, fault{s.at, fmt.Sprintf("%s is not pinned", s.text), fix})
		}
		tell(f, faults, found)
	}
}

func orbUnpinned(p *project, found finder) {
	for _, f := range p.circleci {
		for _, s := range f.scalars() {
			if len(s.path) != 2 || s.path[0] != "orbs" {
				continue
			}
			name, version, _ := strings.Cut(s.text, "@")
			if !fullVersion().MatchString(version) {
				found(s.at, fmt.Sprintf("the orb %s is not pinned to a full version", name), fmt.Sprintf("write %s@1.2.3", name))
			}
		}
	}
}

func ciImageUnpinned(p *project, found finder) {
	look := func(s scalar) {
		if !strings.Contains(s.text, "$") && !strings.Contains(s.text, "<<") && isLatest(s.text) {
			found(s.at, fmt.Sprintf("the image %s has the tag latest, or none", s.text), "name a version, best with its digest")
		}
	}
	for _, f := range p.workflows {
		for _, s := range f.scalars() {
			job := len(s.path) >= 3 && s.path[0] == "jobs"
			container := job && len(s.path) == 3 && s.path[2] == "container"
			image := job && s.key() == "image" && (s.path[2] == "container" || s.path[2] == "services")
			if container || image {
				look(s)
			}
		}
	}
	for _, f := range p.circleci {
		for _, s := range f.scalars() {
			if n := len(s.path); n >= 3 && s.path[n-1] == "image" && s.path[n-3] == "docker" {
				look(s)
			}
		}
	}
}

func ciStaticKey(p *project, found finder) {
	for _, f := range p.workflows {
		var faults []fault
		for _, s := range f.scalars() {
			if staticKey().MatchString(s.text) {
				faults = append(faults, fault{s.at, "a static AWS key is used", "use a role: permissions: {id-token: write} and role-to-assume"})
			}
		}
		tell(f, faults, found)
	}
}
