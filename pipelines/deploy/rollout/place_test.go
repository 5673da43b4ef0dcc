package rollout

import (
	"context"
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
)

// at is a deployment whose targets are in these places.
func (f *fleet) at(tag string, places ...string) Deployment {
	d := f.deployment(tag)
	for i, place := range places {
		d.Targets[i].Desired.Place = place
	}
	return d
}

// recorded is "name=tag" of each target of the live snapshot.
func (f *fleet) recorded(t *testing.T) []string {
	t.Helper()
	_, desired, err := Live(t.Context(), f.journal)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(desired)) {
		all = append(all, name+"="+desired[name].Release.Tag)
	}
	return all
}

// A target that was renamed is the same one: it is recorded once, and a failure
// goes back to what it ran under its old name. Targets that are elsewhere, or of
// which nobody said where, stay.
func TestRenamedTarget(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "web", "jobs", "old")
	if _, err := Run(t.Context(), f.at("1", "compose shop@app1:/srv/web", "compose jobs@app1:/srv/jobs", "")); err != nil {
		t.Fatal(err)
	}
	web := f.targets[0]
	f.targets = []*note{{name: "shop", runs: &f.runs, now: "1", refuse: "2"}}
	f.runs = nil
	if _, err := Run(t.Context(), f.at("2", "compose shop@app1:/srv/web")); err == nil {
		t.Fatal("it deployed")
	}
	if diff := cmp.Diff([]string{"shop=2", "shop=1"}, f.runs); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"jobs=1", "old=1", "web=1"}, f.recorded(t)); diff != "" {
		t.Errorf("live after the failure (-want +got):\n%s", diff)
	}
	if _, err := Run(t.Context(), f.at("3", "compose shop@app1:/srv/web")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"jobs=1", "old=1", "shop=3"}, f.recorded(t)); diff != "" {
		t.Errorf("live (-want +got):\n%s", diff)
	}
	// Back to where it had its old name, with the targets that were there then.
	entry, desired, err := Earlier(t.Context(), f.journal, "1")
	if err != nil {
		t.Fatal(err)
	}
	web.now = "3"
	f.targets = []*note{web}
	if _, err := Rollback(t.Context(), f.deployment(""), entry, desired); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"jobs=1", "old=1", "web=1"}, f.recorded(t)); diff != "" {
		t.Errorf("live after going back (-want +got):\n%s", diff)
	}
}

// Of today's targets those that the earlier release did not have are left out by
// whoever prepares the rollback, and stay as they are.
func TestRollbackLeavesOutNewTargets(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a", "b")
	first := f.deployment("1")
	first.Targets = first.Targets[:1]
	if _, err := Run(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), f.deployment("2")); err != nil {
		t.Fatal(err)
	}
	entry, desired, err := Earlier(t.Context(), f.journal, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Rollback(t.Context(), f.deployment(""), entry, desired); err == nil {
		t.Error("it goes back to a release without that target")
	}
	d := f.deployment("")
	d.Targets = slices.DeleteFunc(d.Targets, func(i Item) bool { _, there := desired[i.Target.Name()]; return !there })
	if _, err := Rollback(t.Context(), d, entry, desired); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a=1", "b=2"}, f.recorded(t)); diff != "" {
		t.Errorf("live (-want +got):\n%s", diff)
	}
}

// removing is a note that says which releases' images it removed.
type removing struct {
	*note
	removed []string
}

func (r *removing) Prune(_ context.Context, drop, _ []deploy.Desired, _ io.Writer) error {
	for _, d := range drop {
		r.removed = append(r.removed, d.Release.Tag)
	}
	return nil
}

// The images that a target had under its old name are removed with the others.
func TestRenamedTargetIsPruned(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "web")
	if _, err := Run(t.Context(), f.at("1", "here")); err != nil {
		t.Fatal(err)
	}
	f.targets[0].name = "shop"
	target := &removing{note: f.targets[0]}
	for _, tag := range []string{"2", "3"} {
		d := f.at(tag, "here")
		d.Targets[0].Target, d.Keep = target, 2
		if _, err := Run(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"1"}, target.removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
}
