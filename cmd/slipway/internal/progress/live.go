package progress

import (
	"fmt"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"git.example/slipway/pipelines/report"
)

// live shows what runs now as lines that move, and what ended above them.
type live struct {
	program *tea.Program
	ended   chan struct{}
}

func newLive(out io.Writer, s style) *live {
	l := &live{ended: make(chan struct{})}
	l.program = tea.NewProgram(liveModel{style: s, width: 80},
		tea.WithOutput(out), tea.WithInput(nil), tea.WithoutSignalHandler())
	go func() {
		defer close(l.ended)
		_, _ = l.program.Run() // its own failure leaves the run without progress, not without result
	}()
	return l
}

func (l *live) Report(e report.Event) { l.program.Send(e) }

func (l *live) Close() {
	l.program.Send(closing{})
	<-l.ended
}

type (
	closing struct{}
	tick    time.Time
)

func nextTick() tea.Cmd {
	return tea.Tick(100*time.Millisecond, func(t time.Time) tea.Msg { return tick(t) })
}

// liveModel is the state of the moving lines.
type liveModel struct {
	style   style
	width   int
	frame   int
	running []*liveTask
}

type liveTask struct {
	task
	id      int64
	started time.Time
}

func (m liveModel) Init() tea.Cmd { return nextTick() }

func (m liveModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch e := msg.(type) {
	case tick:
		m.frame++
		return m, nextTick()
	case tea.WindowSizeMsg:
		m.width = e.Width
	case report.TaskStarted:
		m.running = append(m.running[:len(m.running):len(m.running)],
			&liveTask{task: task{name: e.Name}, id: e.ID, started: time.Now()})
	case report.TaskOutput:
		if t := m.find(e.ID); t != nil {
			t.add(ansi.Strip(e.Line))
		}
	case report.TaskDone:
		return m.end(e)
	case report.Notice:
		return m, tea.Println(m.style.notice(e))
	case closing:
		return m, tea.Quit
	}
	return m, nil
}

func (m liveModel) find(id int64) *liveTask {
	for _, t := range m.running {
		if t.id == id {
			return t
		}
	}
	return nil
}

func (m liveModel) end(e report.TaskDone) (tea.Model, tea.Cmd) {
	t := m.find(e.ID)
	if t == nil {
		return m, nil
	}
	var rest []*liveTask
	for _, other := range m.running {
		if other != t {
			rest = append(rest, other)
		}
	}
	m.running = rest
	lines := []string{m.style.done(t.name, e, time.Since(t.started))}
	if e.Outcome == report.Failed {
		for _, l := range t.tail {
			lines = append(lines, m.style.paint(dim, "    │ ")+l)
		}
	}
	return m, tea.Println(strings.Join(lines, "\n"))
}

var frames = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

func (m liveModel) View() tea.View {
	var b strings.Builder
	for _, t := range m.running {
		line := fmt.Sprintf("%s %s %s", frames[m.frame%len(frames)], t.name,
			m.style.paint(dim, elapsed(time.Since(t.started))))
		if n := len(t.tail); n > 0 {
			line += "  " + m.style.paint(dim, t.tail[n-1])
		}
		b.WriteString(ansi.Truncate(line, max(m.width-1, 20), "…") + "\n")
	}
	return tea.NewView(b.String())
}
