package sshconfig

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A file that includes others is bounded: ssh itself goes 16 deep.
const (
	mostDeep  = 16
	mostFiles = 256
	mostBytes = 1 << 20
)

// line is one statement of a file.
type line struct {
	at      Position
	keyword string // lower case
	// words are its arguments; rest is the same as it is written.
	words []string
	rest  string
	// included are the files of an Include.
	included [][]line
}

// Position is where something is written.
type Position struct {
	File string
	Line int
}

func (p Position) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// reader reads files with all that they include.
type reader struct {
	home  string
	files int
}

// kind is what ssh takes a file for.
type kind struct {
	// user files may include from the home directory; others are the system's.
	user bool
	// checked files must belong to their reader alone.
	checked bool
}

// read reads a file that may be missing.
func (r *reader) read(name string, k kind, depth int) ([]line, error) {
	content, err := r.content(name, k)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	var lines []line
	for i, text := range strings.Split(strings.TrimPrefix(content, "\uFEFF"), "\n") {
		l := line{at: Position{name, i + 1}}
		l.keyword, l.rest = splitLine(text)
		if l.keyword == "" {
			continue
		}
		if l.words, err = splitWords(l.rest); err != nil && l.keyword != "match" && l.keyword != "proxycommand" {
			return nil, fmt.Errorf("%s: %w", l.at, err)
		}
		if l.keyword == "include" {
			if l.included, err = r.include(l, k, depth+1); err != nil {
				return nil, err
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (r *reader) content(name string, k kind) (string, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", plainCause(err)
	case info.IsDir(): // a glob of an Include found it
		return "", nil
	case !info.Mode().IsRegular(): // reading a pipe may take for ever
		return "", errors.New("it is no regular file")
	}
	file, err := os.Open(name)
	if err != nil {
		return "", plainCause(err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return "", plainCause(err)
	}
	if k.checked {
		if err := trusted(name, info); err != nil {
			return "", err
		}
	}
	if r.files++; r.files > mostFiles {
		return "", fmt.Errorf("more than %d files are included", mostFiles)
	}
	content, err := io.ReadAll(io.LimitReader(file, mostBytes+1))
	if err == nil && len(content) > mostBytes {
		err = fmt.Errorf("it is larger than %d bytes", mostBytes)
	}
	return string(content), plainCause(err)
}

// include reads the files that an Include names, in the order of their names.
func (r *reader) include(l line, k kind, depth int) ([][]line, error) {
	if depth > mostDeep {
		return nil, fmt.Errorf("%s: files include each other more than %d deep", l.at, mostDeep)
	}
	if len(l.words) == 0 {
		return nil, fmt.Errorf("%s: Include names no file", l.at)
	}
	var included [][]line
	for _, pattern := range l.words {
		switch {
		case strings.HasPrefix(pattern, "~/"):
			pattern = filepath.Join(r.home, pattern[2:])
		case filepath.IsAbs(pattern):
		case k.user:
			pattern = filepath.Join(r.home, ".ssh", pattern)
		default:
			pattern = filepath.Join(systemDirectory, pattern)
		}
		names, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no pattern of files", l.at, pattern)
		}
		for _, name := range names {
			if hidden(pattern, name) {
				continue
			}
			lines, err := r.read(name, kind{user: k.user, checked: true}, depth)
			if err != nil {
				return nil, err
			}
			included = append(included, lines)
		}
	}
	return included, nil
}

// hidden says whether a shell would leave out a match: what begins with a dot is
// found only by a pattern that does, too.
func hidden(pattern, name string) bool {
	patterns, names := strings.Split(pattern, "/"), strings.Split(name, "/")
	for i := range names {
		if strings.HasPrefix(names[i], ".") && i < len(patterns) && !strings.HasPrefix(patterns[i], ".") {
			return true
		}
	}
	return false
}

// plainCause is err without the name of the file, which messages have already.
func plainCause(err error) error {
	var wrapped *fs.PathError
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
