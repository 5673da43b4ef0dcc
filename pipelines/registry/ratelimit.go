package registry

import (
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"strings"
	"time"
)

// pullLimit says that the registry's limit is one of hours, not of a moment.
func pullLimit(e *transport.Error, said response) bool {
	return said.retryAfter == 0 && (said.window > time.Minute || strings.Contains(strings.ToLower(e.Error()), "pull rate limit"))
}
