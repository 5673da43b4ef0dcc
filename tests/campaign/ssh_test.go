package campaign

import (
	"fmt"
	"sync"
	"time"
)

// openSSH gives trials in which the network to a host fails while it is deployed to.
func openSSH(w *world) func(*trial) {
	s := w.newStack(3, "rolling", "web")
	s.begin(nil)
	return func(tr *trial) {
		before := s.live
		r := s.release("ok")
		load := startLoad(urls(s.hosts, s.services))
		h := s.hosts[tr.rand.IntN(len(s.hosts))]
		at := time.Duration(tr.rand.Float64() * float64(s.usual.took))
		disturb, mend := func() {}, func() { h.network.Thaw(); h.network.Slow(0) }
		var timers sync.WaitGroup
		ended := make(chan struct{})
		after := func(d time.Duration, do func()) {
			timers.Go(func() {
				select {
				case <-time.After(d):
					do()
				case <-ended:
				}
			})
		}
		which := fmt.Sprintf("the connection to %s", h.stack[len(h.stack)-1:])
		switch tr.seed % 4 {
		case 0:
			times := 1 + tr.rand.IntN(4)
			tr.line.What = fmt.Sprintf("%s drops %d times, first after %.1f s", which, times, at.Seconds())
			disturb = func() {
				for i := range times {
					after(at+time.Duration(i)*time.Second*2, h.network.Cut)
				}
			}
		case 1:
			long := time.Duration(1+tr.rand.IntN(45)) * time.Second
			tr.line.What = fmt.Sprintf("%s freezes after %.1f s, for %s", which, at.Seconds(), long)
			disturb = func() { after(at, h.network.Freeze); after(at+long, h.network.Thaw) }
		case 2:
			delay := time.Duration(20+tr.rand.IntN(180)) * time.Millisecond
			tr.line.What = fmt.Sprintf("%s takes %s for every packet", which, delay)
			disturb = func() { h.network.Slow(delay) }
		case 3:
			h = s.hosts[1+tr.rand.IntN(2)] // without the first one nothing is changed for five minutes
			which = fmt.Sprintf("the connection to %s", h.stack[len(h.stack)-1:])
			tr.line.What = fmt.Sprintf("%s freezes for good after %.1f s", which, at.Seconds())
			disturb = func() { after(at, h.network.Freeze) }
		}
		disturb()
		run := tr.run(howToRun{}, "deploy")
		close(ended)
		timers.Wait()
		mend()
		tr.line.Run, tr.line.Took, tr.line.At = run.how(), seconds(run.took), seconds(at)
		again := tr.plain("deploy")
		tr.line.Again = seconds(again.took)
		first := r.tag + " rolled-back to " + before.tag + "|" + r.tag + " failed|" + r.tag + " interrupted?"
		if run.code == 0 {
			first = r.tag + " deployed"
		}
		s.counted(tr, first, r.tag+" deployed?")
		s.settled(tr, r)
		load.stop(tr)
	}
}
