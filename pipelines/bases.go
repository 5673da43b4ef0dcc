package pipelines

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/report"
)

// localImages is an engine that may have images which no registry that can be
// reached from here knows: imported or built on this machine, or from a mirror.
type localImages interface {
	LocalDigest(ctx context.Context, reference string) (digest string, ok bool, err error)
}

// baseDigest is what a base image's reference stands for: as its registry
// says, so that all machines agree; where no registry answers, what the engine
// has under that name, which is what the build will use.
func (p *Project) baseDigest(ctx context.Context, reference string) (string, error) {
	found, err := p.registry.Resolve(ctx, reference)
	if err == nil {
		return found.Digest, nil
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	e, engineErr := p.engine.get(ctx)
	if engineErr != nil {
		return "", fmt.Errorf("finding base image %q: %w", reference, err)
	}
	if local, ok := e.(localImages); ok {
		digest, ok, localErr := local.LocalDigest(ctx, reference)
		if localErr == nil && ok {
			p.notice(report.Warning, "base image %s is taken as the %s engine has it: no registry answered for it", reference, e.Name())
			return digest, nil
		}
	}
	return "", fmt.Errorf("finding base image %q: %w", reference, err)
}

func (p *Project) notice(level report.Level, format string, args ...any) {
	p.reporter.Report(report.Notice{Level: level, Text: fmt.Sprintf(format, args...)})
}
