package checks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/images"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// Memory keeps the results of checks that passed in the registry, so that
// a publish of unchanged inputs, on whichever machine, runs none of them again.
type Memory struct {
	workspace  *workspace.Workspace
	repository string
	// others are repositories whose results count, too; nothing is written there.
	others []string
	bases  *images.Bases
	// rerun runs every check, whatever is remembered.
	rerun bool
}

// NewMemory remembers in a repository; what others remember counts, too. With rerun
// every check runs, whatever is remembered.
func NewMemory(w *workspace.Workspace, repository string, others []string, bases *images.Bases, rerun bool) *Memory {
	return &Memory{workspace: w, repository: repository, others: others, bases: bases, rerun: rerun}
}

const (
	checkType = "application/vnd.slipway.check.v1+json"
	// checkResult is the name of the result; what a check exported is below exportDir.
	checkResult = "check.json"
	exportDir   = "exports/"
	// exportLimit is how many bytes of exported files are kept with a result. A
	// check that exports more runs at every publish.
	exportLimit = 16 << 20
)

// keptCheck is the result of a check that passed.
type keptCheck struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	RunURL  string  `json:"runURL,omitempty"`
	Commit  string  `json:"commit"`
}

func checkTag(inputs content.Hash) string { return "check-" + string(inputs[:32]) }

// recall brings the result of a check that passed on the very same inputs, and
// the files that it exported.
func (m *Memory) recall(ctx context.Context, name string, check config.Check, inputs content.Hash, exports *exportStage, t *report.Task) (Result, bool, error) {
	if m.rerun || check.Cache != nil && !*check.Cache {
		return Result{}, false, nil
	}
	kept, err := m.find(ctx, inputs)
	if errors.Is(err, registry.ErrNotFound) {
		return Result{}, false, nil
	}
	if err != nil {
		return Result{}, false, fmt.Errorf("looking for the result of check %q: %w", name, err)
	}
	var passed keptCheck
	if err := json.Unmarshal(kept.Files[checkResult], &passed); err != nil {
		return Result{}, false, fmt.Errorf("reading the kept result of check %q: %w; use --rerun-checks", name, err)
	}
	if err := m.restore(check, kept.Files, exports); err != nil {
		return Result{}, false, err
	}
	t.Reused("passed on the same inputs at commit " + passed.Commit[:min(7, len(passed.Commit))])
	return Result{
		Name: name, Passed: true, Reused: true, Seconds: passed.Seconds,
		Exported: exported(check.Export, nil), Inputs: string(inputs),
	}, true, nil
}

// find gives the first result for these inputs; an error that is ErrNotFound says
// that there is none.
func (m *Memory) find(ctx context.Context, inputs content.Hash) (registry.Artifact, error) {
	for _, repository := range append([]string{m.repository}, m.others...) {
		kept, err := m.workspace.Registry.GetArtifact(ctx, repository, checkTag(inputs), checkType)
		if !errors.Is(err, registry.ErrNotFound) {
			return kept, err
		}
	}
	return registry.Artifact{}, registry.ErrNotFound
}

// forget removes the result of a check that failed after all on inputs on which
// it had passed. A registry that can't delete tags keeps it.
func (m *Memory) forget(ctx context.Context, inputs content.Hash) {
	if m == nil || !m.rerun {
		return
	}
	if _, err := m.workspace.Registry.DeleteTag(ctx, m.repository, checkTag(inputs)); err != nil {
		m.workspace.Notice(report.Warning, "a result from before stays in the registry: %v; publish with --rerun-checks again", err)
	}
}

// restore brings back the exported files of a kept result.
func (m *Memory) restore(check config.Check, files map[string][]byte, exports *exportStage) error {
	for _, export := range exports.reserve(check.Export) {
		content, ok := files[exportDir+filepath.ToSlash(exportName(export.From))]
		if !ok {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(export.To), 0o755); err != nil {
			return fmt.Errorf("writing exported %q: %w", export.From, err)
		}
		if err := os.WriteFile(export.To, content, 0o644); err != nil {
			return fmt.Errorf("writing exported %q: %w", export.From, err)
		}
	}
	return nil
}

// keep writes the result of a check that passed. Exports that are directories,
// are missing, or are too large keep the check from being remembered: a reuse
// would not bring them back. So do those with a secret in them: whoever may pull
// from the registry could read it.
func (m *Memory) keep(ctx context.Context, name string, check config.Check, inputs content.Hash, result Result, exports *exportStage) error {
	if check.Cache != nil && !*check.Cache {
		return nil
	}
	passed, err := json.Marshal(keptCheck{Name: name, Seconds: result.Seconds, RunURL: m.workspace.Info.RunURL, Commit: m.workspace.Info.Commit})
	if err != nil {
		return fmt.Errorf("keeping the result of check %q: %w", name, err)
	}
	files, size := map[string][]byte{checkResult: passed}, 0
	for _, export := range exports.reserve(check.Export) {
		info, err := os.Lstat(export.To)
		if err != nil || !info.Mode().IsRegular() || size+int(info.Size()) > exportLimit {
			return nil
		}
		content, err := os.ReadFile(export.To)
		if err != nil || m.workspace.Redactor.String(string(content)) != string(content) {
			return nil
		}
		size += len(content)
		files[exportDir+filepath.ToSlash(exportName(export.From))] = content
	}
	_, _, err = m.workspace.Registry.PutArtifact(ctx, m.repository, checkTag(inputs), registry.Artifact{Type: checkType, Files: files})
	if err != nil {
		return fmt.Errorf("keeping the result of check %q: %w", name, err)
	}
	return nil
}
