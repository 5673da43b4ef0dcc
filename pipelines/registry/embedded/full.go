package embedded

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"syscall"
)

// readableFull answers a full disk as a denial that says so. distribution has
// status 500 and "unknown error" for it, which Docker tries again for a minute
// and then shows without the reason.
func readableFull(next http.Handler, dir string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held := &heldFailure{ResponseWriter: w}
		next.ServeHTTP(held, r)
		if held.status == 0 {
			return
		}
		if held.full() {
			w.Header().Del("Content-Length")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]string{{
				"code":    "DENIED",
				"message": fmt.Sprintf("%s in %s: free space there", syscall.ENOSPC.Error(), dir),
			}}})
			return
		}
		w.WriteHeader(held.status)
		_, _ = w.Write(held.body.Bytes())
	})
}

// heldFailure passes a response on, but holds one of status 500 and above.
type heldFailure struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *heldFailure) WriteHeader(status int) {
	if status >= http.StatusInternalServerError {
		h.status = status
		return
	}
	h.ResponseWriter.WriteHeader(status)
}

func (h *heldFailure) Write(p []byte) (int, error) {
	if h.status != 0 {
		return h.body.Write(p)
	}
	return h.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (h *heldFailure) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// full knows the system's text, and its number where distribution encodes the
// error as JSON.
func (h *heldFailure) full() bool {
	number := fmt.Appendf(nil, `"Err":%d`, int(syscall.ENOSPC))
	return bytes.Contains(h.body.Bytes(), []byte(syscall.ENOSPC.Error())) || bytes.Contains(h.body.Bytes(), number)
}
