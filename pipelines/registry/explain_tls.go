package registry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// explainTLS tells the ways apart in which TLS fails. Plain HTTP is the way out
// of one of them only.
func (x *explainer) explainTLS(e *Error, at string, repo name.Repository, err error) bool {
	var invalid x509.CertificateInvalidError
	var other x509.HostnameError
	var plain *plainHTTPError
	var record tls.RecordHeaderError
	switch unknown, is := unknownAuthority(err); {
	case is:
		x.explainAuthority(e, at, repo, unknown)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.Problem, e.Next = explainExpired(at, invalid.Cert, time.Now())
	case errors.As(err, &invalid):
		e.Problem, e.Next = fmt.Sprintf("the certificate of %s can't be used: %s", at, invalid), "give the registry another certificate"
	case errors.As(err, &other):
		e.Problem = fmt.Sprintf("the certificate of %s is another host's: %s", at, certificateNames(other))
		e.Next = "use a name that is in it as the registry's host, or give the registry a certificate with this one"
	case errors.Is(err, http.ErrSchemeMismatch):
		e.Problem = fmt.Sprintf("%s answers TLS in plain HTTP", at)
		e.Next = "check the port; if the registry has no TLS on purpose, set \"insecure: true\" on it in slipway.yaml"
	case answersTLS(err):
		e.Problem = fmt.Sprintf("%s wants TLS, and TLS with it fails", at)
		if over := (*url.Error)(nil); errors.As(err, &over) {
			e.Problem += ": " + over.Err.Error()
		}
		e.Next = "check the port; \"openssl s_client -connect " + repo.RegistryStr() + "\" shows what it offers"
	case clientRefused(err):
		e.Problem = fmt.Sprintf("%s wants a client certificate, and takes none of those that there are", at)
		e.Next = fmt.Sprintf("put one with its key into %s/%s/client.cert and client.key%s", dockerCerts, dirNames(repo.RegistryStr())[0], x.unread(repo))
	case errors.As(err, &record):
		e.Problem, e.Next = fmt.Sprintf("%s speaks neither TLS nor HTTP", at), "check the port"
	case errors.As(err, &plain):
		e.Problem = fmt.Sprintf("registry %s sends us to %s over plain HTTP", shownHost(repo.RegistryStr()), plain.host)
		e.Next = "let it and the proxy in front of it announce https (X-Forwarded-Proto)"
	default:
		return false
	}
	e.Kind = ErrUnavailable
	return true
}

func (x *explainer) explainAuthority(e *Error, at string, repo name.Repository, unknown x509.UnknownAuthorityError) {
	by := "an authority"
	if unknown.Cert != nil {
		by = fmt.Sprintf("%q", unknown.Cert.Issuer.String())
	}
	e.Problem = fmt.Sprintf("the certificate of %s is signed by %s, which this machine does not know", at, by)
	dir := dockerCerts + "/" + dirNames(repo.RegistryStr())[0]
	if believed, err := x.wire.transports.trust.of(repo.RegistryStr()); err == nil && len(believed.files) > 0 {
		e.Problem += ", nor does " + strings.Join(believed.files, " or ")
	}
	e.Next = fmt.Sprintf("put that authority's certificate into %s/ca.crt, where Docker looks for it too, or name a file with it in SSL_CERT_FILE%s", dir, x.unread(repo))
}

// unread are files with certificates that could not be used.
func (x *explainer) unread(repo name.Repository) string {
	believed, err := x.wire.transports.trust.of(repo.RegistryStr())
	if err != nil || len(believed.unread) == 0 {
		return ""
	}
	return " (" + strings.Join(believed.unread, "; ") + ")"
}

func explainExpired(at string, c *x509.Certificate, now time.Time) (problem, next string) {
	next = "renew it there, or correct the clock if it is wrong"
	clock := now.UTC().Format(time.DateTime) + " UTC by this machine's clock"
	if c == nil {
		return fmt.Sprintf("the certificate of %s is not valid now, %s", at, clock), next
	}
	if now.Before(c.NotBefore) {
		return fmt.Sprintf("the certificate of %s is not valid before %s, and it is %s", at, c.NotBefore.UTC().Format(time.DateTime), clock), next
	}
	return fmt.Sprintf("the certificate of %s expired at %s, and it is %s", at, c.NotAfter.UTC().Format(time.DateTime), clock), next
}

// certificateNames are the hosts that a certificate is for.
func certificateNames(e x509.HostnameError) string {
	if e.Certificate == nil {
		return e.Error()
	}
	names := e.Certificate.DNSNames
	for _, ip := range e.Certificate.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return fmt.Sprintf("it has no subject alternative name, and its common name %q does not count", e.Certificate.Subject.CommonName)
	}
	const most = 5
	if len(names) > most {
		names = append(names[:most:most], "…")
	}
	return fmt.Sprintf("it is for %q, and not for %q", strings.Join(names, ", "), e.Host)
}

// clientRefused says that the registry wants another client certificate, or one
// at all: the alerts have no type.
func clientRefused(err error) bool {
	_, alert, ok := strings.Cut(err.Error(), "remote error: tls: ")
	return ok && strings.Contains(alert, "certificate")
}

// answersTLS says that plain HTTP was answered by a server that wants TLS: Go's
// words, and nginx's. That is tried only where TLS has failed.
func answersTLS(err error) bool {
	var refused *transport.Error
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusBadRequest {
		return false
	}
	text := refused.Error()
	return strings.Contains(text, "HTTP request to an HTTPS server") || strings.Contains(text, "plain HTTP request was sent to HTTPS port")
}
