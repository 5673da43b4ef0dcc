package rollout

import (
	"maps"
	"slices"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// attempt is one deploy while it is made, most of the time under the lock.
type attempt struct {
	Deployment
	lease *journal.Lease
	live  *journal.Entry            // the live deploy before this one, nil for none
	prior map[string]deploy.Desired // what the live deploy wanted of each target
	plans []deploy.Plan
	entry journal.Entry
	// story keeps the steps; nil where nobody wants to know.
	story *storyteller
}

// before is what the live deploy wanted where an item is: of the target, or of
// the one that was in its place under another name.
func (a *attempt) before(item Item) (deploy.Desired, bool) {
	if d, known := a.prior[item.Target.Name()]; known {
		return d, true
	}
	for _, name := range slices.Sorted(maps.Keys(a.prior)) {
		if d := a.prior[name]; inPlace(d, item) && a.takenOver(name, d) {
			return d, true
		}
	}
	return deploy.Desired{}, false
}

// takenOver says that a target of the live deploy, which this one does not have,
// is where one of this deploy is.
func (a *attempt) takenOver(name string, d deploy.Desired) bool {
	there := false
	for _, item := range a.Targets {
		if item.Target.Name() == name {
			return false
		}
		there = there || inPlace(d, item)
	}
	return there
}

// inPlace says that an item is where d was.
func inPlace(d deploy.Desired, item Item) bool {
	return d.Place != "" && d.Place == item.Desired.Place
}

func (a *attempt) result(proofs map[string]deploy.Proof) Result {
	result := Result{Entry: a.entry, Plans: a.plans, Proofs: proofs}
	if a.live != nil {
		result.Previous = a.live.Tag
	}
	return result
}
