package cli

import (
	"fmt"

	"github.com/aymanbagabas/go-udiff"
)

// unified is the difference of two texts as diff -u writes it.
func unified(path string, before, after []byte) string {
	text := udiff.Unified(path, path+" (proposed)", string(before), string(after))
	if text == "" {
		return ""
	}
	return fmt.Sprintln(text)
}
