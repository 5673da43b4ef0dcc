package campaign

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/reliability.md anew")

const pagePath = "../../docs/reliability.md"

// The page is made from the log, and from nothing else.
func TestPage(t *testing.T) {
	logs := map[string][]line{}
	for _, p := range phases {
		lines, err := readLog(filepath.Join("log", p.name+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		logs[p.name] = lines
	}
	want := page(logs)
	if *update {
		if err := os.WriteFile(pagePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not made from the log: run make update", pagePath)
	}
}

// A page says what failed and whether it still does.
func TestPageOfFindings(t *testing.T) {
	logs := map[string][]line{"rolling": {
		{Phase: "rolling", Seed: 1, Slipway: "a", What: "SIGKILL after 1 s", Outcome: violation, Findings: []string{"left in /a/b/TestCampaignrollingworld1/001: x"}, Requests: 10, Failed: 2},
		{Phase: "rolling", Seed: 2, Slipway: "a", What: "SIGKILL after 2 s", Outcome: violation, Findings: []string{"second"}},
		{Phase: "rolling", Seed: 1, Slipway: "b", What: "SIGKILL after 1 s", Outcome: ok, Requests: 100},
	}}
	text := page(logs)
	for _, want := range []string{"| rolling | 2 of 50 | 1 |", "**Not done yet:** 50 of publish, 48 of rolling, ", "| 110 | 2 |", "left in DIR/001: x. Since then, well with b.", "second. **Open.**"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

const pageHead = "# Reliability\n\n<!-- Made from tests/campaign/log by make update: do not edit. -->\n\n" +
	"What goes wrong in practice was done to Slipway on purpose, with the real command, Docker, sshd, git, nginx and registry. After each\n" +
	"trial the next plain run has to bring everything in order with no repair by hand, `history` has to be true, every host has to serve one\n" +
	"release, and nothing may be left behind: containers, networks, anonymous volumes, locks, jobs, processes, files on hosts and on\n" +
	"the machine where Slipway runs. While hosts are up no request may fail, also while Slipway is killed and runs again: each service of each host is asked\n20 times a second, or as often as the machine can.\n\n" +
	"    make campaign                               # what is not done yet: hours\n    make campaign PHASE=rolling SEEDS=1-50      # one phase, some of its trials\n\n" +
	"A trial is made from its seed: which images change, which release is bad, when the run is killed and how. A kill is `SIGKILL`, to the\n" +
	"process group as CI does it, or in one of four to the process alone; half of the moments are uniform over the time that an undisturbed run\n" +
	"takes, half are just after a step begins or ends. Times differ from run to run, so a seed gives the same plan, not the same\n" +
	"microsecond. Each trial is a line in `tests/campaign/log`; one that went well is not repeated. To repeat it all the same, take its line out.\n\n" +
	"What is parsed is fuzzed besides, by `make fuzz`: `docs/fuzzing.jsonl` has for each test how long, how many inputs, and whether one failed.\n"

// page is the text of the page.
func page(logs map[string][]line) string {
	var b strings.Builder
	b.WriteString(pageHead)
	b.WriteString("\n## What was run\n\n| phase | trials | with a finding, still | killed | run, median | the run after it, median | requests | failed |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	var missing []string
	for _, p := range phases {
		s := summed(logs[p.name])
		if s.trials < p.seeds {
			missing = append(missing, fmt.Sprintf("%d of %s", p.seeds-s.trials, p.name))
		}
		fmt.Fprintf(&b, "| %s | %d of %d | %d | %d | %.1f s | %.1f s | %d | %d |\n", p.name, s.trials, p.seeds, s.open, s.killed, s.took, s.again, s.requests, s.failed)
	}
	if len(missing) > 0 {
		fmt.Fprintf(&b, "\n**Not done yet:** %s.\n", strings.Join(missing, ", "))
	}
	b.WriteString("\n| phase | a trial |\n| --- | --- |\n")
	for _, p := range phases {
		fmt.Fprintf(&b, "| %s | %s |\n", p.name, p.about)
	}
	b.WriteString("\nRequests and those that failed are of all trials, also of such as were repeated after a finding. In `gitsync` they are reads of a file that\nevery release has.\n")
	numbers(&b, logs)
	findings(&b, logs)
	machines(&b, logs)
	return b.String()
}

// summary is what a phase's trials come to.
type summary struct {
	trials, open, killed, requests, failed int
	took, again                            float64
}

func summed(lines []line) (s summary) {
	last := map[int]line{}
	var took, again []float64
	for _, l := range lines {
		if !l.undisturbed() {
			last[l.Seed] = l
		}
		s.requests, s.failed = s.requests+l.Requests, s.failed+l.Failed
	}
	for _, l := range last {
		s.trials++
		if l.Outcome != ok {
			s.open++
		}
		if l.Run == "killed" {
			s.killed++
		}
		took = append(took, l.Took)
		if l.Again > 0 {
			again = append(again, l.Again)
		}
	}
	s.took, s.again = median(took), median(again)
	return s
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// numbers are those that a phase is about: the first, the last and the greatest.
func numbers(b *strings.Builder, logs map[string][]line) {
	var rows []string
	for _, p := range phases {
		values := map[string][]float64{}
		for _, l := range logs[p.name] {
			for name, value := range l.Numbers {
				values[name] = append(values[name], value)
			}
		}
		for name, all := range values {
			rows = append(rows, fmt.Sprintf("| %s | %s | %g | %g | %g |\n", p.name, name, all[0], all[len(all)-1], slices.Max(all)))
		}
	}
	if len(rows) == 0 {
		return
	}
	slices.Sort(rows)
	b.WriteString("\n## What was counted\n\n| phase | what | first trial | last trial | most |\n| --- | --- | --- | --- | --- |\n" + strings.Join(rows, ""))
	b.WriteString("\nUnfinished uploads are those that a killed run leaves in a registry: nobody but the registry can know them. `docker-registry` gives\nthem up after a week, the embedded one after a day, which its trials prove by making them a day old.\n")
}

// ownDirectory is that of a trial's hosts, wherever the machine has it.
var ownDirectory = regexp.MustCompile(`/[^ :"]*/TestCampaign[^/ :"]*`)

// findings are what went wrong, and whether it still does.
func findings(b *strings.Builder, logs map[string][]line) {
	b.WriteString("\n## What was found\n\n")
	some := false
	for _, p := range phases {
		for i, l := range logs[p.name] {
			if l.Outcome == ok {
				continue
			}
			some = true
			end := "**Open.**"
			for _, later := range logs[p.name][i+1:] {
				if later.Seed == l.Seed && later.Outcome == ok {
					end = fmt.Sprintf("Since then, well with %s.", later.Slipway)
				}
			}
			text := ownDirectory.ReplaceAllString(strings.Join(l.Findings, "; "), "DIR")
			if cut := []rune(text); len(cut) > 300 {
				text = string(cut[:300]) + "…"
			}
			text = strings.NewReplacer("\n", " ", "|", "\\|", "<", "&lt;").Replace(text)
			fmt.Fprintf(b, "- %s, seed %d (%s; %s): %s. %s\n", p.name, l.Seed, l.What, l.Slipway, text, end)
		}
	}
	if !some {
		b.WriteString("Nothing.\n")
	}
}

// machines are those that the trials ran on, and which Slipway.
func machines(b *strings.Builder, logs map[string][]line) {
	b.WriteString("\n## On what\n\n")
	var all []string
	for _, p := range phases {
		for _, l := range logs[p.name] {
			m := l.Machine
			text := fmt.Sprintf("- %d cores, %d GB, Linux %s, Docker %s, compose %s, git %s, OpenSSH %s, Go %s, which others used at the same time.\n",
				m.Cores, m.MemoryGB, m.Linux, m.Docker, m.Compose, m.Git, m.SSH, m.Go)
			if m.Cores > 0 && !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	b.WriteString(strings.Join(all, ""))
}
