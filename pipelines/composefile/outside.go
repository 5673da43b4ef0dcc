package composefile

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// Outside are the other files that a compose file takes in by include and
// extends, sorted, as it names them. A release does not record those.
func Outside(content []byte) []string {
	var file struct {
		Include  []yaml.Node          `yaml:"include"`
		Services map[string]yaml.Node `yaml:"services"`
	}
	if yaml.Unmarshal(content, &file) != nil {
		return nil // a malformed file is Load's to report
	}
	var paths []string
	for _, node := range file.Include {
		paths = append(paths, included(node)...)
	}
	for _, node := range file.Services {
		var service struct {
			Extends struct {
				File string `yaml:"file"`
			} `yaml:"extends"`
		}
		if node.Decode(&service) == nil && service.Extends.File != "" {
			paths = append(paths, service.Extends.File)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// included are the paths of one entry of include: a path, or a mapping with
// one path or several.
func included(node yaml.Node) []string {
	var path string
	if node.Decode(&path) == nil {
		return []string{path}
	}
	var one struct {
		Path string `yaml:"path"`
	}
	if node.Decode(&one) == nil && one.Path != "" {
		return []string{one.Path}
	}
	var several struct {
		Path []string `yaml:"path"`
	}
	_ = node.Decode(&several) // anything else is Load's to report
	return several.Path
}
