package hostfiles

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Override is the YAML of an override file that has a project's services mount and
// read versions in their places; empty when there is nothing to override. resolved is
// the project as the host's compose resolved it, if it has. absolute has all env files
// written out, also those of the host's own.
func Override(p, resolved *types.Project, versions []Version, absolute bool) (string, error) {
	var services, configs, secrets bytes.Buffer
	for _, name := range p.ServiceNames() {
		text, err := overrideService(p.Services[name], versions, absolute)
		if err != nil {
			return "", err
		}
		labels, err := overrideLabels(p.Services[name], resolved, versions)
		if err != nil {
			return "", err
		}
		text += labels
		if text != "" {
			fmt.Fprintf(&services, "  %q:\n%s", name, text)
		}
		for _, c := range p.Services[name].Configs {
			overrideObject(&configs, c.Source, p.Configs[c.Source].File, versions)
		}
		for _, c := range p.Services[name].Secrets {
			overrideObject(&secrets, c.Source, p.Secrets[c.Source].File, versions)
		}
	}
	var b bytes.Buffer
	for _, v := range versions { // Prune looks for these, also for what is only read while resolving
		fmt.Fprintf(&b, "# %q\n", v.Place)
	}
	if len(versions) == 0 && services.Len()+configs.Len()+secrets.Len() == 0 {
		return "", nil
	}
	for _, section := range []struct {
		name string
		text *bytes.Buffer
	}{{"services", &services}, {"configs", &configs}, {"secrets", &secrets}} {
		switch {
		case section.text.Len() > 0:
			b.WriteString(section.name + ":\n" + section.text.String())
		case section.name == "services":
			b.WriteString("services: {}\n")
		}
	}
	return b.String(), nil
}

// overrideService is what a service has otherwise; empty for nothing.
func overrideService(s types.ServiceConfig, versions []Version, absolute bool) (string, error) {
	text := ""
	list := func(key string, values []any) error {
		encoded, err := json.Marshal(values)
		if err == nil && len(values) > 0 {
			text += "    " + key + " " + literal(string(encoded)) + "\n"
		}
		return err
	}
	var mounts []any
	for _, v := range s.Volumes {
		if version, ok := At(versions, path.Clean(v.Source)); ok && v.Type == types.VolumeTypeBind {
			v.Source = version.Place
			if v.Bind == nil || v.Bind.SELinux == "" { // a label takes the old way of mounting, which makes what is missing
				var bind types.ServiceVolumeBind
				if v.Bind != nil {
					bind = *v.Bind
				}
				bind.CreateHostPath = false
				v.Bind = &bind
			}
			mounts = append(mounts, v)
		}
	}
	if err := list("volumes:", mounts); err != nil {
		return "", err
	}
	var envFiles []any
	changed := absolute && len(s.EnvFiles) > 0
	for _, f := range s.EnvFiles {
		if version, ok := At(versions, path.Clean(f.Path)); ok {
			f.Path, changed = version.Place, true
		}
		envFiles = append(envFiles, f)
	}
	if changed {
		if err := list("env_file: !override", envFiles); err != nil {
			return "", err
		}
	}
	return text, nil
}

// overrideLabels has a service with label files have the labels themselves, once they
// are resolved: what "up" hashes has the paths of the files, and what compose resolves
// has not.
func overrideLabels(s types.ServiceConfig, resolved *types.Project, versions []Version) (string, error) {
	if len(s.LabelFiles) == 0 {
		return "", nil
	}
	if resolved != nil {
		service, enabled := resolved.Services[s.Name]
		if !enabled {
			return "", nil
		}
		labels, err := json.Marshal(service.Labels)
		return "    label_file: !reset null\n    labels: !override " + literal(string(labels)) + "\n", err
	}
	files := slices.Clone(s.LabelFiles)
	for i, f := range files {
		if version, ok := At(versions, path.Clean(f)); ok {
			files[i] = version.Place
		}
	}
	encoded, err := json.Marshal(files)
	return "    label_file: !override " + literal(string(encoded)) + "\n", err
}

// overrideObject has a config or a secret read a version. Two services can have the
// same one.
func overrideObject(b *bytes.Buffer, name, file string, versions []Version) {
	version, ok := At(versions, path.Clean(file))
	line := fmt.Sprintf("  %q: {file: %q}\n", name, literal(version.Place))
	if ok && file != "" && !strings.Contains(b.String(), line) {
		b.WriteString(line)
	}
}

// literal keeps compose from interpolating a text.
func literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }
