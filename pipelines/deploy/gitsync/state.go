package gitsync

import "encoding/json"

// state is what the target remembers on the host, in state.json.
type state struct {
	// Tag and Commit of the release that is there.
	Tag    string `json:"tag"`
	Commit string `json:"commit,omitempty"`
	// Tree is what was put there.
	Tree string `json:"tree"`
	// InPlace says that its files were changed one by one.
	InPlace bool `json:"inPlace,omitempty"`
}

// readState is the zero state for what is no state.
func readState(text string) (s state) {
	if json.Unmarshal([]byte(text), &s) != nil {
		return state{}
	}
	return s
}
