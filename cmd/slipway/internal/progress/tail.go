package progress

import "github.com/charmbracelet/x/ansi"

// tailLines is how many of a failed task's last lines are shown.
const tailLines = 20

// task is what a renderer remembers of a task that runs.
type task struct {
	name string
	tail []string
	// step is that of a build, and last what was printed since.
	step, last string
}

// add keeps the last tailLines lines.
func (t *task) add(line string) {
	t.follow(line)
	if len(t.tail) == tailLines {
		t.tail = append(t.tail[:0], t.tail[1:]...)
	}
	t.tail = append(t.tail, ansi.Strip(line))
}
