// Fuzzing runs every fuzz test of the module for a while, one after the other,
// and notes of each how long it ran and what it found, a line of JSON each. An
// input that fails is kept by go test itself, below the package's testdata/fuzz;
// of the others those that reached new code are kept there too, up to a bound,
// so that every run of the tests tries them.
//
//	go run ./internal/fuzzing -time 10m -log docs/fuzzing.jsonl [-only REGEXP]
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keptInputs is how many inputs that reached new code are kept of each test, and
// keptBytes how large one may be.
const (
	keptInputs = 25
	keptBytes  = 1 << 10
)

// Run is what one fuzz test came to.
type Run struct {
	// Test is its name, Package its directory.
	Test    string `json:"test"`
	Package string `json:"package"`
	// Started is the day.
	Started string `json:"started"`
	// Seconds it ran.
	Seconds int `json:"seconds"`
	// Inputs that were tried, and how many of them reached new code.
	Inputs      int `json:"inputs"`
	Interesting int `json:"interesting"`
	// Failed says that an input failed.
	Failed bool `json:"failed,omitempty"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	each := flag.Duration("time", 10*time.Minute, "how long each fuzz test runs")
	log := flag.String("log", "", "append a line of JSON for each to this file")
	only := flag.String("only", "", "run just the fuzz tests whose package.Name this regular expression matches")
	flag.Parse()
	wanted, err := regexp.Compile(*only)
	if err == nil {
		err = run(ctx, *each, *log, wanted)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzzing:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, each time.Duration, log string, only *regexp.Regexp) error {
	tests, err := find("pipelines")
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range tests {
		if !only.MatchString(t.Package + "." + t.Test) {
			continue
		}
		err := t.fuzz(ctx, each)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		fmt.Printf("%-16s %-32s %6d s %10d inputs %5d interesting, failed: %v\n", t.Test, t.Package, t.Seconds, t.Inputs, t.Interesting, t.Failed)
		errs = append(errs, err, t.keep(ctx), t.append(log))
	}
	return errors.Join(errs...)
}

var declared = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// find is the fuzz tests below dir.
func find(dir string) (tests []*Run, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, found := range declared.FindAllSubmatch(content, -1) {
			tests = append(tests, &Run{Test: string(found[1]), Package: filepath.ToSlash(filepath.Dir(path)), Started: time.Now().UTC().Format(time.DateOnly)})
		}
		return err
	})
	return tests, err
}

var progress = regexp.MustCompile(`execs: (\d+) .*new interesting: (\d+)`)

// fuzz runs it with one worker, so that two runs beside each other are fair.
func (t *Run) fuzz(ctx context.Context, each time.Duration) error {
	c := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+t.Test+"$", "-fuzztime", each.String(), "-parallel", "1", "./"+t.Package)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	c.Stderr = os.Stderr
	started := time.Now()
	if err := c.Start(); err != nil {
		return err
	}
	var last []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		last = append(last, lines.Text())
		if m := progress.FindStringSubmatch(lines.Text()); m != nil {
			t.Inputs, _ = strconv.Atoi(m[1])
			t.Interesting, _ = strconv.Atoi(m[2])
			last = nil
		}
	}
	err = c.Wait()
	t.Seconds = int(time.Since(started).Seconds())
	said := strings.Join(last, "\n")
	// Where the time ends while inputs are handed over, go test fails without one.
	if err != nil && strings.Contains(said, "context deadline exceeded") && !strings.Contains(said, "Failing input") {
		err = nil
	}
	t.Failed = err != nil
	if err != nil {
		return fmt.Errorf("%s in %s: %w\n%s", t.Test, t.Package, err, said)
	}
	return nil
}

// keep copies some of the inputs that reached new code to where every run of the
// tests tries them: the smallest, and never more than keptInputs in all.
func (t *Run) keep(ctx context.Context) error {
	cache, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		return err
	}
	name, err := exec.CommandContext(ctx, "go", "list", "./"+t.Package).Output()
	if err != nil {
		return err
	}
	from := filepath.Join(strings.TrimSpace(string(cache)), "fuzz", filepath.FromSlash(strings.TrimSpace(string(name))), t.Test)
	to := filepath.Join(filepath.FromSlash(t.Package), "testdata", "fuzz", t.Test)
	have, _ := os.ReadDir(to)
	found, _ := os.ReadDir(from) // there is none when nothing was interesting
	var inputs [][]byte
	for _, entry := range found {
		content, err := os.ReadFile(filepath.Join(from, entry.Name()))
		if err != nil {
			return err
		}
		if len(content) <= keptBytes {
			inputs = append(inputs, content)
		}
	}
	slices.SortFunc(inputs, func(a, b []byte) int { return len(a) - len(b) })
	// Small ones alone would be alike: take them evenly over all sizes.
	room := max(0, keptInputs-len(have))
	for i := range min(room, len(inputs)) {
		content := inputs[i*len(inputs)/min(room, len(inputs))]
		if err := os.MkdirAll(to, 0o755); err != nil {
			return err
		}
		file := filepath.Join(to, fmt.Sprintf("%x", sha256.Sum256(content))[:16])
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (t *Run) append(log string) error {
	if log == "" {
		return nil
	}
	line, err := json.Marshal(t)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}
