package terraform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/deploy"
)

// aside is what a dry run has beside the checkout, so that nothing in that changes:
// Terraform's data directory, and the lock file of providers as it was.
type aside struct {
	dir string
	// lockFile is its path, and lock its content; nil when there was none.
	lockFile string
	lock     []byte
}

// lockFileName is what `init` writes which providers it chose to.
const lockFileName = ".terraform.lock.hcl"

// newAside makes a data directory that knows what the checkout's knows: the
// workspace, the backend, modules, and providers, which are not downloaded again.
func newAside(m module) (*aside, error) {
	dir, err := privateDir()
	if err != nil {
		return nil, err
	}
	a := &aside{dir: dir, lockFile: filepath.Join(m.dir(), lockFileName)}
	a.lock, err = os.ReadFile(a.lockFile)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = a.take(filepath.Join(m.dir(), ".terraform"))
	}
	if err != nil {
		return nil, fmt.Errorf("preparing a dry run of Terraform: %w", errors.Join(err, os.RemoveAll(dir)))
	}
	return a, nil
}

// data is the data directory.
func (a *aside) data() string { return filepath.Join(a.dir, "data") }

// take brings over what a data directory has.
func (a *aside) take(from string) error {
	if err := os.MkdirAll(a.data(), 0o700); err != nil {
		return err
	}
	for _, name := range []string{"environment", "terraform.tfstate"} {
		content, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(a.data(), name), content, 0o600)
		}
		if err != nil {
			return err
		}
	}
	if modules := filepath.Join(from, "modules"); isDir(modules) {
		if err := os.CopyFS(filepath.Join(a.data(), "modules"), os.DirFS(modules)); err != nil {
			return err
		}
	}
	// HOST/NAMESPACE/TYPE/VERSION/PLATFORM
	packages, err := filepath.Glob(filepath.Join(from, "providers", "*", "*", "*", "*", "*"))
	if err != nil {
		return err
	}
	for _, one := range packages {
		inside, err := filepath.Rel(from, one)
		if err != nil {
			return err
		}
		if one, err = filepath.Abs(one); err != nil {
			return err
		}
		link := filepath.Join(a.data(), inside)
		if err := os.MkdirAll(filepath.Dir(link), 0o700); err != nil {
			return err
		}
		if err := os.Symlink(one, link); err != nil {
			return err
		}
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// restore leaves the checkout as it was.
func (a *aside) restore() error {
	now, err := os.ReadFile(a.lockFile)
	switch {
	case a.lock == nil && err == nil:
		err = os.Remove(a.lockFile)
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err == nil && !bytes.Equal(now, a.lock):
		err = deploy.LocalHost{}.WriteFile(context.Background(), a.lockFile, a.lock, 0o644)
	}
	return errors.Join(err, os.RemoveAll(a.dir))
}

// launchDry is launch for a plan that changes nothing. The program's end has to be
// called.
func (o Options) launchDry(ctx context.Context, log io.Writer) (*program, error) {
	p, err := o.findProgram(ctx)
	if err != nil {
		return nil, err
	}
	if p.aside, err = newAside(p.module); err != nil {
		return nil, err
	}
	p.env = append(p.env, "TF_DATA_DIR="+p.aside.data())
	if err := p.initialise(ctx, o.Ephemeral, log); err != nil {
		return nil, errors.Join(err, p.end())
	}
	return p, nil
}

// end ends a dry run.
func (p *program) end() error {
	if p.aside == nil {
		return nil
	}
	return p.aside.restore()
}
