package campaign

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// machine is what trials were made on: no names, no paths.
type machine struct {
	Cores    int    `json:"cores"`
	MemoryGB int    `json:"memoryGB"`
	Linux    string `json:"linux"`
	Docker   string `json:"docker"`
	Compose  string `json:"compose"`
	Git      string `json:"git"`
	SSH      string `json:"ssh"`
	Go       string `json:"go"`
}

var number = regexp.MustCompile(`\d+\.\d+[.0-9p]*`)

func thisMachine(t testing.TB) machine {
	t.Helper()
	version := func(words ...string) string {
		out, _ := exec.Command(words[0], words[1:]...).CombinedOutput() // ssh -V prints to its standard error
		return number.FindString(string(out))
	}
	m := machine{
		Cores: runtime.NumCPU(), Linux: version("uname", "-r"), Docker: version("docker", "version", "--format", "{{.Server.Version}}"),
		Compose: version("docker", "compose", "version"), Git: version("git", "--version"), SSH: version("ssh", "-V"),
		Go: strings.TrimPrefix(runtime.Version(), "go"),
	}
	if m.Docker == "" || m.Compose == "" {
		t.Skip("needs Docker with compose")
	}
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		t.Fatal(err)
	}
	m.MemoryGB = (number0(string(info)) + 1<<19) >> 20
	return m
}

// number0 is the first whole number of a text.
func number0(text string) (n int) {
	begun := false
	for _, c := range text {
		if c < '0' || c > '9' {
			if begun {
				return n
			}
			continue
		}
		begun, n = true, 10*n+int(c-'0')
	}
	return n
}

func needRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: hosts have mounts of their own")
	}
}

// build compiles a program of this repository.
func build(t testing.TB, dir, name, pkg string, flags ...string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", append(append([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", path}, flags...), pkg)...)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", pkg, err, out)
	}
	return path
}

// described is the version of the product; a log that grows does not change it.
func described(t testing.TB) string {
	t.Helper()
	git := func(words ...string) string {
		out, err := exec.Command("git", words...).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	version := git("describe", "--tags", "--always")
	if git("status", "--porcelain", "--", ":/", ":(exclude,top)tests", ":(exclude,top)docs") != "" {
		version += ", changed"
	}
	return version
}
