package lint

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/dotenv"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/secrets"
)

// variables are what can be known here of what a deploy interpolates with.
type variables struct {
	values map[string]string
	// set are those that have a value which only a deploy knows.
	set map[string]bool
	// open is what else may set some, in words; empty when nothing does.
	open string
}

// isSet says that a variable is known to have a value.
func (v variables) isSet(name string) bool { return v.set[name] || v.values[name] != "" }

// known says that a variable is set, if only to nothing.
func (v variables) known(name string) bool {
	_, ok := v.values[name]
	return ok || v.set[name]
}

// released are the variables of a release of the images in an environment.
func released(in Input, environment config.Entry[config.Environment], registry config.Registry) variables {
	images := map[string]deploy.Image{}
	for _, image := range in.Images {
		images[image.Name] = deploy.Image{Reference: registry.Repository(in.Config.Project, image.Name, image.Value) + releaseDigest}
	}
	host := strings.TrimSuffix(registry.Repository("", "", config.Image{Repository: "x"}), "/x")
	v := variables{values: map[string]string{}, set: map[string]bool{consts.ComposeProjectName: true}}
	maps.Copy(v.values, in.Env)
	maps.Copy(v.values, deploy.Variables(releaseTag, environment.Name, host, images))
	return v
}

// envFileOf adds what the stack's .env sets. Only the file of that name counts:
// compose does not look at any other one for its variables.
func (v *variables) envFileOf(dir string, t *config.ComposeTarget) {
	if t.Env == nil || t.Env.File != "" && t.Env.File != dotEnv {
		v.byHand(dir, t)
		return
	}
	for name, value := range t.Env.Set {
		if v.known(name) {
			continue // the release's go before it
		}
		if secrets.IsRef(value) {
			v.set[name] = true
		} else {
			v.values[name] = value
		}
	}
	if secret := t.Env.AWSSecretsManager; secret != nil {
		switch {
		case secret.As != "":
			v.set[secret.As] = true
		case len(secret.Keys) == 0:
			v.open = fmt.Sprintf("the secret %q", secret.ID)
		}
		for _, key := range secret.Keys {
			v.set[key] = true
		}
	}
	if t.Env.AWSParameters != "" {
		v.open = fmt.Sprintf("a parameter below %q", t.Env.AWSParameters)
	}
}

const dotEnv = ".env"

// byHand adds what a hand-made .env sets, where the stack is on this machine and has
// one: only the names matter.
func (v *variables) byHand(dir string, t *config.ComposeTarget) {
	v.open = "a .env in the stack's directory"
	if len(t.Hosts) > 0 {
		return
	}
	path := t.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	f, err := os.Open(filepath.Join(path, dotEnv))
	if err != nil {
		return
	}
	defer f.Close()
	found, err := dotenv.Parse(f)
	if err != nil {
		return // the deploy says that
	}
	for _, name := range slices.Collect(maps.Keys(found)) {
		if !v.known(name) {
			v.set[name] = true
		}
	}
	v.open = ""
}
