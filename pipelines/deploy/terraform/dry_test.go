package terraform_test

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/deploy/terraform"
)

// files are all files of the infrastructure with their content.
func (i *infra) files() map[string]string {
	i.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(i.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			var content []byte
			content, err = os.ReadFile(path)
			all[path] = string(content)
		}
		return err
	})
	if err != nil {
		i.t.Fatal(err)
	}
	return all
}

// options are those of the target.
func (i *infra) options() terraform.Options { return i.target().Options }

// openFileLock is Linux's F_OFD_SETLK: a lock that stays until this very file is
// closed, unlike F_SETLK's, which goes when the process closes any file of that name.
const openFileLock = 37

// A dry plan is the same as a deploy's, takes no lock, and leaves the checkout as it
// is: before the first init, after it, and in a workspace that was selected by hand.
func TestDryPlan(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.dry = true
		// A module is something that init writes down in the data directory.
		i.write("../../modules/size/main.tf", "variable \"size\" { type = number }\n")
		i.write("more.tf", "module \"size\" {\n  source = \"../../modules/size\"\n  size = 1\n}\n")
		check := func(what, tag string) []string {
			t.Helper()
			before := i.files()
			plan := i.plan(tag)
			if after := i.files(); !maps.Equal(before, after) {
				t.Errorf("%s: the plan changed files: had %v, has %v", what, slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
			}
			return lines(plan)
		}
		first := check("before anything", "1")
		i.dry = false
		if real := lines(i.plan("1")); !slices.Equal(first, real) || len(first) == 0 {
			t.Errorf("planned %q, a deploy does %q", first, real)
		}
		i.mustDeploy("1")
		i.dry = true
		state, err := os.OpenFile(i.path("terraform.tfstate"), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer state.Close()
		locked := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
		if err := syscall.FcntlFlock(state.Fd(), openFileLock, &locked); err != nil {
			t.Fatal(err)
		}
		if second := check("locked by somebody", "2"); !slices.Contains(second, "tag image_tags.api 1 -> 2") {
			t.Errorf("planned %q", second)
		}
		state.Close()
		workspace := exec.CommandContext(t.Context(), binary, "workspace", "new", "blue")
		workspace.Dir = filepath.Join(i.Dir, i.Config.Dir)
		if out, err := workspace.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		there := check("another workspace", "1")
		if !slices.ContainsFunc(there, func(line string) bool { return strings.HasPrefix(line, "create ") }) {
			t.Errorf("nothing was deployed to the selected workspace, and the plan is %q", there)
		}
	})
}

// A dry plan tells what comes with the images from what would come anyway.
func TestDryPlanTellsImagesApart(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.mustDeploy("1")
		i.dry = true
		notes := func(tag string) string { return strings.Join(i.plan(tag).Notes, "\n") }
		if got := notes("2"); !strings.Contains(got, "all changes come with the image tags alone") {
			t.Errorf("got %q", got)
		}
		i.write("more.tf", "resource \"terraform_data\" \"bucket\" {}\n")
		got := notes("2")
		for _, want := range []string{
			`with the image tags alone come: output.image_digests, terraform_data.service["admin"], terraform_data.service["api"]`,
			"not from the images, but from the code or from what was changed by hand, come: terraform_data.bucket",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in %q", want, got)
			}
		}
		if got := notes("1"); strings.Contains(got, "images") {
			t.Errorf("no tag moves, and the notes are %q", got)
		}
	})
}

// Nothing is left of a dry plan, or of a look at the code.
func TestDryPlanLeavesNothing(t *testing.T) {
	i := newInfra(t, anyProgram())
	i.dry = true
	i.plan("1")
	if err := terraform.Validate(t.Context(), i.options()); err != nil {
		t.Error(err)
	}
	i.write("more.tf", "no HCL {")
	if _, err := rollout.Preview(t.Context(), i.deployment("1")); err == nil {
		t.Error("code that can't be read was planned")
	}
	if left := planFiles(); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// What is wrong with the code is known without state, network or backend; what can't
// be looked at is told apart from what is wrong.
func TestValidate(t *testing.T) {
	tests := map[string]struct {
		files         map[string]string
		wrong, unseen string
	}{
		"as it should be": {nil, "", ""},
		"a variable that is nowhere": {map[string]string{"more.tf": "output \"x\" {\n  value = var.image_tag\n}\n"},
			"infra/envs/staging/more.tf:2: Reference to undeclared input variable", ""},
		"no HCL":                        {map[string]string{"more.tf": "output \"x\" {\n"}, "more.tf", ""},
		"a wrong type":                  {map[string]string{"more.tf": "resource \"terraform_data\" \"x\" {\n  count = \"many\"\n}\n"}, "more.tf:2: Incorrect value type", ""},
		"a provider that is not here":   {map[string]string{"more.tf": "resource \"aws_instance\" \"x\" {}\n"}, "", "aws"},
		"a module that is not here":     {map[string]string{"more.tf": "module \"x\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n"}, "", "odule"},
		"a backend that nobody reaches": {map[string]string{"backend.tf": "terraform {\n  backend \"http\" { address = \"http://127.0.0.1:9/state\" }\n}\n"}, "", ""},
		"a module of the project":       {map[string]string{"../../modules/a/main.tf": "variable \"size\" { type = number }\n", "more.tf": "module \"a\" {\n  source = \"../../modules/a\"\n  sizes  = 1\n}\n"}, "more.tf", ""},
	}
	each(t, func(t *testing.T, binary string) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				i := newInfra(t, binary)
				for file, content := range test.files {
					i.write(file, content)
				}
				before := i.files()
				err := terraform.Validate(t.Context(), i.options())
				var unseen *terraform.NotValidated
				switch {
				case test.unseen != "":
					if !errors.As(err, &unseen) || !strings.Contains(err.Error(), test.unseen) {
						t.Errorf("got %v", err)
					}
				case test.wrong == "":
					if err != nil {
						t.Error(err)
					}
				case err == nil || errors.As(err, &unseen) || !strings.Contains(err.Error(), test.wrong):
					t.Errorf("got %v, want %q", err, test.wrong)
				}
				if after := i.files(); !maps.Equal(before, after) {
					t.Errorf("files were changed: had %v, has %v", slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
				}
			})
		}
	})
}
