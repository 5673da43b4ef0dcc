package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// moveTo gives the repository in dir another address, and says how many files that
// changed. What the files are otherwise stays, so that moving back undoes it.
func moveTo(ctx context.Context, dir, to string) (changed int, err error) {
	if err := checkAddress(to); err != nil {
		return 0, err
	}
	goMod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return 0, err
	}
	from, err := current(goMod)
	if err != nil || from == to {
		return 0, err
	}
	texts, err := tracked(ctx, dir)
	if err != nil {
		return 0, err
	}
	for path, text := range texts {
		for at := range mentions(text, to) {
			return 0, fmt.Errorf("%s:%d names %s already, so that there would be no way back; \"git checkout .\" undoes a move that was interrupted", path, line(text, at), to)
		}
	}
	for path, text := range texts {
		if path == "go.mod" {
			continue // last: until then the old address is known
		}
		is, err := move(filepath.Join(dir, path), text, from, to)
		if err != nil {
			return changed, err
		}
		changed += is
	}
	is, err := move(filepath.Join(dir, "go.mod"), texts["go.mod"], from, to)
	return changed + is, err
}

// move writes one file anew, unless it does not name the address.
func move(path, text, from, to string) (changed int, err error) {
	content := []byte(moved(text, from, to))
	if string(content) == text {
		return 0, nil
	}
	if filepath.Ext(path) == ".go" { // imports are in order, and columns in line
		if content, err = format.Source(content); err != nil {
			return 0, fmt.Errorf("formatting %s: %w", path, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	next := path + ".home"
	if err := os.WriteFile(next, content, info.Mode().Perm()); err != nil {
		return 0, errors.Join(err, os.Remove(next))
	}
	if filepath.Base(path) == "go.mod" { // requirements are in order
		if out, err := exec.Command("go", "mod", "edit", "-fmt", next).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("formatting %s: %w: %s", path, err, out)
		}
	}
	return 1, os.Rename(next, path)
}

// tracked are the texts of the files that git has, as they are now, by path. Links,
// and what is no text, are left out.
func tracked(ctx context.Context, dir string) (map[string]string, error) {
	list := exec.CommandContext(ctx, "git", "ls-files", "-z")
	list.Dir = dir
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("listing the repository's files: %w", err)
	}
	texts := map[string]string{}
	for path := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		at := filepath.Join(dir, path)
		info, err := os.Lstat(at)
		if errors.Is(err, os.ErrNotExist) {
			continue // removed, and not committed yet
		}
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			continue
		}
		content, err := os.ReadFile(at)
		if err != nil {
			return nil, err
		}
		if !bytes.ContainsRune(content, 0) {
			texts[path] = string(content)
		}
	}
	return texts, nil
}

// line is the number of the line that a place in a text is in.
func line(text string, at int) int { return 1 + strings.Count(text[:at], "\n") }
