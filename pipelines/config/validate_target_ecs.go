package config

import "git.example/slipway/pipelines/lazy"

// ecsName is the grammar of clusters and services
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html).
var ecsName = lazy.Regexp(`^[a-zA-Z0-9_-]{1,255}$`)

const ecsWords = "up to 255 letters, digits, '_' and '-'"

func validateECS(v validator, at string, c ECSTarget) {
	v.matches(at+".cluster", c.Cluster, ecsName(), ecsWords)
	wantServices(v, at, len(c.Services))
	for _, s := range c.Services {
		path := at + ".services." + s.Name
		validateECSService(v, path, s.Name, s.Value.Containers)
		validateECSFile(v, path+".task-definition", s.Value.TaskDefinition)
		validateECSFile(v, path+".create", s.Value.Create)
		if s.Value.Create != "" && s.Value.TaskDefinition == "" {
			v.wrong(path+".create", "a service that is created has no task definition yet: name one with task-definition")
		}
	}
	v.inProject(at+".terraform", c.Terraform)
	for key, steps := range map[string][]ECSStep{"before": c.Before, "after": c.After} {
		for i, step := range steps {
			v.refers(index(at+"."+key, i)+".service", step.Service, "service", c.Services.Names())
		}
	}
}

// wantServices reports services that are none.
func wantServices(v validator, at string, count int) {
	if n := v.values[at+".services"]; n != nil && n.kind == mapping && count == 0 {
		v.wrong(at+".services", "names no service")
	}
}

// validateECSService checks a service's name, and the images of its containers.
func validateECSService(v validator, path, name string, containers map[string]string) {
	if !ecsName().MatchString(name) {
		v.report(v.keys[path], "", "", "%q is no name: want %s", name, ecsWords)
	}
	if v.config.Images.Bake != "" {
		return
	}
	for container, image := range containers {
		v.refers(path+".containers."+container, image, "image", v.config.Images.Named.Names())
	}
}

// validateECSFile is a file that a release records: it has to be in the project.
func validateECSFile(v validator, at, file string) {
	v.inProject(at, file)
	v.local(at, file, "the project")
}
