package ecs

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// left says what counts of that which only the second of two documents has.
type left int

const (
	// leftCounts is for two documents of the same making.
	leftCounts left = iota
	// leftItemsCount is for what is wanted against what AWS answers: it fills keys in,
	// but no variables, secrets or containers, so those are gone from what is wanted.
	leftItemsCount
	// leftIsFilledIn is for what was sent against what AWS answers to it.
	leftIsFilledIn
)

// differences are the paths that two documents differ in, sorted: such as "cpu"
// or "app.environment.LOG_LEVEL". Values are never among them, for an
// environment may hold what should be a secret.
func differences(wanted, there document, l left) []string {
	a, b := comparable(wanted, there)
	var paths []string
	l.different("", a, b, &paths)
	slices.Sort(paths)
	return paths
}

func (l left) different(path string, a, b any, paths *[]string) {
	ours, ok := entries(a)
	theirs, both := entries(b)
	if !ok || !both {
		if !sameValue(a, b) && !(a == nil && l != leftCounts) {
			*paths = append(*paths, path)
		}
		return
	}
	keys := maps.Clone(ours)
	if _, items := a.(named); l == leftCounts || l == leftItemsCount && items {
		maps.Copy(keys, theirs)
	}
	for key := range keys {
		inner := key
		switch {
		case path == "" && key == "containerDefinitions":
			inner = "" // a container's name says enough
		case path != "":
			inner = path + "." + key
		}
		value, there := ours[key]
		if _, items := a.(named); !there && items && l != leftIsFilledIn {
			*paths = append(*paths, inner)
			continue
		}
		l.different(inner, value, theirs[key], paths)
	}
}

// entries are those of an object, or of a list whose items have names.
func entries(value any) (map[string]any, bool) {
	switch v := value.(type) {
	case map[string]any:
		return v, true
	case named:
		return v, true
	}
	return nil, false
}

// sameValue says that two values are the same, or are written in two ways: AWS may
// answer "256" to 256.
func sameValue(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	list, ok := a.([]any)
	other, both := b.([]any)
	if ok && both && len(list) == len(other) {
		for i := range list {
			if len(listDifferences(list[i], other[i])) > 0 {
				return false
			}
		}
		return true
	}
	return scalar(a) && scalar(b) && fmt.Sprint(a) == fmt.Sprint(b)
}

// listDifferences are those of two items at the same place of a list, of which the
// second may have been filled in.
func listDifferences(a, b any) []string {
	var paths []string
	leftIsFilledIn.different("item", a, b, &paths)
	return paths
}

func scalar(value any) bool {
	switch value.(type) {
	case nil, map[string]any, named, []any:
		return false
	}
	return true
}
