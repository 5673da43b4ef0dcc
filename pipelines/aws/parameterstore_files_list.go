package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

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
		missing := f.own.missing(name, found)
		if last {
			f.own.forget(missing...) // somebody else has removed them
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
