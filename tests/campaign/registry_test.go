package campaign

import (
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// openRegistry gives trials in which the registry fails during a publish, a deploy
// or a promotion: for a while, which a run may well overcome, or until it has failed.
func openRegistry(w *world) func(*trial) {
	main := w.newRegistry("registry")
	f := w.failing(main)
	s := w.stackFrom(main, 1, "rolling", "web", "api")
	s.begin(nil)
	other := w.c.newWorld(w.t, w.phase)
	first, second := other.newRegistry("registry"), other.newRegistry("second")
	both := []*faulty{other.failing(first), other.failing(second)}
	other.makeBase(first)
	other.makeProxy(first, second)
	p := other.newPromoted(first, second)
	usual := map[string]int{"publish": 40, "deploy": 10, "promote": 30} // requests, once it has been counted
	return func(tr *trial) {
		fault, verb, ever := faults[tr.seed%len(faults)], []string{"publish", "deploy", "promote"}[tr.seed/len(faults)%3], tr.seed%48 >= 24
		at, on := f, s
		if verb == "promote" {
			tr.w, at, on = other, both[tr.rand.IntN(2)], p.stack
		}
		load := startLoad(urls(on.hosts, on.services))
		before, while := on.live, time.Duration(0)
		howLong := "good"
		if !ever {
			while = time.Duration(500+tr.rand.IntN(5000)) * time.Millisecond
			howLong = fmt.Sprintf("%.1f s", while.Seconds())
		}
		var r published
		var words []string
		var run ran
		for try := 0; ; try++ {
			r, words = on.project.next("ok", on.services...)
			switch verb {
			case "deploy":
				tr.plain(words...)
				for _, image := range on.services { // else nothing has to be pulled
					exec.Command("docker", "image", "rm", "-f", on.registry.address+"/"+on.name+"/"+image+"@"+digestOf(on.registry.dir, on.name+"/"+image, r.tag)).Run()
				}
				words = []string{"deploy"}
			case "promote":
				tr.plain(append(words, "--env", "staging")...)
				tr.plain("deploy", "--env", "staging")
				words = []string{"promote", "--env", "prod"}
			}
			from := tr.rand.IntN(usual[verb])
			tr.line.What = fmt.Sprintf("%s during %s, from request %d on, for %s", fault, verb, from, howLong)
			at.begin(fault, from, while)
			run = tr.run(howToRun{}, words...)
			requests, hit := at.end()
			tr.line.Run, tr.line.Took = run.how(), seconds(run.took)
			if hit || run.code != 0 || try == 5 {
				if !hit {
					tr.Fatalf("the registry was asked %d times, and never failed", requests)
				}
				break
			}
			usual[verb] = max(1, requests) // it had ended before the fault came
			if verb != "publish" {
				before, on.live = r, r
				on.entries++
			}
		}
		if run.code != 0 && !strings.Contains(run.stderr, at.address(on, p)) {
			tr.wrong("the error does not name the registry: %s", lastLines(run.stderr))
		}
		again := tr.plain(words...)
		tr.line.Again = seconds(again.took)
		if verb == "publish" {
			if run := tr.plain("deploy"); run.code != 0 {
				return
			}
			on.counted(tr, r.tag+" deployed")
		} else {
			on.counted(tr, r.tag+" failed|"+r.tag+" rolled-back to "+before.tag+"?", r.tag+" deployed", r.tag+" deployed?")
		}
		on.settled(tr, r)
		load.stop(tr)
	}
}

// address is that of the registry that it stands before.
func (f *faulty) address(s *stack, p *promoted) string {
	if s == p.stack {
		return "127.0.0.1:" // either of two
	}
	return s.registry.address
}
