package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// ahead is what was read of a journal at once, because it is far away: each file that
// is read alone is several ways there and back. The lock is never among it.
type ahead struct {
	mu sync.Mutex
	// files are contents, and lists whole directories, by their names in the journal.
	files map[string][]byte
	lists map[string][]string
	// until is when others may have changed too much; never while locked is set.
	until  time.Time
	locked bool
}

// aheadEntries is how many entries are read ahead where nobody said how many
// are wanted.
const aheadEntries = 16

// aheadLives is how long what was read ahead is taken for what is there, unless we
// hold the lock. It is about the time between the questions of one look.
const aheadLives = 5 * time.Second

// from reads ahead from a directory of a host: the files of those names, and what most
// looks at a journal need. What can't be read so is read when it is asked for.
func (a *ahead) from(ctx context.Context, host deploy.Host, dir string, names []string, locked bool) {
	end := rand.Text() // no file has it
	var out bytes.Buffer
	if err := host.Run(ctx, aheadScript(dir, names, end).Command(), &out, nil); err != nil {
		a.forget()
		return
	}
	a.fill(out.Bytes(), end, locked)
}

// aheadScript prints directories and files of the journal, each as a line with its
// name, what is in it, and a line of end; a directory's name ends with a slash.
func aheadScript(dir string, names []string, end string) *shell.Script {
	s := &shell.Script{}
	s.Raw("cd " + shell.Quote(dir) + " || exit")
	s.Raw(`end() { printf '\n%s\n' ` + end + `; }`)
	s.Raw(`list() { [ ! -d "$1" ] || { printf '%s/\n' "$1"; ls -A "$1"; end; }; }`)
	s.Raw(`show() { [ ! -f "$1" ] || [ ! -r "$1" ] || { printf '%s\n' "$1"; cat "$1"; end; }; }`)
	// What refers to others is read first: what it names is then there already.
	for _, name := range names {
		s.Line("show", name)
	}
	s.Raw("show live.json")
	s.Raw(`live=$(sed -n 's/.*"id": *\([0-9][0-9]*\).*/\1/p' live.json 2>/dev/null)`)
	s.Raw(`[ -z "$live" ] || { list "snapshots/$live"; for name in desired.json env.json; do show "snapshots/$live/$name"; done; }`)
	s.Raw("list .; list history; list snapshots")
	s.Raw(fmt.Sprintf(`for name in $(ls history 2>/dev/null | sort -n | tail -n %d) "$live.json"; do show "history/$name"; done`, aheadEntries))
	return s
}

// fill takes what the script has printed.
func (a *ahead) fill(printed []byte, end string, locked bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files, a.lists = map[string][]byte{}, map[string][]string{}
	a.until, a.locked = time.Now().Add(aheadLives), locked
	for _, part := range bytes.Split(printed, []byte("\n"+end+"\n")) {
		name, content, ok := bytes.Cut(part, []byte("\n"))
		if directory, is := strings.CutSuffix(string(name), "/"); ok && is {
			a.lists[directory] = strings.Split(string(content), "\n")
		} else if ok {
			a.files[string(name)] = content
		}
	}
}

// forget has everything read anew.
func (a *ahead) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files, a.lists, a.locked = nil, nil, false
}

// fresh says that it may be used for a file.
func (a *ahead) fresh(name string) bool {
	return a.files != nil && (a.locked || time.Now().Before(a.until)) && name != "lock" && !strings.HasPrefix(name, "lock/")
}

// read is the content of a file, or fs.ErrNotExist; not known when it was not read.
func (a *ahead) read(name string) (data []byte, known bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.fresh(name) {
		return nil, false, nil
	}
	if data, known := a.files[name]; known {
		return data, true, nil
	}
	for at := name; at != "."; at = path.Dir(at) {
		if names, listed := a.lists[path.Dir(at)]; listed && !slices.Contains(names, path.Base(at)) {
			return nil, true, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
		}
	}
	return nil, false, nil
}

// list is the names in a directory.
func (a *ahead) list(name string) (names []string, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.fresh(name) {
		return nil, false
	}
	names, known = a.lists[name]
	if root, listed := a.lists["."]; !known && listed && !slices.Contains(root, name) {
		return nil, true
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" }), known
}

// wrote has a file that we have written.
func (a *ahead) wrote(name string, data []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.files == nil {
		return
	}
	a.files[name] = data
	for at := name; at != "."; at = path.Dir(at) {
		if names, listed := a.lists[path.Dir(at)]; listed && !slices.Contains(names, path.Base(at)) {
			a.lists[path.Dir(at)] = append(names, path.Base(at))
		}
	}
}

// removed has a file, or a directory with all in it, that we have removed.
func (a *ahead) removed(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for file := range a.files {
		if file == name || strings.HasPrefix(file, name+"/") {
			delete(a.files, file)
		}
	}
	delete(a.lists, name)
	if names, listed := a.lists[path.Dir(name)]; listed {
		a.lists[path.Dir(name)] = slices.DeleteFunc(names, func(n string) bool { return n == path.Base(name) })
	}
}
