package terraform

import (
	"io"
	"os"
	"time"
)

// lookEvery is the time between looks at a program's output.
const lookEvery = 50 * time.Millisecond

// follow copies a file that grows to log until ended says how its writer ended.
// It returns the end of the file.
func follow(path string, log io.Writer, ended <-chan error) (text string, err error) {
	var from int64
	tail := &lastBytes{}
	read := func() {
		f, err := os.Open(path)
		if err != nil {
			return // not there yet
		}
		defer f.Close()
		if _, err := f.Seek(from, io.SeekStart); err == nil {
			n, _ := io.Copy(io.MultiWriter(log, tail), f)
			from += n
		}
	}
	for tick := time.NewTicker(lookEvery); ; {
		select {
		case err := <-ended:
			tick.Stop()
			read()
			return string(tail.kept), err
		case <-tick.C:
			read()
		}
	}
}

// lastBytes keeps the end of what is written to it.
type lastBytes struct{ kept []byte }

// keptBytes is what an error can need of a program's output.
const keptBytes = 64 << 10

func (l *lastBytes) Write(p []byte) (int, error) {
	l.kept = append(l.kept, p...)
	if extra := len(l.kept) - keptBytes; extra > 0 {
		l.kept = append(l.kept[:0], l.kept[extra:]...)
	}
	return len(p), nil
}
