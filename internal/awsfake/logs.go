package awsfake

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Logs is CloudWatch Logs.
type Logs struct {
	// PageSize of what is read from the head; 3 when zero, so that there are pages.
	PageSize int

	s       *Server
	mu      sync.Mutex
	streams map[string][]line // by group and stream
}

type line struct {
	at   time.Time
	text string
}

// Logs makes the fake answer for CloudWatch Logs. Tasks of ECS write there.
func (s *Server) Logs() *Logs {
	l := &Logs{s: s, streams: map[string][]line{}}
	s.Handle("logs", "GetLogEvents", l.get)
	return l
}

// Write appends a line to a stream.
func (l *Logs) Write(group, stream, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.streams[group+" "+stream] = append(l.streams[group+" "+stream], line{l.s.Clock.Now(), text})
}

func (l *Logs) get(c *Call) (any, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all, ok := l.streams[c.String("logGroupName")+" "+c.String("logStreamName")]
	if !ok {
		return nil, &Error{Code: "ResourceNotFoundException", Message: "The specified log stream does not exist."}
	}
	first, end := 0, len(all)
	if n := c.Int("startTime", 0); n > 0 {
		if first = slices.IndexFunc(all, func(e line) bool { return e.at.UnixMilli() >= int64(n) }); first < 0 {
			first = len(all)
		}
	}
	limit := c.Int("limit", 10000)
	switch token := c.String("nextToken"); {
	case token != "":
		if _, err := fmt.Sscanf(token, "f/%d", &first); err != nil {
			return nil, &Error{Code: "InvalidParameterException", Message: "The specified nextToken is invalid."}
		}
		end = min(len(all), first+min(limit, max(l.PageSize, 3)))
	case c.Bool("startFromHead"):
		end = min(len(all), first+min(limit, max(l.PageSize, 3)))
	default:
		first = max(first, len(all)-limit)
	}
	events := []any{}
	for _, e := range all[min(first, len(all)):end] {
		events = append(events, map[string]any{"timestamp": e.at.UnixMilli(), "ingestionTime": e.at.UnixMilli(), "message": e.text})
	}
	return map[string]any{"events": events, "nextForwardToken": fmt.Sprintf("f/%d", end), "nextBackwardToken": fmt.Sprintf("b/%d", first)}, nil
}
