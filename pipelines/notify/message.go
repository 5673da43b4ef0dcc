// Package notify tells people of deploys, through whatever service a URL names. A
// message has no secrets, and nothing in it that a service takes for a command, such as
// the name of everybody in a channel.
package notify

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"git.example/slipway/pipelines/config"
)

// Message is what is told of one moment of a deploy.
type Message struct {
	Event       config.NotifyEvent
	Project     string
	Environment string
	// Tag of the release, and Previous the one that was live before.
	Tag, Previous string
	// By is who deploys, and RunURL the page of the CI run.
	By, RunURL string
	// Commits are the subjects of those that came, the first of Count.
	Commits []string
	Count   int
	// Asked says that somebody asked for the earlier release.
	Asked bool
	// ReturnedTo runs again after a failure.
	ReturnedTo string
	// Reason is why it failed, or who holds the lock.
	Reason string
	Took   time.Duration
}

// longReason is how much of a reason is told.
const longReason = 600

// Title is the message in one line.
func (m Message) Title() string {
	place := plain(m.Project + " " + m.Environment)
	tag := plain(m.Tag)
	switch {
	case m.Event == config.NotifyStarted:
		return fmt.Sprintf("%s: deploying %s", place, tag)
	case m.Event == config.NotifyDeployed:
		return fmt.Sprintf("%s: %s is live", place, tag)
	case m.Event == config.NotifyRolledBack && m.Asked:
		return fmt.Sprintf("%s: rolled back to %s", place, tag)
	case m.Event == config.NotifyRolledBack:
		return fmt.Sprintf("%s: %s failed, %s runs again", place, tag, plain(m.ReturnedTo))
	case m.Event == config.NotifyLocked:
		return fmt.Sprintf("%s: %s waits for the lock", place, tag)
	}
	return fmt.Sprintf("%s: deploying %s failed", place, tag)
}

// Text is the rest of it.
func (m Message) Text() string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if m.Reason != "" {
		add("%s", plain(cut(m.Reason, longReason)))
	}
	if m.Count > 0 {
		add("%d new since %s:", m.Count, plain(m.Previous))
		for _, subject := range m.Commits {
			add("- %s", plain(subject))
		}
		if more := m.Count - len(m.Commits); more > 0 {
			add("- and %d more", more)
		}
	} else if m.Previous != "" && m.Previous != m.Tag {
		add("before: %s", plain(m.Previous))
	}
	if m.By != "" {
		add("by %s", plain(m.By))
	}
	if m.Took > 0 {
		add("took %s", m.Took.Round(time.Second))
	}
	if m.RunURL != "" {
		add("%s", plain(m.RunURL))
	}
	return strings.Join(lines, "\n")
}

// plain is text of others as a chat can't read more into it: no control characters, no
// mention of people, no link or markup of Slack's.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		case r == '<':
			return '‹'
		case r == '>':
			return '›'
		}
		return r
	}, text)
	return strings.ReplaceAll(text, "@", "@\u200b")
}

func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
