package config

import (
	"fmt"
	"slices"
	"strings"
)

// Notify says who is told of deploys, and of which moments.
type Notify struct {
	// URL of a service as a secret: env://NAME or file://PATH, or one in AWS. What it
	// refers to is a webhook's address, or a URL such as slack://… or smtp://….
	URL string `yaml:"url"`
	// On are the moments: started, deployed, failed, rolled-back, locked. All but
	// started when absent.
	On []NotifyEvent `yaml:"on,omitempty"`
}

// NotifyEvent is a moment of a deploy that somebody is told of.
type NotifyEvent string

// The moments of a deploy that somebody is told of.
const (
	NotifyStarted    NotifyEvent = "started"
	NotifyDeployed   NotifyEvent = "deployed"
	NotifyFailed     NotifyEvent = "failed"
	NotifyRolledBack NotifyEvent = "rolled-back"
	NotifyLocked     NotifyEvent = "locked"
)

// notifyEvents are all of them.
var notifyEvents = []string{string(NotifyStarted), string(NotifyDeployed), string(NotifyFailed), string(NotifyRolledBack), string(NotifyLocked)}

// Wants says whether somebody is told of a moment.
func (n Notify) Wants(e NotifyEvent) bool {
	if len(n.On) == 0 {
		return e != NotifyStarted
	}
	return slices.Contains(n.On, e)
}

func validateNotify(v validator, at string, all []Notify) {
	for i, n := range all {
		here := index(at, i)
		v.secret(here + ".url")
		for j, event := range n.On {
			if !slices.Contains(notifyEvents, string(event)) {
				place := index(here+".on", j)
				v.report(v.values[place].at, place, nearest(string(event), notifyEvents), "%s", fmt.Sprintf("%q is not one of: %s", event, strings.Join(notifyEvents, ", ")))
			}
		}
	}
}
