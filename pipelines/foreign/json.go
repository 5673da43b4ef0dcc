package foreign

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON is a document with the same value, in which no line can be taken for a
// runner's command and no character changes how others are shown: what Text would
// change is written with its number.
func JSON(document []byte) []byte {
	var out bytes.Buffer
	text := string(document)
	for i, r := range text {
		switch {
		case r == '#' && i+1 < len(text) && (text[i+1] == '#' || text[i+1] >= utf8.RuneSelf):
			out.WriteString(`\u0023`)
		case r != '\n' && r != '\t' && hidden(r):
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, `\u%04x`, unit)
			}
		default:
			out.WriteRune(r)
		}
	}
	return out.Bytes()
}
