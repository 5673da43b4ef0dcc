package aws

import (
	"context"
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Parameters reads parameters, decrypted, each once in a run. A name can be
// followed by ":" and a version. The error names all that do not exist.
func (s *Sessions) Parameters(ctx context.Context, o Options, names ...string) ([]Parameter, error) {
	doing := "reading parameters from Parameter Store"
	c, err := s.Config(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	client := ssm.NewFromConfig(c)
	var missing, absent []string
	for _, name := range names {
		if _, ok := s.parameters.Get(parameterKey{o, name}); !ok {
			missing = append(missing, name)
		}
	}
	for len(missing) > 0 {
		some := missing[:min(parametersPerCall, len(missing))]
		missing = missing[len(some):]
		out, err := client.GetParameters(ctx, &ssm.GetParametersInput{Names: some, WithDecryption: sdk.Bool(true)})
		if err != nil {
			return nil, s.explain(ctx, c, o, doing, err)
		}
		for _, p := range out.Parameters {
			s.parameters.Set(parameterKey{o, sdk.ToString(p.Name) + sdk.ToString(p.Selector)}, newParameter(p))
		}
		absent = append(absent, out.InvalidParameters...)
	}
	if len(absent) > 0 {
		return nil, &Error{Kind: ErrNotFound, Doing: doing, Problem: fmt.Sprintf("there is no %s in region %s", strings.Join(absent, ", "), c.Region),
			Next: "create them, or correct the names or the region"}
	}
	found := make([]Parameter, len(names))
	for i, name := range names {
		found[i], _ = s.parameters.Get(parameterKey{o, name})
	}
	return found, nil
}

// ParametersBelow reads the parameters directly below a path, decrypted, sorted
// by name. None is ErrNotFound.
func (s *Sessions) ParametersBelow(ctx context.Context, o Options, path string) ([]Parameter, error) {
	doing := fmt.Sprintf("reading the parameters below %q from Parameter Store", path)
	c, err := s.Config(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	var found []Parameter
	pages := ssm.NewGetParametersByPathPaginator(ssm.NewFromConfig(c), &ssm.GetParametersByPathInput{
		Path: sdk.String(strings.TrimSuffix(path, "/") + "/"), WithDecryption: sdk.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.explain(ctx, c, o, doing, err)
		}
		for _, p := range page.Parameters {
			found = append(found, newParameter(p))
			s.parameters.Set(parameterKey{o, sdk.ToString(p.Name)}, newParameter(p))
		}
	}
	if len(found) == 0 {
		return nil, &Error{Kind: ErrNotFound, Doing: doing, Problem: "there are none in region " + c.Region, Next: "create them, or correct the path or the region"}
	}
	return found, nil
}
