package terraform

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"git.example/slipway/pipelines/config"
)

// What a dry run knows of the checkout's data directory, and what it leaves of the
// lock file of providers that init writes.
func TestAside(t *testing.T) {
	m := module{project: t.TempDir(), config: config.TerraformTarget{Dir: "infra"}}
	put := func(name, content string) {
		t.Helper()
		path := filepath.Join(m.dir(), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const provider = "providers/registry.example/acme/cloud/1.0.0/linux_amd64/terraform-provider-cloud"
	put(".terraform/environment", "blue")
	put(".terraform/terraform.tfstate", `{"backend": {"type": "s3"}}`)
	put(".terraform/modules/modules.json", "{}")
	put(".terraform/"+provider, "program")
	for name, before := range map[string]string{"none": "", "one": "as it was"} {
		os.Remove(filepath.Join(m.dir(), lockFileName))
		if before != "" {
			put(lockFileName, before)
		}
		a, err := newAside(m)
		if err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string]string{"environment": "blue", "modules/modules.json": "{}", provider: "program"} {
			if got, err := os.ReadFile(filepath.Join(a.data(), file)); string(got) != want {
				t.Errorf("%s: %s is %q, %v", name, file, got, err)
			}
		}
		if err := (&program{module: m, aside: a}).requireRemoteState(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(a.data(), "modules", "modules.json"), []byte("changed"), 0o600); err != nil {
			t.Fatal(err)
		}
		put(lockFileName, "with another hash")
		if err := a.restore(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(a.dir); err == nil {
			t.Errorf("%s: %s is left", name, a.dir)
		}
		now, err := os.ReadFile(filepath.Join(m.dir(), lockFileName))
		if string(now) != before || before == "" && !os.IsNotExist(err) {
			t.Errorf("%s: the lock file is %q, %v", name, now, err)
		}
		for file, want := range map[string]string{"modules/modules.json": "{}", provider: "program"} {
			if got, err := fs.ReadFile(os.DirFS(filepath.Join(m.dir(), ".terraform")), file); string(got) != want {
				t.Errorf("%s: the checkout's %s is %q, %v", name, file, got, err)
			}
		}
	}
}
