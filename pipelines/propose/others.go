package propose

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"git.example/slipway/pipelines/survey"
)

// other is an environment that the repository has what it takes for, as a comment
// in slipway.yaml.
type other struct{ Why, Target string }

// others are what task definitions, Terraform code and folders of content propose.
func others(t *survey.Tree, p project) []other {
	var all []other
	var definitions, terraform []string
	dags := ""
	for _, f := range t.Files {
		switch dir := path.Dir(f); {
		case path.Ext(f) == ".json" && strings.Count(f, "/") < 4:
			if content := t.Read(f); len(content) < 1<<17 && bytes.Contains(content, []byte(`"containerDefinitions"`)) {
				definitions = append(definitions, f)
			}
		case path.Ext(f) == ".tf" && !slices.Contains(terraform, dir):
			content := t.Read(f)
			if bytes.Contains(content, []byte(`variable "image_tag`)) || bytes.Contains(content, []byte(`variable "image`)) || bytes.Contains(content, []byte(`_image_tag"`)) || bytes.Contains(content, []byte(`_image"`)) && bytes.Contains(content, []byte("variable")) {
				terraform = append(terraform, dir)
			}
		case dags == "" && path.Base(dir) == "dags" && path.Ext(f) == ".py":
			dags = dir
		}
	}
	if len(definitions) > 0 {
		service := strings.TrimSuffix(path.Base(definitions[0]), ".json")
		all = append(all, other{Why: definitions[0] + " is a task definition", Target: "ecs: {cluster: CLUSTER, services: {" + component(service) + ": {task-definition: " + scalar(definitions[0]) + "}}}"})
	}
	if len(terraform) > 0 {
		all = append(all, other{Why: terraform[0] + " is Terraform code with a variable for an image", Target: "terraform: {dir: " + scalar(terraform[0]) + "}"})
	}
	if dags != "" {
		all = append(all, other{Why: dags + " is content that hosts take from git", Target: "gitsync: {path: /opt/airflow/dags, from: " + scalar(dags) + ", hosts: [deploy@app1.example.com]}"})
	}
	return all
}
