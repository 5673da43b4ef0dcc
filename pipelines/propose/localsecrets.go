package propose

import (
	"encoding/hex"
	"path"
	"slices"

	"git.example/slipway/pipelines/lazy"
)

var localReference = lazy.Regexp(`file://(\.local/secrets/[A-Za-z0-9_]+)`)

// LocalSecrets are the files of secrets of this machine that a slipway.yaml refers
// to and that are not there, relative to the project.
func LocalSecrets(config []byte, there func(name string) bool) []string {
	var missing []string
	for _, m := range localReference().FindAllSubmatch(config, -1) {
		if name := string(m[1]); !there(name) && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// MakeSecrets are those files: what a proposal for the repository has for them, or
// else something that nobody can guess.
func MakeSecrets(missing []string, p Proposal) []File {
	var files []File
	for _, name := range missing {
		f := File{Path: name, Text: []byte(hex.EncodeToString(random(16)) + "\n"), Private: true}
		if at := slices.IndexFunc(p.Files, func(f File) bool { return path.Clean(f.Path) == name }); at >= 0 {
			f.Text = p.Files[at].Text
		}
		files = append(files, f)
	}
	return files
}
