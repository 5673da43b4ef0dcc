package images

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sort"
	"strings"

	"github.com/distribution/reference"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/config"
)

// bakeTarget is one target as "docker buildx bake --print" writes it.
// https://docs.docker.com/build/bake/reference/
type bakeTarget struct {
	Context          string            `json:"context"`
	Dockerfile       string            `json:"dockerfile"`
	DockerfileInline string            `json:"dockerfile-inline"`
	Target           string            `json:"target"`
	Args             map[string]string `json:"args"`
	Tags             []string          `json:"tags"`
	Platforms        []string          `json:"platforms"`
	Contexts         map[string]string `json:"contexts"`
	Secret           []bakeSecret      `json:"secret"`
	SSH              []bakeSSH         `json:"ssh"`
	CacheFrom        []bakeCache       `json:"cache-from"`
	CacheTo          []bakeCache       `json:"cache-to"`
}

type bakeSecret struct {
	ID   string `json:"id"`
	Env  string `json:"env"`
	Src  string `json:"src"`
	Type string `json:"type"`
}

type bakeSSH struct {
	ID    string   `json:"id"`
	Paths []string `json:"paths"`
}

// bakeCache is a set of attributes such as type=registry,ref=….
type bakeCache map[string]string

func (c bakeCache) String() string {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		return keys[i] == "type" || keys[j] != "type" && keys[i] < keys[j]
	})
	for i, k := range keys {
		keys[i] = k + "=" + c[k]
	}
	return strings.Join(keys, ",")
}

// bakeCommand prints the targets of a bake file as JSON; buildx itself reads
// the file, so HCL functions, variables, matrices and inheritance all work.
func bakeCommand(file, dir string, targets []string) command.Command {
	args := append([]string{"docker", "buildx", "bake", "--print", "--file", file}, targets...)
	return command.Command{Args: args, Dir: dir}
}

// Bake reads the images of a bake file.
func Bake(ctx context.Context, dir string, images config.Images) (config.Map[config.Image], error) {
	out, err := bakeCommand(images.Bake, dir, images.Targets).Output(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading bake file %q (this needs docker with buildx, but no running engine): %w", images.Bake, err)
	}
	return parseBake(images.Bake, dir, out)
}

func parseBake(file, dir string, printed []byte) (config.Map[config.Image], error) {
	var doc struct {
		Target map[string]bakeTarget `json:"target"`
	}
	if err := json.Unmarshal(printed, &doc); err != nil {
		return nil, fmt.Errorf("reading what buildx printed of bake file %q: %w", file, err)
	}
	var named config.Map[config.Image]
	for name, target := range doc.Target {
		image, err := target.image(dir)
		if err != nil {
			return nil, fmt.Errorf("bake file %q, target %q: %w", file, name, err)
		}
		named = append(named, config.Entry[config.Image]{Name: name, Value: image})
	}
	sort.Slice(named, func(i, j int) bool { return named[i].Name < named[j].Name })
	return named, nil
}

// image is the target as slipway.yaml would write it.
func (t bakeTarget) image(dir string) (config.Image, error) {
	if t.DockerfileInline != "" {
		return config.Image{}, fmt.Errorf("dockerfile-inline is not supported: move it into a file and name it with dockerfile")
	}
	for name, context := range t.Contexts {
		if strings.HasPrefix(context, "target:") {
			return config.Image{}, fmt.Errorf("context %q is another target (%q), which is not supported: make it a stage of the Dockerfile, or an artifact of slipway.yaml", name, context)
		}
	}
	image := config.Image{
		Build: config.Build{
			Context: relative(dir, t.Context), Dockerfile: t.Dockerfile, Target: t.Target,
			Args: t.Args, Contexts: t.Contexts,
		},
		Platforms: t.Platforms,
	}
	for _, s := range t.Secret {
		if image.Secrets == nil {
			image.Secrets = map[string]string{}
		}
		switch {
		case s.Src != "":
			image.Secrets[s.ID] = "file://" + s.Src
		case s.Env != "":
			image.Secrets[s.ID] = "env://" + s.Env
		default:
			image.Secrets[s.ID] = "env://" + s.ID
		}
	}
	for _, s := range t.SSH {
		image.SSH = append(image.SSH, strings.TrimSuffix(s.ID+"="+strings.Join(s.Paths, ","), "="))
	}
	for _, c := range t.CacheFrom {
		image.CacheFrom = append(image.CacheFrom, c.String())
	}
	for _, c := range t.CacheTo {
		image.CacheTo = append(image.CacheTo, c.String())
	}
	if len(t.Tags) > 0 {
		named, err := reference.ParseNormalizedNamed(t.Tags[0])
		if err != nil {
			return config.Image{}, fmt.Errorf("reading tag %q: %w", t.Tags[0], err)
		}
		image.Repository = strings.TrimPrefix(reference.Path(named), "library/")
	}
	return image, nil
}

func relative(dir, path string) string {
	if !filepath.IsAbs(path) {
		return path
	}
	if inside, err := filepath.Rel(dir, path); err == nil {
		return inside
	}
	return path
}
