package compose_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
)

// Whatever is in a path, a value, a command or a hook, none of it becomes shell
// code: real compose and real containers get it as it is.
func TestHostileValues(t *testing.T) {
	t.Parallel()
	const evil = `it's "$(touch /data/ran)" ` + "`touch /data/ran`" + ` $HOME ${HOME} $$ \n # ; | & > < * ~ ünïcödé ☃`
	s := newStack(t, strings.Replace(withData, "  web:", `  web:
    env_file: [.env]
    environment: {INTERPOLATED: "${LINES}"}
    pre_stop: [{command: [sh, -c, 'printf "%s\n" "$$1" "$$HOOK" >>/data/hook', sh, "it's $$(touch /data/ran)"], environment: {HOOK: "a \"b\" $$(touch /data/ran)"}}]`, 1))
	s.Dir = filepath.Join(s.Dir, `it's a "dir" $(touch ran) `+"`touch ran`"+` ünïcödé`)
	if err := os.Mkdir(s.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s.Env = map[string]string{"EVIL": evil, "LINES": "one\n'two'\n\n" + evil + "\n", "EMPTY": "", "SPACES": "  a  "}
	s.Config.Before = []config.Step{{Service: "web", Run: config.Command{"migrate", evil + "\nnext line"}}}
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	s.mustDeploy("1")
	want := map[string]string{"INTERPOLATED": s.Env["LINES"]}
	for name, value := range s.Env {
		want[name] = value
	}
	got := map[string]string{}
	for name := range want {
		text := output(t, "docker", "exec", s.containers("web")[0], "sh", "-c", `printf '%sx' "$`+name+`"`)
		got[name] = strings.TrimSuffix(text, "x")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in the container: %s", diff)
	}
	if got, want := read(t, s.Dir, "data/log"), "migrated by "+evil+"\nnext line\n"; got != want {
		t.Errorf("the step got %q, want %q", got, want)
	}
	s.mustDeploy("2")
	if got, want := read(t, s.Dir, "data/hook"), "it's $(touch /data/ran)\na \"b\" $(touch /data/ran)\n"; got != want {
		t.Errorf("the hook got %q, want %q", got, want)
	}
	if again := s.mustDeploy("2"); !again.Plans[0].Empty() {
		t.Errorf("the same again: %v", kinds(again.Plans[0]))
	}
	for _, dir := range []string{s.Dir, filepath.Join(s.Dir, "data"), "."} {
		if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
			t.Errorf("a value was run as shell code: there is %s/ran", dir)
		}
	}
}
