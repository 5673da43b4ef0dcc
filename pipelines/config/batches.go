package config

import "git.example/slipway/pipelines/lazy"

// Batches are numbers of hosts, such as 1 or 50%.
type Batches []string

// batchPattern is what one of them looks like.
const batchPattern = `^([1-9][0-9]*|([1-9][0-9]?|100)%)$`

var batchSize = lazy.Regexp(batchPattern)

func (b *Batches) decode(d *decoder, path string, n *node) {
	if !d.expect(path, n, list) {
		return
	}
	for i, item := range n.items {
		at := index(path, i)
		d.values[at] = item
		if !item.isScalar() || !batchSize().MatchString(item.text) {
			d.wrong(at, "want a number of hosts, such as 1 or 50%%")
			continue
		}
		*b = append(*b, item.text)
	}
	if len(n.items) == 0 {
		d.wrong(path, "an empty list")
	}
}
