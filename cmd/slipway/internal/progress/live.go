package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"git.example/slipway/pipelines/report"
)

// live shows what runs now as lines that move, and what ended above them.
type live struct {
	out   io.Writer
	mu    sync.Mutex
	moves *moving
	// held are the events that came while it was paused.
	held   []report.Event
	paused bool
}

// moving is the program that owns the terminal's last lines until it is stopped.
type moving struct {
	program *tea.Program
	ended   chan tea.Model
}

func newLive(out io.Writer, s style) *live {
	return &live{out: out, moves: move(out, liveModel{style: s, width: 80, height: 24})}
}

// unasked is an environment in which nothing is asked of the terminal: it would answer
// into the input, where the answer to a question of ours is read.
var unasked = []string{"TERM=xterm-256color", "SSH_TTY=none"}

func move(out io.Writer, from tea.Model) *moving {
	m := &moving{
		program: tea.NewProgram(from, tea.WithOutput(out), tea.WithInput(nil), tea.WithoutSignalHandler(), tea.WithEnvironment(unasked)),
		ended:   make(chan tea.Model, 1),
	}
	go func() {
		last, err := m.program.Run()
		if err != nil || last == nil { // its own failure leaves the run without progress, not without result
			last = from
		}
		m.ended <- last
	}()
	return m
}

// stop gives the terminal back: nothing moves once it returns.
func (m *moving) stop() tea.Model {
	m.program.Send(closing{})
	return <-m.ended
}

func (l *live) Report(e report.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.paused {
		l.held = append(l.held, e)
		return
	}
	l.moves.program.Send(e)
}

// Pause runs do while nothing moves, such as for a question.
func (l *live) Pause(do func()) {
	l.mu.Lock()
	last := l.moves.stop()
	l.paused = true
	l.mu.Unlock()
	do()
	l.mu.Lock()
	defer l.mu.Unlock()
	if m, ok := last.(liveModel); ok {
		m.ending = false
		last = m
	}
	l.moves, l.paused = move(l.out, last), false
	for _, e := range l.held {
		l.moves.program.Send(e)
	}
	l.held = nil
}

func (l *live) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.moves.stop()
}

type (
	closing struct{}
	written struct{}
	tick    time.Time
)

func nextTick() tea.Cmd {
	return tea.Tick(100*time.Millisecond, func(t time.Time) tea.Msg { return tick(t) })
}

// liveModel is the state of the moving lines.
type liveModel struct {
	style         style
	width, height int
	frame         int
	running       []*liveTask
	// ending says that the last picture is drawn: what still runs is left out of it.
	ending bool
	// waiting are lines to stay above, while others are being written.
	waiting []string
	writing bool
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
		if e.Width > 0 && e.Height > 0 {
			m.width, m.height = e.Width, e.Height
		}
	case report.TaskStarted:
		m.running = append(m.running[:len(m.running):len(m.running)],
			&liveTask{task: task{name: e.Name}, id: e.ID, started: time.Now()})
	case report.TaskOutput:
		if t := m.find(e.ID); t != nil {
			t.add(e.Line)
		}
	case report.TaskDone:
		return m.end(e)
	case report.Notice:
		return m.above(m.style.notice(e))
	case written:
		return m.write()
	case closing:
		m.ending = true
		if !m.writing {
			return m, tea.Quit
		}
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
	return m.above(strings.Join(lines, "\n"))
}

// above writes lines that stay, broken between words where they are wider than the
// terminal.
func (m liveModel) above(text string) (tea.Model, tea.Cmd) {
	m.waiting = append(m.waiting[:len(m.waiting):len(m.waiting)], ansi.Wrap(text, max(m.width-1, 20), " "))
	if m.writing {
		return m, nil
	}
	return m.write()
}

// write writes the lines that wait; each command runs by itself, so the next one waits
// for the one before, and the end for the last.
func (m liveModel) write() (tea.Model, tea.Cmd) {
	if len(m.waiting) == 0 {
		m.writing = false
		if m.ending {
			return m, tea.Quit
		}
		return m, nil
	}
	lines := strings.Join(m.waiting, "\n")
	m.writing, m.waiting = true, nil
	return m, tea.Sequence(tea.Println(lines), func() tea.Msg { return written{} })
}

var frames = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

func (m liveModel) View() tea.View {
	if m.ending {
		return tea.NewView("")
	}
	var b strings.Builder
	shown := m.running
	if room := max(m.height-2, 3); len(shown) > room {
		shown = shown[:room-1]
	}
	for _, t := range shown {
		line := fmt.Sprintf("%s %s %s", frames[m.frame%len(frames)], t.name,
			m.style.paint(dim, elapsed(time.Since(t.started))))
		if says := t.says(); says != "" {
			line += "  " + m.style.paint(dim, says)
		}
		b.WriteString(ansi.Truncate(line, max(m.width-1, 20), "…") + "\n")
	}
	if more := len(m.running) - len(shown); more > 0 {
		b.WriteString(m.style.paint(dim, fmt.Sprintf("  and %d more", more)) + "\n")
	}
	return tea.NewView(b.String())
}
