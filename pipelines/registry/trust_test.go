package registry_test

import (
	"crypto/tls"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/registry"
)

const ownHost = "registry.example.com:5000"

// resolveAt asks for an image that is not there, from a client with that
// environment: a registry that answers says ErrNotFound.
func resolveAt(t *testing.T, host string, env []string, change ...func(*registry.Options)) error {
	t.Helper()
	o := registry.Options{Lookup: environment(env...), RetryFor: time.Millisecond}
	for _, f := range change {
		f(&o)
	}
	_, err := registry.New(o).Resolve(testContext(t), host+"/shop/api:1")
	if err == nil {
		t.Fatal("it was found")
	}
	return err
}

func TestCertificatesOfDocker(t *testing.T) {
	t.Parallel()
	ours, others := newAuthority(t), newAuthority(t)
	cert := ours.issue(t, "registry.example.com", tomorrow())
	open := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{cert}}, registrytest.Handler())
	asking := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ours.pool()}, registrytest.Handler())
	env := network{ownHost: open, "asking.registry.example.com": asking}.serve(t)
	asked := network{ownHost: asking}.serve(t)
	client := ours.issue(t, "client", tomorrow())
	for name, test := range map[string]struct {
		files func(t *testing.T, dir string)
		env   []string
		// found is what the registry that is reached says; want is in the error
		// of one that is not, with DIR for the directory.
		want []string
	}{
		"its authority": {files: func(t *testing.T, dir string) { writeFile(t, filepath.Join(dir, "ca.crt"), ours.pem()) }, env: env},
		"several files": {files: func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "a.crt"), others.pem())
			writeFile(t, filepath.Join(dir, "b.crt"), append(others.pem(), ours.pem()...))
			writeFile(t, filepath.Join(dir, "README"), nil)
		}, env: env},
		"nothing": {files: func(*testing.T, string) {}, env: env, want: []string{
			"the certificate of registry " + ownHost + ` is signed by "CN=Test authority", which this machine does not know`,
			"put that authority's certificate into /etc/docker/certs.d/" + ownHost + "/ca.crt", "SSL_CERT_FILE"}},
		"another authority": {files: func(t *testing.T, dir string) { writeFile(t, filepath.Join(dir, "ca.crt"), others.pem()) }, env: env,
			want: []string{"nor does DIR/ca.crt"}},
		"no certificate in it": {files: func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "ca.crt"), []byte("-----BEGIN NOTHING"))
		}, env: env,
			want: []string{"does not know", `"DIR/ca.crt" holds no certificate`}},
		"a client": {files: func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "ca.crt"), ours.pem())
			writePair(t, filepath.Join(dir, "client.cert"), filepath.Join(dir, "client.key"), client)
		}, env: asked},
		"no client": {files: func(t *testing.T, dir string) { writeFile(t, filepath.Join(dir, "ca.crt"), ours.pem()) }, env: asked,
			want: []string{"wants a client certificate", "/etc/docker/certs.d/" + ownHost + "/client.cert and client.key"}},
		"another authority's client": {files: func(t *testing.T, dir string) {
			writeFile(t, filepath.Join(dir, "ca.crt"), ours.pem())
			writePair(t, filepath.Join(dir, "client.cert"), filepath.Join(dir, "client.key"), others.issue(t, "client", tomorrow()))
		}, env: asked, want: []string{"wants a client certificate"}},
		"a certificate without its key": {files: func(t *testing.T, dir string) {
			writePair(t, filepath.Join(dir, "client.cert"), filepath.Join(dir, "other.key"), client)
		}, env: env, want: []string{`the client certificate "DIR/client.cert" has no key: there is no "DIR/client.key"`}},
		"a key without its certificate": {files: func(t *testing.T, dir string) {
			writePair(t, filepath.Join(dir, "client.crt"), filepath.Join(dir, "client.key"), client)
		}, env: env, want: []string{`the key "DIR/client.key" has no certificate: there is no "DIR/client.cert"`}},
		"no pair": {files: func(t *testing.T, dir string) {
			writePair(t, filepath.Join(dir, "client.cert"), filepath.Join(dir, "client.key"), client)
			writePair(t, filepath.Join(dir, "x"), filepath.Join(dir, "client.key"), ours.issue(t, "x", tomorrow()))
		}, env: env, want: []string{`"DIR/client.cert" and its key "DIR/client.key" are no pair`}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, base := range [][]string{{"HOME", ".config"}, {"XDG_CONFIG_HOME", ""}} {
				home := t.TempDir()
				dir := filepath.Join(home, base[1], "docker", "certs.d", ownHost)
				test.files(t, dir)
				err := resolveAt(t, ownHost, append([]string{base[0], home}, test.env...))
				if len(test.want) == 0 {
					if !errors.Is(err, registry.ErrNotFound) {
						t.Errorf("got %v, want the registry's answer", err)
					}
					continue
				}
				for _, part := range test.want {
					wants(t, err.Error(), strings.ReplaceAll(part, "DIR", dir))
				}
				if strings.Contains(err.Error(), "insecure") {
					t.Errorf("plain HTTP is advised: %v", err)
				}
			}
		})
	}
}

// SSL_CERT_FILE and SSL_CERT_DIR are for all registries.
func TestCertificatesOfVariables(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t)
	at := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "registry.example.com", tomorrow())}}, registrytest.Handler())
	env := network{ownHost: at}.serve(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "authorities", "ours.pem")
	writeFile(t, file, ours.pem())
	writeFile(t, filepath.Join(dir, "authorities", "notes.txt"), []byte("nothing"))
	for name, test := range map[string]struct {
		env  []string
		want string
	}{
		"a file":                {env: []string{"SSL_CERT_FILE", file}},
		"a directory":           {env: []string{"SSL_CERT_DIR", filepath.Dir(file)}},
		"directories":           {env: []string{"SSL_CERT_DIR", dir + ":" + filepath.Dir(file)}},
		"a file that is absent": {env: []string{"SSL_CERT_FILE", filepath.Join(dir, "absent.pem")}, want: `absent.pem" can't be read: no such file`},
	} {
		t.Run(name, func(t *testing.T) {
			err := resolveAt(t, ownHost, append(test.env, env...))
			if test.want == "" && !errors.Is(err, registry.ErrNotFound) {
				t.Errorf("got %v, want the registry's answer", err)
			}
			wants(t, err.Error(), test.want)
		})
	}
}

// Each way in which TLS fails has its own words, and its own way out.
func TestTLSThatFails(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t)
	believed := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, believed, ours.pem())
	with := func(cert tls.Certificate) string {
		return serveTLS(t, &tls.Config{Certificates: []tls.Certificate{cert}}, registrytest.Handler())
	}
	plain := serve(t)
	seen := map[string]bool{}
	for name, test := range map[string]struct {
		at       string
		insecure bool
		want     []string
		advised  bool
	}{
		"expired":           {at: with(ours.issue(t, "registry.example.com", time.Now().Add(-time.Hour))), want: []string{"the certificate of registry " + ownHost + " expired at ", "by this machine's clock", "renew it"}},
		"not valid yet":     {at: with(ours.issue(t, "registry.example.com", time.Now().Add(72*time.Hour))), want: []string{"is not valid before ", "correct the clock"}},
		"another host's":    {at: with(ours.issue(t, "other.example.com", tomorrow())), want: []string{"is another host's", `it is for "other.example.com", and not for "registry.example.com"`}},
		"unknown authority": {at: with(newAuthority(t).issue(t, "registry.example.com", tomorrow())), want: []string{"which this machine does not know"}},
		"plain HTTP":        {at: plain.host, want: []string{"answers TLS in plain HTTP", `if the registry has no TLS on purpose, set "insecure: true"`}, advised: true},
		"TLS to plain HTTP": {at: serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "x", tomorrow())}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, registrytest.Handler()),
			insecure: true, want: []string{"wants TLS, and TLS with it fails", "protocol version"}},
	} {
		t.Run(name, func(t *testing.T) {
			env := append(network{ownHost: test.at}.serve(t), "SSL_CERT_FILE", believed)
			err := resolveAt(t, ownHost, env, func(o *registry.Options) {
				if test.insecure {
					o.Insecure = []string{ownHost}
				}
			})
			if !errors.Is(err, registry.ErrUnavailable) {
				t.Errorf("got %v, want ErrUnavailable", err)
			}
			wants(t, err.Error(), test.want...)
			if strings.Contains(err.Error(), "insecure") != test.advised {
				t.Errorf("plain HTTP is advised, or not, in %q", err)
			}
			if seen[err.Error()] {
				t.Errorf("another failure has the same words: %q", err)
			}
			seen[err.Error()] = true
		})
	}
}

// As with Docker, an insecure registry and one on this machine are spoken to over
// TLS that is not verified, and over plain HTTP where they have none.
func TestInsecureTriesTLSFirst(t *testing.T) {
	t.Parallel()
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/" {
			time.Sleep(500 * time.Millisecond) // longer than go-containerregistry waits for TLS
		}
		registrytest.Handler().ServeHTTP(w, r)
	})
	secure := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{newAuthority(t).issue(t, "x", tomorrow())}}, slow)
	plain := serve(t)
	for name, test := range map[string]struct {
		host, at string
		marked   []string
	}{
		"insecure with TLS":     {host: "lan.example.com", at: secure, marked: []string{"lan.example.com"}},
		"insecure without TLS":  {host: "lan.example.com", at: plain.host, marked: []string{"lan.example.com"}},
		"loopback with TLS":     {host: secure},
		"loopback without TLS":  {host: plain.host},
		"localhost without TLS": {host: strings.Replace(plain.host, "127.0.0.1", "localhost", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			err := resolveAt(t, test.host, network{test.host: test.at}.serve(t), func(o *registry.Options) { o.Insecure = test.marked })
			if !errors.Is(err, registry.ErrNotFound) {
				t.Errorf("got %v, want the registry's answer", err)
			}
		})
	}
	t.Run("no login in clear while TLS answers", func(t *testing.T) {
		// 443 is slow, and 80 would answer at once.
		plain.take()
		env := network{"lan.example.com:443": secure, "lan.example.com:80": plain.host, "lan.example.com": plain.host}.serve(t)
		err := resolveAt(t, "lan.example.com", env, func(o *registry.Options) { o.Insecure = []string{"lan.example.com"} })
		if !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("got %v, want the registry's answer", err)
		}
		if got := plain.take(); len(got) > 0 {
			t.Errorf("it was asked in clear: %v", got)
		}
	})
}

// A directory of another user's is of no interest to a registry that is believed
// without it.
func TestCertificatesOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	ours := newAuthority(t)
	at := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "registry.example.com", tomorrow())}}, registrytest.Handler())
	home := t.TempDir()
	dir := filepath.Join(home, ".config", "docker", "certs.d", ownHost)
	writeFile(t, filepath.Join(dir, "ca.crt"), ours.pem())
	if err := os.Chmod(dir, 0); err != nil {
		t.Fatal(err)
	}
	err := resolveAt(t, ownHost, append(network{ownHost: at}.serve(t), "HOME", home))
	wants(t, err.Error(), "does not know", "permission denied")
}
