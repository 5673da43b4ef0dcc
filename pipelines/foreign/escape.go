package foreign

import "strings"

const escape = 0x1b

// escape takes one escape sequence (ECMA-48): a colour is kept, all others go. What
// is none, because the line ends before it does, stays as text without its start.
func (c *cleaner) escape(text []byte, last bool) int {
	length, whole := sequence(text)
	switch {
	case !whole && !last && length == len(text) && length < maxEscape:
		return 0
	case !whole:
		return 1
	case isColour(text[:length]):
		c.out = append(c.out, text[:length]...)
		c.painted = strings.Trim(string(text[2:length-1]), "0") != ""
	}
	return length
}

// sequence is how long an escape sequence is, and whether its end was seen.
func sequence(text []byte) (length int, whole bool) {
	if len(text) < 2 {
		return len(text), false
	}
	switch text[1] {
	case '[':
		return until(text, 2, func(b byte) bool { return b >= 0x40 && b <= 0x7e }, func(b byte) bool { return b >= 0x20 && b <= 0x3f })
	case ']', 'P', 'X', '^', '_':
		return stringSequence(text)
	}
	if text[1] < 0x20 || text[1] > 0x7e {
		return 1, true
	}
	return until(text, 1, func(b byte) bool { return b >= 0x30 && b <= 0x7e }, func(b byte) bool { return b >= 0x20 && b <= 0x2f })
}

// until goes over the bytes that may stand within a sequence to the one that ends it.
func until(text []byte, from int, ends, within func(byte) bool) (int, bool) {
	for i := from; i < len(text); i++ {
		switch {
		case ends(text[i]):
			return i + 1, true
		case !within(text[i]):
			return i, false
		}
	}
	return len(text), false
}

// stringSequence is one that has text in it, such as a window's title or a link. It
// ends with a bell or ESC \, and never goes over the end of a line.
func stringSequence(text []byte) (int, bool) {
	for i := 2; i < len(text) && i < maxEscape; i++ {
		switch text[i] {
		case '\a':
			return i + 1, true
		case '\n', '\r':
			return i, false
		case escape:
			if i+1 == len(text) {
				return len(text), false
			}
			if text[i+1] == '\\' {
				return i + 2, true
			}
			return i, false
		}
	}
	return min(len(text), maxEscape), false
}

// isColour says that a sequence only sets colours and weights of what comes after
// it. What hides text (8), or moves, or asks the terminal, is none.
func isColour(sequence []byte) bool {
	if len(sequence) < 3 || len(sequence) > 64 || sequence[1] != '[' || sequence[len(sequence)-1] != 'm' {
		return false
	}
	parameters := strings.FieldsFunc(string(sequence[2:len(sequence)-1]), func(r rune) bool { return r == ';' || r == ':' })
	for i, p := range parameters {
		if strings.Trim(p, "0123456789") != "" {
			return false
		}
		// In 38;5;8 the last number is a colour.
		if strings.TrimLeft(p, "0") == "8" && (i == 0 || !isNumberOfColour(parameters[:i])) {
			return false
		}
	}
	return true
}

// isNumberOfColour says that the number after these belongs to a colour of 256, or
// of red, green and blue.
func isNumberOfColour(before []string) bool {
	for back := 1; back <= 4 && back < len(before); back++ {
		kind, parameters := before[len(before)-back], before[len(before)-back-1]
		if parameters != "38" && parameters != "48" && parameters != "58" {
			continue
		}
		return kind == "5" && back == 1 || kind == "2" && back <= 3
	}
	return false
}
