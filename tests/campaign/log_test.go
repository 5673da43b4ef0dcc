package campaign

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// line is one trial in the log.
type line struct {
	Phase string `json:"phase"`
	Seed  int    `json:"seed"`
	// Date of the trial, as 2026-01-31.
	Date string `json:"date"`
	// Slipway is what git describe says of it.
	Slipway string  `json:"slipway"`
	Machine machine `json:"machine,omitzero"`
	// What was done: the fault, and when it came.
	What string `json:"what"`
	// At is when it came, in seconds from the start of the run.
	At float64 `json:"at,omitempty"`
	// Outcome is "ok" or "violation".
	Outcome  string   `json:"outcome"`
	Findings []string `json:"findings,omitempty"`
	// Run is how the disturbed run ended: "killed", "exit 0", "exit 1".
	Run string `json:"run,omitempty"`
	// Took are the seconds of the disturbed run, Again those of the plain one after it.
	Took  float64 `json:"took,omitempty"`
	Again float64 `json:"again,omitempty"`
	// Requests that were sent, and how many of them failed.
	Requests int `json:"requests,omitempty"`
	Failed   int `json:"failed,omitempty"`
	// Numbers are those that a phase is about.
	Numbers map[string]float64 `json:"numbers,omitempty"`
}

const (
	ok        = "ok"
	violation = "violation"
)

// trialLog is the file of a phase.
type trialLog struct {
	path  string
	lines []line
}

func openLog(t testing.TB, phase string) *trialLog {
	t.Helper()
	l := &trialLog{path: filepath.Join("log", phase+".jsonl")}
	var err error
	if l.lines, err = readLog(l.path); err != nil {
		t.Fatal(err)
	}
	return l
}

func readLog(path string) ([]line, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var lines []line
	for text := bufio.NewScanner(file); text.Scan(); {
		var l line
		if err := json.Unmarshal(text.Bytes(), &l); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// undisturbed says that the fault never came: it is no trial. The registry
// phase wrote such lines before it tried again.
func (l line) undisturbed() bool { return strings.Contains(l.What, "which never came") }

// done says that the trial was made and went well the last time.
func (l *trialLog) done(seed int) bool {
	done := false
	for _, line := range l.lines {
		if line.Seed == seed && !line.undisturbed() {
			done = line.Outcome == ok
		}
	}
	return done
}

func (l *trialLog) add(t testing.TB, one line) {
	t.Helper()
	l.lines = append(l.lines, one)
	content, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.Write(append(content, '\n'))
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}
