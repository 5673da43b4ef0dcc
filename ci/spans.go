package main

import (
	"context"
	"fmt"
	"os"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/slipwayhq/slipway/pipelines/report"
)

// spans shows each task of the library as a span of its own, and notices in the
// function's log. What containers print Dagger itself shows.
type spans struct {
	ctx context.Context

	mu   sync.Mutex
	open map[int64]trace.Span
}

func newSpans(ctx context.Context) *spans {
	return &spans{ctx: ctx, open: map[int64]trace.Span{}}
}

// Report takes one event.
func (s *spans) Report(event report.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case report.TaskStarted:
		_, s.open[e.ID] = Tracer().Start(s.ctx, e.Name)
	case report.TaskDone:
		span := s.open[e.ID]
		delete(s.open, e.ID)
		if span == nil {
			return
		}
		if e.Outcome == report.Failed && e.Err != nil {
			span.SetStatus(codes.Error, e.Err.Error())
		}
		span.SetAttributes(attribute.Bool("dagger.io/dag.cached", e.Outcome == report.Reused))
		span.End()
	case report.Notice:
		fmt.Fprintf(os.Stderr, "%s: %s\n", e.Level, e.Text)
	}
}
