package aws

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"golang.org/x/sync/errgroup"
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

	mu sync.Mutex
	// written are the versions of what this process wrote, by parameter: reading
	// may lag behind.
	written map[string]int64
	// parts of files that this process wrote or read last, by parameter.
	parts map[string][]string
	// directories that are known to exist.
	directories map[string]bool
}

// Files are files below root, such as /slipway/tracker/prod.
func (s *Sessions) Files(o Options, root string) *ParameterFiles {
	return &ParameterFiles{
		sessions: s, options: o, root: encodePath(root),
		written: map[string]int64{}, parts: map[string][]string{}, directories: map[string]bool{},
	}
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

// ReadFile reads a file. One that does not exist is fs.ErrNotExist.
func (f *ParameterFiles) ReadFile(ctx context.Context, p string) ([]byte, error) {
	name, doing := f.name(p), fmt.Sprintf("reading parameter %q", f.name(p))
	client, explain, err := f.client(ctx, doing)
	if err != nil {
		return nil, err
	}
	// The file may be replaced while its parts are read.
	var data []byte
	err = untilSettled(ctx, func(last bool) (bool, error) {
		head, err := f.readHead(ctx, client, name)
		if err != nil {
			return true, explain(err)
		}
		if head == nil {
			return true, fmt.Errorf("%s: %w", doing, fs.ErrNotExist)
		}
		texts, err := readParts(ctx, client, head.partNames(name))
		if err != nil {
			return true, explain(err)
		}
		data, err = head.content(texts)
		if err != nil && last {
			return true, &Error{Doing: doing, Problem: err.Error(), Next: "delete the parameter if nobody is writing it"}
		}
		return err == nil, nil
	})
	return data, err
}

// readHead is the parameter of a file, nil if there is none. What this process
// has written is waited for.
func (f *ParameterFiles) readHead(ctx context.Context, client *ssm.Client, name string) (*head, error) {
	f.mu.Lock()
	least := f.written[name]
	f.mu.Unlock()
	var found *head
	err := untilSettled(ctx, func(last bool) (bool, error) {
		out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: sdk.Bool(true)})
		var absent *types.ParameterNotFound
		switch {
		case errors.As(err, &absent):
			found = nil
			return least == 0 || last, nil
		case err != nil:
			return true, err
		}
		found, err = parseHead(sdk.ToString(out.Parameter.Value))
		return out.Parameter.Version >= least || last, err
	})
	if found == nil && err == nil {
		f.forget(name)
	}
	return found, err
}

// readParts reads parameters, those of them that are there.
func readParts(ctx context.Context, client *ssm.Client, names []string) (map[string]string, error) {
	texts := map[string]string{}
	for some := range slices.Chunk(names, tenth) {
		out, err := client.GetParameters(ctx, &ssm.GetParametersInput{Names: some, WithDecryption: sdk.Bool(true)})
		if err != nil {
			return nil, err
		}
		for _, p := range out.Parameters {
			texts[sdk.ToString(p.Name)] = sdk.ToString(p.Value)
		}
	}
	return texts, nil
}

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
	group.SetLimit(writers)
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
	f.mu.Lock()
	f.written[name], f.parts[name] = version, names
	f.mu.Unlock()
	return explain(remove(ctx, client, before))
}

// writers is how many parts are written at once; Parameter Store takes three a
// second without complaint
// (https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm).
const writers = 3

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
	f.mu.Lock()
	known, ok := f.parts[name]
	f.mu.Unlock()
	if ok {
		return known, nil
	}
	head, err := f.readHead(ctx, client, name)
	if head == nil || err != nil {
		return nil, err
	}
	return head.partNames(name), nil
}

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
	f.mu.Lock()
	known := f.directories[name]
	f.mu.Unlock()
	if known {
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
		is, err := f.valueOf(ctx, client, name)
		if err != nil || is != token {
			return false, err
		}
	case err != nil:
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.directories[name], f.written[name] = true, 1
	return true, nil
}

// valueOf is the value of a parameter that exists, or did a moment ago.
func (f *ParameterFiles) valueOf(ctx context.Context, client *ssm.Client, name string) (value string, err error) {
	err = untilSettled(ctx, func(last bool) (bool, error) {
		out, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &name})
		var absent *types.ParameterNotFound
		if errors.As(err, &absent) {
			return last, nil
		}
		if err != nil {
			return true, err
		}
		value = sdk.ToString(out.Parameter.Value)
		return true, nil
	})
	return value, err
}

// List is the names in a directory, sorted; none when there is no directory.
func (f *ParameterFiles) List(ctx context.Context, p string) ([]string, error) {
	name, doing := f.name(p), fmt.Sprintf("listing the parameters below %q", f.name(p))
	client, explain, err := f.client(ctx, doing)
	if err != nil {
		return nil, err
	}
	var names []string
	err = untilSettled(ctx, func(last bool) (bool, error) {
		found, err := below(ctx, client, name, false)
		if err != nil {
			return true, explain(err)
		}
		names = found
		missing := f.missing(name, found)
		if last {
			f.forget(missing...) // somebody else has removed them
		}
		return len(missing) == 0 || last, nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]string, len(names))
	for i, each := range names {
		list[i] = decode(strings.TrimPrefix(each, name+"/"))
	}
	slices.Sort(list)
	return list, nil
}

// missing are the parameters directly below name that this process wrote, and
// that are not among those found.
func (f *ParameterFiles) missing(name string, found []string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var missing []string
	for written := range f.written {
		if path.Dir(written) == name && !slices.Contains(found, written) {
			missing = append(missing, written)
		}
	}
	return missing
}

// below are the names of the parameters below a path.
func below(ctx context.Context, client *ssm.Client, name string, recursive bool) ([]string, error) {
	var names []string
	pages := ssm.NewGetParametersByPathPaginator(client, &ssm.GetParametersByPathInput{Path: &name, Recursive: &recursive})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Parameters {
			names = append(names, sdk.ToString(p.Name))
		}
	}
	return names, nil
}

// Remove removes a file, or a directory with all that is in it, itself last.
// What does not exist is removed already.
func (f *ParameterFiles) Remove(ctx context.Context, p string) error {
	name, doing := f.name(p), fmt.Sprintf("deleting parameter %q", f.name(p))
	client, explain, err := f.client(ctx, doing)
	if err != nil {
		return err
	}
	names, err := below(ctx, client, name, true)
	if err != nil {
		return explain(err)
	}
	for _, own := range f.own(name) {
		if !slices.Contains(names, own) {
			names = append(names, own)
		}
	}
	if err := remove(ctx, client, names); err != nil {
		return explain(err)
	}
	f.forget(names...)
	if err := remove(ctx, client, []string{name}); err != nil {
		return explain(err)
	}
	f.forget(name)
	return nil
}

// own are the parameters below name that this process wrote.
func (f *ParameterFiles) own(name string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for written := range f.written {
		if strings.HasPrefix(written, name+"/") {
			names = append(append(names, written), f.parts[written]...)
		}
	}
	return append(names, f.parts[name]...)
}

func (f *ParameterFiles) forget(names ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range names {
		delete(f.written, name)
		delete(f.parts, name)
		delete(f.directories, name)
	}
}

// remove deletes parameters, ten at a time. Those that are gone are no error.
func remove(ctx context.Context, client *ssm.Client, names []string) error {
	for some := range slices.Chunk(names, tenth) {
		if _, err := client.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: some}); err != nil {
			return err
		}
	}
	return nil
}
