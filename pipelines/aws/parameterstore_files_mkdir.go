package aws

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// MkdirExclusive makes a directory and its parents. Of several callers one
// succeeds; for the others it is fs.ErrExist.
func (f *ParameterFiles) MkdirExclusive(ctx context.Context, p string) error {
	name, doing := f.name(p), fmt.Sprintf("making parameter %q", f.name(p))
	client, explain, err := f.client(ctx, doing)
	if err != nil {
		return err
	}
	if err := f.makeDirectories(ctx, client, path.Dir(path.Clean("/"+p))); err != nil {
		return explain(err)
	}
	made, err := f.makeDirectory(ctx, client, name)
	if err != nil {
		return explain(err)
	}
	if !made {
		return fmt.Errorf("%s: %w", doing, fs.ErrExist)
	}
	return nil
}

// makeDirectories makes those of a path and its parents that are not there.
func (f *ParameterFiles) makeDirectories(ctx context.Context, client *ssm.Client, p string) error {
	if p == "/" {
		return nil
	}
	name := f.name(p)
	if f.own.isDirectory(name) {
		return nil
	}
	if err := f.makeDirectories(ctx, client, path.Dir(p)); err != nil {
		return err
	}
	_, err := f.makeDirectory(ctx, client, name)
	return err
}

// makeDirectory says whether it was this call that made it. A call that was
// sent again may meet its own directory, which its token tells.
func (f *ParameterFiles) makeDirectory(ctx context.Context, client *ssm.Client, name string) (bool, error) {
	token := directoryMark + rand.Text()
	_, err := client.PutParameter(ctx, &ssm.PutParameterInput{Name: &name, Value: &token, Type: types.ParameterTypeString})
	var exists *types.ParameterAlreadyExists
	switch {
	case errors.As(err, &exists):
		is, err := valueOf(ctx, client, name)
		if err != nil || is != token {
			return false, err
		}
	case err != nil:
		return false, err
	}
	f.own.madeDirectory(name)
	return true, nil
}
