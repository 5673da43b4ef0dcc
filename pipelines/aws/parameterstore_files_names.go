package aws

import (
	"encoding/hex"
	"fmt"
	"path"
	"strings"
)

// Names of parameters have letters, digits and ".-_/" only. Whatever else is in
// a path, and "_", becomes "_" and two hexadecimal digits a byte.

// encodePath is a path as a parameter's name.
func encodePath(p string) string {
	var b strings.Builder
	for _, c := range []byte(path.Clean("/" + p)) {
		if c == '/' || c == '.' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "_%02x", c)
	}
	return b.String()
}

// decode is the path that a name stands for.
func decode(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '_' && i+2 < len(name) {
			if c, err := hex.DecodeString(name[i+1 : i+3]); err == nil {
				b.WriteByte(c[0])
				i += 2
				continue
			}
		}
		b.WriteByte(name[i])
	}
	return b.String()
}
