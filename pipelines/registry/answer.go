package registry

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	// maxManifest is the largest manifest that is read: what registries take
	// (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests).
	maxManifest = 4 << 20
	// maxPage is how much of a listing is read.
	maxPage = 16 << 20
)

// answerError is an answer that no registry gives: from something in between, or
// damaged.
type answerError struct {
	// host answered; empty for the registry.
	host, problem string
	// page says that it was a web page.
	page bool
}

func (e *answerError) Error() string { return e.problem }

// checked is resp, or an *answerError for a web page where a registry's answer is
// due. What is read of a manifest or a listing is bounded.
func checked(resp *http.Response) (*http.Response, error) {
	path := resp.Request.URL.Path
	if !strings.HasPrefix(path, "/v2/") || strings.Contains(path, "/blobs/") || resp.StatusCode != http.StatusOK {
		return resp, nil
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" || kind == "application/xhtml+xml" {
		_ = resp.Body.Close()
		return nil, &answerError{host: resp.Request.URL.Host, page: true, problem: fmt.Sprintf("the answer is a web page (%s)", kind)}
	}
	limit, what := int64(maxPage), "the answer"
	if strings.Contains(path, "/manifests/") {
		limit, what = maxManifest, "the manifest"
	}
	resp.Body = &bounded{ReadCloser: resp.Body, left: limit, err: &answerError{
		host: resp.Request.URL.Host, problem: fmt.Sprintf("%s is larger than %d MiB, which no registry takes", what, limit>>20)}}
	return resp, nil
}

// bounded is a body of which only so much is read.
type bounded struct {
	io.ReadCloser
	left int64
	err  error
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.err
	}
	return n, err
}

// checkManifest makes sure that what was read as a manifest is one. The digest of
// anything else would be taken for that of an image.
func checkManifest(m manifest) (manifest, error) {
	var parsed struct {
		SchemaVersion int             `json:"schemaVersion"`
		MediaType     types.MediaType `json:"mediaType"`
	}
	if len(m.raw) == 0 {
		return manifest{}, &answerError{problem: "the answer is empty"}
	}
	if err := json.Unmarshal(m.raw, &parsed); err != nil {
		return manifest{}, &answerError{problem: fmt.Sprintf("the answer is no manifest: it is not valid JSON (%v)", err)}
	}
	if parsed.SchemaVersion == 0 {
		return manifest{}, &answerError{problem: fmt.Sprintf("the answer is no manifest: it has no schemaVersion, and its type is %q", m.mediaType)}
	}
	// Files behind a plain web server have the wrong type in the header.
	if kind := types.MediaType(m.mediaType); !kind.IsImage() && !kind.IsIndex() && !kind.IsSchema1() && parsed.MediaType != "" {
		m.mediaType = string(parsed.MediaType)
	}
	return m, nil
}
