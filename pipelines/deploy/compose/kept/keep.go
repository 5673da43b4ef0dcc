package kept

import (
	"fmt"
	"strings"
)

// Kept is a resource that compose may only use. It is part of the format of saved
// plans.
type Kept struct {
	Kind Kind   `json:"kind"`
	Key  string `json:"key"`
	Name string `json:"name"`
}

// Staying are those resources that are kept.
func Staying(all []Resource) []Kept {
	var staying []Kept
	for _, r := range all {
		if r.Stays() {
			staying = append(staying, Kept{Kind: r.Kind, Key: r.Key, Name: r.Name})
		}
	}
	return staying
}

// Override is the YAML, of an override file, that has compose use resources as they
// are: as if they were not the stack's. It changes no service's hash.
func Override(all []Kept) string {
	var b strings.Builder
	for _, kind := range []Kind{Volume, Network} {
		header := string(kind) + "s:\n"
		for _, r := range all {
			if r.Kind == kind {
				fmt.Fprintf(&b, "%s  %q: !override {name: %q, external: true}\n", header, r.Key, r.Name)
				header = ""
			}
		}
	}
	return b.String()
}

// Differ says in what a resource that is kept differs from the file.
func (r Resource) Differ() string {
	texts := make([]string, len(r.Differences))
	for i, d := range r.Differences {
		texts[i] = d.String()
	}
	return strings.Join(texts, "; ")
}

// Advice says in what it differs, that it is kept, and what to do, for the stack of
// that project.
func (r Resource) Advice(project string) string {
	text := fmt.Sprintf("%s is kept as %s was made, but differs from the compose file: %s. ", r, r.Name, r.Differ())
	if r.Kind == Volume {
		return text + fmt.Sprintf("Only a new volume can have the new definition: rename it (name:) and copy the data, or save the data, docker compose -p %s down, docker volume rm %s, and deploy again; or take the change back", project, r.Name)
	}
	return text + fmt.Sprintf("Only a new network can have the new definition: rename it (name:), or docker compose -p %s down and deploy again, which keeps volumes; or take the change back", project)
}
