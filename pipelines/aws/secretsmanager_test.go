package aws_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/secrets"
)

func revealed(values map[string]secrets.Value) map[string]string {
	all := map[string]string{}
	for key, value := range values {
		all[key] = value.Reveal()
	}
	return all
}

func TestSecretForms(t *testing.T) {
	tests := map[string]struct {
		text string
		keys map[string]string
	}{
		"a JSON object": {`{"USER": "ana", "PORT": 5432, "BIG": 12345678901234567890, "ON": true, "NONE": null, "LIST": [1, 2], "QUOTED": "a \"b\" $c\n"}`,
			map[string]string{"USER": "ana", "PORT": "5432", "BIG": "12345678901234567890", "ON": "true", "NONE": "", "LIST": "[1,2]", "QUOTED": "a \"b\" $c\n"}},
		"plain":          {"hunter2", nil},
		"a JSON string":  {`"hunter2"`, nil},
		"a JSON list":    {`["a"]`, nil},
		"JSON's nothing": {"null", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := awsfake.New(t, awsfake.Options{})
			s.Setenv(t)
			manager := s.Secrets()
			version := manager.Put("prod/tracker", test.text)
			for _, id := range []string{"prod/tracker", manager.ARN("prod/tracker")} {
				found, err := aws.New(nil, run).Secrets(t.Context(), aws.Options{}, aws.SecretID{ID: id})
				if err != nil {
					t.Fatal(err)
				}
				got := found[0]
				if got.Version != version || got.Text.Reveal() != test.text || (got.Keys == nil) != (test.keys == nil) {
					t.Errorf("%+v", got)
				}
				if test.keys != nil {
					if diff := cmp.Diff(test.keys, revealed(got.Keys)); diff != "" {
						t.Errorf("keys (-want +got):\n%s", diff)
					}
				}
			}
		})
	}
}

func TestSecretVersions(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	manager := s.Secrets()
	first := manager.Put("db", "one")
	second := manager.Put("db", "two")
	third := manager.Put("db", "three")
	for version, want := range map[string]string{"": "three", third: "three", "AWSCURRENT": "three", "AWSPREVIOUS": "two", second: "two", first: "one"} {
		found, err := aws.New(nil, run).Secrets(t.Context(), aws.Options{}, aws.SecretID{ID: "db", Version: version})
		if err != nil || found[0].Text.Reveal() != want {
			t.Errorf("version %q: %v %v, want %s", version, found, err, want)
		}
	}
}

func TestSecretsAreReadInBatches(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	manager := s.Secrets()
	manager.PageSize = 7
	var ids []aws.SecretID
	for i := range 45 {
		name := fmt.Sprintf("s/%d", i)
		manager.Put(name, fmt.Sprint(i))
		ids = append(ids, aws.SecretID{ID: name})
	}
	sessions := aws.New(nil, run)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			found, err := sessions.Secrets(context.Background(), aws.Options{}, ids...)
			if err != nil {
				t.Error(err)
				return
			}
			for i, secret := range found {
				if secret.ID != ids[i].ID || secret.Text.Reveal() != fmt.Sprint(i) {
					t.Errorf("secret %d: %+v", i, secret)
				}
			}
		})
		all.Wait()
	}
	if n := len(s.Calls("secretsmanager", "BatchGetSecretValue")); n != 3+3+1 {
		t.Errorf("%d batches, want 7 pages, once", n)
	}
	if n := len(s.Calls("secretsmanager", "GetSecretValue")); n != 0 {
		t.Errorf("%d secrets were read alone", n)
	}
}

// Older policies allow GetSecretValue only.
func TestSecretsWithoutBatches(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	manager := s.Secrets()
	manager.Put("a", "1")
	manager.Put("b", "2")
	s.Fault("secretsmanager", "BatchGetSecretValue", -1, awsfake.Denied("*"))
	found, err := aws.New(nil, run).Secrets(t.Context(), aws.Options{}, aws.SecretID{ID: "a"}, aws.SecretID{ID: "b"})
	if err != nil || found[0].Text.Reveal()+found[1].Text.Reveal() != "12" {
		t.Errorf("%v %v", found, err)
	}
}

func TestSecretsFail(t *testing.T) {
	tests := map[string]struct {
		prepare func(*awsfake.Server, *awsfake.Secrets)
		version string
		kind    error
		want    string
	}{
		"missing": {kind: aws.ErrNotFound, want: "there is no such secret in region us-east-1; create it, or correct its name or the region"},
		"missing version": {
			prepare: func(_ *awsfake.Server, m *awsfake.Secrets) { m.Put("prod/tracker", "canary") },
			version: "AWSPENDING", kind: aws.ErrNotFound,
			want: "there is no such secret in region us-east-1, or it has no version \"AWSPENDING\"; create it, or correct its name and version",
		},
		"to be deleted": {
			prepare: func(_ *awsfake.Server, m *awsfake.Secrets) {
				m.Put("prod/tracker", "canary")
				m.Delete("prod/tracker")
			},
			kind: aws.ErrNotFound,
			want: "it is marked for deletion; restore it with \"aws secretsmanager restore-secret --secret-id prod/tracker\", or name another one",
		},
		"binary": {
			prepare: func(_ *awsfake.Server, m *awsfake.Secrets) { m.PutBinary("prod/tracker", []byte{1, 2}) },
			want:    "it is binary; store it as text or as a JSON object",
		},
		"not allowed": {
			prepare: func(s *awsfake.Server, m *awsfake.Secrets) {
				m.Put("prod/tracker", "canary")
				s.Fault("secretsmanager", "GetSecretValue", 1, awsfake.Denied("arn:aws:secretsmanager:us-east-1:111111111111:secret:prod/tracker"))
			},
			kind: aws.ErrDenied,
			want: "arn:aws:iam::111111111111:user/admin may not secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-east-1:111111111111:secret:prod/tracker; " +
				"allow secretsmanager:GetSecretValue in its policies, or sign in as another identity",
		},
		"a key that may not be used": {
			prepare: func(s *awsfake.Server, m *awsfake.Secrets) {
				m.Put("prod/tracker", "canary")
				s.Fault("secretsmanager", "GetSecretValue", 1, func(*awsfake.Call) error {
					return &awsfake.Error{Code: "DecryptionFailure", Message: "Secrets Manager can't decrypt the protected secret text using the provided KMS key."}
				})
			},
			kind: aws.ErrDenied,
			want: "it can't be decrypted with its KMS key; allow kms:Decrypt on that key to this identity",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := awsfake.New(t, awsfake.Options{})
			s.Setenv(t)
			manager := s.Secrets()
			if test.prepare != nil {
				test.prepare(s, manager)
			}
			_, err := aws.New(nil, run).Secrets(t.Context(), aws.Options{}, aws.SecretID{ID: "prod/tracker", Version: test.version})
			want := "reading secret \"prod/tracker\" from Secrets Manager: " + test.want
			if err == nil || err.Error() != want || test.kind != nil && !errors.Is(err, test.kind) {
				t.Errorf("error\n%v, want\n%s", err, want)
			}
		})
	}
}

func TestAllMissingSecretsAreNamed(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	s.Secrets().Put("b", "1")
	_, err := aws.New(nil, run).Secrets(t.Context(), aws.Options{}, aws.SecretID{ID: "a"}, aws.SecretID{ID: "b"}, aws.SecretID{ID: "c"})
	if err == nil || !strings.Contains(err.Error(), `"a"`) || !strings.Contains(err.Error(), `"c"`) || strings.Contains(err.Error(), `"b"`) {
		t.Errorf("error: %v", err)
	}
}

func TestSecretKeys(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	manager := s.Secrets()
	manager.Put("json", `{"A": "canary"}`)
	manager.Put("plain", "canary")
	found, err := aws.New(nil, run).Secrets(t.Context(), aws.Options{}, aws.SecretID{ID: "json"}, aws.SecretID{ID: "plain"})
	if err != nil {
		t.Fatal(err)
	}
	if value, err := found[0].Key("A"); err != nil || value.Reveal() != "canary" {
		t.Errorf("%v %v", value, err)
	}
	if _, err := found[0].Key("B"); !errors.Is(err, aws.ErrNotFound) || err.Error() != `reading key "B" of secret "json" in Secrets Manager: it has no such key; add it to the secret, or correct the name` {
		t.Errorf("error: %v", err)
	}
	if _, err := found[1].Key("A"); err == nil || err.Error() != `reading key "A" of secret "plain" in Secrets Manager: the secret is plain text, not a JSON object; leave the key out, or store a JSON object` {
		t.Errorf("error: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", found, found, found); strings.Contains(text, "canary") {
		t.Error("printing a secret shows it")
	}
}
