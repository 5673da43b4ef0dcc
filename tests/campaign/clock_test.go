package campaign

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// skewVariable says how many seconds the clock of the skewed program is ahead.
const skewVariable = "CAMPAIGN_SKEW"

// skewed is the same program, whose clock is off as the environment says: the
// standard library's time.Now is built with that in it.
func (w *world) skewed() string {
	w.t.Helper()
	root := strings.TrimSpace(w.must(".", "go", "env", "GOROOT"))
	source, err := os.ReadFile(filepath.Join(root, "src/time/time.go"))
	if err != nil {
		w.t.Fatal(err)
	}
	text := string(source)
	for _, change := range [][2]string{
		{"import (\n", "import (\n\t\"syscall\"\n"},
		{"\tsec, nsec, mono := runtimeNow()\n\tif mono == 0 {\n\t\treturn Time{uint64(nsec), sec", "\tsec, nsec, mono := runtimeNow()\n\tsec += campaignSkew\n\tif mono == 0 {\n\t\treturn Time{uint64(nsec), sec"},
	} {
		if strings.Count(text, change[0]) != 1 {
			w.t.Skipf("this Go's time.Now is another one: %q", change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	text += `
var campaignSkew = func() (skew int64) {
	text, _ := syscall.Getenv("` + skewVariable + `")
	for _, c := range text {
		if c >= '0' && c <= '9' {
			skew = 10*skew + int64(c-'0')
		}
	}
	if len(text) > 0 && text[0] == '-' {
		skew = -skew
	}
	return skew
}()
`
	changed := filepath.Join(w.dir, "time.go")
	w.write(changed, text)
	overlay := filepath.Join(w.dir, "overlay.json")
	w.write(overlay, fmt.Sprintf(`{"Replace": {%q: %q}}`, filepath.Join(root, "src/time/time.go"), changed))
	return build(w.t, w.dir, "skewed", "./cmd/slipway", "-overlay", overlay)
}

// openClock gives trials in which the run that is killed and the one after it
// disagree by an hour, and the host's own clock may be off as well.
func openClock(w *world) func(*trial) {
	program := w.skewed()
	bin := w.mkdir("bin")
	date, err := exec.LookPath("date")
	if err != nil {
		w.t.Fatal(err)
	}
	offFile := filepath.Join(w.dir, "off")
	w.write(offFile, "")
	w.write(filepath.Join(bin, "date"), "#!/bin/sh\noff=$(cat "+offFile+")\n[ -n \"$off\" ] || exec "+date+" \"$@\"\nexec "+date+" -d \"$off\" \"$@\"\n")
	if err := os.Chmod(filepath.Join(bin, "date"), 0o755); err != nil {
		w.t.Fatal(err)
	}
	w.hostEnv = []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
	s := w.newStack(2, "rolling", "web")
	s.begin(nil)
	skews := []string{"3600", "-3600", "0"}
	return func(tr *trial) {
		first, second := skews[tr.seed%3], skews[tr.seed/3%2]
		hosts := []string{"", "1 hour", "-1 hour"}[tr.seed/2%3]
		w.write(offFile, hosts)
		defer w.write(offFile, "")
		m := when(tr.rand, s.usual)
		tr.line.What = fmt.Sprintf("a run whose clock is %s s off, %s; the next one is %s s off, hosts %q", first, m, second, hosts)
		load := startLoad(urls(s.hosts, s.services))
		r := s.release("ok")
		run := tr.run(howToRun{program: program, env: []string{skewVariable + "=" + first}, kill: m}, "deploy")
		tr.line.Run, tr.line.At, tr.line.Took = run.how(), seconds(run.took), seconds(run.took)
		again := tr.run(howToRun{program: program, env: []string{skewVariable + "=" + second}}, "deploy")
		tr.line.Again = seconds(again.took)
		if again.code != 0 {
			tr.wrong("the next deploy ended with %d: %s", again.code, lastLines(again.stderr))
		}
		s.counted(tr, r.tag+" interrupted?", r.tag+" deployed", r.tag+" deployed?")
		s.settled(tr, r)
		load.stop(tr)
	}
}
