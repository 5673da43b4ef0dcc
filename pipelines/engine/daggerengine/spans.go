package daggerengine

import (
	"context"
	"errors"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
)

const (
	// tracesEndpoint is where Dagger takes the spans of a program that runs inside a
	// function; traceParent is the span that the program itself is.
	tracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	traceParent    = "TRACEPARENT"

	// spanLimit is how long the end of a session waits for spans to arrive.
	spanLimit = 3 * time.Second
)

// spans are what Dagger shows of a session beside its own steps: each check and
// each image under its name. Nil outside of a function. Only names are in them.
type spans struct {
	provider *trace.TracerProvider
	tracer   api.Tracer
	parent   api.SpanContext
}

// newSpans are those of this process, nil where nobody takes them.
func newSpans(ctx context.Context, lookup func(string) (string, bool)) *spans {
	parent, inside := set(lookup, traceParent)
	if _, taken := set(lookup, tracesEndpoint); !inside || !taken || !insideSession(lookup) {
		return nil
	}
	exporter, err := otlptracehttp.New(ctx) // reads the endpoint from the environment
	if err != nil {
		return nil
	}
	carrier := propagation.MapCarrier{"traceparent": parent}
	provider := trace.NewTracerProvider(
		trace.WithSpanProcessor(started{exporter}), trace.WithBatcher(exporter), trace.WithResource(resource.Empty()))
	return &spans{
		provider: provider, tracer: provider.Tracer("slipway"),
		parent: api.SpanContextFromContext(propagation.TraceContext{}.Extract(ctx, carrier)),
	}
}

// start begins a span. What is done with the context it returns is below it. The
// function it returns ends it.
func (s *spans) start(ctx context.Context, name string) (context.Context, func(code int, err error)) {
	if s == nil {
		return ctx, func(int, error) {}
	}
	if !api.SpanContextFromContext(ctx).IsValid() {
		ctx = api.ContextWithRemoteSpanContext(ctx, s.parent)
	}
	ctx, span := s.tracer.Start(ctx, name)
	return ctx, func(code int, err error) {
		switch {
		case errors.Is(err, context.Canceled):
			span.SetAttributes(attribute.Bool("dagger.io/dag.canceled", true))
		case err != nil:
			span.SetStatus(codes.Error, "did not end")
		case code != 0:
			span.SetStatus(codes.Error, "exit code "+strconv.Itoa(code))
		}
		span.End()
	}
}

// close sends what is left.
func (s *spans) close() {
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), spanLimit)
	defer cancel()
	s.provider.Shutdown(ctx) // a span that does not arrive is just not shown
}

// started sends each span when it starts, so that it is shown while it lasts.
type started struct{ exporter trace.SpanExporter }

func (p started) OnStart(ctx context.Context, span trace.ReadWriteSpan) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), spanLimit)
	defer cancel()
	p.exporter.ExportSpans(ctx, []trace.ReadOnlySpan{span})
}

func (started) OnEnd(trace.ReadOnlySpan)         {}
func (started) Shutdown(context.Context) error   { return nil }
func (started) ForceFlush(context.Context) error { return nil }
