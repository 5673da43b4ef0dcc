package signature

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/sigstore/sigstore-go/pkg/sign"
)

// The public services of Sigstore.
const (
	PublicFulcio = "https://fulcio.sigstore.dev"
	PublicRekor  = "https://rekor.sigstore.dev"
)

// Keyless signs with a key that is used once, of which Fulcio certifies that the run
// with this OIDC token has it, and Rekor when that was.
type Keyless struct {
	// Fulcio and Rekor are their addresses.
	Fulcio, Rekor string
	// Token is the OIDC token of the run.
	Token func(ctx context.Context) (string, error)
	// Transport for Fulcio; Go's own when nil.
	Transport http.RoundTripper
}

// prepare makes the key, and has options ask for its certificate and log entry.
func (k Keyless) prepare(ctx context.Context, options *sign.BundleOptions) (Key, error) {
	token, err := k.Token(ctx)
	if err != nil {
		return nil, fmt.Errorf("signing without a key: %w", err)
	}
	options.CertificateProvider = sign.NewFulcio(&sign.FulcioOptions{BaseURL: strings.TrimSuffix(k.Fulcio, "/"), Retries: 2, Transport: k.Transport})
	options.CertificateProviderOptions = &sign.CertificateProviderOptions{IDToken: token}
	options.TransparencyLogs = []sign.Transparency{sign.NewRekor(&sign.RekorOptions{BaseURL: strings.TrimSuffix(k.Rekor, "/"), Retries: 2})}
	return newKey()
}
