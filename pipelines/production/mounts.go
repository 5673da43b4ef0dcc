package production

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/lazy"
)

var volumeName = lazy.Regexp(`[^a-z0-9_.-]+`)

// mounts takes the sources of development out of a service, and makes folders that
// git does not have volumes.
func (m *maker) mounts(name string, s *yaml.Node, ours bool) {
	all := get(s, "volumes")
	if all == nil || all.Kind != yaml.SequenceNode {
		return
	}
	var kept []*yaml.Node
	for n, item := range all.Content {
		if k := m.mount(name, n, item, ours); k != nil {
			kept = append(kept, k)
		}
	}
	if all.Content = kept; len(kept) == 0 {
		remove(s, "volumes")
	}
}

// mount is one mount as it is in production; nil for none.
func (m *maker) mount(service string, n int, item *yaml.Node, ours bool) *yaml.Node {
	source, target, rest := "", "", ""
	sourceNode := item
	switch {
	case item.Kind == yaml.MappingNode:
		if kind := get(item, "type"); kind != nil && kind.Value != "bind" && kind.Value != "volume" {
			return item
		}
		if t := get(item, "target"); t != nil {
			target = t.Value
		}
		if sourceNode = get(item, "source"); sourceNode != nil {
			source = sourceNode.Value
		}
	case strings.Contains(item.Value, "$"):
		// What variables stand for is what compose made of it.
		if volumes := m.compose.Project.Services[service].Volumes; n < len(volumes) {
			v := volumes[n]
			source, target = v.Source, v.Target
			if rel, ok := m.survey.Tree.Rel(v.Source); ok && v.Type == "bind" {
				source = relativeTo(m.compose.Dir(), rel)
			}
			if v.ReadOnly {
				rest = ":ro"
			}
		}
	default:
		source, target, rest = split(item.Value)
	}
	if source == "" && target != "" {
		if ours {
			return nil // it kept the sources' mount from hiding the image's own files
		}
		return m.named(service, target, target, rest)
	}
	host := strings.HasPrefix(source, ".") || strings.HasPrefix(source, "~") || strings.HasPrefix(source, "/") || source == "$PWD" || strings.HasPrefix(source, "${PWD}")
	if !host {
		return item
	}
	source = strings.TrimPrefix(strings.TrimPrefix(source, "${PWD}"), "$PWD")
	if source == "" || strings.HasPrefix(source, "/") && source != item.Value && strings.Contains(item.Value, "PWD") {
		source = "." + source
	}
	if strings.HasPrefix(source, "/") {
		return item
	}
	full := path.Join(m.compose.Dir(), source)
	tracked := m.survey.Tree.IsFile(full) || m.survey.Tree.IsDir(full)
	switch {
	case strings.HasPrefix(source, "~"):
		return m.named(service, path.Base(source), target, rest)
	case tracked && ours && m.survey.Tree.IsDir(full) && !configuration(full, rest):
		m.say("service %s no longer mounts %s: its image has the sources", service, source)
		return nil
	case tracked:
		if m.survey.Tree.IsDir(full) && !ours && (source == "." || source == "./") {
			m.unready("service %s runs the sources of %s in an image that is not built from them: write a Dockerfile for it", service, full)
		}
		if item.Kind == yaml.MappingNode {
			return m.moved(item, sourceNode)
		}
		return text("./" + full + ":" + target + rest)
	case path.Ext(source) != "" && !strings.HasPrefix(path.Base(source), ".") || strings.HasPrefix(path.Base(source), ".env"):
		m.unready("service %s mounts the file %s, which git does not have", service, full)
		return item
	}
	m.say("service %s keeps %s in a volume: git has no folder %s", service, target, full)
	return m.named(service, path.Base(full), target, rest)
}

func relativeTo(dir, name string) string {
	if dir == "." {
		return "./" + name
	}
	if rest, ok := strings.CutPrefix(name, dir+"/"); ok {
		return "./" + rest
	}
	return strings.Repeat("../", strings.Count(dir, "/")+1) + name
}

// configuration says that a mounted folder is no source: it is mounted to be read,
// or is called like configuration.
func configuration(dir, rest string) bool {
	base := strings.ToLower(path.Base(dir))
	return strings.Contains(rest, "ro") || slices.Contains([]string{"config", "conf", "conf.d", "etc", "nginx", "certs", "initdb", "init", "migrations", "templates", "provisioning"}, base)
}

// named is a volume with a name in the place of a folder of the host.
func (m *maker) named(service, from, target, rest string) *yaml.Node {
	name := strings.Trim(volumeName().ReplaceAllString(strings.ToLower(strings.Trim(path.Base(from), "./")), "-"), "-._")
	if name == "" {
		name = "data"
	}
	if !strings.HasPrefix(name, service) {
		name = service + "-" + name
	}
	if !slices.Contains(m.volumes, name) {
		m.volumes = append(m.volumes, name)
	}
	return text(name + ":" + target + rest)
}

// split is a mount in its short form.
func split(short string) (source, target, rest string) {
	parts := strings.SplitN(short, ":", 3)
	switch len(parts) {
	case 1:
		return "", parts[0], ""
	case 2:
		return parts[0], parts[1], ""
	}
	return parts[0], parts[1], ":" + parts[2]
}
