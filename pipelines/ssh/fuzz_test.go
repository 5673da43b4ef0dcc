package ssh

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"

	xssh "golang.org/x/crypto/ssh"
)

// FuzzKnownHosts wants the keys of a host to be found whatever stands before
// them in the file, and an answer for any host name.
func FuzzKnownHosts(f *testing.F) {
	public, err := xssh.NewPublicKey(ed25519.PublicKey(bytes.Repeat([]byte{7}, ed25519.PublicKeySize)))
	if err != nil {
		f.Fatal(err)
	}
	key := strings.TrimSpace(string(xssh.MarshalAuthorizedKey(public)))
	f.Add("# a comment\n\n|1|AAAA|BBBB ssh-ed25519 AAAA\n@cert-authority *.example.com "+key+"\n", "app1", 22)
	f.Add("@revoked h "+key+"\n@what x\n[a]:1,b,!c "+key+" d\n!h "+key, "a", 1)
	f.Add("h "+key[:20]+"\n\x00\xff\r\n*,? "+key, "::1", 2222)
	f.Fuzz(func(t *testing.T, lines, host string, port int) {
		o := Options{Address: host, Port: port, KnownHostsData: []byte(lines)}
		if known, err := o.loadKnownHosts(); err == nil {
			known.find(o)
		}
		own := Options{Address: "app1.example.com", KnownHostsData: []byte(lines + "\napp1.example.com " + key + "\n")}
		known, err := own.loadKnownHosts()
		if err != nil {
			t.Fatalf("%q can't be read: %v", lines, err)
		}
		_, keys, _ := known.find(own)
		for _, k := range keys {
			if bytes.Equal(k.Key.Marshal(), public.Marshal()) {
				return
			}
		}
		if !strings.Contains(lines, "@revoked") && !strings.Contains(lines, "@cert-authority") {
			t.Errorf("after %q the key of app1.example.com is not found", lines)
		}
	})
}
