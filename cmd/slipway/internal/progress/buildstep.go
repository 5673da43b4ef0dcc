package progress

import (
	"github.com/charmbracelet/x/ansi"

	"git.example/slipway/pipelines/lazy"
)

// Lines of BuildKit's plain progress: "#7 [build 2/5] RUN make", "#7 0.512 cc main.c",
// "#7 DONE 1.2s".
var (
	buildStep   = lazy.Regexp(`^#\d+ \[([^\]]*?\d+/\d+)\] (.*)$`)
	buildOutput = lazy.Regexp(`^#\d+ (?:\d+\.\d+ )?(.*)$`)
	buildNoise  = lazy.Regexp(`^#\d+ (?:DONE|CACHED|resolve |sha256:|transferring |extracting |\.\.\.|\[internal\]|\[auth\])|^\s*$`)
)

// says is what a task does now, in a few words: for a build its step, and what that
// printed last.
func (t *task) says() string {
	if t.step != "" && t.last != "" && t.last != t.step {
		return t.step + " · " + t.last
	}
	if t.step != "" {
		return t.step
	}
	return t.last
}

// follow takes a line of a task's output into what it says.
func (t *task) follow(line string) {
	line = ansi.Strip(line)
	if step := buildStep().FindStringSubmatch(line); step != nil {
		t.step, t.last = step[1]+" "+step[2], ""
		return
	}
	if buildNoise().MatchString(line) {
		return
	}
	if out := buildOutput().FindStringSubmatch(line); out != nil {
		line = out[1]
	}
	t.last = line
}
