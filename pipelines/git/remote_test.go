package git

import "testing"

func TestWithoutCredentials(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"plain", "https://github.com/acme/app.git", "https://github.com/acme/app.git"},
		{"user and password", "https://ann:s3cret@example.com/app.git", "https://example.com/app.git"},
		{"token as user", "https://ghp_s3cret@github.com/acme/app", "https://github.com/acme/app"},
		{"token in the query", "https://example.com/app.git?private_token=s3cret#s3cret", "https://example.com/app.git"},
		{"ssh user", "ssh://git@example.com:2222/app.git", "ssh://git@example.com:2222/app.git"},
		{"ssh password", "ssh://git:s3cret@example.com/app.git", "ssh://git@example.com/app.git"},
		{"short ssh address", "git@github.com:acme/app.git", "git@github.com:acme/app.git"},
		{"path", "/srv/git/app.git", "/srv/git/app.git"},
		{"unreadable", "https://ann:s3%cret@example.com/%zz", ""},
		{"empty", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := WithoutCredentials(test.raw); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
