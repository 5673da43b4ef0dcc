package aws

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

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
	least := f.own.version(name)
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
		f.own.forget(name)
	}
	return found, err
}

// readParts reads parameters, those of them that are there.
func readParts(ctx context.Context, client *ssm.Client, names []string) (map[string]string, error) {
	texts := map[string]string{}
	for some := range slices.Chunk(names, parametersPerCall) {
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

// valueOf is the value of a parameter that exists, or did a moment ago.
func valueOf(ctx context.Context, client *ssm.Client, name string) (value string, err error) {
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
