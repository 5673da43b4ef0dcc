package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// ParameterFiles are files and directories kept as parameters below a root. It
// is safe for several goroutines; several processes may use one root.
//
// A directory is a parameter, and so is a file; the parts of a large file are
// parameters below it. A file is whole or as it was before: its parts are
// written under new names, then the parameter that names them.
type ParameterFiles struct {
	sessions *Sessions
	options  Options
	root     string

	// own is what this process wrote there.
	own *ownWrites
}

// Files are files below root, such as /slipway/tracker/prod.
func (s *Sessions) Files(o Options, root string) *ParameterFiles {
	return &ParameterFiles{sessions: s, options: o, root: encodePath(root), own: newOwnWrites()}
}

// Root is the path of the parameter that all others are below.
func (f *ParameterFiles) Root() string { return f.root }

// Entries is how many entries of a history there is room for: an account has
// 10,000 parameters in a region, for everything and everybody
// (https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm).
func (f *ParameterFiles) Entries() int { return 100 }

func (f *ParameterFiles) name(p string) string {
	if p = encodePath(p); p == "/" {
		return f.root
	}
	return f.root + p
}

// client is signed in; explain makes its errors readable.
func (f *ParameterFiles) client(ctx context.Context, doing string) (*ssm.Client, func(error) error, error) {
	c, err := f.sessions.Config(ctx, f.options)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", doing, err)
	}
	return ssm.NewFromConfig(c), func(err error) error {
		if code, _ := apiError(err); code == "ParameterLimitExceeded" {
			return &Error{Doing: doing, Problem: "this account has as many parameters as it may have in region " + c.Region, Next: "delete parameters that nobody needs", Err: err}
		}
		return f.sessions.explain(ctx, c, f.options, doing, err)
	}, nil
}
