package compose

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// sorted are a service's containers by what has to happen to them.
type sorted struct {
	// current are as the release wants them; stale ones are not.
	current, stale []container
}

func (o observation) sort(service string) sorted {
	var s sorted
	for _, c := range o.containers[service] {
		accepted := o.model.accepted[service]
		if c.hash() == o.model.hashes[service] && (len(accepted) == 0 || c.runs(accepted)) {
			s.current = append(s.current, c)
		} else {
			s.stale = append(s.stale, c)
		}
	}
	return s
}

// replicas is how many containers a service is to have. When neither slipway.yaml
// nor the compose file says, those that somebody scaled it to stay.
func (o observation) replicas(s types.ServiceConfig) int {
	if n, ok := o.scale.Get(s.Name); ok {
		return n
	}
	if s.Scale != nil || s.Deploy != nil && s.Deploy.Replicas != nil {
		return s.GetScale()
	}
	// A killed rolling deploy leaves two generations; each has one hash.
	byHash, most := map[string]int{}, 1
	for _, c := range o.containers[s.Name] {
		if c.running() {
			byHash[c.hash()]++
			most = max(most, byHash[c.hash()])
		}
	}
	return most
}

// ends says whether a service is to end.
func (o observation) ends(s types.ServiceConfig) ending {
	for _, other := range o.model.project.Services {
		if d, ok := other.DependsOn[s.Name]; ok && d.Condition == types.ServiceConditionCompletedSuccessfully {
			return mustEnd
		}
	}
	if s.Restart == types.RestartPolicyNo || strings.HasPrefix(s.Restart, types.RestartPolicyOnFailure) {
		return mayEnd
	}
	return runsOn
}

// well says that a container is as it should be, or on the way to it.
func well(c container, e ending) bool {
	switch {
	case c.State.Status == stateExited && c.State.ExitCode == 0:
		return e != runsOn
	case !c.running():
		return false
	}
	return c.health() != unhealthy
}

// service plans one service. It does so once.
func (p *planner) service(name string) {
	s := p.model.project.Services[name]
	if p.planned[name] || s.Name == "" {
		return
	}
	p.planned[name] = true
	has := p.sort(name)
	want, ends := p.replicas(s), p.ends(s)
	var good, bad []container
	for _, c := range has.current {
		if well(c, ends) {
			good = append(good, c)
		} else {
			bad = append(bad, c)
		}
	}
	u := up{Service: name, Scale: want, Want: want, Ends: ends}
	follows := p.follows(s)
	switch {
	case want == 0:
		p.surplus(name, p.containers[name])
	case len(has.stale) == 0 && len(good) >= want && follows == "":
		p.plan.Unchanged = append(p.plan.Unchanged, name)
		p.surplus(name, append(bad, good[want:]...))
	case len(has.stale) == 0 && len(has.current) == 0:
		p.changeService(deploy.Start, s, "")
		u.Beside = true
		p.startBeside(u)
	case len(has.stale) == 0 && follows == "":
		p.changeService(deploy.Restart, s, whyRestart(bad, good))
		u.Clear, u.Beside = ids(bad), true
		p.start(u)
	default:
		p.replace(s, has, u, follows)
	}
}

// whyRestart says why containers are restarted.
func whyRestart(bad, good []container) string {
	if len(bad) == 0 {
		return fmt.Sprintf("only %d of them run", len(good))
	}
	return bad[0].status()
}

// replace plans the cut-over of a service whose image or configuration changed.
// New containers that an earlier run has started already are used. follows is
// why it starts anew, whatever it runs.
func (p *planner) replace(s types.ServiceConfig, has sorted, u up, follows string) {
	fresh, running := 0, 0
	for _, c := range has.current {
		if well(c, u.Ends) {
			fresh++
			running++
		} else {
			u.Clear = append(u.Clear, c.ID)
		}
	}
	for _, c := range has.stale {
		if c.running() {
			running++
			u.Old = append(u.Old, c.ID)
		} else {
			u.Clear = append(u.Clear, c.ID)
		}
	}
	missing := u.Want - fresh
	reason := p.cannotRoll(s)
	switch {
	case follows != "" && len(has.stale) == 0:
		p.changeService(deploy.Restart, s, follows)
	case follows != "" || missing > 0 && reason != "":
		p.changeService(deploy.Recreate, s, cmp.Or(follows, reason))
	default:
		u.Beside, u.Skip, u.Scale = true, missing <= 0, running+max(missing, 0)
		p.changeService(deploy.Replace, s, "")
		p.startBeside(u)
		return
	}
	p.start(up{Service: s.Name, Scale: u.Want, Want: u.Want, Ends: u.Ends, Force: follows != ""})
}

// cannotRoll is why a service stops before it starts again; empty when the new
// container can start beside the old one.
func (p *planner) cannotRoll(s types.ServiceConfig) string {
	if p.target.Config.Strategy == config.Recreate {
		return "strategy: recreate"
	}
	if p.ends(s) == mustEnd {
		return "it runs to its end"
	}
	if len(p.model.accepted[s.Name]) == 0 {
		return "it is not an image of this release"
	}
	if ok, reason := composefile.CanRunTwice(s); !ok {
		return reason
	}
	return ""
}

// surplus stops containers that the service has too many.
func (p *planner) surplus(name string, containers []container) {
	if len(containers) == 0 {
		return
	}
	p.change(deploy.Change{Kind: deploy.Stop, Subject: name, Before: report.Count(len(p.containers[name]), "container"),
		After: report.Count(len(p.containers[name])-len(containers), "container")})
	p.retire(name, containers)
}

func (p *planner) changeService(kind deploy.Kind, s types.ServiceConfig, note string) {
	c := deploy.Change{Kind: kind, Subject: s.Name, Before: describe(p.containers[s.Name]), After: short(s.Image), Note: note}
	if c.Before == c.After {
		c.Note = strings.TrimPrefix(note+", its configuration changed", ", ")
		if kind == deploy.Restart {
			c.Note = note
		}
	}
	p.change(c)
}
