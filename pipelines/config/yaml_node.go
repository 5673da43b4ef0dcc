package config

// kind is what a YAML value is.
type kind string

const (
	mapping kind = "a mapping"
	list    kind = "a list"
	text    kind = "a string"
	integer kind = "a number"
	decimal kind = "a decimal number"
	boolean kind = "true or false"
	nothing kind = "nothing"
	broken  kind = "broken" // reported already
)

// node is a YAML value with anchors, aliases, tags and merge keys resolved.
type node struct {
	kind   kind
	at     position
	text   string // of a scalar, as it is written, without quotes
	number int64  // of an integer
	pairs  []pair // of a mapping
	items  []*node
}

// pair is one key of a mapping.
type pair struct {
	key   string
	at    position
	value *node
}

// isScalar says that n has a literal text.
func (n *node) isScalar() bool {
	switch n.kind {
	case text, integer, decimal, boolean:
		return true
	}
	return false
}

// get is the value of a key, or nil.
func (n *node) get(key string) *node {
	for _, p := range n.pairs {
		if p.key == key {
			return p.value
		}
	}
	return nil
}
