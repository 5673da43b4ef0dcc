package fleet

import (
	"encoding/json"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/deploy"
)

// actions are a plan's private part.
type actions struct {
	// Members are the hosts' plans, by name; a host that was left out has none.
	Members map[string]deploy.Plan `json:"members"`
	Closing *deploy.Plan           `json:"closing,omitempty"`
}

// Plan plans every host. Changes that are the same on several hosts are one.
func (t *Target) Plan(d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	o, ok := observed.State.(observation)
	if !ok {
		return deploy.Plan{}, fmt.Errorf("planning target %q: observed by another target", t.Name())
	}
	if _, err := batchSizes(t.Batches, len(t.Members), len(t.Members)); err != nil {
		return deploy.Plan{}, err
	}
	m := merger{plan: deploy.Plan{Target: t.Name(), Tag: d.Release.Tag}, changes: map[string]int{}}
	all := actions{Members: map[string]deploy.Plan{}}
	var failed deploy.HostErrors
	for i, seen := range o.members {
		if seen == nil {
			continue
		}
		host := t.Members[i].Host
		plan, err := t.Members[i].Target.Plan(of(d, host), *seen)
		if err != nil {
			failed = append(failed, &deploy.HostError{Host: host, Err: err})
			continue
		}
		all.Members[host] = plan
		m.add(host, plan)
	}
	if len(failed) > 0 && !d.Reachable {
		return deploy.Plan{}, failed
	}
	m.finish(len(t.Members))
	if o.closing != nil {
		plan, err := t.Closing.Plan(of(d, t.Members[0].Host), *o.closing)
		if err != nil {
			return deploy.Plan{}, &deploy.HostError{Host: t.Members[0].Host, Err: err}
		}
		all.Closing = &plan
		for _, c := range plan.Changes {
			if len(t.Members) > 1 {
				c.Hosts = []string{t.Members[0].Host}
			}
			m.plan.Changes = append(m.plan.Changes, c)
		}
	}
	var err error
	m.plan.Actions, err = json.Marshal(all)
	return m.plan, err
}

// merger makes one plan of the hosts' plans.
type merger struct {
	plan deploy.Plan
	// changes are the places in plan.Changes, by what a change says.
	changes          map[string]int
	notes, unchanged grouped
}

func (m *merger) add(host string, plan deploy.Plan) {
	// The same change twice on one host is two.
	times := map[string]int{}
	for _, c := range plan.Changes {
		key := fmt.Sprintf("%q %q %q %q %q", c.Kind, c.Subject, c.Before, c.After, c.Note)
		times[key]++
		key = fmt.Sprintf("%d %s", times[key], key)
		at, known := m.changes[key]
		if !known {
			at = len(m.plan.Changes)
			m.changes[key] = at
			m.plan.Changes = append(m.plan.Changes, c)
		}
		m.plan.Changes[at].Hosts = append(m.plan.Changes[at].Hosts, host)
	}
	for _, pin := range plan.Pins {
		m.plan.Pins = append(m.plan.Pins, deploy.Pin{Subject: host + "/" + pin.Subject, Value: pin.Value})
	}
	for _, note := range plan.Notes {
		m.notes.add(note, host)
	}
	for _, subject := range plan.Unchanged {
		m.unchanged.add(subject, host)
	}
}

// finish writes notes and what stays; what holds for all hosts names none.
func (m *merger) finish(hosts int) {
	for i := range m.plan.Changes {
		if hosts == 1 {
			m.plan.Changes[i].Hosts = nil
		}
	}
	for _, note := range m.notes.texts {
		if on := m.notes.hosts[note]; len(on) < hosts {
			note = deploy.ShortHosts(on) + ": " + note
		}
		m.plan.Notes = append(m.plan.Notes, note)
	}
	for _, subject := range m.unchanged.texts {
		if on := m.unchanged.hosts[subject]; len(on) < hosts {
			subject = fmt.Sprintf("%s (on %d of %d hosts)", subject, len(on), hosts)
		}
		m.plan.Unchanged = append(m.plan.Unchanged, subject)
	}
}

// grouped are texts in the order they came, with the hosts that have them.
type grouped struct {
	texts []string
	hosts map[string][]string
}

func (g *grouped) add(text, host string) {
	if g.hosts == nil {
		g.hosts = map[string][]string{}
	}
	if g.hosts[text] == nil {
		g.texts = append(g.texts, text)
	}
	if !slices.Contains(g.hosts[text], host) {
		g.hosts[text] = append(g.hosts[text], host)
	}
}
