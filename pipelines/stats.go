package pipelines

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy/journal"
)

// StatsOptions say what to count.
type StatsOptions struct {
	// Envs are the environments; all when empty.
	Envs []string
	// Weeks before now that count; 12 when zero.
	Weeks int
	// Now is when they end; the present when zero.
	Now time.Time
}

const defaultWeeks = 12

// EnvironmentStats are the numbers of an environment over some weeks, from its journal
// alone.
type EnvironmentStats struct {
	Environment string    `json:"environment"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	// Deploys are those that brought a release live, and DeploysPerWeek how many that
	// is a week. Rollbacks are no deploys.
	Deploys        int     `json:"deploys"`
	DeploysPerWeek float64 `json:"deploysPerWeek"`
	// LeadTime is from a commit until it is live.
	LeadTime Durations `json:"leadTime"`
	// Failed are deploys that failed, and releases that somebody rolled back. Share is
	// that of all that was tried; zero when nothing was.
	Failed      int     `json:"failed"`
	FailedShare float64 `json:"failedShare"`
	// TimeToRestore is from the beginning of a deploy that failed, or from when a release
	// was live that somebody rolled back, until what ran worked again.
	TimeToRestore Durations `json:"timeToRestore"`
	// ByWeek are the weeks, oldest first.
	ByWeek []Week `json:"byWeek"`
	// Error is why the journal could not be read.
	Error string `json:"error,omitempty"`
}

// Durations are how long something took, in seconds.
type Durations struct {
	// Count is how many are known.
	Count  int     `json:"count"`
	Median float64 `json:"median"`
	// Slow is what nine of ten were faster than.
	Slow float64 `json:"p90"`
}

// Week is one week of an environment.
type Week struct {
	Start   time.Time `json:"start"`
	Deploys int       `json:"deploys"`
	Failed  int       `json:"failed"`
}

// Stats counts the deploys of environments. It changes nothing.
func (v View) Stats(ctx context.Context, o StatsOptions) ([]EnvironmentStats, error) {
	if o.Weeks == 0 {
		o.Weeks = defaultWeeks
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	names := o.Envs
	if len(names) == 0 {
		names = v.workspace.Config.Environments.Names()
	}
	all := make([]EnvironmentStats, len(names))
	group, each := errgroup.WithContext(ctx)
	group.SetLimit(environmentsAtOnce)
	for i, name := range names {
		e, err := v.workspace.Environment(name)
		if err != nil {
			return nil, err
		}
		group.Go(func() error {
			entries, err := v.since(each, e.Name, o.Now.AddDate(0, 0, -7*o.Weeks))
			all[i] = statsOf(e.Name, entries, o.Weeks, o.Now)
			if err != nil {
				all[i].Error = v.workspace.Clean(err.Error())
			}
			return each.Err()
		})
	}
	err := group.Wait()
	return all, err
}

// since are the deploys of an environment that began after a moment, newest first, and
// before them one more that worked.
func (v View) since(ctx context.Context, environment string, from time.Time) ([]journal.Entry, error) {
	kept, _, err := openJournal(ctx, v.workspace, v.targets, environment)
	if err != nil {
		return nil, err
	}
	var entries []journal.Entry
	for e, err := range kept.Entries(ctx) {
		if err != nil {
			return entries, fmt.Errorf("reading the history of %q: %w", environment, err)
		}
		entries = append(entries, e)
		if e.Started.Before(from) && e.Outcome.Worked() {
			break
		}
	}
	return entries, nil
}

// statsOf counts entries, newest first, of the weeks before now.
func statsOf(environment string, entries []journal.Entry, weeks int, now time.Time) EnvironmentStats {
	now = now.UTC()
	from := now.AddDate(0, 0, -7*weeks)
	s := EnvironmentStats{Environment: environment, From: from, To: now}
	for i := range weeks {
		s.ByWeek = append(s.ByWeek, Week{Start: from.AddDate(0, 0, 7*i)})
	}
	week := func(t time.Time) *Week {
		return &s.ByWeek[min(max(int(t.Sub(from)/(7*24*time.Hour)), 0), weeks-1)]
	}
	var lead, restore []float64
	var live *journal.Entry
	var broken time.Time // since when what runs is not whole
	tried := 0
	for _, e := range slices.Backward(entries) {
		counts := !e.Started.Before(from) && !e.Started.After(now)
		failed := func(since time.Time, until time.Time) {
			if !counts {
				return
			}
			s.Failed++
			week(e.Started).Failed++
			if !until.IsZero() && until.After(since) {
				restore = append(restore, until.Sub(since).Seconds())
			}
		}
		switch e.Outcome {
		case journal.OutcomeDeployed:
			if counts {
				s.Deploys++
				tried++
				week(e.Started).Deploys++
				if !e.Committed.IsZero() && e.Ended.After(e.Committed) {
					lead = append(lead, e.Ended.Sub(e.Committed).Seconds())
				}
				if !broken.IsZero() {
					restore = append(restore, e.Ended.Sub(broken).Seconds())
				}
			}
			live, broken = &e, time.Time{}
		case journal.OutcomeRollback:
			since := time.Time{}
			if live != nil {
				since = live.Ended
			}
			failed(since, e.Ended)
			live, broken = &e, time.Time{}
		case journal.OutcomeRolledBack:
			if counts {
				tried++
			}
			failed(e.Started, e.Ended)
		case journal.OutcomeFailed:
			if counts {
				tried++
			}
			failed(time.Time{}, time.Time{})
			if e.Mixed && broken.IsZero() {
				broken = e.Started
			}
		case journal.OutcomeAdopted:
			live = &e
		}
	}
	s.DeploysPerWeek = float64(s.Deploys) / float64(weeks)
	if tried > 0 {
		s.FailedShare = min(1, float64(s.Failed)/float64(tried))
	}
	s.LeadTime, s.TimeToRestore = durationsOf(lead), durationsOf(restore)
	return s
}

// durationsOf sums durations up.
func durationsOf(all []float64) Durations {
	if len(all) == 0 {
		return Durations{}
	}
	slices.Sort(all)
	at := func(share float64) float64 { return all[min(int(share*float64(len(all))), len(all)-1)] }
	return Durations{Count: len(all), Median: at(0.5), Slow: at(0.9)}
}
