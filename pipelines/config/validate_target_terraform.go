package config

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// terraformName is the grammar of
// https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers
var terraformName = lazy.Regexp(`^[\pL_][\pL\pN_-]*$`)

func validateTerraform(v validator, path string, t TerraformTarget) {
	v.inProject(path+".dir", t.Dir)
	if !filepath.IsAbs(t.Dir) {
		v.local(path+".dir", t.Dir, "the project")
	}
	v.inProject(path+".tag-map", t.TagMap)
	if t.TagMap != "" && !strings.HasSuffix(t.TagMap, ".json") {
		v.wrong(path+".tag-map", "%q is no JSON file: want a name such as image-tags.auto.tfvars.json", t.TagMap)
	}
	v.matches(path+".variable", t.Variable, terraformName(), "letters, digits, '_' and '-'")
	validateTerraformKeys(v, path+".keys", t.Keys)
	v.allInProject(path+".var-files", t.VarFiles)
	v.environ(path+".env", t.Env)
	for _, name := range []string{"TF_WORKSPACE", "TF_IN_AUTOMATION", "TF_INPUT", "TF_LOG"} {
		if _, ok := t.Env[name]; ok {
			v.wrong(join(path+".env", name), "is set by slipway itself: leave it out (there is workspace)")
		}
	}
	if t.Verify != nil {
		v.matches(path+".verify.output", t.Verify.Output, terraformName(), "letters, digits, '_' and '-'")
		validateTerraformECS(v, path+".verify.ecs", t.Verify.ECS)
	}
}

func validateTerraformECS(v validator, path string, e *TerraformECS) {
	if e == nil {
		return
	}
	v.matches(path+".cluster", e.Cluster, ecsName(), ecsWords)
	wantServices(v, path, len(e.Services))
	for _, s := range e.Services {
		validateECSService(v, path+".services."+s.Name, s.Name, s.Value.Containers)
	}
}

// validateTerraformKeys reports images that would have one key in the tag map.
func validateTerraformKeys(v validator, path string, keys map[string]string) {
	by := map[string]string{}
	for _, image := range slices.Sorted(maps.Keys(keys)) {
		key := keys[image]
		if other, taken := by[key]; taken {
			v.wrong(join(path, image), "%q is the key of image %q, too: each image has its own", key, other)
		}
		by[key] = image
	}
}
