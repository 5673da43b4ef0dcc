package aws

import (
	"strconv"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"git.example/slipway/pipelines/secrets"
)

// Parameter is one of Parameter Store.
type Parameter struct {
	// Name is the whole one, without a version.
	Name string
	// Version is a number.
	Version string
	// Secret says that it is a SecureString.
	Secret bool
	Value  secrets.Value
}

type parameterKey struct {
	Options
	name string
}

func newParameter(p types.Parameter) Parameter {
	return Parameter{Name: sdk.ToString(p.Name), Version: strconv.FormatInt(p.Version, 10), Secret: p.Type == types.ParameterTypeSecureString, Value: secrets.NewValue(sdk.ToString(p.Value))}
}
