package e2e

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// traces is all that a call tells of itself as OpenTelemetry: spans with their
// attributes, logs, metrics.
type traces struct {
	mu      sync.Mutex
	content bytes.Buffer
	url     string
}

func newTraces(t *testing.T) *traces {
	traces := &traces{}
	server := httptest.NewServer(traces)
	t.Cleanup(server.Close)
	traces.url = server.URL
	return traces
}

func (c *traces) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unzipped
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	io.Copy(&c.content, body)
}

// env makes a call send everything here.
func (c *traces) env() []string {
	var env []string
	for _, signal := range []string{"traces", "logs", "metrics"} {
		variable := "OTEL_EXPORTER_OTLP_" + strings.ToUpper(signal)
		env = append(env, variable+"_ENDPOINT="+c.url+"/v1/"+signal, variable+"_PROTOCOL=http/protobuf")
	}
	return env
}

// has says whether text is anywhere in what came.
func (c *traces) has(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Contains(c.content.Bytes(), []byte(text))
}
