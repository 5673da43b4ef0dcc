package kept

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// Whether docker has what the file says is asked of what the real compose made of
// another file: each row is a volume or network of it.
func TestDifferences(t *testing.T) {
	t.Parallel()
	deploytest.NeedCompose(t)
	tests := map[string]struct{ before, after, want string }{
		"v_same":         {"{}", "{}", ""},
		"v_driver_said":  {"{}", "{driver: local}", ""},
		"v_driver_left":  {"{driver: local}", "{}", ""},
		"v_comment":      {"{}", "{x-note: data}", ""},
		"v_label_list":   {"{labels: {a: '1', b: '2'}}", "{labels: ['b=2', 'a=1']}", ""},
		"v_label_new":    {"{}", "{labels: {a: '1'}}", "labels.a is not there"},
		"v_label_other":  {"{labels: {a: '1'}}", "{labels: {a: 's3cret'}}", "labels.a has another value"},
		"v_label_gone":   {"{labels: {a: '1', b: '2'}}", "{labels: {b: '2'}}", "labels.a is set, and the file does not have it"},
		"v_driver_other": {"{}", "{driver: nfs}", `driver is "local", and the file says "nfs"`},
		"v_option_new":   {"{}", "{driver_opts: {type: tmpfs, device: tmpfs}}", "driver_opts.device is not there; driver_opts.type is not there"},
		"v_option_other": {"{driver_opts: {type: cifs, device: //h/s, o: 'username=a,password=s3cret'}}", "{driver_opts: {type: cifs, device: //h/s, o: 'username=a,password=s3cret2'}}", "driver_opts.o has another value"},
		"v_option_gone":  {"{driver_opts: {type: none, device: /srv, o: bind}}", "{}", "driver_opts.device is set, and the file does not have it; driver_opts.o is set, and the file does not have it; driver_opts.type is set, and the file does not have it"},
		"v_now_external": {"{}", "{external: true, name: PROJECT_v_now_external}", ""},
		"n_same":         {"{}", "{}", ""},
		"n_driver_said":  {"{}", "{driver: bridge}", ""},
		"n_pool_same":    {"{ipam: {config: [{subnet: 10.231.0.0/29}]}}", "{ipam: {driver: default, config: [{subnet: 10.231.0.0/29}]}}", ""},
		"n_label_new":    {"{ipam: {config: [{subnet: 10.231.0.8/29}]}}", "{ipam: {config: [{subnet: 10.231.0.8/29}]}, labels: [a]}", "labels.a is not there"},
		"n_label_gone":   {"{labels: {a: '1'}, ipam: {config: [{subnet: 10.231.0.16/29}]}}", "{ipam: {config: [{subnet: 10.231.0.16/29}]}}", "labels.a is set, and the file does not have it"},
		"n_internal":     {"{}", "{internal: true}", "internal is false, and the file says true"},
		"n_not_internal": {"{internal: true, ipam: {config: [{subnet: 10.231.0.24/29}]}}", "{ipam: {config: [{subnet: 10.231.0.24/29}]}}", "internal is true, and the file says false"},
		"n_attachable":   {"{attachable: true, ipam: {config: [{subnet: 10.231.0.32/29}]}}", "{ipam: {config: [{subnet: 10.231.0.32/29}]}}", "attachable is true, and the file says false"},
		"n_option_new":   {"{ipam: {config: [{subnet: 10.231.0.40/29}]}}", "{driver_opts: {com.docker.network.driver.mtu: 1400}, ipam: {config: [{subnet: 10.231.0.40/29}]}}", "driver_opts.com.docker.network.driver.mtu is not there"},
		"n_option_gone":  {"{driver_opts: {com.docker.network.driver.mtu: 1400}, ipam: {config: [{subnet: 10.231.0.48/29}]}}", "{ipam: {config: [{subnet: 10.231.0.48/29}]}}", "driver_opts.com.docker.network.driver.mtu is set, and the file does not have it"},
		"n_pool_other":   {"{ipam: {config: [{subnet: 10.231.0.56/29}]}}", "{ipam: {config: [{subnet: 10.231.1.0/29}]}}", "ipam.config is 10.231.0.56/29, and the file says 10.231.1.0/29"},
		"n_pool_gone":    {"{ipam: {config: [{subnet: 10.231.0.64/29}]}}", "{}", "ipam.config is 10.231.0.64/29, and the file does not have it"},
		"n_gateway":      {"{ipam: {config: [{subnet: 10.231.0.72/29}]}}", "{ipam: {config: [{subnet: 10.231.0.72/29, gateway: 10.231.0.78}]}}", "ipam.config is 10.231.0.72/29, and the file says 10.231.0.72/29 with gateway 10.231.0.78"},
		"n_gateway_gone": {"{ipam: {config: [{subnet: 10.231.0.80/29, gateway: 10.231.0.86}]}}", "{ipam: {config: [{subnet: 10.231.0.80/29}]}}", "ipam.config is 10.231.0.80/29 with gateway 10.231.0.86, and the file says 10.231.0.80/29"},
		"n_aux":          {"{ipam: {config: [{subnet: 10.231.0.88/29, aux_addresses: {host: 10.231.0.90}}]}}", "{ipam: {config: [{subnet: 10.231.0.88/29, aux_addresses: {host: 10.231.0.91}}]}}", "ipam.config is 10.231.0.88/29 with aux_addresses, and the file says 10.231.0.88/29 with aux_addresses"},
		"n_driver_other": {"{ipam: {config: [{subnet: 10.231.0.96/29}]}}", "{driver: macvlan, ipam: {config: [{subnet: 10.231.0.96/29}]}}", `driver is "bridge", and the file says "macvlan"`},
	}
	h := newHost(t)
	before, after := map[string]string{}, map[string]string{}
	for key, test := range tests {
		before[key], after[key] = test.before, test.after
	}
	h.write("before.yml", before)
	h.write("after.yml", after)
	h.compose("-f", "before.yml", "create", "--scale", "a=0")
	ids := map[string]string{}
	for key, r := range h.look("before.yml") {
		if !r.There() || len(r.Differences) > 0 || r.NotOurs != "" {
			t.Errorf("%s, just made: %+v", key, r)
		}
		ids[key] = r.ID
	}
	found := h.look("after.yml")
	for key, test := range tests {
		if diff := cmp.Diff(test.want, found[key].Differ()); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", key, diff)
		}
		if strings.Contains(found[key].Advice(h.project), "s3cret") {
			t.Errorf("%s: the advice has a secret", key)
		}
	}

	// Told to keep them, compose does: none has another id afterwards.
	var all []Resource
	for _, r := range found {
		all = append(all, r)
	}
	h.file("keep.yml", Override(Staying(all)))
	h.compose("-f", "after.yml", "-f", "keep.yml", "create", "--scale", "a=0")
	for key, r := range h.look("after.yml") {
		if r.ID != ids[key] || r.Differ() != found[key].Differ() {
			t.Errorf("%s was %s and became %s, %s", key, ids[key], r.ID, r.Differ())
		}
	}
}

// What compose did not make with a hash, or not for this stack.
func TestMadeByOthers(t *testing.T) {
	t.Parallel()
	deploytest.NeedCompose(t)
	h := newHost(t)
	label := func(name, value string) string { return "--label=" + labelPrefix + name + "=" + value }
	make := func(kind, key string, words ...string) {
		h.run("docker", append([]string{kind, "create"}, append(words, h.project+"_"+key)...)...)
		t.Cleanup(func() { exec.Command("docker", kind, "rm", h.project+"_"+key).Run() })
	}
	make("volume", "v_hand")
	make("volume", "v_hand_tmpfs", "--opt=type=tmpfs", "--opt=device=tmpfs")
	make("volume", "v_old_compose", label("project", h.project), label("volume", "v_old_compose"), "--label=a=1")
	make("network", "n_hand")
	make("network", "n_other_project", label("project", "other"), label("network", "n"))
	make("network", "n_other_key", label("project", h.project), label("network", "n"))
	make("network", "n_old_compose", label("project", h.project), label("network", "n_old_compose"), "--subnet=10.231.2.0/29", "--opt=com.docker.network.driver.mtu=1400")
	h.write("c.yml", map[string]string{
		"v_hand": "{}", "v_hand_tmpfs": "{}", "v_old_compose": "{labels: {a: '2'}}", "v_new": "{}", "v_none": "{external: true, name: slipway-no-such}",
		"n_hand": "{}", "n_other_project": "{}", "n_other_key": "{}", "n_old_compose": "{internal: true}", "n_new": "{}", "n_none": "{external: true, name: slipway-no-such}",
	})
	got := map[string]string{}
	for key, r := range h.look("c.yml") {
		got[key] = fmt.Sprintf("there %v, stays %v, %s%s", r.There(), r.Stays(), r.NotOurs, r.Differ())
	}
	want := map[string]string{
		"v_hand":          "there true, stays true, ",
		"v_hand_tmpfs":    "there true, stays true, driver_opts.device is set, and the file does not have it; driver_opts.type is set, and the file does not have it",
		"v_old_compose":   "there true, stays true, labels.a has another value",
		"v_new":           "there false, stays false, ",
		"v_none":          "there false, stays false, ",
		"n_hand":          "there true, stays false, compose did not make it",
		"n_other_project": `there true, stays false, compose made it for the project "other"`,
		"n_other_key":     `there true, stays false, compose made it for the key "n"`,
		"n_old_compose":   "there true, stays true, internal is false, and the file says true",
		"n_new":           "there false, stays false, ",
		"n_none":          "there false, stays false, ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found (- want, + got):\n%s", diff)
	}
}

// host is this machine's docker, with a project of its own.
type host struct {
	t            *testing.T
	dir, project string
}

func newHost(t *testing.T) host {
	h := host{t: t, dir: t.TempDir(), project: fmt.Sprintf("slkept-%d-%d", os.Getpid(), deploytest.Number())}
	t.Cleanup(func() {
		for _, kind := range []string{"network", "volume"} {
			out, _ := exec.Command("docker", kind, "ls", "-q", "--filter", "label="+labelProject+"="+h.project).Output()
			for _, id := range strings.Fields(string(out)) {
				exec.Command("docker", kind, "rm", id).Run()
			}
		}
	})
	return h
}

// write makes a compose file of volumes, whose keys begin with v, and networks,
// with a service that uses all of them and no container.
func (h host) write(name string, resources map[string]string) {
	var volumes, networks, mounts, places string
	for _, key := range slices.Sorted(maps.Keys(resources)) {
		line := fmt.Sprintf("  %s: %s\n", key, strings.ReplaceAll(resources[key], "PROJECT", h.project))
		if key[0] == 'v' {
			volumes += line
			mounts += fmt.Sprintf("%s:/%s, ", key, key)
		} else {
			networks += line
			places += key + ", "
		}
	}
	h.file(name, fmt.Sprintf("services: {a: {image: none, pull_policy: never, volumes: [%s], networks: [%s]}}\nvolumes:\n%snetworks:\n%s", mounts, places, volumes, networks))
}

func (h host) file(name, content string) {
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(content), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// look is what Look says of a compose file, by key.
func (h host) look(name string) map[string]Resource {
	h.t.Helper()
	p, err := composefile.Load(h.t.Context(), composefile.Options{
		Files: []string{"c.yml"}, Contents: map[string][]byte{"c.yml": h.compose("-f", name, "config")}, Dir: h.dir, Name: h.project, Resolved: true,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	all, err := Look(h.t.Context(), stack.Stack{Host: deploy.LocalHost{}, Dir: h.dir}, p)
	if err != nil {
		h.t.Fatal(err)
	}
	found := map[string]Resource{}
	for _, r := range all {
		found[r.Key] = r
	}
	return found
}

func (h host) compose(words ...string) []byte {
	h.t.Helper()
	return h.run("docker", append([]string{"compose", "-p", h.project}, words...)...)
}

func (h host) run(name string, words ...string) []byte {
	h.t.Helper()
	var problems strings.Builder
	cmd := exec.Command(name, words...)
	cmd.Dir, cmd.Stderr = h.dir, &problems
	out, err := cmd.Output()
	if err != nil {
		h.t.Fatalf("%s %s: %v\n%s", name, strings.Join(words, " "), err, problems.String())
	}
	return out
}
