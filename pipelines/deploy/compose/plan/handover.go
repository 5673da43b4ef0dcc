package plan

import (
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// handover plans what is between new containers that are healthy and old ones
// that stop: which start at once, when the proxy is switched, what stops then.
type handover struct {
	strategy config.Strategy
	seen     observe.Observation
	draft    *draft
	proxy    *proxySwitch
	// wave are services to start at once, beside their old containers.
	wave []Up
	// old are the containers to stop, and moved says that the proxy has to know of
	// new ones before.
	old   []Retired
	drain bool
	moved bool
	// stopping are the containers that do not serve any more, or will not.
	stopping []string
}

// start plans new containers of a service whose old ones do not stay. What was
// held back starts first: old containers are there as long as can be.
func (h *handover) start(u Up) {
	h.startWave()
	h.draft.do(Action{Up: []Up{u}})
	h.moved = h.moved || h.proxy.routes[u.Service]
	h.handOverIfDue()
}

// startBeside plans new containers beside the old ones, if there are any.
func (h *handover) startBeside(u Up) {
	if slices.ContainsFunc(h.wave, func(w Up) bool { return h.seen.Model.Needs(u.Service, w.Service) }) {
		h.startWave()
	}
	h.wave = append(h.wave, u)
	h.moved = h.moved || h.proxy.routes[u.Service]
	var old []container.Container
	for _, c := range h.seen.Containers[u.Service] {
		if slices.Contains(u.Old, c.ID) {
			old = append(old, c)
		}
	}
	h.stopLater(u.Service, old)
	h.handOverIfDue()
}

// retire plans the end of containers that nothing takes over from.
func (h *handover) retire(service string, containers []container.Container) {
	h.moved = h.moved || h.proxy.routes[service]
	h.stopLater(service, containers)
	h.handOverIfDue()
}

// stopLater has containers stop at the next handover.
func (h *handover) stopLater(service string, containers []container.Container) {
	if len(containers) == 0 {
		return
	}
	r := Retired{Service: service, Containers: container.IDs(containers), Released: container.IDs(container.Released(containers))}
	for _, hook := range h.seen.Model.Project.Services[service].PreStop {
		env := map[string]string{}
		for name, value := range hook.Environment {
			if value != nil {
				env[name] = *value
			}
		}
		r.Hooks = append(r.Hooks, Hook{Command: hook.Command, User: hook.User, Privileged: hook.Privileged, WorkingDir: hook.WorkingDir, Env: env})
	}
	h.old = append(h.old, r)
	h.stopping = append(h.stopping, r.Containers...)
	switched := h.seen.Proxy.Switched
	for _, c := range containers {
		known := !h.proxy.routes[service] || switched.File == "" || switched.SentTo(c.ID)
		h.drain = h.drain || c.Serves() && known
	}
}

// handOverIfDue hands over at once, unless the strategy is to do it for all
// services together, or the proxy can't have its file yet: a service in it has
// not started at all.
func (h *handover) handOverIfDue() {
	if h.strategy == config.BlueGreen {
		return
	}
	if h.moved && slices.ContainsFunc(h.draft.actions.Services, func(name string) bool {
		s := h.seen.Model.Project.Services[name]
		return h.proxy.routes[name] && !h.draft.decided[name] && !h.seen.Runs(name) && h.seen.Replicas(s) > 0
	}) {
		return
	}
	h.handOver()
}

// handOver hands over: the new containers are healthy, the proxy is switched,
// the old ones stop.
func (h *handover) handOver() {
	h.startWave()
	if h.moved && h.proxy.needed() {
		h.proxy.to(h.proxy.excluded(h.stopping))
	}
	if len(h.old) > 0 {
		h.draft.do(Action{Stop: &Stop{Services: h.old, Drain: h.drain}})
	}
	h.old, h.drain, h.moved = nil, false, false
}

// startWave starts what was held back to start at once.
func (h *handover) startWave() {
	if len(h.wave) > 0 {
		h.draft.do(Action{Up: h.wave})
		h.wave = nil
	}
}
