package registry

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// response is what the last refusing response of an attempt said in its headers,
// which go-containerregistry's errors do not carry.
type response struct {
	retryAfter time.Duration
	// window is the length of the rate limit's period, from Docker Hub's
	// "ratelimit-limit: 100;w=21600".
	window time.Duration
}

type responseKey struct{}

func noteResponse(ctx context.Context, resp *http.Response) {
	said, ok := ctx.Value(responseKey{}).(*response)
	if !ok {
		return
	}
	*said = response{retryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	for part := range strings.SplitSeq(resp.Header.Get("RateLimit-Limit"), ";") {
		if seconds, ok := strings.CutPrefix(strings.TrimSpace(part), "w="); ok {
			n, _ := strconv.Atoi(seconds)
			said.window = time.Duration(n) * time.Second
		}
	}
}

// retryAfter reads a number of seconds or a date
// (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
