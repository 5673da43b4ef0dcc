package aws

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// What a file's or a directory's parameter begins with.
const (
	fileMark      = "slipway-file "
	directoryMark = "slipway-directory "
)

// maxValue is how long the value of a standard parameter may be
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html).
const maxValue = 4096

// head is a file's own parameter: the file itself if it is small, else where
// its parts are.
type head struct {
	// text is the compressed content in base64; empty when it is in parts.
	text string
	// generation tells the parts of one write from those of another.
	generation string
	parts      int
	// sum is of the whole text.
	sum string
}

// newHead brings data into parameters: the file's own, and the texts of its parts.
func newHead(data []byte) (head, []string) {
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression) // fails for another level only
	_, _ = w.Write(data)
	_ = w.Close()
	text := base64.StdEncoding.EncodeToString(packed.Bytes())
	if small := (head{text: text}); len(small.String()) <= maxValue {
		return small, nil
	}
	h := head{generation: strings.ToLower(rand.Text()[:10]), sum: sumOf(text)}
	var texts []string
	for len(text) > 0 {
		n := min(maxValue, len(text))
		texts = append(texts, text[:n])
		text = text[n:]
	}
	h.parts = len(texts)
	return h, texts
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// String is the parameter's value.
func (h head) String() string {
	if h.generation == "" {
		return fileMark + "inline " + h.text
	}
	return fmt.Sprintf("%sparts %s %d %s", fileMark, h.generation, h.parts, h.sum)
}

// parseHead reads such a value; nil for a directory's.
func parseHead(value string) (*head, error) {
	if strings.HasPrefix(value, directoryMark) {
		return nil, nil
	}
	fields := strings.Split(strings.TrimPrefix(value, fileMark), " ")
	switch {
	case !strings.HasPrefix(value, fileMark):
	case fields[0] == "inline" && len(fields) == 2:
		return &head{text: fields[1]}, nil
	case fields[0] == "parts" && len(fields) == 4:
		if parts, err := strconv.Atoi(fields[2]); err == nil && parts > 0 {
			return &head{generation: fields[1], parts: parts, sum: fields[3]}, nil
		}
	}
	return nil, errors.New("it was not written by Slipway")
}

// partNames are the parameters of a file's parts. No encoded path has "_c".
func (h head) partNames(name string) []string {
	names := make([]string, h.parts)
	for i := range names {
		names[i] = fmt.Sprintf("%s/_c/%s.%d", name, h.generation, i)
	}
	return names
}

// content is the file, from the texts of its parts by their last name.
func (h head) content(texts map[string]string) ([]byte, error) {
	text := h.text
	if h.generation != "" {
		byPart := map[string]string{}
		for name, part := range texts {
			byPart[path.Base(name)] = part
		}
		var whole strings.Builder
		for i := range h.parts {
			whole.WriteString(byPart[fmt.Sprintf("%s.%d", h.generation, i)])
		}
		if text = whole.String(); sumOf(text) != h.sum {
			return nil, errors.New("a part of the file is missing")
		}
	}
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("it was not written by Slipway")
	}
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, errors.New("it was not written by Slipway")
	}
	return data, nil
}
