package campaign

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// faults are the ways in which a registry fails.
var faults = []string{"429", "500", "truncates", "resets", "hangs", "drips", "redirects for ever", "answers HTML"}

// faulty stands before a registry and fails in one of these ways, from its
// request number from on, for a while.
type faulty struct {
	behind *httputil.ReverseProxy
	mu     sync.Mutex
	count  int
	fault  string
	from   int
	while  time.Duration // for good when zero
	until  time.Time
	// hit says that a request was answered badly, over is closed at the fault's end.
	hit  bool
	over chan struct{}
}

// failing gives a registry whose address is that of a faulty one before it.
func (w *world) failing(r *dockerRegistry) *faulty {
	w.t.Helper()
	target, err := url.Parse("http://" + r.address)
	if err != nil {
		w.t.Fatal(err)
	}
	f := &faulty{over: make(chan struct{})}
	f.behind = &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(target)
		p.Out.Host = p.In.Host // so that the registry's locations lead here
	}}
	f.behind.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	server := httptest.NewServer(f)
	w.t.Cleanup(func() { f.end(); server.CloseClientConnections(); server.Close() })
	r.address = strings.TrimPrefix(server.URL, "http://")
	return f
}

// begin makes it fail.
func (f *faulty) begin(fault string, from int, while time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count, f.fault, f.from, f.while, f.until, f.hit, f.over = 0, fault, from, while, time.Time{}, false, make(chan struct{})
}

// end makes it a good one again, and says how many requests there were and whether
// any was answered badly.
func (f *faulty) end() (requests int, hit bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fault = ""; f.over != nil {
		close(f.over)
		f.over = nil
	}
	return f.count, f.hit
}

// now is how to answer this request badly; empty for well.
func (f *faulty) now() (fault string, over <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	if f.fault == "" || f.count <= f.from {
		return "", nil
	}
	if f.until.IsZero() {
		f.until = time.Now().Add(f.while)
		if f.while > 0 {
			over := f.over
			time.AfterFunc(f.while, func() {
				f.mu.Lock()
				defer f.mu.Unlock()
				if f.over == over && over != nil {
					close(over)
					f.over, f.fault = nil, ""
				}
			})
		}
	}
	f.hit = true
	return f.fault, f.over
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, over := f.now()
	switch fault {
	case "":
		f.behind.ServeHTTP(w, r)
	case "429":
		http.Error(w, "too many", http.StatusTooManyRequests)
	case "500":
		http.Error(w, "broken", http.StatusInternalServerError)
	case "redirects for ever":
		http.Redirect(w, r, r.URL.String(), http.StatusTemporaryRedirect)
	case "answers HTML":
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<!DOCTYPE html><title>Sign in</title><p>Welcome to our network")
	case "hangs":
		select {
		case <-over:
		case <-r.Context().Done():
		}
		cut(w, false)
	case "resets":
		cut(w, true)
	case "truncates", "drips":
		answer := httptest.NewRecorder()
		f.behind.ServeHTTP(answer, r)
		f.partly(w, r, answer, fault == "drips", over)
	}
}

// partly sends half of an answer, or all of it so slowly that it takes for ever.
func (f *faulty) partly(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder, drip bool, over <-chan struct{}) {
	body := answer.Body.Bytes()
	if len(body) < 2 {
		cut(w, true)
		return
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(answer.Code)
	if !drip {
		w.Write(body[:len(body)/2])
		cut(w, false)
		return
	}
	for i := range body {
		w.Write(body[i : i+1])
		w.(http.Flusher).Flush()
		select {
		case <-over:
			w.Write(body[i+1:])
			return
		case <-r.Context().Done():
			return
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// cut ends a request's connection, with a reset where that is asked for.
func cut(w http.ResponseWriter, reset bool) {
	if f, ok := w.(http.Flusher); ok && !reset {
		f.Flush()
	}
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		tcp.SetLinger(0)
	}
	conn.Close()
}
