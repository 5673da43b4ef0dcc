package pipelines

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy/journal"
)

func TestStats(t *testing.T) {
	now := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	at := func(days, hours int) time.Time { return now.AddDate(0, 0, -days).Add(time.Duration(hours) * time.Hour) }
	deployed := func(id, days int, outcome journal.Outcome, took, lead time.Duration) journal.Entry {
		e := journal.Entry{ID: id, Started: at(days, 0), Ended: at(days, 0).Add(took), Outcome: outcome}
		if lead > 0 {
			e.Committed = e.Ended.Add(-lead)
		}
		return e
	}
	minute, hour := time.Minute, time.Hour
	mixed := deployed(6, 3, journal.OutcomeFailed, minute, 0)
	mixed.Mixed = true
	tests := map[string]struct {
		oldestFirst      []journal.Entry
		deploys, failed  int
		share            float64
		lead, restore    Durations
		lastWeek, before Week
	}{
		"nothing": {},
		"deploys": {
			oldestFirst: []journal.Entry{deployed(1, 8, journal.OutcomeDeployed, minute, 2*hour), deployed(2, 2, journal.OutcomeDeployed, minute, 4*hour)},
			deploys:     2, lead: Durations{2, 4 * 3600, 4 * 3600}, lastWeek: Week{Deploys: 1}, before: Week{Deploys: 1},
		},
		"one from before the weeks": {
			oldestFirst: []journal.Entry{deployed(1, 30, journal.OutcomeDeployed, minute, hour), deployed(2, 2, journal.OutcomeDeployed, minute, 0)},
			deploys:     1, lastWeek: Week{Deploys: 1},
		},
		"a deploy that went back by itself": {
			oldestFirst: []journal.Entry{deployed(1, 9, journal.OutcomeDeployed, minute, 0), deployed(2, 2, journal.OutcomeRolledBack, 3*minute, 0)},
			deploys:     1, failed: 1, share: 0.5, restore: Durations{1, 180, 180}, lastWeek: Week{Failed: 1}, before: Week{Deploys: 1},
		},
		"a release that somebody took back": {
			oldestFirst: []journal.Entry{deployed(1, 9, journal.OutcomeDeployed, minute, 0), deployed(2, 3, journal.OutcomeDeployed, hour, 0), deployed(3, 2, journal.OutcomeRollback, hour, 0)},
			deploys:     2, failed: 1, share: 0.5, restore: Durations{1, 86400, 86400}, lastWeek: Week{Deploys: 1, Failed: 1}, before: Week{Deploys: 1},
		},
		"one that could not be put back, until the next": {
			oldestFirst: []journal.Entry{mixed, deployed(7, 2, journal.OutcomeDeployed, minute, 0)},
			deploys:     1, failed: 1, share: 0.5, restore: Durations{1, 86460, 86460}, lastWeek: Week{Deploys: 1, Failed: 1},
		},
		"one that is killed says nothing": {
			oldestFirst: []journal.Entry{deployed(1, 2, journal.OutcomeInterrupted, minute, 0)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			newest := make([]journal.Entry, len(test.oldestFirst))
			for i, e := range test.oldestFirst {
				newest[len(newest)-1-i] = e
			}
			got := statsOf("prod", newest, 2, now)
			test.before.Start, test.lastWeek.Start = at(14, 0), at(7, 0)
			want := EnvironmentStats{
				Environment: "prod", From: at(14, 0), To: now, Deploys: test.deploys, DeploysPerWeek: float64(test.deploys) / 2, LeadTime: test.lead,
				Failed: test.failed, FailedShare: test.share, TimeToRestore: test.restore, ByWeek: []Week{test.before, test.lastWeek},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("stats (-want +got):\n%s", diff)
			}
		})
	}
}
