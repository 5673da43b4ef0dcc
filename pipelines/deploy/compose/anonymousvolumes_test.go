package compose_test

import (
	"slices"
	"strings"
	"testing"
)

// volumes are the names of the anonymous volumes that web's containers have.
func (s *stack) volumes(service string) []string {
	s.t.Helper()
	var all []string
	for _, id := range s.containers(service) {
		all = append(all, strings.Fields(output(s.t, "docker", "inspect", "--format", `{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}`, id))...)
	}
	return all
}

// Each release's containers have anonymous volumes of their own: they go with the
// containers, also those of a release that fails. Those of a stack that somebody
// started by hand have data that only they have, and stay.
func TestAnonymousVolumes(t *testing.T) {
	t.Parallel()
	file := strings.Replace(webAndDB, "  web:", "  web:\n    volumes: [\"/scratch\"]", 1)
	s := newStack(t, file)
	for _, tag := range []string{"0", "1", "2"} {
		s.image(tag, "web", "ok")
	}
	s.image("bad", "web", "crash")
	write(t, s.Dir, "docker-compose.yml", strings.ReplaceAll(file, "${WEB_REPOSITORY}:${DEPLOY_TAG}", s.Images["0"]["web"].Repository()+":0"))
	output(t, "docker", "compose", "--project-directory", s.Dir, "-f", s.Dir+"/docker-compose.yml", "-p", s.Project, "up", "-d")
	found := s.volumes("web")
	s.mustDeploy("1")
	first := s.volumes("web")
	s.mustDeploy("2")
	if _, err := s.deploy("bad"); err == nil {
		t.Error("a release that crashes was deployed")
	}
	left := strings.Fields(output(t, "docker", "volume", "ls", "-q"))
	if len(found) != 1 || !slices.Contains(left, found[0]) {
		t.Errorf("the volume of the stack that was found: %q, not in %q", found, left)
	}
	if len(first) != 1 || slices.Contains(left, first[0]) {
		t.Errorf("the volume of a release that is gone: %q is left", first)
	}
	s.down()
	output(t, append([]string{"docker", "volume", "rm"}, found...)...)
}

// A container that does not run any more is removed before another one starts in
// its place: its anonymous volumes go as they do in a handover. Those of a service
// that never runs beside its old containers stay, for its data may be there.
func TestAnonymousVolumesOfWhatDoesNotRun(t *testing.T) {
	t.Parallel()
	file := strings.NewReplacer("  web:", "  web:\n    volumes: [\"/scratch\"]", "  db:", "  db:\n    volumes: [\"/data\"]").Replace(webAndDB)
	s := newStack(t, file)
	for _, tag := range []string{"1", "2"} {
		s.image(tag, "web", "ok")
	}
	write(t, s.Dir, "docker-compose.yml", file)
	s.mustDeploy("1")
	database := s.volumes("db")
	for _, again := range []string{"1", "2"} { // started again, and replaced
		before := s.volumes("web")
		for _, id := range slices.Concat(s.containers("web"), s.containers("db")) {
			output(t, "docker", "kill", id)
		}
		s.mustDeploy(again)
		if left := strings.Fields(output(t, "docker", "volume", "ls", "-q")); len(before) != 1 || slices.Contains(left, before[0]) {
			t.Errorf("deploying %s leaves the volume %q", again, before)
		}
	}
	if left := strings.Fields(output(t, "docker", "volume", "ls", "-q")); len(database) != 1 || !slices.Contains(left, database[0]) {
		t.Errorf("the volume %q of the database is not left", database)
	}
	s.down()
	output(t, append([]string{"docker", "volume", "rm"}, database...)...)
}
