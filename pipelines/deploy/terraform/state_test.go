package terraform_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestStateOnADiskThatGoes: where the disk does not stay, only code with its
// state elsewhere is run, whatever else the code's text looks like.
func TestStateOnADiskThatGoes(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var state []byte
	// What the backend "http" asks for:
	// https://developer.hashicorp.com/terraform/language/backend/http
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case r.Method == http.MethodPost:
			state, _ = io.ReadAll(r.Body)
		case state != nil:
			w.Write(state)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	tests := map[string]struct {
		code   string
		stays  bool
		onDisk bool
	}{
		"no backend":                  {code: "", onDisk: true},
		"the local backend":           {code: "terraform {\n  backend \"local\" {}\n}", onDisk: true},
		"text that reads as a remote": {code: "locals { cloud = { backend = \"s3\" } } # backend \"s3\" {", onDisk: true},
		"a backend elsewhere":         {code: fmt.Sprintf("terraform {\n  backend \"http\" { address = %q }\n}", server.URL)},
		"a disk that stays":           {code: "", stays: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			i := newInfra(t, anyProgram())
			i.write("more.tf", tc.code+"\n")
			i.ephemeral = !tc.stays
			_, err := i.deploy("sha-1")
			if refused := err != nil && strings.Contains(err.Error(), `"infra/envs/staging" keeps its state in a local file`); refused != tc.onDisk {
				t.Errorf("refused: %v, want %v: %v", refused, tc.onDisk, err)
			}
			if err != nil && !tc.onDisk {
				t.Error(err)
			}
		})
	}
	if !strings.Contains(string(state), "sha-1") {
		t.Errorf("the state elsewhere is %q", state)
	}
}
