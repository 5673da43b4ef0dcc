package corpus

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/plantest"
)

// machine is what all stacks share: the command, a registry with a base image,
// the names that nobody else on this machine has.
type machine struct {
	command string
	host    string
	base    string
	// asked notes what the registry is asked, docker what is asked of Docker at
	// endpoint.
	asked    *plantest.Calls
	docker   *plantest.Calls
	endpoint string
}

// commandVariable names a slipway that is built already, to run one stack after the
// other while writing them.
const commandVariable = "SLIPWAY_CORPUS_COMMAND"

// newMachine builds the command and serves a registry.
func newMachine(t *testing.T) machine {
	t.Helper()
	deploytest.NeedCompose(t)
	m := machine{command: os.Getenv(commandVariable)}
	m.asked, m.host, m.base = registry(t)
	m.docker, m.endpoint = watchedDocker(t)
	if m.command != "" {
		return m
	}
	m.command = filepath.Join(t.TempDir(), "slipway")
	build := exec.Command("go", "build", "-o", m.command, "../../cmd/slipway")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the command: %v\n%s", err, out)
	}
	return m
}

// values are those of the placeholders in a stack's files. Each run of a stack has
// a project, networks and ports of its own: 198.18.0.0/15 is the network of
// benchmarks (RFC 2544), which no host is in.
func (m machine) values(t *testing.T, s corpusStack) map[string]string {
	t.Helper()
	b := make([]byte, 3)
	rand.Read(b)
	values := map[string]string{
		"STACK": fmt.Sprintf("corpus-%s-%x", s.name, b[:2]), "HOST": m.host, "BASE": m.base, "FILES": quotedList(s.Files),
		"NET": fmt.Sprintf("198.18.%d", b[2]), "NET2": fmt.Sprintf("198.19.%d", b[2]), "NET6": fmt.Sprintf("fd00:c0:%x", b[1:]),
		"PRIVILEGED": fmt.Sprint(privileged()), "DISK": disk(),
	}
	for _, name := range []string{"PORT", "PORT2", "PORT3"} {
		values[name] = freePort(t)
	}
	values["RANGE"] = freeRange(t, 4)
	return values
}

// privileged says whether this Docker can start a privileged container: one that is
// itself in a sandbox can't.
var privileged = sync.OnceValue(func() bool {
	name := fmt.Sprintf("corpus-privileged-%d", os.Getpid())
	defer exec.Command("docker", "rm", "-f", name).Run()
	images, _ := exec.Command("docker", "images", "-q").Output()
	image, _, _ := strings.Cut(string(images), "\n")
	out, err := exec.Command("docker", "run", "--privileged", "--name", name, "--entrypoint", "/nothing", image).CombinedOutput()
	return err == nil || !strings.Contains(string(out), "operation not permitted")
})

// disk is a block device of this machine.
var disk = sync.OnceValue(func() string {
	found, _ := filepath.Glob("/sys/block/*")
	for _, pattern := range []string{"vd", "sd", "nvme", "xvd", ""} {
		for _, path := range found {
			if device := "/dev/" + filepath.Base(path); strings.HasPrefix(filepath.Base(path), pattern) {
				if _, err := os.Stat(device); err == nil {
					return device
				}
			}
		}
	}
	return "/dev/null"
})

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// freeRange is "from-to", that many free ports in a row.
func freeRange(t *testing.T, size int) string {
	t.Helper()
	for from := 15360; from+size < 15400; from += size {
		free := true
		for port := from; port < from+size; port++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				free = false
				break
			}
			l.Close()
		}
		if free {
			return fmt.Sprintf("%d-%d", from, from+size-1)
		}
	}
	t.Fatal("no free ports in a row")
	return ""
}

// docker runs docker, and gives what it printed.
func docker(t testing.TB, args ...string) string {
	t.Helper()
	out, err := run(nil, "", "docker", args...)
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// run runs a program with further environment variables, and gives all that it printed.
func run(env []string, dir, program string, args ...string) (string, error) {
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Dir = append(os.Environ(), env...), dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// versions are those of what the corpus ran with.
type versions struct {
	Engine  string `json:"engine"`
	API     string `json:"api"`
	Client  string `json:"client"`
	Compose string `json:"compose"`
	Runc    string `json:"runc"`
	OS      string `json:"os"`
	Kernel  string `json:"kernel"`
	Cgroup  string `json:"cgroup"`
}

// theseVersions asks Docker for its own.
func theseVersions(t testing.TB) versions {
	t.Helper()
	var all struct {
		Client struct{ Version string }
		Server struct {
			Version, APIVersion, Os, Arch, KernelVersion string
			Components                                   []struct{ Name, Version string }
		}
	}
	if err := json.Unmarshal([]byte(docker(t, "version", "--format", "{{json .}}")), &all); err != nil {
		t.Fatal(err)
	}
	v := versions{
		Engine: all.Server.Version, API: all.Server.APIVersion, Client: all.Client.Version, OS: all.Server.Os + "/" + all.Server.Arch,
		Kernel:  all.Server.KernelVersion,
		Compose: strings.TrimSpace(docker(t, "compose", "version", "--short")),
		Cgroup:  strings.TrimSpace(docker(t, "info", "--format", "{{.CgroupVersion}}")),
	}
	for _, c := range all.Server.Components {
		if c.Name == "runc" {
			v.Runc = c.Version
		}
	}
	return v
}

// eventually tries until it works, for at most 20 s.
func eventually(try func() error) error {
	deadline := time.Now().Add(20 * time.Second)
	for {
		err := try()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}
