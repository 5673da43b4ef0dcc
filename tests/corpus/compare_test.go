package corpus

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/projecttest"
)

// configuration is how a container was made, without what differs from one start to
// the next.
type configuration struct {
	Config, HostConfig map[string]any
	Mounts             []mount
	Networks           map[string]network
}

// plainCompose has "docker compose up" itself start the stack from the checkout's
// files, and gives what it made of them, which is taken down again.
func (l *life) plainCompose() map[string][]configuration {
	l.Helper()
	dir := filepath.Join(l.dir, "deploy")
	write(l, dir, l.stack.files(l, false), l.values)
	args := []string{"compose", "--project-directory", dir, "-p", l.values["STACK"]}
	for _, file := range l.stack.Files {
		args = append(args, "-f", filepath.Join(dir, file))
	}
	if l.stack.Environment != nil {
		var lines string
		for _, name := range slices.Sorted(maps.Keys(l.stack.Environment)) {
			lines += name + "=" + expand(l.stack.Environment[name], l.values) + "\n"
		}
		projecttest.Write(l, dir, ".env", lines)
	}
	env := l.environment(1)
	if out, err := run(env, dir, "docker", append(args, "up", "--detach", "--quiet-pull", "--no-build")...); err != nil {
		l.Fatalf("plain docker compose up: %v\n%s", err, out)
	}
	made := l.configurations()
	if out, err := run(env, dir, "docker", append(args, "down", "--volumes", "--timeout", "1")...); err != nil {
		l.Fatalf("plain docker compose down: %v\n%s", err, out)
	}
	if err := os.RemoveAll(dir); err != nil {
		l.Fatal(err)
	}
	return made
}

// environment are the variables that Slipway gives a compose file, and those that
// the stack's slipway.yaml sets.
func (l *life) environment(build int) []string {
	l.Helper()
	repository := l.repository()
	sha, err := run(nil, l.dir, "git", "rev-parse", "--short=7", "HEAD")
	if err != nil {
		l.Fatal(sha)
	}
	tag := fmt.Sprintf("%d_%s", build, strings.TrimSpace(sha))
	digest := strings.TrimSpace(docker(l, "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", repository+":"+tag))
	env := []string{
		"APP_REPOSITORY=" + repository, "APP_IMAGE=" + repository + "@" + digest, "DEPLOY_TAG=" + tag, "SLIPWAY_TAG=" + tag,
		"DEPLOY_ENV=prod", "REGISTRY=" + l.values["HOST"] + "/" + l.values["STACK"],
	}
	return env
}

// repository is that of the stack's image.
func (l *life) repository() string { return l.values["HOST"] + "/" + l.values["STACK"] + "/app" }

// configurations are the stack's containers by service, without what differs from
// one start to the next.
func (l *life) configurations() map[string][]configuration {
	l.Helper()
	all := l.inspect()
	services := map[string]string{} // by a container's id
	for _, c := range all {
		services[c.ID] = c.label(serviceLabel)
	}
	found := map[string][]configuration{}
	for _, c := range all {
		service := c.label(serviceLabel)
		found[service] = append(found[service], l.configuration(c, services))
	}
	for _, containers := range found {
		slices.SortFunc(containers, func(a, b configuration) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	return found
}

// configuration is that of a container without ids and addresses of this start, and
// without where files come from: what they have is compared instead. Containers are
// called by their service in it, all of a service alike.
func (l *life) configuration(c inspected, services map[string]string) configuration {
	reference := regexp.MustCompile(regexp.QuoteMeta(l.repository()) + `[:@][a-z0-9_:]+`)
	scrub := func(text string) string {
		text = reference.ReplaceAllString(text, "APP") // one image may go by its tag or by its digest
		for id, service := range services {
			text = strings.ReplaceAll(text, id, service)
			text = strings.ReplaceAll(text, id[:12], service)
			text = regexp.MustCompile(`\b`+regexp.QuoteMeta(service)+`-\d+\b`).ReplaceAllString(text, service+"-N")
		}
		return text
	}
	out := configuration{HostConfig: scrubbed(c.HostConfig, scrub), Config: scrubbed(c.Config, scrub), Networks: map[string]network{}}
	labels, _ := out.Config["Labels"].(map[string]any)
	maps.DeleteFunc(labels, func(name string, _ any) bool { return strings.HasPrefix(name, "com.docker.compose.") })
	// Compose reads a mapping of hosts in any order.
	if hosts, ok := out.HostConfig["ExtraHosts"].([]any); ok {
		slices.SortFunc(hosts, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	for _, key := range []string{"Binds", "Mounts"} {
		delete(out.HostConfig, key) // Mounts below has them
	}
	// Compose reads a mapping of variables in any order, too.
	if env, ok := out.Config["Env"].([]any); ok {
		slices.SortFunc(env, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	for _, m := range c.Mounts {
		if info, err := os.Stat(m.Source); err == nil && !(info.IsDir() && m.RW) { // what a program writes is its own
			m.Content = content(l.dir, m.Source)
		}
		if m.Type == "bind" && strings.HasPrefix(m.Source, l.dir) || m.Type == "volume" {
			m.Source = ""
		}
		if len(m.Name) == 64 {
			m.Name = "anonymous"
		}
		if m.Mode == map[bool]string{true: "rw", false: "ro"}[m.RW] {
			m.Mode = "" // RW says the same, and docker notes it of mounts that come as "volumes" of its API alone
		}
		out.Mounts = append(out.Mounts, m)
	}
	slices.SortFunc(out.Mounts, func(a, b mount) int { return strings.Compare(a.Destination, b.Destination) })
	for name, n := range c.NetworkSettings.Networks {
		n = scrubbed(n, scrub)
		slices.Sort(n.Aliases)
		n.Aliases = slices.Compact(n.Aliases)
		slices.Sort(n.Links)
		out.Networks[name] = n
	}
	return out
}

// scrubbed is a value without what a start brings: every text in it is changed by
// scrub.
func scrubbed[T any](value T, scrub func(string) string) T {
	text, _ := json.Marshal(value)
	var out T
	json.Unmarshal([]byte(scrub(string(text))), &out)
	return out
}

// content is what a file or a directory of the project has, as a hash.
func content(dir, source string) string {
	if !strings.HasPrefix(source, dir) {
		return ""
	}
	source, err := filepath.EvalSymlinks(source)
	if err != nil {
		return err.Error()
	}
	hash := sha256.New()
	filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(source, path)
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(hash, name, info.Mode())
		if info.Mode().IsRegular() {
			text, _ := os.ReadFile(path)
			hash.Write(text)
		}
		return nil
	})
	return fmt.Sprintf("%x", hash.Sum(nil)[:8])
}

// undisturbed has plain compose look at what runs, with the words that Slipway
// itself starts it with: it finds nothing to recreate.
func (l *life) undisturbed() {
	l.Helper()
	found := l.inspect()
	if len(found) == 0 {
		l.Fatal("nothing runs")
	}
	before := l.containers()
	directory := found[0].label(projectLabel + ".working_dir")
	args := []string{"compose", "--project-directory", directory, "-p", l.values["STACK"]}
	for file := range strings.SplitSeq(found[0].label(projectLabel+".config_files"), ",") {
		args = append(args, "-f", file)
	}
	args = append(args, "create", "--no-build")
	if out, err := run(l.environment(l.build()), directory, "docker", args...); err != nil {
		l.Errorf("plain docker compose create: %v\n%s", err, out)
	}
	if diff := cmp.Diff(before, l.containers()); diff != "" {
		l.Errorf("plain compose would recreate what Slipway started (-before +after):\n%s", diff)
	}
}

// build is the number of the release that the checkout is.
func (l *life) build() int {
	out, _ := run(nil, l.dir, "git", "rev-list", "--count", "HEAD")
	if strings.TrimSpace(out) == "1" {
		return 1
	}
	return 2
}
