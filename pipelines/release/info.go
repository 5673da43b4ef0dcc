package release

import "time"

// Lookup reads one variable of the environment, as os.LookupEnv does.
type Lookup func(name string) (value string, ok bool)

// Info says what is being released and where that happens. Detect fills it.
type Info struct {
	// Build is the CI build number; empty outside CI.
	Build string
	// Commit is the full commit, 40 or 64 lowercase hex characters.
	Commit string
	// Branch is empty for a detached head and for a CI run of a tag.
	Branch string
	// GitTag is the git tag that the CI run is of, or that a detached head is at.
	GitTag string
	// PullRequest says that the CI run is of a pull request. Branch is then a
	// name that its author chose, maybe in a fork: it selects no environment.
	PullRequest bool
	// RunURL is the page of the CI run.
	RunURL string
	// Actor is who started the run.
	Actor string
	CI    CI
	// Dirty says that files differ from the commit, and DirtyDigest is 64 hex
	// characters over that difference. Known only in a git checkout.
	Dirty       bool
	DirtyDigest string
	// Changed are the files that make it dirty, relative to the top of the checkout,
	// with slashes.
	Changed []string
	// CommitTime is zero when there is no git checkout.
	CommitTime time.Time
	// Source is the repository's URL, without credentials; may be empty.
	Source string
	// Shallow says that the clone's history is cut off.
	Shallow bool
	// Notes are sentences for the user about what was decided, such as that the
	// CI system named another commit than the one that is checked out.
	Notes []string
}

// CI is the CI system that a run happens in.
type CI string

// The CI systems that are told apart. Generic is any other; none is "".
const (
	CircleCI CI = "circleci"
	GitHub   CI = "github"
	Generic  CI = "generic"
)

// Overrides are the user's flags; they win over everything else.
type Overrides struct {
	Build string
	// Commit may be abbreviated where there is a git checkout.
	Commit string
	Branch string
	GitTag string
}
