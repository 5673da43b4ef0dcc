package compose_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever is in .env and however it is written, the services of a plan are those
// that compose itself would start there; and what compose refuses is refused.
func TestProfilesAsComposeReadsThem(t *testing.T) {
	s := newStack(t, withProfiles)
	s.image("1", "web", "ok")
	const needed = "\n  needs: {image: x, depends_on: [tool]}\n"
	const inProfile = "\n  needs: {image: x, profiles: [debug], depends_on: [cache]}\n"
	for name, test := range map[string]struct {
		env     string // .env
		more    string // services
		process string // COMPOSE_PROFILES of the host's user
	}{
		"every one":                  {env: "COMPOSE_PROFILES=*\n"},
		"quoted":                     {env: "COMPOSE_PROFILES=\"debug, fast\"\n"},
		"quoted once":                {env: "COMPOSE_PROFILES='debug'\n"},
		"a comment":                  {env: "COMPOSE_PROFILES=debug # for now\n"},
		"export":                     {env: "export COMPOSE_PROFILES=debug\n"},
		"made of others":             {env: "TIER=debug\nCOMPOSE_PROFILES=${TIER},${MORE:-quick}\n"},
		"nothing":                    {env: "COMPOSE_PROFILES=\n"},
		"nobody's":                   {env: "COMPOSE_PROFILES=nope\n"},
		"twice":                      {env: "COMPOSE_PROFILES=debug\nCOMPOSE_PROFILES=fast\n"},
		"spaces around it":           {env: "COMPOSE_PROFILES = debug\n"},
		"of Windows":                 {env: "A=b\r\nCOMPOSE_PROFILES=debug\r\n"},
		"with a byte order mark":     {env: "\ufeffCOMPOSE_PROFILES=debug\n"},
		"a trailing comma":           {env: "COMPOSE_PROFILES=debug,\n"},
		"of the user":                {process: "debug"},
		"of the user, over .env":     {env: "COMPOSE_PROFILES=fast\n", process: "debug"},
		"needed and not active":      {more: needed},
		"needed and active":          {env: "COMPOSE_PROFILES=debug\n", more: needed},
		"needs another profile":      {env: "COMPOSE_PROFILES=debug\n", more: inProfile},
		"needs another profile, too": {env: "COMPOSE_PROFILES=debug,quick\n", more: inProfile},
	} {
		t.Run(name, func(t *testing.T) {
			if test.process != "" {
				t.Setenv("COMPOSE_PROFILES", test.process)
			}
			s.Files["compose.yml"] = withProfiles + test.more
			write(t, s.Dir, ".env", test.env)
			d := s.deployment("1").Targets[0].Desired
			write(t, s.Dir, "asked.yml", s.Files["compose.yml"])
			ask := exec.Command("docker", "compose", "--project-directory", s.Dir, "-f", filepath.Join(s.Dir, "asked.yml"), "config", "--services")
			ask.Env = os.Environ()
			for name, value := range d.Variables {
				ask.Env = append(ask.Env, name+"="+value)
			}
			out, refused := ask.Output()
			observed, err := s.target().Observe(t.Context(), d)
			if (err != nil) != (refused != nil) {
				t.Fatalf("compose says %v, and we say %v", refused, err)
			}
			if err != nil {
				return
			}
			plan, err := s.target().Plan(d, observed)
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Fields(string(out))
			slices.Sort(want)
			var got []string
			for _, c := range plan.Changes {
				if !strings.HasPrefix(c.Subject, "network ") {
					got = append(got, c.Subject)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("services (- compose's, + ours):\n%s", diff)
			}
		})
	}
}
