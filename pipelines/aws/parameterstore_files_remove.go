package aws

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

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
	for _, own := range f.own.below(name) {
		if !slices.Contains(names, own) {
			names = append(names, own)
		}
	}
	if err := remove(ctx, client, names); err != nil {
		return explain(err)
	}
	f.own.forget(names...)
	if err := remove(ctx, client, []string{name}); err != nil {
		return explain(err)
	}
	f.own.forget(name)
	return nil
}

// remove deletes parameters, ten at a time. Those that are gone are no error.
func remove(ctx context.Context, client *ssm.Client, names []string) error {
	for some := range slices.Chunk(names, parametersPerCall) {
		if _, err := client.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: some}); err != nil {
			return err
		}
	}
	return nil
}
