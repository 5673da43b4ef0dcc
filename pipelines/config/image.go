package config

import "reflect"

// Image is one image of the release.
type Image struct {
	Build `yaml:",inline"`
	// Platforms, such as linux/amd64. This machine's own when empty.
	Platforms []string `yaml:"platforms,omitempty"`
	// Repository, without the registry's host and namespace. "<project>/<image>"
	// when empty; on Docker Hub, which has no nested names, "<project>-<image>".
	Repository string `yaml:"repository,omitempty"`
}

// Images are the images, written out by name or taken from a bake file.
type Images struct {
	// Bake is a docker-bake.hcl or .json file that defines the images.
	Bake string `yaml:"bake"`
	// Targets are the bake targets to take. The group "default" when empty.
	Targets []string `yaml:"targets,omitempty"`
	// Named are the images that are written out, when there is no bake file.
	Named Map[Image] `yaml:"-"`
}

func (i *Images) decode(d *decoder, path string, n *node) {
	if n.kind == mapping {
		if bake := n.get("bake"); bake != nil && bake.kind != mapping {
			d.decodeStruct(path, n, reflect.ValueOf(i).Elem())
			return
		}
	}
	i.Named.decode(d, path, n)
}
