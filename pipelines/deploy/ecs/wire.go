package ecs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The SDK's structs drop keys that they do not know. So documents go around
// them: one of ours takes the place of the request's body before it is signed,
// and the answer's body is read as it came.

// register registers a document, marked with what it is, and gives the revision that
// ECS made of it.
func (a *api) register(ctx context.Context, d document) (revision, error) {
	body, err := d.marked().encode("")
	if err != nil {
		return revision{}, err
	}
	in := &ecs.RegisterTaskDefinitionInput{ // what the SDK wants to see; never sent
		Family:               aws.String(d.family()),
		ContainerDefinitions: []types.ContainerDefinition{},
	}
	var answer []byte
	if _, err := a.client.RegisterTaskDefinition(ctx, in, withBody(body), keepBody(&answer)); err != nil {
		return revision{}, fmt.Errorf("registering a revision of task definition %q: %w", d.family(), explain(err))
	}
	r, err := readRevision(answer)
	if err != nil {
		return revision{}, fmt.Errorf("registering a revision of task definition %q: reading the answer: %w", d.family(), err)
	}
	return r, nil
}

// create creates a service from a document, and gives it back.
func (a *api) create(ctx context.Context, d map[string]any) (*types.Service, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	name, _ := d["serviceName"].(string)
	out, err := a.client.CreateService(ctx, &ecs.CreateServiceInput{ServiceName: aws.String(name)}, withBody(body))
	if err != nil {
		return nil, fmt.Errorf("creating service %q: %w", name, explain(err))
	}
	return out.Service, nil
}

// taskDefinition reads a revision as it is, with its tags; once, for a revision never
// changes.
func (a *api) taskDefinition(ctx context.Context, arn string) (revision, error) {
	return a.definitions.Do(ctx, arn, func(ctx context.Context) (revision, error) { return a.readTaskDefinition(ctx, arn) })
}

func (a *api) readTaskDefinition(ctx context.Context, arn string) (revision, error) {
	var body []byte
	in := &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: aws.String(arn),
		Include:        []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	}
	if _, err := a.client.DescribeTaskDefinition(ctx, in, keepBody(&body)); err != nil {
		return revision{}, fmt.Errorf("reading task definition %q: %w", arn, explain(err))
	}
	r, err := readRevision(body)
	if err != nil {
		return revision{}, fmt.Errorf("reading task definition %q: %w", arn, err)
	}
	return r, nil
}

// withBody sends body in place of what the SDK made of its struct.
func withBody(body []byte) func(*ecs.Options) {
	replace := func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
		request, ok := in.Request.(*smithyhttp.Request)
		if !ok {
			return middleware.SerializeOutput{}, middleware.Metadata{}, fmt.Errorf("sending a document: the request is a %T", in.Request)
		}
		request, err := request.SetStream(bytes.NewReader(body))
		if err != nil {
			return middleware.SerializeOutput{}, middleware.Metadata{}, err
		}
		in.Request = request
		return next.HandleSerialize(ctx, in)
	}
	return func(o *ecs.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Serialize.Add(middleware.SerializeMiddlewareFunc("SlipwayDocument", replace), middleware.After)
		})
	}
}

// maxAnswer is more than any task definition is: AWS allows 64 KiB.
const maxAnswer = 4 << 20

// keepBody copies the answer's body into body.
func keepBody(body *[]byte) func(*ecs.Options) {
	keep := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		response, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, metadata, err
		}
		data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		if err != nil {
			return out, metadata, err
		}
		if err := response.Body.Close(); err != nil {
			return out, metadata, err
		}
		*body, response.Body = data, io.NopCloser(bytes.NewReader(data))
		return out, metadata, nil
	}
	return func(o *ecs.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("SlipwayDocument", keep), middleware.After)
		})
	}
}
