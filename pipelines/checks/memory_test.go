package checks

import (
	"path/filepath"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/secrets"
)

// Whoever may pull from the registry could read an exported file, so one with a
// secret in it is not kept there.
func TestCheckMemoryKeepsNoSecret(t *testing.T) {
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", composeProject["slipway.yaml"])
	w := projecttest.Open(t, dir, nil, nil)
	w.Redactor.Add(secrets.NewValue("canary-7f3a"))
	memory := NewMemory(w, registrytest.Serve(t)+"/shop/release", nil, nil, false)
	check := config.Check{Export: []string{"report.txt"}}
	for text, want := range map[string]bool{"passed": true, "token=canary-7f3a": false} {
		t.Run(text, func(t *testing.T) {
			stage := stageIn(t, dir)
			projecttest.Write(t, filepath.Dir(stage.staged("report.txt")), "report.txt", text)
			inputs := content.Digest("test", text)
			if err := memory.keep(t.Context(), "unit", check, inputs, Result{}, stage); err != nil {
				t.Fatal(err)
			}
			err := report.Run(t.Context(), report.Discard, "check", func(task *report.Task) error {
				_, found, err := memory.recall(t.Context(), "unit", check, inputs, stageIn(t, dir), task)
				if found != want {
					t.Errorf("kept: %t, want %t", found, want)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
