package compose_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// storing is a service with data and a network, whose definitions come behind it.
const storing = `
services:
  web:
    image: ${WEB_REPOSITORY}:${DEPLOY_TAG}
    init: true
    volumes: [data:/data]
    networks: [front]
    stop_grace_period: 1s
  db:
    image: slipway-test/busybox:1
    init: true
    command: [sleep, "100000"]
    volumes: [store:/store]
    networks: [front]
    stop_grace_period: 1s
`

// inWeb is what a command prints in the one container of web.
func (s *stack) inWeb(words ...string) string {
	s.t.Helper()
	web := s.containers("web")
	if len(web) != 1 {
		s.t.Fatalf("web has containers %v", web)
	}
	return strings.TrimSpace(output(s.t, append([]string{"docker", "exec", web[0]}, words...)...))
}

func (s *stack) keptDrift(proof deploy.Proof) []string {
	var all []string
	for _, d := range proof.Kept() {
		all = append(all, strings.ReplaceAll(d.Subject+": "+d.Got, s.Project, "PROJECT"))
	}
	return all
}

// A volume or a network whose definition changed is kept, with what is in it and
// who is in it, and that is said by plan, deploy and verify until it is done.
func TestWhatComposeDoesNotChange(t *testing.T) {
	t.Parallel()
	needDocker(t)
	s := newStack(t, storing+`
volumes: {data: {labels: {kind: a}}, store: {}}
networks: {front: {labels: {kind: a}}}
`)
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	if notes := s.mustDeploy("1").Plans[0].Notes; len(notes) > 0 {
		t.Errorf("notes of the first deploy: %q", notes)
	}
	output(t, "docker", "exec", s.containers("web")[0], "sh", "-c", "echo precious >/data/file")
	db := s.containers("db")
	network := strings.TrimSpace(output(t, "docker", "network", "inspect", "--format", "{{.Id}}", s.Project+"_front"))

	s.Files["compose.yml"] = storing + `
volumes: {data: {labels: {kind: b}, driver_opts: {type: tmpfs, device: tmpfs}}, store: {}}
networks: {front: {labels: {kind: b}, internal: true}}
`
	result := s.mustDeploy("2")
	plan := result.Plans[0]
	if diff := cmp.Diff([]string{"replace web"}, kinds(plan)); diff != "" {
		t.Errorf("plan (- want, + got):\n%s", diff)
	}
	notes := strings.ReplaceAll(strings.Join(plan.Notes, "\n"), s.Project, "PROJECT")
	for _, want := range []string{
		`volume "data" is kept as PROJECT_data was made, but differs from the compose file: driver_opts.device is not there; driver_opts.type is not there; labels.kind has another value. `,
		"docker volume rm PROJECT_data",
		`network "front" is kept as PROJECT_front was made, but differs from the compose file: labels.kind has another value; internal is false, and the file says true. `,
		"docker compose -p PROJECT down",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q, want %q", notes, want)
		}
	}
	want := []string{
		`volume "data": driver_opts.device is not there; driver_opts.type is not there; labels.kind has another value`,
		`network "front": labels.kind has another value; internal is false, and the file says true`,
	}
	if diff := cmp.Diff(want, s.keptDrift(result.Proofs["app"])); diff != "" {
		t.Errorf("the deploy's proof (- want, + got):\n%s", diff)
	}
	if s.inWeb("cat", "/data/file") != "precious" || s.version("web") != "2" {
		t.Errorf("web serves %q, with the data %q", s.version("web"), s.inWeb("cat", "/data/file"))
	}
	if now := s.containers("db"); len(now) != 1 || now[0] != db[0] {
		t.Error("db, of which nothing changed, was stopped for its network")
	}
	if now := strings.TrimSpace(output(t, "docker", "network", "inspect", "--format", "{{.Id}}", s.Project+"_front")); now != network {
		t.Error("the network is another one")
	}
	if again := s.mustDeploy("2"); !again.Plans[0].Empty() || len(again.Plans[0].Notes) != 2 || len(s.keptDrift(again.Proofs["app"])) != 2 {
		t.Errorf("the same again: %v, notes %q", again.Plans[0].Changes, again.Plans[0].Notes)
	}
	proofs, err := deploytest.Verify(t, s.deployment("2"))
	if err != nil || len(proofs["app"].Unmended()) > 0 {
		t.Errorf("verify: %v, %v", proofs["app"].Drift, err)
	}
	if diff := cmp.Diff(want, s.keptDrift(proofs["app"])); diff != "" {
		t.Errorf("verify (- want, + got):\n%s", diff)
	}
	if _, err := deploytest.Rollback(t, s.deployment("2"), "1"); err != nil {
		t.Fatal(err)
	}
	if drift := s.drift("1"); len(drift) > 0 || s.inWeb("cat", "/data/file") != "precious" {
		t.Errorf("rolled back: %v", drift)
	}
}

// Another name is another volume or network: containers move to it, and what is left
// behind is told and stays.
func TestVolumesAndNetworksOfAnotherName(t *testing.T) {
	t.Parallel()
	needDocker(t)
	s := newStack(t, storing+"\nvolumes: {data: {}, store: {}}\nnetworks: {front: {}}\n")
	t.Cleanup(func() {
		exec.Command("docker", "volume", "rm", s.Project+"-renamed", s.Project+"-outside").Run()
		exec.Command("docker", "network", "rm", s.Project+"-renamed").Run()
	})
	s.image("1", "web", "ok")
	s.mustDeploy("1")
	output(t, "docker", "exec", s.containers("web")[0], "sh", "-c", "echo precious >/data/file")
	s.image("2", "web", "ok")
	s.Images["2"] = s.Images["1"] // nothing changes but names
	s.Files["compose.yml"] = storing + "\nvolumes: {data: {name: PROJECT-renamed}, store: {}}\nnetworks: {front: {name: PROJECT-renamed}}\n"
	s.Files["compose.yml"] = strings.ReplaceAll(s.Files["compose.yml"], "PROJECT", s.Project)
	result := s.mustDeploy("2")
	planned := []string{"create network " + s.Project + "-renamed", "create volume " + s.Project + "-renamed", "recreate db", "replace web"}
	if diff := cmp.Diff(planned, kinds(result.Plans[0])); diff != "" {
		t.Errorf("plan (- want, + got):\n%s", diff)
	}
	note := fmt.Sprintf(`service "web": /data was volume %s_data, and is now volume %[1]s-renamed, which is made new and empty; the volume stays on the host with its data`, s.Project)
	if notes := strings.Join(result.Plans[0].Notes, "\n"); !strings.Contains(notes, note) {
		t.Errorf("notes %q, want %q", notes, note)
	}
	if mounted := inspect(t, s.containers("web")[0], "{{range .Mounts}}{{.Name}}{{end}} {{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}"); mounted != s.Project+"-renamed "+s.Project+"-renamed" {
		t.Errorf("web has %s", mounted)
	}
	if again := s.mustDeploy("2"); !again.Plans[0].Empty() || len(again.Plans[0].Notes) > 0 {
		t.Errorf("the same again: %v, %q", again.Plans[0].Changes, again.Plans[0].Notes)
	}
	if drift := s.drift("2"); len(drift) > 0 {
		t.Errorf("drift: %v", drift)
	}
	output(t, "docker", "network", "disconnect", s.Project+"-renamed", s.containers("db")[0])
	if diff := cmp.Diff([]string{"db config: got it is not in network PROJECT-renamed"}, s.drift("2")); diff != "" {
		t.Errorf("drift of a container that was taken out of its network (- want, + got):\n%s", diff)
	}
	if _, err := deploytest.Rollback(t, s.deployment("2"), "1"); err != nil {
		t.Fatal(err)
	}
	if kept := s.inWeb("cat", "/data/file"); kept != "precious" {
		t.Errorf("rolled back, and the data is %q", kept)
	}

	// External ones that are not there are known before anything changes.
	s.image("3", "web", "ok")
	s.Files["compose.yml"] = strings.ReplaceAll(storing+"\nvolumes: {data: {external: true, name: PROJECT-outside}, store: {}}\nnetworks: {front: {external: true, name: PROJECT-renamed-not}}\n", "PROJECT", s.Project)
	before := s.all()
	_, err := s.deploy("3")
	for _, want := range []string{
		fmt.Sprintf(`volume "data" is external, and this machine has no volume "%s-outside": make it there (docker volume create`, s.Project),
		fmt.Sprintf(`network "front" is external, and this machine has no network "%s-renamed-not"`, s.Project),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if diff := cmp.Diff(before, s.all()); diff != "" {
		t.Errorf("containers changed: %s", diff)
	}
}

// A step runs before the services do, and may be the first to be asked by compose
// whether to make a volume anew.
func TestStepsKeepVolumes(t *testing.T) {
	t.Parallel()
	needDocker(t)
	s := newStack(t, storing+"\nvolumes: {data: {labels: {kind: a}}, store: {}}\nnetworks: {front: {labels: {kind: a}}}\n")
	s.Config.Before = []config.Step{stepOf("web")}
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	s.mustDeploy("1")
	db := s.containers("db")
	s.Files["compose.yml"] = storing + "\nvolumes: {data: {labels: {kind: b}}, store: {}}\nnetworks: {front: {labels: {kind: b}}}\n"
	s.mustDeploy("2")
	if now := s.containers("db"); len(now) != 1 || now[0] != db[0] {
		t.Error("db was stopped by a step")
	}
}
