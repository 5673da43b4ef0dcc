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

// tagsFile lists, in a scratch directory, the throw-away tags in the local
// image store.
const tagsFile = "tags"

// sweeper removes what runs left behind.
type sweeper struct{ cli cli }

// sweepDead removes what killed runs left behind whose scratch directories are in
// parent. What can't be removed now is left to the next run.
func (s sweeper) sweepDead(ctx context.Context, parent string) {
	runs, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, run := range runs {
		dir := filepath.Join(parent, run.Name())
		if info, err := run.Info(); err != nil || time.Since(info.ModTime()) < time.Second {
			continue // a run that starts right now may not have locked it yet
		}
		lock, taken, err := tryLock(dir)
		if err != nil || !taken {
			continue
		}
		if s.sweep(ctx, run.Name(), dir) == nil {
			os.RemoveAll(dir)
		}
		lock.Close()
	}
}

// sweep removes the containers, compose projects and images of run id.
func (s sweeper) sweep(ctx context.Context, id, dir string) error {
	return errors.Join(s.sweepContainers(ctx, id), s.sweepImages(ctx, id, dir))
}

func (s sweeper) sweepContainers(ctx context.Context, id string) error {
	err := s.removeListed(ctx, []string{"ps", "-aq", "--filter", "label=" + runLabel + "=" + id}, "rm", "-f", "-v")
	projects, listErr := s.projects(ctx, id)
	err = errors.Join(err, listErr)
	for _, project := range projects {
		err = errors.Join(err, s.removeProject(ctx, project))
	}
	return err
}

// sweepImages removes the images that have a name of the run or one of its
// throw-away tags, noted in dir.
func (s sweeper) sweepImages(ctx context.Context, id, dir string) error {
	noted, err := os.ReadFile(filepath.Join(dir, tagsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	tags := strings.Fields(string(noted))
	out, err := s.cli.cleaning("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").Output(ctx)
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
	return s.cli.cleaning(remove...).Run(ctx, nil, nil)
}

// projects are the compose projects of run id of which anything is left.
func (s sweeper) projects(ctx context.Context, id string) ([]string, error) {
	var found []string
	seen := map[string]bool{}
	for _, list := range [][]string{{"ps", "-a"}, {"network", "ls"}, {"volume", "ls"}} {
		args := append(list, "--filter", "label="+projectLabel, "--format", `{{.Label "`+projectLabel+`"}}`)
		out, err := s.cli.cleaning(args...).Output(ctx)
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
func (s sweeper) removeProject(ctx context.Context, project string) error {
	filter := "label=" + projectLabel + "=" + project
	return errors.Join(
		s.removeListed(ctx, []string{"ps", "-aq", "--filter", filter}, "rm", "-f", "-v"),
		s.removeListed(ctx, []string{"network", "ls", "-q", "--filter", filter}, "network", "rm"),
		s.removeListed(ctx, []string{"volume", "ls", "-q", "--filter", filter}, "volume", "rm", "-f"))
}

// removeListed runs a docker command on everything that another one lists.
func (s sweeper) removeListed(ctx context.Context, list []string, remove ...string) error {
	out, err := s.cli.cleaning(list...).Output(ctx)
	if err != nil {
		return err
	}
	ids := strings.Fields(string(out))
	if len(ids) == 0 {
		return nil
	}
	return s.cli.cleaning(append(remove, ids...)...).Run(ctx, nil, nil)
}
