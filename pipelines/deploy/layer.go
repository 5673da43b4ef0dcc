package deploy

// Layer is a directory of a commit, or some files of it. A target's layers, one
// on top of the other, are the directory that it has.
type Layer struct {
	// Commit is full; empty for a directory that no commit made.
	Commit string `json:"commit,omitempty"`
	// From is the directory in the repository, with slashes; "" for all of it.
	From string `json:"from,omitempty"`
	// Tree is the id of git's tree; empty when the clone did not have the commit.
	Tree string `json:"tree,omitempty"`
	// Paths in the directory, clean and with slashes, that come from this layer, files or directories. All
	// when empty; the first layer of a target has none.
	Paths []string `json:"paths,omitempty"`
}
