package compose_test

import (
	"net"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What can't be deployed is refused, or taken back, with nothing half-done.
func TestRefused(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	tests := []struct {
		name string
		file string
		want string
		set  func(*testing.T, *stack)
	}{
		{"image that is not in the registry", webAndDB, "pulling image", func(_ *testing.T, s *stack) {
			image := s.Images["2"]["web"]
			image.Reference = image.Repository() + "@sha256:" + strings.Repeat("0", 64)
			s.Images["2"]["web"] = image
		}},
		{"compose file of the first format", "web:\n  image: x\n", "compose's first format", nil},
		{"compose file with an unknown key", "services:\n  web:\n    imagine: x\n", "imagine", nil},
		{"missing env file", strings.Replace(webAndDB, "  web:", "  web:\n    env_file: [app.env]", 1), "app.env\", which service \"web\" reads as env_file, is not there: put the file there", nil},
		{"file that would be mounted", strings.Replace(webAndDB, "  web:", "  web:\n    volumes: [\"./app.conf:/etc/app.conf\"]", 1), "app.conf\", which service \"web\" mounts at /etc/app.conf, is not there, and docker would mount an empty directory", nil},
		{"port of another container", strings.Replace(webAndDB, "  web:", "  web:\n    ports: [\"127.0.0.1:"+port+":80\"]", 1), "taken by container", func(t *testing.T, s *stack) {
			output(t, "docker", "run", "-d", "--name", s.Project+"-other", "-p", "127.0.0.1:"+port+":80", "slipway-test/busybox:1", "sleep", "1000")
			t.Cleanup(func() { output(t, "docker", "rm", "-f", s.Project+"-other") })
		}},
		{"port of another program", strings.Replace(webAndDB, "  web:", "  web:\n    ports: [\"127.0.0.1:PORT:80\"]", 1), "starting service \"web\"", func(t *testing.T, s *stack) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			_, taken, _ := net.SplitHostPort(l.Addr().String())
			s.Files["compose.yml"] = strings.Replace(s.Files["compose.yml"], "PORT", taken, 1)
		}},
		{"step of a service that is not there", webAndDB, "no service", func(_ *testing.T, s *stack) {
			s.Config.Before = append(s.Config.Before, stepOf("nobody"))
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, webAndDB)
			s.image("1", "web", "ok")
			s.image("2", "web", "ok")
			s.mustDeploy("1")
			before := s.all()
			s.Files = map[string]string{"compose.yml": test.file}
			if test.set != nil {
				test.set(t, s)
			}
			_, err := s.deploy("2")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if diff := cmp.Diff(before, s.all()); diff != "" && test.name != "port of another program" {
				t.Errorf("containers changed: %s", diff)
			}
			if got := s.version("web"); got != "1" {
				t.Errorf("web serves %q", got)
			}
		})
	}
}

func TestProjectOfAnotherDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("1", "web", "ok")
	s.mustDeploy("1")
	other := *s
	other.Dir = t.TempDir()
	if _, err := other.deploy("1"); err == nil || !strings.Contains(err.Error(), "not this target's") {
		t.Errorf("error: %v", err)
	}
	link := t.TempDir() + "/link"
	if err := os.Symlink(s.Dir, link); err != nil {
		t.Fatal(err)
	}
	other.Dir = link
	if _, err := other.deploy("1"); err != nil {
		t.Errorf("the same directory by a symbolic link: %v", err)
	}
}
