package foreign

import (
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// cleaner is where in a text the cleaning is. It takes the text in pieces.
type cleaner struct {
	out []byte
	// begun says that the line has more than what a runner skips at its start.
	begun bool
	// colon says that it has begun with ":", and hashes how many "#" came last;
	// inWord when letters followed two of them.
	colon  bool
	hashes int
	// returned says that the last character ended a line as a carriage return.
	returned bool
	// painted says that a colour is on.
	painted bool
	// held is the beginning of a character or an escape sequence whose rest is
	// still to come.
	held []byte
}

// maxEscape bounds an escape sequence; what is longer is text.
const maxEscape = 4096

// add cleans the next piece of the text.
func (c *cleaner) add(text []byte) {
	if len(c.held) > 0 {
		text = append(c.held, text...)
		c.held = nil
	}
	c.take(text, false)
}

// end cleans what was held back for more to come.
func (c *cleaner) end() {
	text := c.held
	c.held = nil
	c.take(text, true)
	c.unpaint()
}

func (c *cleaner) take(text []byte, last bool) {
	for len(text) > 0 {
		n := c.plain(text)
		if n == 0 {
			n = c.special(text, last)
		}
		if n == 0 {
			c.held = append([]byte(nil), text...)
			return
		}
		text = text[n:]
	}
}

// plain copies what needs no thought: printable ASCII in the middle of a line.
func (c *cleaner) plain(text []byte) int {
	if !c.begun || c.colon || c.hashes > 0 {
		return 0
	}
	n := 0
	for n < len(text) && ' ' <= text[n] && text[n] < 0x7f && text[n] != '#' {
		n++
	}
	if n > 0 {
		c.out = append(c.out, text[:n]...)
		c.returned = false
	}
	return n
}

// special takes one character or escape sequence, and gives its length: 0 when
// more has to come first.
func (c *cleaner) special(text []byte, last bool) int {
	if text[0] == escape {
		return c.escape(text, last)
	}
	if !utf8.FullRune(text) && !last {
		return 0
	}
	r, size := utf8.DecodeRune(text)
	switch {
	case r == '\n' || r == '\r':
		if r == '\r' || !c.returned {
			c.newline()
		}
		c.returned = r == '\r'
		return size
	case r == utf8.RuneError && size == 1:
		c.text(fmt.Sprintf(`\x%02x`, text[0]))
	case r != '\t' && hidden(r):
		c.text(spelled(r))
	default:
		c.rune(r)
	}
	c.returned = false
	return size
}

// newline ends a line.
func (c *cleaner) newline() {
	c.unpaint()
	c.out = append(c.out, '\n')
	c.begun, c.colon, c.hashes = false, false, 0
}

// unpaint ends a colour, which would go on into our own text.
func (c *cleaner) unpaint() {
	if c.painted {
		c.out = append(c.out, "\x1b[0m"...)
		c.painted = false
	}
}

// text adds what we wrote in place of a character.
func (c *cleaner) text(spelled string) {
	c.out = append(c.out, spelled...)
	c.begun, c.colon, c.hashes = true, false, 0
}

// rune adds one character, with a backslash before it when it would complete a
// runner's command. Characters that are not seen don't interrupt a command: a
// runner may compare as people read.
func (c *cleaner) rune(r rune) {
	switch {
	case unseen(r):
	case r == ':' && !c.begun:
		c.colon, c.begun, c.hashes = true, true, 0
	case r == ':' && c.colon, r == '[' && c.hashes >= 2:
		c.out = append(c.out, '\\')
		c.colon, c.hashes = false, 0
	case r == '#':
		c.hashes = min(c.hashes+1, 2) // "###" ends in "##" as well
		c.begun, c.colon = true, false
	case c.hashes >= 2 && unicode.IsLetter(r):
		c.hashes = inWord
		c.begun, c.colon = true, false
	default:
		c.hashes, c.colon = 0, false
		c.begun = c.begun || !unicode.IsSpace(r)
	}
	c.out = utf8.AppendRune(c.out, r)
}

// inWord stands for "##" and letters.
const inWord = 3

// unseen characters have no width of their own and are part of some that are seen,
// as of an emoji's.
func unseen(r rune) bool {
	return r == '\u200d' || unicode.Is(unicode.Variation_Selector, r) && r < 0xe0000
}

// hidden characters are shown by their numbers: controls, ends of lines that not
// everybody knows, what changes the direction of others, and what nobody sees.
func hidden(r rune) bool {
	return !unseen(r) && (unicode.IsControl(r) || 0xe0000 <= r && r <= 0xe0fff ||
		unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point))
}

// spelled is a character by its number.
func spelled(r rune) string {
	if r < 0x80 {
		return fmt.Sprintf(`\x%02x`, r)
	}
	quoted := strconv.QuoteRuneToASCII(r)
	return quoted[1 : len(quoted)-1]
}
