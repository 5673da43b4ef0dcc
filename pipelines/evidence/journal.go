package evidence

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/deploy/journal"
)

// entriesBack is how far back in the history a record is looked for.
const entriesBack = 200

// inJournal is the environment's own note of this very record, from a deploy that
// verified it and that knew it to be proven; or why there is none.
func (q Question) inJournal(ctx context.Context) (journal.Record, error) {
	kept, err := q.Journal(ctx)
	if err != nil {
		return journal.Record{}, fmt.Errorf("reading the journal of %q: %w", q.Environment.Name, err)
	}
	read := 0
	for entry, err := range kept.Entries(ctx) {
		if err != nil {
			return journal.Record{}, fmt.Errorf("reading the journal of %q: %w", q.Environment.Name, err)
		}
		r := entry.Record
		if r != nil && r.Digest == q.Release.Digest && entry.Outcome.Verified() && Kind(r.Proven).Lasting() {
			return *r, nil
		}
		if read++; read == entriesBack {
			break
		}
	}
	return journal.Record{}, fmt.Errorf("no deploy to %q has verified it before", q.Environment.Name)
}
