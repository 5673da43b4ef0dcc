package pipelines

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/lint"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// admitFiles refuses a release whose files for a protected environment have what
// lint calls an error there: build:, or an image without a version. Doing is what is
// being done, such as "deploying".
func admitFiles(ctx context.Context, w *workspace.Workspace, doing, environment string, r published.Release) error {
	unfit, err := unfitFiles(ctx, w, environment, r)
	if err != nil || len(unfit) == 0 {
		return err
	}
	return refuse("%s %q: the protected environment %q takes no release with %s; mend that and publish the commit, or accept it with a comment there, # slipway:ignore %s",
		doing, r.Record.Tag, environment, strings.Join(told(unfit), "; and "), unfit[0].Rule)
}

// publishable refuses a release that a protected environment would not take because
// of its files; for the others it says what that would be.
func publishable(ctx context.Context, w *workspace.Workspace, r published.Release) error {
	said := map[string]bool{}
	for _, e := range w.Config.Environments {
		if e.Value.Protected {
			if err := admitFiles(ctx, w, "publishing", e.Name, r); err != nil {
				return err
			}
			continue
		}
		unfit, err := unfitFiles(ctx, w, e.Name, r)
		if err != nil {
			return err
		}
		for _, text := range told(unfit) {
			if !said[text] {
				w.Notice(report.Warning, "%s", text)
			}
			said[text] = true
		}
	}
	return nil
}

// told are findings as parts of a sentence.
func told(findings []lint.Finding) []string {
	texts := make([]string, len(findings))
	for i, f := range findings {
		texts[i] = fmt.Sprintf("%s:%d: %s (%s)", f.File, f.Line, f.Message, f.Rule)
	}
	return texts
}

// unfitFiles are the errors that lint finds in the files that the release deploys to
// an environment, as its own slipway.yaml has it. What can't be read is for the
// deploy to say.
func unfitFiles(ctx context.Context, w *workspace.Workspace, environment string, r published.Release) ([]lint.Finding, error) {
	name := filepath.Base(w.Config.Path)
	recorded, err := config.Parse(name, r.Files[name])
	if err != nil {
		return nil, nil
	}
	dir, err := os.MkdirTemp("", "slipway-files-")
	if err != nil {
		return nil, fmt.Errorf("writing the release's files to a temporary directory: %w", err)
	}
	defer os.RemoveAll(dir)
	for file, content := range r.Files {
		if !filepath.IsLocal(file) || !slices.Contains([]string{".yml", ".yaml", ".json"}, filepath.Ext(file)) {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return nil, err
		}
	}
	recorded.Path = filepath.Join(dir, name)
	images := config.Map[config.Image]{}
	for image, as := range r.Record.Images {
		configured, _ := recorded.Images.Named.Get(image)
		configured.Repository = cmp.Or(configured.Repository, as.Repository)
		images = append(images, config.Entry[config.Image]{Name: image, Value: configured})
	}
	return lint.Refused(ctx, lint.Input{Config: recorded, Images: images, Dir: dir}, environment)
}
