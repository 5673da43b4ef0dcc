package command

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnviron(t *testing.T) {
	c := Command{Env: []string{"C=3", "GIT_DIR=mine"}, Unset: []string{"GIT_DIR", "EMPTY"}}
	got := c.environ([]string{"A=1", "GIT_DIR=/other", "GIT_DIRECTORY=kept", "EMPTY="})
	want := []string{"A=1", "GIT_DIRECTORY=kept", "C=3", "GIT_DIR=mine"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
