package awsfake

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// Serve starts the program docker-registry, a real registry with the password of
// an account, behind Front, and gives the host to push to. Both end with the test.
func (e *ECR) Serve(t testing.TB, account, password string) string {
	t.Helper()
	dir := t.TempDir()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "htpasswd"), []byte("AWS:"+string(hash)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	config := fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: %s, relativeurls: true}\nauth: {htpasswd: {realm: ecr, path: %s}}\n",
		filepath.Join(dir, "data"), address, filepath.Join(dir, "htpasswd"))
	if err := os.WriteFile(filepath.Join(dir, "config.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	registry := exec.Command("docker-registry", "serve", filepath.Join(dir, "config.yml"))
	if err := registry.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = registry.Process.Kill(); _ = registry.Wait() })
	upstream := &url.URL{Scheme: "http", Host: address}
	waitForAnswer(t, upstream.String()+"/v2/")
	front := httptest.NewServer(e.Front(account, upstream))
	t.Cleanup(front.Close)
	return strings.TrimPrefix(front.URL, "http://")
}

// waitForAnswer asks until a server answers, for a minute at most.
func waitForAnswer(t testing.TB, address string) {
	t.Helper()
	tooLong := time.After(time.Minute)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		resp, err := http.Get(address)
		if err == nil {
			_ = resp.Body.Close()
			return
		}
		select {
		case <-tooLong:
			t.Fatalf("the registry does not answer: %v", err)
		case <-again.C:
		}
	}
}
