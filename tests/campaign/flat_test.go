package campaign

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// openFlat gives deploys in a row, of which none may need more than the ones
// before: the numbers of the last five are compared with those of the first five.
func openFlat(w *world) func(*trial) {
	s := w.newStack(1, "rolling", "web")
	s.begin(nil)
	seen := map[string][]float64{}
	return func(tr *trial) {
		load := startLoad(urls(s.hosts, s.services))
		r := s.release("ok")
		run := tr.run(howToRun{sampled: true}, "deploy")
		tr.line.What, tr.line.Run, tr.line.Took = "deployed under load", run.how(), seconds(run.took)
		if run.code != 0 {
			tr.wrong("deploying ended with %d: %s", run.code, lastLines(run.stderr))
		}
		s.counted(tr, r.tag+" deployed")
		s.settled(tr, r)
		load.stop(tr)
		tr.line.Numbers = s.needs(run)
		for name, now := range tr.line.Numbers {
			all := append(seen[name], now)
			seen[name] = all
			if len(all) < 10 {
				continue
			}
			first, last := median(append([]float64{}, all[:5]...)), median(append([]float64{}, all[len(all)-5:]...))
			if last > first*1.25+2 {
				tr.wrong("%s grows: %g in the first five deploys, %g in the last five", name, first, last)
			}
		}
	}
}

// needs are what a deploy took and what is there after it.
func (s *stack) needs(run ran) map[string]float64 {
	s.t.Helper()
	files := 0.0
	for _, shape := range []string{"*", "*/*", "*/*/*", "*/*/*/*", "*/*/*/*/*", "*/*/*/*/*/*"} {
		found, _ := filepath.Glob(filepath.Join(s.hosts[0].dir, ".slipway", shape))
		for _, name := range found {
			// The history has a file for each of the last deploys, and segments later on.
			if info, err := os.Stat(name); err == nil && !info.IsDir() && !strings.Contains(name, "/history/") {
				files++
			}
		}
	}
	label := "label=com.docker.compose.project=" + s.hosts[0].stack
	sessions := 0.0
	parents, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range parents {
		line, _ := os.ReadFile(path) // it may have ended
		if stat, err := os.ReadFile(filepath.Join(filepath.Dir(path), "stat")); err == nil && strings.HasPrefix(string(line), "sshd: ") &&
			strings.Contains(string(stat), fmt.Sprintf(") S %d ", s.hosts[0].PID())) {
			sessions++
		}
	}
	return map[string]float64{
		"peak memory of slipway, MB":     float64(run.peak >> 20),
		"descriptors of slipway, most":   float64(run.files),
		"connections of sshd afterwards": sessions,
		"containers":                     float64(len(s.docker("ps", "-aq", "--filter", label))),
		"networks":                       float64(len(s.docker("network", "ls", "-q", "--filter", label))),
		"anonymous volumes":              float64(len(s.seeVolumes(s.hosts))),
		"images of the project":          float64(len(s.docker("image", "ls", "-q", "--filter", "reference="+s.registry.address+"/*/*"))),
		"files in .slipway, no history":  files,
	}
}
