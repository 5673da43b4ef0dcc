package gitsync

import (
	"fmt"
	"path"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// makeTree adds what sets the shell's variable "want" to the tree that the layers
// make, or to nothing when the host does not have all of them.
func makeTree(s *script, layers []deploy.Layer) {
	s.Raw("want=; whole=yes")
	s.Raw("tree_of() { g rev-parse --verify --quiet \"$1^{tree}\" 2>/dev/null || :; }")
	for i, l := range layers {
		from := l.Tree
		if from == "" {
			from = layerRef(l)
		}
		s.Raw(fmt.Sprintf("layer%d=$(tree_of %s); [ -n \"$layer%d\" ] || whole=", i, shell.Quote(from), i))
	}
	if len(layers) == 0 {
		return
	}
	s.Raw(`if [ -n "$whole" ]; then want=$layer0`)
	if len(layers) > 1 {
		s.Raw(`tmp=$state/index/.layers.$$; rm -f "$tmp"; mkdir -p "$state/index"; export GIT_INDEX_FILE="$tmp"; g read-tree "$want"`)
		for i, l := range layers[1:] {
			for _, p := range l.Paths {
				s.Raw(fmt.Sprintf("take \"$layer%d\" %s %s", i+1, shell.Quote(path.Clean(p)), shell.Quote(layerText(l))))
			}
		}
		s.Raw(`want=$(g write-tree); rm -f "$tmp"; unset GIT_INDEX_FILE`)
	}
	s.Raw("fi")
}

// take is the shell function that replaces one path of an index by that of a
// tree.
const take = `
take() {
	g ls-tree -r -z "$1" -- "$2" >"$state/index/.there.$$"
	cd "$state"
	g --work-tree=. --literal-pathspecs ls-files -z -- "$2" >"$state/index/.here.$$"
	if [ ! -s "$state/index/.there.$$" ] && [ ! -s "$state/index/.here.$$" ]; then
		rm -f "$state/index/".*.$$
		fail "there is no $2, neither in $3 nor in what is live"
	fi
	g --work-tree=. update-index -z --force-remove --stdin <"$state/index/.here.$$"
	g --work-tree=. update-index --replace -z --index-info <"$state/index/.there.$$"
	rm -f "$state/index/.there.$$" "$state/index/.here.$$"
}
`
