package daggerengine

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/proto"
)

const (
	// maxLogRequest bounds one delivery of logs; they are some kilobytes.
	maxLogRequest = 64 << 20
	// logDelay is how late output can arrive after what printed it has ended.
	logDelay = 3 * time.Second
)

// logs receives what containers print, while they print it. The API has it at
// the end only, and all at once; the session's command line, however, sends it
// on as OpenTelemetry logs. Every request of ours carries a trace id, and its
// output comes back under that id. Nil inside another's session, where Dagger
// shows the output itself.
type logs struct {
	server   http.Server
	endpoint string

	mu       sync.Mutex
	followed map[string]*follower
}

// newLogs starts receiving. Where that is not possible there is no live output.
func newLogs() *logs {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil
	}
	path := make([]byte, 16)
	rand.Read(path) // never fails
	l := &logs{followed: map[string]*follower{}}
	l.endpoint = "http://" + listener.Addr().String() + "/" + hex.EncodeToString(path)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /"+hex.EncodeToString(path), l.receive)
	l.server.Handler = mux
	go l.server.Serve(listener)
	return l
}

// environment makes a session send its logs here.
func (l *logs) environment() []string {
	if l == nil {
		return nil
	}
	return []string{"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=" + l.endpoint, "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf"}
}

func (l *logs) close() {
	if l != nil {
		l.server.Close()
	}
}

func (l *logs) receive(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(http.MaxBytesReader(w, r.Body, maxLogRequest))
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = io.LimitReader(unzipped, maxLogRequest)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	// The same on the wire as the collector's request.
	var data logspb.LogsData
	if err := proto.Unmarshal(content, &data); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, resource := range data.ResourceLogs {
		for _, scope := range resource.ScopeLogs {
			for _, record := range scope.LogRecords {
				l.deliver(record)
			}
		}
	}
}

func (l *logs) deliver(record *logspb.LogRecord) {
	l.mu.Lock()
	f := l.followed[hex.EncodeToString(record.TraceId)]
	l.mu.Unlock()
	if f == nil {
		return
	}
	stream, ended := int64(0), false
	for _, attribute := range record.Attributes {
		switch attribute.Key {
		case "stdio.stream":
			stream = attribute.Value.GetIntValue()
		case "stdio.eof":
			ended = attribute.Value.GetBoolValue()
		case "dagger.io/logs.verbose":
			return // what Dagger itself reads, such as the content of files
		}
	}
	if stream != 0 {
		f.add(hex.EncodeToString(record.SpanId), record.Body.GetStringValue(), ended)
	}
}

// traceKey is where a context has its trace id.
type traceKey struct{}

// traceparent is the header that gives a request its trace id.
func traceparent(ctx context.Context) string {
	id, ok := ctx.Value(traceKey{}).(string)
	if !ok {
		return ""
	}
	return "00-" + id + "-" + id[:16] + "-01"
}

// follow writes to w what is printed by containers that requests with the
// returned context start.
func (l *logs) follow(ctx context.Context, w io.Writer) (context.Context, *follower) {
	f := &follower{to: w, open: map[string]int{}, changed: make(chan struct{}, 1)}
	if l == nil {
		return ctx, f
	}
	raw := make([]byte, 16)
	rand.Read(raw) // never fails
	f.logs, f.id = l, hex.EncodeToString(raw)
	l.mu.Lock()
	l.followed[f.id] = f
	l.mu.Unlock()
	return context.WithValue(ctx, traceKey{}, f.id), f
}
