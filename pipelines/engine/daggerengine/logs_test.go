package daggerengine

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/proto"
)

// record is one piece of output, or its end.
func record(ctx context.Context, text string, more ...*common.KeyValue) *logspb.LogRecord {
	id := []byte(strings.Split(traceparent(ctx), "-")[1])
	trace := make([]byte, len(id)/2)
	for i := range trace {
		trace[i] = unhex(id[2*i])<<4 | unhex(id[2*i+1])
	}
	stream := &common.KeyValue{Key: "stdio.stream", Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: 1}}}
	return &logspb.LogRecord{
		TraceId: trace, SpanId: []byte("12345678"), Attributes: append(more, stream),
		Body: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: text}},
	}
}

func unhex(b byte) byte { return byte(strings.IndexByte("0123456789abcdef", b)) }

func flag(name string) *common.KeyValue {
	return &common.KeyValue{Key: name, Value: &common.AnyValue{Value: &common.AnyValue_BoolValue{BoolValue: true}}}
}

func send(t *testing.T, l *logs, zipped bool, records ...*logspb.LogRecord) {
	t.Helper()
	content, err := proto.Marshal(&logspb.LogsData{ResourceLogs: []*logspb.ResourceLogs{{ScopeLogs: []*logspb.ScopeLogs{{LogRecords: records}}}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, l.endpoint, bytes.NewReader(content))
	if zipped {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(content)
		w.Close()
		r, err = http.NewRequest(http.MethodPost, l.endpoint, &b)
		r.Header.Set("Content-Encoding", "gzip")
	}
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
}

func TestLogsGoWhereTheyBelong(t *testing.T) {
	l := newLogs()
	defer l.close()
	var a, b bytes.Buffer
	ctxA, followA := l.follow(t.Context(), &a)
	ctxB, followB := l.follow(t.Context(), &b)
	ended := flag("stdio.eof")
	send(t, l, false, record(ctxA, "one\n"), record(ctxB, "other\n"), record(ctxA, "file content", flag("dagger.io/logs.verbose")))
	send(t, l, true, record(ctxA, "two\n"), record(ctxA, "", ended), record(ctxA, "", ended))
	followA.done(t.Context(), 1)
	if got := a.String(); got != "one\ntwo\n" {
		t.Errorf("got %q", got)
	}
	time.AfterFunc(100*time.Millisecond, func() { send(t, l, false, record(ctxB, "late\n"), record(ctxB, "", ended), record(ctxB, "", ended)) })
	followB.done(t.Context(), 1)
	if got := b.String(); got != "other\nlate\n" {
		t.Errorf("got %q", got)
	}
	send(t, l, false, record(ctxB, "too late\n"))
	if strings.Contains(b.String(), "too late") {
		t.Error("something is written after the end")
	}
}

func TestLogsAreNotWaitedForForever(t *testing.T) {
	l := newLogs()
	defer l.close()
	var out bytes.Buffer
	_, f := l.follow(t.Context(), &out)
	started := time.Now()
	f.done(t.Context(), 0)
	if took := time.Since(started); took > time.Second {
		t.Errorf("a follower that waits for nothing took %s", took)
	}
	_, f = l.follow(t.Context(), &out)
	f.done(t.Context(), 1)
	if took := time.Since(started); took < logDelay || took > logDelay+5*time.Second {
		t.Errorf("a container that never says anything took %s", took)
	}
}

func TestLogsWithoutSession(t *testing.T) {
	var none *logs
	ctx, f := none.follow(t.Context(), &bytes.Buffer{})
	f.done(ctx, 1)
	none.close()
	if traceparent(ctx) != "" || f.live() || len(none.environment()) > 0 {
		t.Error("it pretends to receive")
	}
}
