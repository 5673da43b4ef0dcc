package sshconfig

import (
	"errors"
	"strings"
)

// blank is what separates words.
const blank = " \t\r\n\f"

// splitLine gives the keyword of a line in lower case, and what follows it. The
// keyword is empty for a line that says nothing.
func splitLine(text string) (keyword, rest string) {
	text = strings.Trim(text, blank)
	if text == "" || text[0] == '#' {
		return "", ""
	}
	if quoted, after, ok := strings.Cut(text[1:], `"`); text[0] == '"' && ok {
		keyword, rest = quoted, after
	} else {
		end := strings.IndexAny(text, blank+`="`)
		if end < 0 {
			return strings.ToLower(text), ""
		}
		keyword, rest = text[:end], text[end:]
	}
	rest = strings.TrimLeft(rest, blank)
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "="), blank)
	return strings.ToLower(keyword), rest
}

// errQuotes is an open quotation mark.
var errQuotes = errors.New("a quotation mark is not closed")

// splitWords splits at blanks outside of quotation marks. A # at the beginning of
// a word starts a comment.
func splitWords(text string) ([]string, error) {
	var words []string
	for {
		text = strings.TrimLeft(text, " \t")
		if text == "" || text[0] == '#' {
			return words, nil
		}
		word, rest, err := firstWord(text)
		if err != nil {
			return nil, err
		}
		words, text = append(words, word), rest
	}
}

func firstWord(text string) (word, rest string, err error) {
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && (strings.IndexByte(`'"\`, text[i+1]) >= 0 || quote == 0 && text[i+1] == ' '):
			i++
			b.WriteByte(text[i])
		case quote == 0 && (c == ' ' || c == '\t'):
			return b.String(), text[i:], nil
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		default:
			b.WriteByte(c)
		}
	}
	if quote != 0 {
		return "", "", errQuotes
	}
	return b.String(), "", nil
}
