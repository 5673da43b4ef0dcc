package campaign

import "fmt"

// badEvery is how many releases there are for one that is not healthy.
const badEvery = 5

func openRolling(w *world) func(*trial) { return w.newStack(3, "rolling", "web").killed() }

func openBlueGreen(w *world) func(*trial) { return w.newStack(3, "blue-green", "web", "api").killed() }

// killed gives trials in which a deploy is killed.
func (s *stack) killed() func(*trial) {
	s.begin(nil)
	return func(tr *trial) {
		before, bad := s.live, tr.seed%badEvery == 0
		behaviour := "ok"
		if bad {
			behaviour = "broken"
		}
		load := startLoad(urls(s.hosts, s.services))
		var r published
		tr.disturbedDeploy(s, func() []string {
			if before = s.live; r.tag != "" && !bad { // it had ended before it was killed
				before, s.live = r, r
				s.entries++
			} else if r.tag != "" {
				s.entries++
			}
			r = s.release(behaviour)
			return []string{"deploy"}
		})
		s.seeVolumes(s.hosts)
		again := tr.run(howToRun{}, "deploy")
		tr.line.Again = seconds(again.took)
		if bad {
			tr.line.What += ", of a release that is not healthy"
			if again.code != 1 {
				tr.wrong("the deploy of a release that is not healthy ended with %d: %s", again.code, lastLines(again.stderr))
			}
			back := fmt.Sprintf("%s rolled-back to %s", r.tag, before.tag)
			s.counted(tr, r.tag+" interrupted|"+back+"?", back)
			s.settled(tr, before)
		} else {
			if again.code != 0 {
				tr.wrong("the next deploy ended with %d: %s", again.code, lastLines(again.stderr))
			}
			s.counted(tr, r.tag+" interrupted?", r.tag+" deployed", r.tag+" deployed?")
			s.settled(tr, r)
		}
		load.stop(tr)
		if same := tr.plain("deploy", "--tag", s.live.tag); same.code == 0 {
			s.counted(tr, s.live.tag+" deployed?") // one that changes nothing
		}
	}
}

// disturbedDeploy is disturbed, where a release that is not healthy may end by itself.
func (tr *trial) disturbedDeploy(s *stack, prepare func() []string) ran {
	tr.Helper()
	if tr.seed%badEvery != 0 {
		return tr.disturbed(prepare)
	}
	m := when(tr.rand, s.usual)
	for {
		args := prepare()
		r := tr.run(howToRun{kill: m}, args...)
		tr.line.What, tr.line.At, tr.line.Run, tr.line.Took = m.String(), seconds(r.took), r.how(), seconds(r.took)
		if r.killed || tr.Failed() {
			return r
		}
		m = m.earlier()
	}
}
