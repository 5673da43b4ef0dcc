package aws_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
)

func parameterFiles(t *testing.T) (*awsfake.Server, *awsfake.Parameters, *aws.ParameterFiles) {
	t.Helper()
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	store := s.Parameters()
	return s, store, aws.New(nil, run).Files(aws.Options{}, "/slipway/tracker/prod")
}

// noise does not compress.
func noise(n int) []byte {
	data := make([]byte, n)
	source := rand.NewChaCha8([32]byte{})
	_, _ = source.Read(data)
	return data
}

func TestFilesAreKept(t *testing.T) {
	for name, data := range map[string][]byte{
		"empty": {}, "small": []byte("hello\n"), "just inline": noise(3040), "in parts": noise(3100),
		"many parts": noise(100_000), "long text": bytes.Repeat([]byte("image: api\n"), 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			_, store, files := parameterFiles(t)
			for range 2 { // the second write replaces the first
				if err := files.WriteFile(t.Context(), "/snapshots/7/desired.json", data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := files.WriteFile(t.Context(), "/snapshots/7/desired.json", append(data, 'x'), 0o644); err != nil {
				t.Fatal(err)
			}
			elsewhere := aws.New(nil, run).Files(aws.Options{}, "/slipway/tracker/prod")
			got, err := elsewhere.ReadFile(t.Context(), "/snapshots/7/desired.json")
			if err != nil || !bytes.Equal(got, append(data, 'x')) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			// Parts of the writes before are gone.
			want := 3 + parts(append(data, 'x'))
			if names := store.Names(); len(names) != want {
				t.Errorf("%d parameters, want %d: %v", len(names), want, names)
			}
			if err := files.Remove(t.Context(), "/snapshots"); err != nil {
				t.Fatal(err)
			}
			if names := store.Names(); len(names) != 0 {
				t.Errorf("left: %v", names)
			}
		})
	}
}

// parts is how many parameters noise takes beside its own.
func parts(data []byte) int {
	if n := len(data) * 4 / 3; n > 4096 && !bytes.Contains(data, []byte("image: api")) {
		return (n + 4095) / 4096
	}
	return 0
}

func TestFilesThatAreNotThere(t *testing.T) {
	_, _, files := parameterFiles(t)
	if _, err := files.ReadFile(t.Context(), "/live.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading: %v", err)
	}
	if names, err := files.List(t.Context(), "/lock"); err != nil || len(names) != 0 {
		t.Errorf("listing: %v %v", names, err)
	}
	if err := files.Remove(t.Context(), "/lock"); err != nil {
		t.Errorf("removing: %v", err)
	}
	if err := files.MkdirExclusive(t.Context(), "/lock"); err != nil {
		t.Fatal(err)
	}
	if _, err := files.ReadFile(t.Context(), "/lock"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading a directory: %v", err)
	}
}

func TestFilesAreListed(t *testing.T) {
	s, _, files := parameterFiles(t)
	var want []string
	for i := range 25 {
		name := fmt.Sprintf("%03d.json", i)
		want = append(want, name)
		if err := files.WriteFile(t.Context(), "/history/"+name, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.WriteFile(t.Context(), "/history/big", noise(9000), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := files.WriteFile(t.Context(), "/history/sub/dir/file", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	want = append(want, "big", "sub")
	got, err := files.List(t.Context(), "/history")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if n := len(s.Calls("ssm", "GetParametersByPath")); n != 3 {
		t.Errorf("%d pages, want 3", n)
	}
	for path, want := range map[string][]string{"/": {"history"}, "/history/sub": {"dir"}, "/history/sub/dir": {"file"}} {
		if got, err := files.List(t.Context(), path); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v %v, want %v", path, got, err, want)
		}
	}
}

func TestNamesOfAllKinds(t *testing.T) {
	_, _, files := parameterFiles(t)
	var want []string
	for _, name := range []string{"a b", "ä", "_c", "_5f", "x_y.json", "50%", "a@b", "..."} {
		want = append(want, name)
		if err := files.WriteFile(t.Context(), "/d/"+name, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := files.ReadFile(t.Context(), "/d/"+name); err != nil || string(got) != name {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	slices.Sort(want)
	if got, err := files.List(t.Context(), "/d"); err != nil || !slices.Equal(got, want) {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

func TestSecretFilesAreEncrypted(t *testing.T) {
	_, store, files := parameterFiles(t)
	data := noise(9000)
	for _, mode := range []fs.FileMode{0o600, 0o644, 0o600} {
		if err := files.WriteFile(t.Context(), "/env.json", data, mode); err != nil {
			t.Fatal(err)
		}
		want := map[fs.FileMode]string{0o600: "SecureString", 0o644: "String"}[mode]
		for _, name := range store.Names() {
			if got := store.Kind(name); got != want {
				t.Errorf("%s of mode %o is %s, want %s", name, mode, got, want)
			}
		}
		if got, err := files.ReadFile(t.Context(), "/env.json"); err != nil || !bytes.Equal(got, data) {
			t.Errorf("reading: %v", err)
		}
	}
}

func TestOneMakesADirectory(t *testing.T) {
	s, _, _ := parameterFiles(t)
	// An answer that is lost is no refusal: the one who asks again made it.
	s.Fault("ssm", "PutParameter", 1, awsfake.Throttled)
	var made atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			files := aws.New(nil, run).Files(aws.Options{}, "/slipway/tracker/prod")
			err := files.MkdirExclusive(context.Background(), "/lock/7")
			switch {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, fs.ErrExist):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("%d made it", made.Load())
	}
}

func TestDirectoryMadeByALostAnswer(t *testing.T) {
	s, store, files := parameterFiles(t)
	s.Lose("ssm", "PutParameter", 2) // of /lock and of /lock/1
	if err := files.MkdirExclusive(t.Context(), "/lock/1"); err != nil {
		t.Errorf("the directory that it made itself: %v", err)
	}
	if n := len(store.Names()); n != 2 {
		t.Errorf("%d parameters", n)
	}
}

// Reads lag behind writes; what a process wrote it sees.
func TestOwnWritesAreSeen(t *testing.T) {
	_, store, files := parameterFiles(t)
	store.Lag = 300 * time.Millisecond
	for i := range 3 {
		want := strings.Repeat("x", i)
		if err := files.WriteFile(t.Context(), "/live.json", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := files.ReadFile(t.Context(), "/live.json"); err != nil || string(got) != want {
			t.Errorf("%q %v, want %q", got, err, want)
		}
	}
	if err := files.MkdirExclusive(t.Context(), "/lock/1"); err != nil {
		t.Fatal(err)
	}
	if got, err := files.List(t.Context(), "/lock"); err != nil || !slices.Equal(got, []string{"1"}) {
		t.Errorf("%v %v", got, err)
	}
	if err := files.Remove(t.Context(), "/"); err != nil {
		t.Fatal(err)
	}
	if names := store.Names(); len(names) != 0 {
		t.Errorf("left: %v", names)
	}
}

// A reader sees one of the writes, never parts of two.
func TestFilesAreWholeForReaders(t *testing.T) {
	_, _, files := parameterFiles(t)
	versions := [][]byte{noise(20_000), bytes.Repeat([]byte("a"), 10), append(noise(15_000), 1)}
	if err := files.WriteFile(t.Context(), "/f", versions[0], 0o644); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer close(done)
		for i := range 12 {
			if err := files.WriteFile(context.Background(), "/f", versions[i%3], 0o644); err != nil {
				t.Error(err)
			}
		}
	})
	reader := aws.New(nil, run).Files(aws.Options{}, "/slipway/tracker/prod")
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		got, err := reader.ReadFile(t.Context(), "/f")
		if err != nil || !slices.ContainsFunc(versions, func(v []byte) bool { return bytes.Equal(v, got) }) {
			t.Errorf("read %d bytes, %v", len(got), err)
		}
	}
	all.Wait()
}

func TestWritingIsRefused(t *testing.T) {
	s, store, files := parameterFiles(t)
	if err := files.WriteFile(t.Context(), "/f", []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.Fault("ssm", "PutParameter", 1, func(*awsfake.Call) error { return nil })
	s.Fault("ssm", "PutParameter", -1, awsfake.Denied("arn:aws:ssm:us-east-1:111111111111:parameter/slipway"))
	err := files.WriteFile(t.Context(), "/f", noise(20_000), 0o644)
	if !errors.Is(err, aws.ErrDenied) || !strings.Contains(err.Error(), `writing parameter "/slipway/tracker/prod/f": arn:aws:iam::111111111111:user/admin may not ssm:PutParameter`) {
		t.Errorf("error: %v", err)
	}
	s.Heal("ssm", "PutParameter")
	if got, err := files.ReadFile(t.Context(), "/f"); err != nil || string(got) != "before" {
		t.Errorf("%q %v", got, err)
	}
	if names := store.Names(); len(names) != 1 {
		t.Errorf("left: %v", names)
	}
}
