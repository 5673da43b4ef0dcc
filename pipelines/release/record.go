package release

import "time"

// Record is the release record: written last, as an OCI artifact tagged
// "<tag>.release". No record, no release.
type Record struct {
	// Version of this format: 1, or 2 with files for hosts. A Slipway that knows no newer one refuses a record
	// of a newer one with *NewerFormat.
	Version int    `json:"version"`
	Project string `json:"project"`
	Tag     string `json:"tag"`
	// Commit is the full commit.
	Commit string `json:"commit"`
	Branch string `json:"branch,omitempty"`
	// Build is the CI build number, empty outside CI.
	Build string `json:"build,omitempty"`
	// RunURL is the page of the CI run that published.
	RunURL  string    `json:"runURL,omitempty"`
	Created time.Time `json:"created"`
	// Final says that the release may go to a protected environment: its tag is
	// Final, so it was made from a commit with nothing changed.
	Final bool `json:"final"`
	// Images by name.
	Images map[string]RecordedImage `json:"images"`
	// Checks by name.
	Checks map[string]RecordedCheck `json:"checks,omitempty"`
	// Files are the deploy files, by path relative to the project, with their
	// content's sha256 digest. The contents are layers beside the record.
	Files map[string]string `json:"files,omitempty"`
	// HostFiles are those of Files that services need on their hosts.
	HostFiles map[string]HostFile `json:"hostFiles,omitempty"`
	// HostDirectories are directories with files of the repository that services mount,
	// and whether they travel with all their files. Of the others, to which a service
	// may write, hosts have their own.
	HostDirectories map[string]bool `json:"hostDirectories,omitempty"`
}

// RecordedImage is one image of a release.
type RecordedImage struct {
	// Repository as slipway.yaml names it, without the registry's host and
	// namespace; empty for the name that a registry gives it by default.
	Repository string `json:"repository,omitempty"`
	// Digest of the index or manifest, "sha256:…".
	Digest string `json:"digest"`
	// Content is the content tag.
	Content string `json:"content"`
	// Platforms maps each platform to the digest of its manifest.
	Platforms map[string]string `json:"platforms,omitempty"`
}

// RecordedCheck is a check's result.
type RecordedCheck struct {
	Passed bool `json:"passed"`
	// Skipped says that the user skipped it; such a release can't go to a
	// protected environment.
	Skipped bool `json:"skipped,omitempty"`
	// Inputs is the digest of what the check ran on.
	Inputs string `json:"inputs,omitempty"`
	// Seconds it took.
	Seconds float64 `json:"seconds,omitempty"`
}
