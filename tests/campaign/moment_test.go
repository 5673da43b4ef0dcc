package campaign

import (
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"time"
)

// usual is a run that nobody disturbs.
type usual struct {
	took    time.Duration
	borders int
}

// moment is when a run is killed: some time after its start, or just after it said
// that a step begins or ends.
type moment struct {
	after time.Duration
	// border counts from 1; 0 is for after.
	border int
	pause  time.Duration
	// alone kills the process, and not the programs that it runs.
	alone bool
}

// when draws a moment: one of two is uniform over the usual time, the other is at
// the border of a step.
func when(r *rand.Rand, u usual) *moment {
	m := &moment{alone: r.IntN(4) == 0}
	if r.IntN(2) == 0 || u.borders == 0 {
		m.after = time.Duration(r.Float64() * float64(u.took))
		return m
	}
	m.border = 1 + r.IntN(u.borders)
	m.pause = time.Duration(r.Float64() * float64(40*time.Millisecond))
	return m
}

// earlier is for a run that ended before the moment came.
func (m moment) earlier() *moment {
	m.after = m.after * 3 / 4
	m.border = m.border * 3 / 4
	if m.border == 0 && m.after == 0 {
		m.after = 200 * time.Millisecond
	}
	return &m
}

func (m *moment) String() string {
	who := ""
	if m.alone {
		who = ", the process alone"
	}
	if m.border > 0 {
		return fmt.Sprintf("SIGKILL %d ms after border %d%s", m.pause.Milliseconds(), m.border, who)
	}
	return fmt.Sprintf("SIGKILL after %.2f s%s", m.after.Seconds(), who)
}

// strike kills a process when the moment comes, with its process group as CI does
// or alone. It gives how many borders were seen.
func strike(p *os.Process, m *moment, border <-chan int, ended <-chan struct{}) (seen int) {
	if m == nil {
		return 0
	}
	kill := func() {
		if m.alone {
			p.Kill()
			return
		}
		syscall.Kill(-p.Pid, syscall.SIGKILL)
	}
	if m.border == 0 {
		select {
		case <-time.After(m.after):
			kill()
		case <-ended:
		}
		return 0
	}
	for {
		select {
		case seen = <-border:
			if seen >= m.border {
				time.Sleep(m.pause)
				kill()
				return seen
			}
		case <-ended:
			return seen
		}
	}
}
