package published

import (
	"context"
	"strings"

	"git.example/slipway/pipelines/report"
)

// ensureRecords wants the repository of the records to be there, or that a push may
// make it. Docker Hub decides itself who may read one that a push makes.
func (r *Registries) ensureRecords(ctx context.Context, d Destination) error {
	there, err := r.workspace.Registry.HasRepository(ctx, d.Records())
	if there || err != nil && !isAbsent(err) {
		return nil // the push tells what is wrong
	}
	if d.config.DockerHub != nil && d.project.Record == nil {
		r.workspace.Notice(report.Warning, "release records, with the deploy files in them, go to %s, which Docker Hub makes with your account's default visibility: "+
			"make it private there first if others must not read them, or name another with record:", d.Records())
	}
	return r.look(ctx, d, strings.TrimPrefix(d.Records(), d.Host()+"/"))
}
