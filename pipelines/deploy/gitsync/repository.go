package gitsync

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// prepare makes the host's repository if it has none, and reads which trees it
// has.
func (r remote) prepare(ctx context.Context, layers []deploy.Layer) (map[string]string, error) {
	s := r.begin()
	s.Raw("plain_git; writable; wait_for_others")
	s.Raw(leftovers + "tidy")
	s.Set("format", objectFormat(layers))
	s.Raw(initialize)
	s.Raw(`g for-each-ref --format='%(refname) %(objectname)' refs/slipway`)
	var out bytes.Buffer
	if err := r.run(ctx, s, &out); err != nil {
		return nil, fmt.Errorf("preparing %q on the host: %w", r.state, err)
	}
	have := map[string]string{}
	for line := range strings.Lines(out.String()) {
		if name, tree, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			have[name] = tree
		}
	}
	return have, nil
}

// initialize makes the repository. Attributes in it go before those of the
// files, so no filter and no line end conversion is ever applied. Python's
// caches are what readers of a directory leave in it.
const initialize = `
mkdir -p "$state/trees" "$state/index"
if [ ! -f "$repo/slipway" ]; then
	option=
	[ "$format" = sha1 ] || option=--object-format=$format
	git init -q --bare --template= $option "$repo"
	mkdir -p "$repo/info"
	echo '* -text !eol -ident !filter !working-tree-encoding' >"$repo/info/attributes"
	printf '%s\n' __pycache__/ '*.pyc' >"$repo/info/exclude"
	for setting in core.fileMode=true core.symlinks=true core.autocrlf=false gc.auto=2000 gc.autoPackLimit=20 gc.autoDetach=false gc.pruneExpire=1.hour.ago; do
		g config "${setting%%=*}" "${setting#*=}"
	done
	: >"$repo/slipway"
fi
`
