package aws

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"golang.org/x/sync/errgroup"
)

// WriteFile writes a file whole or not at all, and makes missing directories.
// A file that only its owner may read is encrypted.
func (f *ParameterFiles) WriteFile(ctx context.Context, p string, data []byte, mode fs.FileMode) error {
	name, doing := f.name(p), fmt.Sprintf("writing parameter %q", f.name(p))
	client, explain, err := f.client(ctx, doing)
	if err != nil {
		return err
	}
	if err := f.makeDirectories(ctx, client, path.Dir(path.Clean("/"+p))); err != nil {
		return explain(err)
	}
	kind := types.ParameterTypeString
	if mode.Perm()&0o077 == 0 {
		kind = types.ParameterTypeSecureString
	}
	head, texts := newHead(data)
	before, err := f.partsOf(ctx, client, name)
	if err != nil {
		return explain(err)
	}
	names := head.partNames(name)
	group, writing := errgroup.WithContext(ctx)
	group.SetLimit(writesAtOnce)
	for i, text := range texts {
		group.Go(func() error {
			_, err := client.PutParameter(writing, &ssm.PutParameterInput{Name: &names[i], Value: &text, Type: kind, Overwrite: sdk.Bool(true)})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return errors.Join(explain(err), explain(remove(context.WithoutCancel(ctx), client, names)))
	}
	version, err := putHead(ctx, client, name, head.String(), kind)
	if err != nil {
		return explain(err)
	}
	f.own.wroteFile(name, version, names)
	return explain(remove(ctx, client, before))
}

// putHead writes a file's own parameter. A parameter can't change its type, so
// one of the other type is made anew.
func putHead(ctx context.Context, client *ssm.Client, name, value string, kind types.ParameterType) (int64, error) {
	put := &ssm.PutParameterInput{Name: &name, Value: &value, Type: kind, Overwrite: sdk.Bool(true)}
	out, err := client.PutParameter(ctx, put)
	var mismatch *types.HierarchyTypeMismatchException
	if errors.As(err, &mismatch) {
		if err := remove(ctx, client, []string{name}); err != nil {
			return 0, err
		}
		out, err = client.PutParameter(ctx, put)
	}
	if err != nil {
		return 0, err
	}
	return out.Version, nil
}

// partsOf are the parts of the file as it is.
func (f *ParameterFiles) partsOf(ctx context.Context, client *ssm.Client, name string) ([]string, error) {
	if known, ok := f.own.partsOf(name); ok {
		return known, nil
	}
	head, err := f.readHead(ctx, client, name)
	if head == nil || err != nil {
		return nil, err
	}
	return head.partNames(name), nil
}
