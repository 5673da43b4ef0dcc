package compose_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/deploy"
)

// Each service of the stack has one kind of file that the release brings; idle has
// none.
const withFiles = `
x-sleeper: &sleeper
  image: slipway-test/busybox:1
  init: true
  command: [sleep, "100000"]
  stop_grace_period: 1s
services:
  file: {<<: *sleeper, volumes: ["./conf/app.conf:/etc/app.conf"]}
  script: {<<: *sleeper, volumes: [{type: bind, source: "${PWD}/bin/run.sh", target: /run.sh, read_only: true}]}
  directory: {<<: *sleeper, volumes: ["./html:/html:ro"]}
  config: {<<: *sleeper, configs: [{source: settings, target: /settings}]}
  secret: {<<: *sleeper, secrets: [token]}
  env: {<<: *sleeper, env_file: [app.env], label_file: app.labels}
  data: {<<: *sleeper, volumes: ["./data:/data"]}
  idle: {<<: *sleeper}
configs: {settings: {file: ./conf/settings}}
secrets: {token: {file: ./conf/to$$ken}}
`

func hostFile(content string) deploy.HostFile {
	return deploy.HostFile{Mode: "0644", Content: []byte(content)}
}

// in is what a command prints in a service's container.
func (s *stack) in(service string, words ...string) string {
	s.t.Helper()
	ids := s.containers(service)
	if len(ids) != 1 {
		s.t.Fatalf("%s has %d containers", service, len(ids))
	}
	return strings.TrimSpace(output(s.t, "docker", "exec", "-u", "1000", ids[0], "sh", "-c", strings.Join(words, " ")))
}

// drift is what a verification of what is live finds.
func (s *stack) fileDrift(tag string) []string {
	s.t.Helper()
	proofs, err := deploytest.Verify(s.t, s.deployment(tag))
	if err != nil {
		s.t.Fatal(err)
	}
	var found []string
	for _, d := range proofs["app"].Drift {
		found = append(found, strings.TrimPrefix(d.Subject, s.Dir+"/")+" "+d.Kind)
	}
	return found
}

func TestFilesTravel(t *testing.T) {
	t.Parallel()
	s := newStack(t, withFiles)
	s.Keep = 2
	s.Images["1"], s.Images["2"], s.Images["3"], s.Images["4"] = nil, nil, nil, nil
	s.HostDirectories = map[string]bool{"html": true}
	s.HostFiles = map[string]deploy.HostFile{
		"conf/app.conf": hostFile("one"), "bin/run.sh": {Mode: "0755", Content: []byte("#!/bin/sh\necho ran\n")},
		"html/index.html": hostFile("<p>"), "html/a b/c": {Mode: "0644", Content: []byte{0, 0xff, '\n'}},
		"conf/settings": hostFile("x=$HOME"), "conf/to$ken": hostFile("secret"), "app.env": hostFile("NAME=first"), "app.labels": hostFile("team=a"),
	}
	write(t, s.Dir, "app.env", "NAME=by hand\n") // somebody's own, from before
	first := s.mustDeploy("1")
	want := map[string]string{
		"file cat /etc/app.conf": "one", "script /run.sh": "ran", "directory cat /html/index.html": "<p>",
		"config cat /settings": "x=$HOME", "secret cat /run/secrets/token": "secret", "env echo $NAME": "first",
	}
	served := func() map[string]string {
		got := map[string]string{}
		for asked := range want {
			words := strings.Fields(asked)
			got[asked] = s.in(words[0], words[1:]...)
		}
		return got
	}
	if diff := cmp.Diff(want, served()); diff != "" {
		t.Errorf("services have (-want +got):\n%s", diff)
	}
	if got := s.in("directory", "wc -c '/html/a b/c'"); !strings.HasPrefix(got, "3 ") {
		t.Errorf("a binary file came as %q", got)
	}
	if info, err := os.Stat(filepath.Join(s.Dir, "data")); err != nil || !info.IsDir() {
		t.Errorf("the data directory: %v", err)
	}
	if read(t, s.Dir, "app.env") != "NAME=by hand\n" {
		t.Error("a file that was made by hand was changed")
	}
	notes := map[string]string{}
	for _, c := range first.Plans[0].Changes {
		if c.Kind == deploy.AddFile {
			notes[c.Subject] = c.Note
		}
	}
	if len(notes) != 7 || !strings.Contains(notes["app.env"], "in the place of the one on the host") || notes["html"] != "" {
		t.Errorf("the plan says of files %q", notes)
	}
	if got := s.fileDrift("1"); got != nil {
		t.Errorf("drift %q", got)
	}
	if again := s.mustDeploy("1"); !again.Plans[0].Empty() {
		t.Errorf("again: %v", again.Plans[0].Changes)
	}

	// Exactly the containers whose files changed start anew.
	before := s.everyContainer()
	s.HostFiles = maps.Clone(s.HostFiles)
	s.HostFiles["conf/app.conf"], s.HostFiles["html/new"], s.HostFiles["app.env"] = hostFile("two"), hostFile("new"), hostFile("NAME=second")
	delete(s.HostFiles, "html/index.html")
	second := s.mustDeploy("2")
	if got := kinds(second.Plans[0]); !cmp.Equal(got, []string{"file-change app.env", "file-change conf/app.conf", "file-change html", "recreate directory", "recreate env", "recreate file"}) {
		t.Errorf("second plan: %q", got)
	}
	if got := s.replaced(before); !cmp.Equal(got, []string{"directory", "env", "file"}) {
		t.Errorf("started anew: %q", got)
	}
	if got := s.in("file", "cat", "/etc/app.conf") + s.in("directory", "ls", "/html") + s.in("env", "echo", "$NAME"); got != "twoa b\nnewsecond" {
		t.Errorf("the second release has %q", got)
	}

	// A rollback goes back to the files.
	if _, err := deploytest.Rollback(t, s.deployment("2"), ""); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, served()); diff != "" {
		t.Errorf("after the rollback (-want +got):\n%s", diff)
	}

	// Somebody edits a file that was shipped.
	places, _ := filepath.Glob(filepath.Join(s.Dir, ".slipway/.files/*/*"))
	for _, place := range places {
		if content, err := os.ReadFile(place); err == nil && string(content) == "one" {
			write(t, filepath.Dir(place), filepath.Base(place), "edited")
		}
	}
	if got := s.fileDrift("1"); !cmp.Equal(got, []string{"conf/app.conf file"}) {
		t.Errorf("drift %q", got)
	}
	before = s.everyContainer()
	s.HostFiles["conf/app.conf"], s.HostFiles["html/index.html"], s.HostFiles["app.env"] = hostFile("one"), hostFile("<p>"), hostFile("NAME=first")
	delete(s.HostFiles, "html/new")
	s.mustDeploy("1")
	if got := s.replaced(before); !cmp.Equal(got, []string{"file"}) || s.in("file", "cat", "/etc/app.conf") != "one" {
		t.Errorf("started anew: %q, with %q", got, s.in("file", "cat", "/etc/app.conf"))
	}
	if got := s.fileDrift("1"); got != nil {
		t.Errorf("drift %q", got)
	}

	// What no release needs any more goes.
	for _, tag := range []string{"3", "4"} {
		s.HostFiles = maps.Clone(s.HostFiles)
		s.HostFiles["conf/app.conf"] = hostFile(tag)
		s.mustDeploy(tag)
	}
	left := 0
	places, _ = filepath.Glob(filepath.Join(s.Dir, ".slipway/.files/*/app.conf"))
	for range places {
		left++
	}
	if left != 2 {
		t.Errorf("%d versions of app.conf are left of 4: %q", left, places)
	}
}

// A deploy that is killed when its files are there and its containers are not changes
// nothing of what runs, and the next one goes on from there. What a killed run left
// half written is not taken for a version.
func TestFilesOfAKilledDeploy(t *testing.T) {
	t.Parallel()
	const service = "  {image: slipway-test/busybox:1, init: true, command: [sleep, \"100000\"], stop_grace_period: 1s, volumes: ['./conf/ä b.conf:/etc/app.conf:ro', './empty:/empty']}\n"
	s := newStack(t, "services:\n  file:"+service+"  other:"+service)
	for _, tag := range []string{"1", "2", "3"} {
		s.Images[tag] = nil
	}
	release := func(content string) {
		s.HostFiles = map[string]deploy.HostFile{"conf/ä b.conf": hostFile(content), "empty": {Mode: "0755"}}
	}
	served := func() string {
		return s.in("file", "cat", "/etc/app.conf") + " " + s.in("other", "cat", "/etc/app.conf") + " " + s.in("file", "stat", "-c", "%a-%s", "/empty")
	}
	release("one")
	s.mustDeploy("1")
	if got := served(); got != "one one 755-0" {
		t.Errorf("first %q", got)
	}
	release("two")
	s.runChild("2", "log file: starting")
	if got := served(); got != "one one 755-0" {
		t.Errorf("while a killed deploy's files are there, services have %q", got)
	}
	places, _ := filepath.Glob(filepath.Join(s.Dir, ".slipway/.files/*/ä b.conf"))
	if len(places) != 2 {
		t.Fatalf("versions %q: the deploy was not killed where it should be", places)
	}
	for _, place := range places { // as if it had been killed while it wrote the new one
		if content := read(t, filepath.Dir(place), filepath.Base(place)); content == "two" {
			half := filepath.Join(s.Dir, ".slipway/.files/.new-"+filepath.Base(filepath.Dir(place)))
			if err := os.Rename(filepath.Dir(place), half); err != nil {
				t.Fatal(err)
			}
			write(t, half, "ä b.conf", "tw")
			write(t, half, "more", "")
		}
	}
	s.mustDeploy("2")
	if got := served(); got != "two two 755-0" {
		t.Errorf("the next deploy has %q", got)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Dir, ".slipway/.files/.*-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if _, err := deploytest.Rollback(t, s.deployment("2"), ""); err != nil {
		t.Fatal(err)
	}
	if got := served(); got != "one one 755-0" {
		t.Errorf("after the rollback %q", got)
	}
}

// everyContainer is the id of each container, by service.
func (s *stack) everyContainer() map[string]string {
	s.t.Helper()
	ids := map[string]string{}
	for _, service := range []string{"file", "script", "directory", "config", "secret", "env", "data", "idle"} {
		ids[service] = strings.Join(s.containers(service), " ")
	}
	return ids
}

// replaced are the services that have other containers than before.
func (s *stack) replaced(before map[string]string) []string {
	s.t.Helper()
	var names []string
	for _, service := range []string{"config", "data", "directory", "env", "file", "idle", "script", "secret"} {
		if strings.Join(s.containers(service), " ") != before[service] {
			names = append(names, service)
		}
	}
	return names
}
