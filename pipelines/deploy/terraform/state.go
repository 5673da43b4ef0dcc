package terraform

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// requireRemoteState refuses code that keeps its state on this disk. It asks
// what "init" has written down about the backend: nothing means a local one.
func (p *program) requireRemoteState() error {
	var initialised struct {
		Backend struct{ Type string }
	}
	data, err := os.ReadFile(filepath.Join(p.dataDir(), "terraform.tfstate"))
	if err == nil {
		err = json.Unmarshal(data, &initialised)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading which backend the Terraform code in %q has: %w", p.module.config.Dir, err)
	}
	if kind := initialised.Backend.Type; kind != "" && kind != "local" {
		return nil
	}
	return fmt.Errorf("the Terraform code in %q keeps its state in a local file, and this disk is gone afterwards: give it a backend such as s3, or use the slipway command line on a machine that stays", p.module.config.Dir)
}
