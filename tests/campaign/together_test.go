package campaign

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"
)

const atOnce = 5

// openTogether gives trials in which five publish or deploy at once.
func openTogether(w *world) func(*trial) {
	s := w.newStack(1, "rolling", "web", "api")
	s.begin(nil)
	return func(tr *trial) {
		load := startLoad(urls(s.hosts, s.services))
		switch tr.seed % 4 {
		case 0, 1:
			s.publishTogether(tr, tr.seed%4 == 1)
		default:
			s.deployTogether(tr, tr.seed%4 == 3, tr.rand.IntN(2) == 0)
		}
		s.settled(tr, s.live)
		load.stop(tr)
	}
}

// together runs all of these at once.
func (tr *trial) together(runs []func() ran) []ran {
	all := make([]ran, len(runs))
	var group sync.WaitGroup
	for i, run := range runs {
		group.Go(func() { all[i] = run() })
	}
	group.Wait()
	tr.runs = append(tr.runs, all...)
	return all
}

// publishTogether publishes one commit five times, or five commits of which each
// changes another image's content.
func (s *stack) publishTogether(tr *trial, different bool) {
	r, words := s.project.next("ok", s.services...)
	words = append(words, "--json")
	var runs []func() ran
	for i := range atOnce {
		in, words := s.project.dir, words
		if different {
			in = s.mkdir(fmt.Sprintf("clones/%d-%d", tr.seed, i))
			s.must(s.dir, "git", "clone", "-q", s.project.dir, in)
			s.write(filepath.Join(in, "web/release"), fmt.Sprintf("%s%d\nok\n", r.answers, i))
			s.must(in, "git", "commit", "-q", "-a", "-m", "x")
			words = []string{"publish", "--json", "--build-number", fmt.Sprint(s.project.build*10 + i)}
		}
		runs = append(runs, func() ran { return s.run(howToRun{in: in}, words...) })
	}
	tr.line.What = fmt.Sprintf("five publishes at once, different: %v", different)
	var results []result
	for _, run := range tr.together(runs) {
		var r result
		if err := json.Unmarshal([]byte(run.out), &r); err != nil || run.code != 0 {
			tr.wrong("publishing ended with %d: %s", run.code, lastLines(run.stderr))
			return
		}
		tr.line.Took = max(tr.line.Took, seconds(run.took))
		results = append(results, r)
		for _, image := range r.Images {
			repository, tag, _ := strings.Cut(image.Reference[strings.Index(image.Reference, "/")+1:], ":")
			if got := digestOf(s.registry.dir, repository, tag); got != image.Digest {
				tr.wrong("%s is %q in the registry, want %s", image.Reference, got, image.Digest)
			}
		}
	}
	web, api := map[string]bool{}, map[string]bool{}
	for _, r := range results {
		for _, image := range r.Images {
			into := api
			if strings.Contains(image.Reference, "/web:") {
				into = web
			}
			into[image.Digest] = true
		}
	}
	want := 1
	if different {
		want = atOnce
	}
	if len(web) != want || len(api) != 1 {
		tr.wrong("five publishes made %d digests of web and %d of api, want %d and 1", len(web), len(api), want)
	}
	if same := results[0].Images; !different && !cmp.Equal(same, results[atOnce-1].Images) {
		tr.wrong("two publishes of a commit differ: %s", cmp.Diff(same, results[atOnce-1].Images))
	}
	again := tr.plain("publish", "--build-number", fmt.Sprint(s.project.build))
	tr.line.Run, tr.line.Again = "exit 0", seconds(again.took)
}

// deployTogether deploys one release five times, or five releases; those that do
// not wait for the lock may be told that it is held.
func (s *stack) deployTogether(tr *trial, different, wait bool) {
	all := map[string]published{}
	var tags []string
	for range atOnce {
		if different || len(tags) == 0 {
			r := s.release("ok")
			all[r.tag] = r
			tags = append(tags, r.tag)
		} else {
			tags = append(tags, tags[0])
		}
	}
	tr.line.What = fmt.Sprintf("five deploys at once, different: %v, with --lock-wait: %v", different, wait)
	var runs []func() ran
	for _, tag := range tags {
		words := []string{"deploy", "--tag", tag, "--allow-diverged"}
		if wait {
			words = append(words, "--lock-wait", "5m")
		}
		runs = append(runs, func() ran { return s.run(howToRun{}, words...) })
	}
	good := 0
	for _, run := range tr.together(runs) {
		tr.line.Took = max(tr.line.Took, seconds(run.took))
		if run.code == 0 {
			good++
		} else if wait || !strings.Contains(run.stderr, "held by") {
			tr.wrong("deploying ended with %d: %s", run.code, lastLines(run.stderr))
		}
	}
	history := tr.history("prod")
	if tr.Failed() {
		return
	}
	added := history[s.entries:]
	least := good
	if !different { // the others find nothing to do
		least = min(good, 1)
	}
	if good == 0 || len(added) < least || len(added) > good {
		tr.wrong("%d deploys ended well, and the history got %v", good, added)
		return
	}
	for _, e := range added {
		if e.Outcome != "deployed" {
			tr.wrong("the history got %v", added)
		}
	}
	s.entries, s.live = len(history), all[history[len(history)-1].Tag]
	tr.line.Run = fmt.Sprintf("%d of 5 exit 0", good)
	again := tr.plain("deploy", "--tag", s.live.tag)
	tr.line.Again = seconds(again.took)
	s.counted(tr, s.live.tag+" deployed?")
}
