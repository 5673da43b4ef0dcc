// Package campaign tries what goes wrong, hundreds of times, with the real
// command, Docker, sshd and registry: make campaign. Each trial is made from a
// seed: what is deployed, when the run is killed, which fault comes when. After it
// the next plain run has to bring everything in order, the history has to be true,
// one release has to be served, and nothing may be left behind.
//
// Every trial is a line in log/PHASE.jsonl, from which docs/reliability.md is made.
package campaign

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// What make campaign sets: the phases, "all" or names with commas, and the seeds
// of each, such as "1-50"; all that the phase has when empty.
const (
	phasesVariable = "SLIPWAY_CAMPAIGN"
	seedsVariable  = "SLIPWAY_CAMPAIGN_SEEDS"
)

// phase is one kind of trial.
type phase struct {
	name string
	// seeds is how many trials the phase has.
	seeds int
	// about says what a trial is, for the page.
	about string
	// open makes what all trials of a world share, and gives how one is done.
	open func(w *world) func(*trial)
}

var phases = []phase{
	{"publish", 50, "`publish` of ten images, some of which have changed, is killed", openPublish},
	{"rolling", 50, "`deploy` with `rolling` to three SSH hosts is killed, under load; every fifth release is not healthy", openRolling},
	{"blue-green", 50, "`deploy` with `blue-green` to three SSH hosts is killed, under load; every fifth release is not healthy", openBlueGreen},
	{"gitsync", 50, "`deploy` of two git sync targets, a link and in place, to three SSH hosts is killed, while somebody reads", openGitSync},
	{"promote", 50, "`promote` from one registry and host to another is killed, under load", openPromote},
	{"rollback", 50, "`rollback` on two SSH hosts is killed, under load", openRollback},
	{"registry", 48, "the registry fails in one of eight ways during `publish`, `deploy` or `promote`, for a while or for good", openRegistry},
	{"disk", 15, "the disk is full at the deploy path, at the embedded registry, or at the journal", openDisk},
	{"together", 12, "five deploys or five publishes at once, of one commit or of five", openTogether},
	{"clock", 12, "the clocks of Slipway and of hosts are an hour off, either way, and the deploy before was killed", openClock},
	{"flat", 20, "one of 20 deploys in a row under load: memory, descriptors and connections stay the same", openFlat},
	{"ssh", 24, "the network to a host drops, freezes or is slow during a deploy to three, under load", openSSH},
}

func TestCampaign(t *testing.T) {
	names := os.Getenv(phasesVariable)
	if names == "" {
		t.Skip("takes hours: make campaign runs it")
	}
	wanted := strings.Split(names, ",")
	for _, name := range wanted {
		if name != "all" && !slices.ContainsFunc(phases, func(p phase) bool { return p.name == name }) {
			t.Fatalf("there is no phase %q", name)
		}
	}
	c := newCampaign(t)
	for _, p := range phases {
		if names == "all" || slices.Contains(wanted, p.name) {
			t.Run(p.name, func(t *testing.T) { c.run(t, p) })
		}
	}
}

// campaign is what all phases share.
type campaign struct {
	// slipway is the program, app the one in images.
	slipway, app string
	machine      machine
}

func newCampaign(t *testing.T) *campaign {
	t.Helper()
	needRoot(t)
	dir := t.TempDir()
	return &campaign{
		slipway: build(t, dir, "slipway", "./cmd/slipway"), app: build(t, dir, "app", "./tests/campaign/testdata/app"), machine: thisMachine(t),
	}
}

// run does the trials of a phase that are wanted and not done, in as few worlds as
// hold together: after a finding the next trial has a new one.
func (c *campaign) run(t *testing.T, p phase) {
	log := openLog(t, p.name)
	todo, err := seeds(os.Getenv(seedsVariable), p.seeds)
	if err != nil {
		t.Fatal(err)
	}
	todo = slices.DeleteFunc(todo, log.done)
	for left := len(todo) + 1; 0 < len(todo) && len(todo) < left; { // a world that does not come about has no trials
		left = len(todo)
		t.Run("world", func(t *testing.T) {
			w := c.newWorld(t, p.name)
			one := p.open(w)
			for len(todo) > 0 && !t.Failed() {
				seed := todo[0]
				todo = todo[1:]
				t.Run("seed "+seedName(seed), func(t *testing.T) { w.try(t, seed, one, log) })
			}
		})
	}
}
