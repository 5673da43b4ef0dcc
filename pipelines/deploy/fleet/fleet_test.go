package fleet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/waittest"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
)

// Every host of a batch begins before any of it is done, and none begins before
// all of the batch before are proven.
func TestBatches(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		batches []string
		steps   bool
		want    []int
	}{
		"canary, then halves":      {want: []int{1, 5, 4}},
		"one host":                 {want: []int{1}},
		"two hosts":                {want: []int{1, 1}},
		"three hosts":              {want: []int{1, 2}},
		"numbers":                  {batches: []string{"2", "2"}, want: []int{2, 2, 3}},
		"all at once":              {batches: []string{"100%"}, want: []int{7}},
		"all at once, with a step": {batches: []string{"100%"}, steps: true, want: []int{1, 6}},
		"more than there are":      {batches: []string{"1", "90%", "50%"}, want: []int{1, 2}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			for _, size := range test.want {
				n += size
			}
			h := newHosts(t, n)
			h.options.Batches, h.all[0].steps = test.batches, test.steps
			var mu sync.Mutex
			began, proven := 0, 0
			for i, host := range h.all {
				before, after := around(test.want, i)
				applied := false
				begun := func() int {
					mu.Lock()
					defer mu.Unlock()
					return began
				}
				note := func(op string) {
					mu.Lock()
					defer mu.Unlock()
					switch {
					case op == "verify" && applied:
						proven, applied = proven+1, false
					case op == "apply":
						applied = true
						if began++; proven != before {
							t.Errorf("%s begins when %d hosts are proven, want %d", host.host, proven, before)
						}
					}
				}
				host.breaks = func(op string) {
					note(op)
					if op != "apply" {
						return
					}
					waittest.Within(time.Minute, func() bool { return begun() >= after })
					if n := begun(); n != after {
						t.Errorf("%d hosts have begun with %s, want %d", n, host.host, after)
					}
				}
			}
			h.mustDeploy("2")
		})
	}
}

// around is how many hosts are in the batches before that of host i, and with it.
func around(batches []int, i int) (before, after int) {
	for _, size := range batches {
		if after += size; i < after {
			return after - size, after
		}
	}
	panic("no such host")
}

func TestBatchThatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, batch := range []string{"", "x", "0", "-1", "101%", "%"} {
		h := newHosts(t, 2)
		h.mustDeploy("1")
		h.options.Batches = []string{batch}
		_, err := h.deploy("2")
		if err == nil || !strings.Contains(err.Error(), "no number of hosts") {
			t.Errorf("batch %q: %v", batch, err)
		}
		if got := h.runs(); got["1"] != 2 {
			t.Errorf("batch %q: running: %v", batch, got)
		}
	}
}

func TestHostsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHosts(t, 30)
		h.options.HostsAtOnce, h.options.Batches = 4, []string{"100%"}
		for _, host := range h.all {
			host.step = time.Second
		}
		h.mustDeploy("2")
		if h.world.most != 4 {
			t.Errorf("%d hosts were changed at once", h.world.most)
		}
	})
}

func TestPlanGroupsHosts(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 50)
	h.all[0].steps = true
	h.all[7].now, h.all[8].now = "0", "2"
	closing := &scripted{host: "closing", world: h.world, now: "1"}
	h.options.Closing = closing
	plans, err := rollout.Preview(t.Context(), h.deployment("2"))
	if err != nil {
		t.Fatal(err)
	}
	plan := plans[0]
	var got []string
	for _, c := range plan.Changes {
		got = append(got, fmt.Sprintf("%s %s %s>%s %s", c.Kind, c.Subject, c.Before, c.After, deploy.ShortHosts(c.Hosts)))
	}
	want := []string{
		"run web >migrate app1", "replace web 1>2 app1, app2 +46", "replace web 0>2 app8",
		"replace web 1>2 app1", // of the closing target
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if want := []string{"db", "web (on 1 of 50 hosts)"}; !cmp.Equal(plan.Unchanged, want) {
		t.Errorf("unchanged: %q", plan.Unchanged)
	}
	if want := []string{"a note"}; !cmp.Equal(plan.Notes, want) {
		t.Errorf("notes: %q", plan.Notes)
	}
	if got := plan.Pins[7]; got != (deploy.Pin{Subject: "app8/web", Value: "0"}) || len(plan.Pins) != 50 {
		t.Errorf("pins: %v", plan.Pins)
	}
}

func TestHostsThatRunTheReleaseAreSkipped(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 4)
	h.all[1].now, h.all[3].now = "2", "2"
	h.mustDeploy("2")
	slices.Sort(h.world.events)
	if want := []string{"app1=2", "app3=2"}; !cmp.Equal(h.world.events, want) {
		t.Errorf("changes %v, want %v", h.world.events, want)
	}
	again := h.mustDeploy("2")
	if !again.Plans[0].Empty() || len(again.Proofs["app"].Running) != 4 || again.Proofs["app"].Running[2].Host != "app3" {
		t.Errorf("the same again: %+v", again)
	}
}

// The canary is healthy, but runs something else: no other host is touched.
func TestCanaryWithAWrongDigest(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 10)
	h.mustDeploy("1")
	h.all[0].wrong["2"] = "1.9"
	_, err := h.deploy("2")
	if err == nil || !strings.Contains(err.Error(), `host app1: verifying: what runs is not what was released; 1 runs again`) ||
		!strings.Contains(err.Error(), "app1 | web image: want 2: got 1.9") {
		t.Errorf("error: %v", err)
	}
	if want := []string{"app1=2", "app1=1"}; !cmp.Equal(h.world.events, want) {
		t.Errorf("changes %v, want %v", h.world.events, want)
	}
}

// One host of the second batch fails: its companions go on to their end, the
// third batch never begins, and all go back.
func TestFailureReturnsEveryHost(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 10)
	h.mustDeploy("1")
	h.all[3].refuse["2"] = "it does not start\nbecause of this"
	h.all[3].breaks = h.afterEvents(6)
	_, err := h.deploy("2")
	if want := "deploying 2: target \"app\": host app4: it does not start; 1 runs again\n  app4 | because of this"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	var host *deploy.HostError
	if !errors.As(err, &host) || host.Host != "app4" {
		t.Errorf("no host in %v", err)
	}
	touched := map[string]int{}
	for _, event := range h.world.events {
		touched[event]++
	}
	for i := range 10 {
		name := fmt.Sprintf("app%d", i+1)
		want := map[bool]int{true: 1, false: 0}[i < 6]
		if touched[name+"=2"] != want || touched[name+"=1"] != want {
			t.Errorf("%s: changes %v", name, h.world.events)
		}
	}
	if got := h.runs(); got["1"] != 10 {
		t.Errorf("running: %v", got)
	}
	if want := []string{"1 deployed", "2 rolled-back"}; !cmp.Equal(h.outcomes()[len(h.outcomes())-2:], want) {
		t.Errorf("history %v, want %v", h.outcomes(), want)
	}
}

// A host that is down before anything changed stops the deploy; all such hosts
// are named.
func TestHostsThatAreDownStopTheDeploy(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 60)
	h.mustDeploy("1")
	for _, i := range []int{5, 6, 7, 8, 59} {
		h.all[i].breaks = func(op string) { h.all[i].down = op != "pull" && op != "settle" }
	}
	_, err := h.deploy("2")
	if want := `observing target "app": 5 hosts (app6, app7, app8, …): connecting to it: no route to host`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if len(h.world.events) > 0 {
		t.Errorf("changes: %v", h.world.events)
	}
}

// A host goes down during its turn, and stays down: the others are brought
// back, the history does not claim more, and the next deploy takes it along.
func TestHostDownOnTheWayBack(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 6)
	h.mustDeploy("1")
	lost := h.all[4]
	lost.breaks = func(op string) {
		if op == "verify" && lost.now == "2" {
			lost.down = true
		}
	}
	_, err := h.deploy("2")
	if err == nil || !strings.Contains(err.Error(), `host app5: connecting to it: no route to host; going back failed, too, and the next deploy makes it good: returning target "app": host app5: connecting`) {
		t.Errorf("error: %v", err)
	}
	if strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("more is told than the one host: %v", err)
	}
	if got := h.runs(); got["1"] != 5 || got["2"] != 1 {
		t.Errorf("running: %v", got)
	}
	if want := "2 failed"; h.outcomes()[len(h.outcomes())-1] != want {
		t.Errorf("history %v, want %s", h.outcomes(), want)
	}
	lost.down, lost.breaks = false, nil
	h.mustDeploy("1")
	if got := h.runs(); got["1"] != 6 {
		t.Errorf("running: %v", got)
	}
	h.mustDeploy("2")
	if got := h.runs(); got["2"] != 6 {
		t.Errorf("running: %v", got)
	}
}

// One that fails on the way back does not stop the others.
func TestReturnThatFailsOnOneHost(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 6)
	h.mustDeploy("1")
	h.all[1].refuse["1"] = "the disk is full"
	h.all[5].refuse["2"] = "it does not start"
	_, err := h.deploy("2")
	if err == nil || !strings.Contains(err.Error(), "host app6: it does not start; going back failed, too") || !strings.Contains(err.Error(), "host app2: the disk is full") {
		t.Errorf("error: %v", err)
	}
	if got := h.runs(); got["1"] != 6 {
		t.Errorf("running: %v", got)
	}
	if got := h.outcomes()[len(h.outcomes())-1]; got != "2 failed" {
		t.Errorf("history: %s", got)
	}
}

func TestVerifyShowsAHostThatIsDown(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 3)
	h.mustDeploy("2")
	h.all[1].down = true
	h.all[2].now = "1"
	proofs, err := deploytest.Verify(t, h.deployment("2"))
	if err != nil {
		t.Fatal(err)
	}
	want := []deploy.Drift{
		{Target: "app", Host: "app2", Subject: "host", Kind: deploy.DriftState, Want: "reachable", Got: "unreachable: connecting to it: no route to host"},
		{Target: "app", Host: "app3", Subject: "web", Kind: deploy.DriftImage, Want: "2", Got: "1"},
	}
	if diff := cmp.Diff(want, proofs["app"].Drift); diff != "" {
		t.Errorf("drift (-want +got):\n%s", diff)
	}
}

// Stacks that ran before the first deploy are adopted, also when they differ:
// a first deploy that fails brings each back.
func TestAdoptedHosts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		previous []string
		hosts    bool // what single hosts ran is kept
	}{
		"all the same":     {[]string{"old", "old", "old"}, false},
		"all different":    {[]string{"old", "older", "oldest"}, true},
		"one is a new one": {[]string{"old", "", "old"}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHosts(t, 3)
			for i, tag := range test.previous {
				h.all[i].now = tag
				if tag != "" {
					h.all[i].previous = &deploy.Desired{Project: "shop"}
					h.all[i].previous.Release.Tag = tag
				}
			}
			h.all[2].refuse["2"] = "it does not start"
			if _, err := h.deploy("2"); err == nil || !strings.Contains(err.Error(), "adopted runs again") {
				t.Errorf("error: %v", err)
			}
			for i, tag := range test.previous {
				if h.all[i].now != tag {
					t.Errorf("app%d runs %q, want %q", i+1, h.all[i].now, tag)
				}
				h.all[i].previous = nil // a deploy has put its state there
			}
			snapshot, err := h.journal.Desired(t.Context(), 1)
			if err != nil || (len(snapshot["app"].Hosts) > 0) != test.hosts {
				t.Errorf("kept: %v, %v", snapshot["app"].Hosts, err)
			}
			h.mustDeploy("3")
			h.all[1].refuse["4"] = "it does not start"
			if _, err := h.deploy("4"); err == nil || h.runs()["3"] != 3 {
				t.Errorf("running: %v, %v", h.runs(), err)
			}
		})
	}
}

func TestNewHostAndOneThatLeft(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 4)
	h.all[3].now = ""
	members := h.options.Members
	h.options.Members = members[:3]
	h.mustDeploy("2")
	h.options.Members = members[1:]
	h.mustDeploy("2")
	if got, want := h.world.events, []string{"app4=2"}; !cmp.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
	h.mustDeploy("3")
	if want := map[string]int{"2": 1, "3": 3}; !maps.Equal(h.runs(), want) {
		t.Errorf("running %v, want %v: the host that left is left alone", h.runs(), want)
	}
}

// Output of several hosts is never mixed within a line.
func TestOutputNamesHosts(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 10)
	var log bytes.Buffer
	if err := fleet.New(h.options).Pull(t.Context(), deploy.Desired{}, &log); err != nil {
		t.Fatal(err)
	}
	got := strings.SplitAfter(strings.TrimSuffix(log.String(), "\n"), "\n")
	if len(got) != 20 {
		t.Errorf("%d lines", len(got))
	}
	for _, want := range []string{"app1  | pulling a\n", "app10 | pulling b\n"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no line %q in %q", want, log.String())
		}
	}
}

// Whoever lost the lock changes no further host.
func TestLostLockStopsBetweenBatches(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 10)
	target := fleet.New(h.options)
	d := h.deployment("2").Targets[0].Desired
	observed, err := target.Observe(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := target.Plan(d, observed)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	session := deploy.Session{Log: io.Discard, Fence: func(context.Context) error {
		if asked++; asked > 2 { // before the first batch, and by its host
			return journal.ErrLockLost
		}
		return nil
	}}
	if err := target.Apply(t.Context(), d, plan, session); !errors.Is(err, journal.ErrLockLost) {
		t.Errorf("error: %v", err)
	}
	if want := []string{"app1=2"}; !cmp.Equal(h.world.events, want) {
		t.Errorf("changes %v, want %v", h.world.events, want)
	}
}

// Fifty hosts, canary and then halves, take at most four times as long as one.
// Every step takes a second, of a clock that stands still while anything works.
func TestFiftyHostsTakeFourTimesOne(t *testing.T) {
	took := map[int]time.Duration{}
	for _, n := range []int{1, 50} {
		synctest.Test(t, func(t *testing.T) {
			h := newHosts(t, n)
			for _, host := range h.all {
				host.step = time.Second
			}
			began := time.Now()
			h.mustDeploy("2")
			took[n] = time.Since(began)
			if got := h.runs(); got["2"] != n {
				t.Errorf("running: %v", got)
			}
		})
	}
	t.Logf("one host: %s, fifty: %s", took[1], took[50])
	if took[1] < 5*time.Second || took[50] > 4*took[1] {
		t.Errorf("one host took %s, fifty took %s", took[1], took[50])
	}
}

// Two hundred hosts of which some fail for many reasons: the message stays readable.
func TestTwoHundredHosts(t *testing.T) {
	t.Parallel()
	h := newHosts(t, 200)
	h.mustDeploy("2")
	if got := h.runs(); got["2"] != 200 {
		t.Errorf("running: %v", got)
	}
	for i, host := range h.all {
		if i > 1 && i < 101 {
			host.refuse["3"] = "it is unhealthy\nfact of " + host.host
			host.breaks = h.afterEvents(101)
		}
		if i > 90 && i < 101 {
			host.refuse["3"] = fmt.Sprintf("a reason of its own: %d", i)
		}
	}
	h.options.HostsAtOnce = 100 // so that all of the batch have begun
	_, err := h.deploy("3")
	if err == nil || h.runs()["2"] != 200 {
		t.Fatalf("running: %v, %v", h.runs(), err)
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) > 5 || len(lines[0]) > 400 || !strings.Contains(lines[0], "hosts (app3, app4, app5, …): it is unhealthy") {
		t.Errorf("%d lines, the first one of %d characters: %s", len(lines), len(lines[0]), err)
	}
}
