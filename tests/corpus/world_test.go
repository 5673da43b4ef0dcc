package corpus

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
)

// world is all that a stack's deploys could change, as text to compare: what Docker
// says of each container, image, network and volume that is the stack's or begins
// with its name, the tags of the registry, and each file of the project with the
// deployed stack and its journal.
type world map[string]string

func (l *life) world() world {
	l.Helper()
	w := world{}
	mine := func(name string, labels any) bool {
		of, _ := labels.(map[string]any)
		return strings.HasPrefix(strings.TrimPrefix(name, "/"), l.values["STACK"]) || of[projectLabel] == l.values["STACK"]
	}
	var containers []struct {
		ID     string `json:"Id"`
		Names  []string
		Labels map[string]any
	}
	ask(l, "/containers/json?all=1", &containers)
	for _, c := range containers {
		if mine(strings.Join(c.Names, " "), c.Labels) {
			var whole map[string]any
			if ask(l, "/containers/"+c.ID+"/json", &whole); whole == nil {
				continue
			}
			// Health checks go on, whoever looks.
			delete(whole, "ExecIDs")
			if mounts, ok := whole["Mounts"].([]any); ok { // Docker lists them in any order
				slices.SortFunc(mounts, func(a, b any) int { return strings.Compare(text(a), text(b)) })
			}
			if state, ok := whole["State"].(map[string]any); ok {
				delete(state, "Health")
			}
			w["container "+c.ID] = text(whole)
		}
	}
	var images []struct {
		ID                    string `json:"Id"`
		RepoTags, RepoDigests []string
	}
	ask(l, "/images/json?digests=1", &images)
	for _, image := range images {
		for _, name := range slices.Concat(image.RepoTags, image.RepoDigests) {
			if strings.HasPrefix(name, l.host+"/") {
				w["image "+name] = image.ID
			}
		}
	}
	var networks []map[string]any
	ask(l, "/networks", &networks)
	for _, n := range networks {
		if name := fmt.Sprint(n["Name"]); mine(name, n["Labels"]) {
			w["network "+name] = text(n)
		}
	}
	var volumes struct{ Volumes []map[string]any }
	ask(l, "/volumes", &volumes)
	for _, v := range volumes.Volumes {
		if name := fmt.Sprint(v["Name"]); mine(name, v["Labels"]) {
			w["volume "+name] = text(v)
		}
	}
	l.registryState(w)
	l.files(w)
	return w
}

// registryState adds the tags of the stack's repositories, with their digests.
func (l *life) registryState(w world) {
	l.Helper()
	repositories, err := crane.Catalog(l.host, crane.Insecure)
	if err != nil {
		l.Fatal(err)
	}
	for _, repository := range repositories {
		if !strings.HasPrefix(repository, l.values["STACK"]+"/") {
			continue
		}
		tags, err := crane.ListTags(l.host+"/"+repository, crane.Insecure)
		if err != nil {
			l.Fatal(err)
		}
		for _, tag := range tags {
			reference := l.host + "/" + repository + ":" + tag
			if w["tag "+reference], err = crane.Digest(reference, crane.Insecure); err != nil {
				l.Fatal(err)
			}
		}
	}
}

// files adds every file of the project.
func (l *life) files(w world) {
	l.Helper()
	err := filepath.WalkDir(l.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(l.dir, path)
		what := info.Mode().String()
		switch {
		case info.Mode().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			what += fmt.Sprintf(" %x", sha256.Sum256(content))
		case info.Mode()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(path)
			what += " " + target
		}
		w["file "+name] = what
		return nil
	})
	if err != nil {
		l.Fatal(err)
	}
}

// ask asks this machine's Docker; what is gone meanwhile is nothing.
func ask(t testing.TB, path string, answer any) {
	t.Helper()
	path, query, _ := strings.Cut(path, "?")
	client := http.Client{Transport: overSocket}
	response, err := client.Get((&url.URL{Scheme: "http", Host: "docker", Path: path, RawQuery: query}).String())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		t.Fatalf("asking Docker for %s: %v", path, err)
	}
}

func text(value any) string { return string(must(json.MarshalIndent(value, "", " "))) }
