package checks

import (
	"os"
	"path/filepath"
	"testing"

	"git.example/slipway/internal/projecttest"
)

func TestExportStage(t *testing.T) {
	project := t.TempDir()
	projecttest.Write(t, project, "keep.txt", "mine")
	projecttest.Write(t, project, "reports/old.txt", "old")
	stage := stageIn(t, project)
	exports := stage.reserve([]string{"coverage.out", "reports", "/var/log/app.log", ".", "missing.txt"})
	projecttest.Write(t, filepath.Dir(stage.staged("coverage.out")), "coverage.out", "1")
	projecttest.Write(t, stage.staged("reports"), "deep/new.txt", "2")
	projecttest.Write(t, filepath.Dir(stage.staged("app.log")), "app.log", "3")
	projecttest.Write(t, stage.staged("exports"), "all.txt", "4")
	if _, err := os.Stat(filepath.Join(project, "coverage.out")); err == nil {
		t.Error("an export is in the project before the builds have ended")
	}
	if err := stage.bringOut(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"keep.txt": "mine", "coverage.out": "1", "reports/deep/new.txt": "2", "app.log": "3", "exports/all.txt": "4",
	} {
		if got, err := os.ReadFile(filepath.Join(project, name)); err != nil || string(got) != want {
			t.Errorf("%s has %q (%v), want %q", name, got, err, want)
		}
	}
	for _, name := range []string{"reports/old.txt", "missing.txt"} {
		if _, err := os.Stat(filepath.Join(project, name)); err == nil {
			t.Errorf("%s is there", name)
		}
	}
	if _, err := os.Stat(filepath.Dir(exports[0].To)); err == nil {
		t.Error("the stage is still there")
	}
}
