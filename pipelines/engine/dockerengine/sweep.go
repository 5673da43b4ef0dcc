package dockerengine

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// runLabel is on every container that this engine creates by itself; its value
// is the run's id.
const runLabel = "dev.slipway.run"

// projectLabel is on everything that compose creates.
const projectLabel = "com.docker.compose.project"

// tagsFile lists, in a scratch directory, the throw-away tags in the local
// image store.
const tagsFile = "tags"

// prefix starts the name of each image and compose project of run id.
func prefix(id string) string { return "slipway-" + id }

// sweepDead removes what killed runs of this user on this machine left behind.
// What can't be removed now is left to the next run.
func (e *Engine) sweepDead(ctx context.Context) {
	runs, err := os.ReadDir(e.options.Dir)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, run := range runs {
		dir := filepath.Join(e.options.Dir, run.Name())
		if info, err := run.Info(); err != nil || time.Since(info.ModTime()) < time.Second {
			continue // a run that starts right now may not have locked it yet
		}
		lock, taken, err := tryLock(dir)
		if err != nil || !taken {
			continue
		}
		if e.sweep(ctx, run.Name(), dir) == nil {
			os.RemoveAll(dir)
		}
		lock.Close()
	}
}

// sweep removes the containers, compose projects and images of run id.
func (e *Engine) sweep(ctx context.Context, id, dir string) error {
	return errors.Join(e.sweepContainers(ctx, id), e.sweepImages(ctx, id, dir))
}

func (e *Engine) sweepContainers(ctx context.Context, id string) error {
	err := e.removeListed(ctx, []string{"ps", "-aq", "--filter", "label=" + runLabel + "=" + id}, "rm", "-f", "-v")
	projects, listErr := e.projects(ctx, id)
	err = errors.Join(err, listErr)
	for _, project := range projects {
		err = errors.Join(err, e.removeProject(ctx, project))
	}
	return err
}

// sweepImages removes the images that have a name of the run or one of its
// throw-away tags, noted in dir.
func (e *Engine) sweepImages(ctx context.Context, id, dir string) error {
	noted, err := os.ReadFile(filepath.Join(dir, tagsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	tags := strings.Fields(string(noted))
	out, err := e.cleaning("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").Output(ctx)
	if err != nil {
		return err
	}
	remove := []string{"rmi", "-f"}
	for _, name := range strings.Fields(string(out)) {
		if strings.HasPrefix(name, prefix(id)) || slices.Contains(tags, name) {
			remove = append(remove, name)
		}
	}
	if len(remove) == 2 {
		return nil
	}
	return e.cleaning(remove...).Run(ctx, nil, nil)
}

// projects are the compose projects of run id of which anything is left.
func (e *Engine) projects(ctx context.Context, id string) ([]string, error) {
	var found []string
	seen := map[string]bool{}
	for _, list := range [][]string{{"ps", "-a"}, {"network", "ls"}, {"volume", "ls"}} {
		args := append(list, "--filter", "label="+projectLabel, "--format", `{{.Label "`+projectLabel+`"}}`)
		out, err := e.cleaning(args...).Output(ctx)
		if err != nil {
			return nil, err
		}
		for _, project := range strings.Fields(string(out)) {
			if strings.HasPrefix(project, prefix(id)+"-") && !seen[project] {
				seen[project] = true
				found = append(found, project)
			}
		}
	}
	return found, nil
}

// removeProject removes what is left of a compose project, its images apart.
func (e *Engine) removeProject(ctx context.Context, project string) error {
	filter := "label=" + projectLabel + "=" + project
	return errors.Join(
		e.removeListed(ctx, []string{"ps", "-aq", "--filter", filter}, "rm", "-f", "-v"),
		e.removeListed(ctx, []string{"network", "ls", "-q", "--filter", filter}, "network", "rm"),
		e.removeListed(ctx, []string{"volume", "ls", "-q", "--filter", filter}, "volume", "rm", "-f"))
}

// removeListed runs a docker command on everything that another one lists.
func (e *Engine) removeListed(ctx context.Context, list []string, remove ...string) error {
	out, err := e.cleaning(list...).Output(ctx)
	if err != nil {
		return err
	}
	ids := strings.Fields(string(out))
	if len(ids) == 0 {
		return nil
	}
	return e.cleaning(append(remove, ids...)...).Run(ctx, nil, nil)
}
