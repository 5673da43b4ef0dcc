package content

import (
	"context"
	"fmt"
	"strings"
)

// Inputs is all that decides what an image build makes. Labels that
// name the commit or the time of the build are not among it.
type Inputs struct {
	// Name is how errors call the image.
	Name string
	// Context is the build context's directory.
	Context string
	// Dockerfile is a path, relative to Context or absolute; "Dockerfile" when empty.
	Dockerfile string
	Target     string
	Args       map[string]string
	// Platforms is never empty; its order does not count.
	Platforms []string
	// Bases are the digests of the images that Bases names.
	Bases map[string]string
	// Overlays are put into the context, in place of what is there.
	Overlays []Overlay
	// Labels that the user configured.
	Labels map[string]string
	// Secrets are the ids of build secrets. Their values never count.
	Secrets []string
	// SSH are agent ids or id=socket pairs; the ids count.
	SSH []string
	// Contexts are the named build contexts: absolute directories, whose files
	// count, or references such as docker-image://…, whose text does.
	Contexts map[string]string
	// Commit stands for the context's .git where the ignore file lets it
	// through: its own files differ from clone to clone. Such an image is built
	// anew for every commit.
	Commit string
}

// Overlay is the output of one build, put into the context of another.
type Overlay struct {
	// Content is the hash of the build that made it, and Path what was taken out
	// of that build's image.
	Content Hash
	Path    string
	// Destination is a path in the context, with slashes.
	Destination string
}

// Content hashes in. Equal hashes mean the same image, up to what a build
// fetches from elsewhere while it runs.
//
// Of a file its path, kind, executable bit and content count; of a link its
// target. Times, owners and the other permission bits don't: machines with
// different umasks agree. What the ignore file (the Dockerfile's own, else the
// context's) leaves out does not count; the Dockerfile always does.
func (h *Hasher) Content(ctx context.Context, in Inputs) (Hash, error) {
	sum, err := h.content(ctx, in)
	if err != nil {
		return "", fmt.Errorf("hashing what image %q is built from: %w", in.Name, err)
	}
	return sum, nil
}

func (h *Hasher) content(ctx context.Context, in Inputs) (Hash, error) {
	if len(in.Platforms) == 0 {
		return "", fmt.Errorf("no platform is given")
	}
	dockerfile, err := ReadDockerfile(in.Context, in.Dockerfile)
	if err != nil {
		return "", err
	}
	s := newSummer("image content v1")
	s.text(string(dockerfile.Content))
	s.text(in.Target)
	s.pairs(in.Args)
	s.set(in.Platforms)
	s.pairs(in.Bases)
	s.pairs(in.Labels)
	s.set(in.Secrets)
	s.set(agentIDs(in.SSH))
	s.set(overlayHashes(in.Overlays))
	files, err := h.tree(ctx, tree{root: in.Context, ignore: dockerfile.ignore})
	if err != nil {
		return "", err
	}
	files.addTo(s, in.Overlays, in.Commit)
	contexts, err := h.contexts(ctx, in)
	if err != nil {
		return "", err
	}
	s.pairs(contexts)
	return s.sum(), nil
}

// contexts are the named contexts, directories replaced by their files' hash.
func (h *Hasher) contexts(ctx context.Context, in Inputs) (map[string]string, error) {
	hashes := map[string]string{}
	for name, where := range in.Contexts {
		if IsReference(where) {
			hashes[name] = "reference " + where
			continue
		}
		files, err := h.tree(ctx, tree{root: where, ignore: ignoreFileOf(where)})
		if err != nil {
			return nil, fmt.Errorf("build context %q: %w", name, err)
		}
		s := newSummer("context v1")
		files.addTo(s, nil, in.Commit)
		hashes[name] = "directory " + string(s.sum())
	}
	return hashes, nil
}

// IsReference tells a named context that BuildKit reads from elsewhere
// ("docker-image://…", "target:…", "https://…", "git@…") from a directory.
func IsReference(where string) bool {
	return strings.Contains(where, "://") || strings.HasPrefix(where, "target:") || strings.HasPrefix(where, "git@")
}

func agentIDs(pairs []string) []string {
	ids := make([]string, len(pairs))
	for i, pair := range pairs {
		ids[i], _, _ = strings.Cut(pair, "=")
	}
	return ids
}

func overlayHashes(overlays []Overlay) []string {
	hashes := make([]string, len(overlays))
	for i, o := range overlays {
		hashes[i] = string(Digest("overlay v1", string(o.Content), o.Path, cleanPath(o.Destination)))
	}
	return hashes
}
