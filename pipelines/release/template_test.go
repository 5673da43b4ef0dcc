package release

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTemplateErrors(t *testing.T) {
	tests := []struct{ name, template, want string }{
		{"unknown field", "{build}_{commit}", "unknown field {commit}"},
		{"misspelt field", "{biuld}_{sha7}", "did you mean {build}?"},
		{"field in capitals", "{Build}_{sha7}", "the fields are {build}"},
		{"empty field", "{}_{sha7}", "the fields are"},
		{"empty", "", "every release would get the same tag"},
		{"text only", "latest", "every release would get the same tag"},
		{"branch only", "{branch}", "every release would get the same tag"},
		{"not in the grammar", "{build}/{sha7}", "not valid"},
		{"space", "{build} {sha7}", "not valid"},
		{"begins with a dash", "-{sha7}", "can't begin with"},
		{"begins with a dot", ".{sha7}", "can't begin with"},
		{"unclosed field", "{build}_{sha7", "not valid"},
		{"a record's tag", "{sha7}.release", "kept for other uses"},
		{"a content tag", "content-{sha}", "kept for other uses"},
		{"too long", "{sha7}" + strings.Repeat("x", 114), "at most 120"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseTemplate(test.template)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.template) {
				t.Errorf("got %v, want something with %q", err, test.want)
			}
		})
	}
}

func parse(t *testing.T, template string) Template {
	t.Helper()
	parsed, err := ParseTemplate(template)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestRender(t *testing.T) {
	const commit = "db4b44b2a9c64a3a9d8a6b4a7ad2f1b1e0c3d4e5"
	digest := strings.Repeat("c0ffee11", 8)
	tests := []struct {
		name, template string
		info           Info
		want           Tag
		wantErr        string
	}{
		{name: "default", template: DefaultTemplate, info: Info{Build: "75"}, want: Tag{Name: "75_db4b44b", Final: true}},
		{name: "full commit", template: "sha-{sha}", want: Tag{Name: "sha-" + commit, Final: true}},
		{name: "no build needed", template: "sha-{sha7}", want: Tag{Name: "sha-db4b44b", Final: true}},
		{name: "no build", template: DefaultTemplate, want: Tag{Name: "dev_db4b44b"}},
		{name: "dirty", template: DefaultTemplate, info: Info{Build: "75", Dirty: true}, want: Tag{Name: "75_db4b44b_dirty_c0ffee11"}},
		{name: "dirty without build", template: DefaultTemplate, info: Info{Dirty: true}, want: Tag{Name: "dev_db4b44b_dirty_c0ffee11"}},
		{name: "branch", template: "{branch}-{sha7}", info: Info{Branch: "feature/Über_x!"}, want: Tag{Name: "feature-ber_x-db4b44b", Final: true}},
		{name: "branch of dots", template: "{branch}-{sha7}", info: Info{Branch: ".-"}, want: Tag{Name: "x-db4b44b", Final: true}},
		{name: "git tag for a branch", template: "{branch}-{sha7}", info: Info{GitTag: "v1.0"}, want: Tag{Name: "v1.0-db4b44b", Final: true}},
		{name: "no branch", template: "{branch}-{sha7}", wantErr: "--branch"},
		{name: "branch like a record", template: "{sha7}-{branch}", info: Info{Branch: "x.release"}, wantErr: "kept for other uses"},
		{name: "branch too long", template: "{branch}-{sha7}", info: Info{Branch: strings.Repeat("b", 300)},
			want: Tag{Name: strings.Repeat("b", 112) + "-db4b44b", Final: true}},
		{name: "branch too long, dirty", template: "{branch}-{sha7}", info: Info{Branch: strings.Repeat("b", 300), Dirty: true},
			want: Tag{Name: strings.Repeat("b", 97) + "-db4b44b_dirty_c0ffee11"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			info := test.info
			info.Commit = commit
			if info.Dirty {
				info.DirtyDigest = digest
			}
			got, err := parse(t, test.template).Render(info)
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Fatalf("got %v, want an error with %q", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Final == (got.Why != "") {
				t.Errorf("final is %v but why is %q", got.Final, got.Why)
			}
			got.Why = ""
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if err := CheckTag(got.Name); err != nil {
				t.Error(err)
			}
			if parse(t, test.template).Matches(got.Name, commit) == info.Dirty {
				t.Errorf("Matches is %v for a tag whose dirty is %v", !info.Dirty, info.Dirty)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	commit := "db4b44b" + strings.Repeat("0", 33)
	tests := []struct {
		template, tag string
		want          bool
	}{
		{DefaultTemplate, "75_db4b44b", true},
		{DefaultTemplate, "1.2-3_db4b44b", true},
		{DefaultTemplate, "dev_db4b44b", true},
		{DefaultTemplate, "75_db4b44c", false},
		{DefaultTemplate, "_db4b44b", false},
		{DefaultTemplate, "75_db4b44b.release", false},
		{DefaultTemplate, "75_db4b44b_dirty_c0ffee11", false},
		{DefaultTemplate, "75_db4b44bx", false},
		{DefaultTemplate, "content-0123456789abcdef0123456789abcdef", false},
		{"{build}", "75", true}, // can't be told from the tag
		{"{build}", "75_dirty_c0ffee11", false},
		{"{sha7}-{branch}", "db4b44b-main_dirty_c0ffee11", false},
		{"{build}", "content-0123456789abcdef0123456789abcdef", false},
		{"v.{sha7}", "vxdb4b44b", false}, // text is no pattern
		{"sha-{sha}", "sha-" + commit, true},
		{"sha-{sha7}", "dev_db4b44b", false},
		{"{branch}-{sha7}", "a-b-db4b44b", true},
	}
	for _, test := range tests {
		t.Run(test.template+" "+test.tag, func(t *testing.T) {
			if got := parse(t, test.template).Matches(test.tag, commit); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestReleaseOf(t *testing.T) {
	for name, want := range map[string]string{RecordTag("75_db4b44b"): "75_db4b44b", "75_db4b44b": "", ".release": "", "content-1.release": ""} {
		tag, ok := ReleaseOf(name)
		if ok != (want != "") || (ok && tag != want) {
			t.Errorf("ReleaseOf(%q) = %q, %v", name, tag, ok)
		}
	}
}
