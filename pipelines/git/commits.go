package git

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"git.example/slipway/pipelines/lazy"
)

// Commit is one commit as people tell it from others.
type Commit struct {
	// Hash is the full one.
	Hash    string    `json:"hash"`
	Subject string    `json:"subject"`
	Author  string    `json:"author"`
	Time    time.Time `json:"time"`
	// Requests are the merge requests that the subject names, such as "#12" or "!7".
	Requests []string `json:"requests,omitempty"`
}

var request = lazy.Regexp(`(?:^|[\s(])([#!]\d+)\b`)

// Between are the commits that b contains and a does not, newest first, most of them
// at most, and how many there are in all; both are full commits that this clone has.
func (r *Repository) Between(ctx context.Context, a, b string, most int) (commits []Commit, all int, err error) {
	span := a + ".." + b
	count, err := r.run(ctx, "rev-list", "--count", span, "--")
	if err == nil {
		_, err = fmt.Sscan(count, &all)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("counting the commits from %s to %s: %w", a, b, err)
	}
	out, err := r.run(ctx, "log", fmt.Sprintf("--max-count=%d", most), "-z", "--format=%H%x00%an%x00%cI%x00%s", span, "--")
	if err != nil {
		return nil, 0, fmt.Errorf("listing the commits from %s to %s: %w", a, b, err)
	}
	if strings.TrimSpace(out) == "" {
		return nil, all, nil
	}
	for fields := range slices.Chunk(strings.Split(strings.TrimRight(out, "\x00\n"), "\x00"), 4) {
		if len(fields) < 4 {
			break
		}
		c := Commit{Hash: strings.TrimSpace(fields[0]), Author: fields[1], Subject: fields[3]}
		c.Time, _ = time.Parse(time.RFC3339, fields[2]) // git wrote it
		for _, found := range request().FindAllStringSubmatch(c.Subject, -1) {
			c.Requests = append(c.Requests, found[1])
		}
		commits = append(commits, c)
	}
	return commits, all, nil
}

// Apart is how many commits a has that b has not, and the other way round.
func (r *Repository) Apart(ctx context.Context, a, b string) (onlyA, onlyB int, err error) {
	out, err := r.run(ctx, "rev-list", "--left-right", "--count", a+"..."+b, "--")
	if err == nil {
		_, err = fmt.Sscan(out, &onlyA, &onlyB)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("counting the commits between %s and %s: %w", a, b, err)
	}
	return onlyA, onlyB, nil
}

// TimeOf is when a commit was made.
func (r *Repository) TimeOf(ctx context.Context, commit string) (time.Time, error) {
	out, err := r.run(ctx, "log", "--max-count=1", "--format=%cI", "--end-of-options", commit, "--")
	if err != nil {
		return time.Time{}, fmt.Errorf("reading when commit %s was made: %w", commit, err)
	}
	return time.Parse(time.RFC3339, strings.TrimSpace(out))
}

// User is the name that git commits under here; empty when it has none.
func (r *Repository) User(ctx context.Context) string {
	out, err := r.run(ctx, "config", "--get", "user.name")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(out)
}
