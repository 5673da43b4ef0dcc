package ecs

import (
	"maps"
	"reflect"
	"slices"
)

// equal says whether what is there is what is wanted.
func equal(wanted, there document) bool { return len(differences(wanted, there)) == 0 }

// differences are the paths that two documents differ in, sorted: such as "cpu"
// or "app.environment.LOG_LEVEL". Values are never among them, for an
// environment may hold what should be a secret.
func differences(wanted, there document) []string {
	a, b := comparable(wanted, there)
	var paths []string
	different("", a, b, &paths)
	slices.Sort(paths)
	return paths
}

func different(path string, a, b any, paths *[]string) {
	left, ok := a.(map[string]any)
	right, both := b.(map[string]any)
	if !ok || !both {
		if !reflect.DeepEqual(a, b) {
			*paths = append(*paths, path)
		}
		return
	}
	keys := maps.Clone(left)
	maps.Copy(keys, right)
	for key := range keys {
		inner := key
		switch {
		case path == "" && key == "containerDefinitions":
			inner = "" // a container's name says enough
		case path != "":
			inner = path + "." + key
		}
		different(inner, left[key], right[key], paths)
	}
}
