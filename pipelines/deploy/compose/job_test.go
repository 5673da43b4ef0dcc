package compose

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/slipwayhq/slipway/pipelines/deploy"
)

// TestSettleShowsEndedJobsNotAgain: what the deploy before did is no news.
func TestSettleShowsEndedJobsNotAgain(t *testing.T) {
	target := New(Options{Name: "stack", Host: deploy.LocalHost{}, State: t.TempDir()})
	for name, content := range map[string]string{"job.json": "{}", "pid": "0", "out": "web Recreated\n", "rc": "0\n"} {
		if err := target.Host.WriteFile(t.Context(), filepath.Join(target.jobDir(), name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	if err := target.Settle(t.Context(), &log); err != nil {
		t.Fatal(err)
	}
	if log.Len() > 0 {
		t.Errorf("Settle shows %q", log.String())
	}
}
