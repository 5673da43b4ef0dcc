package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/keyed"
)

// How many names one call takes. Source: the API reference of DescribeServices
// and DescribeTasks.
const (
	servicesPerCall = 10
	tasksPerCall    = 100
)

// callsAtOnce bounds the calls that wait for an answer: ECS limits the rate of an
// account, which others use too.
const callsAtOnce = 8

// api are the calls to one cluster, batched, paged and within ECS's
// limits.
type api struct {
	client *ecs.Client
	// config signs in to the other services.
	config  aws.Config
	cluster string
	// definitions are revisions by ARN.
	definitions keyed.Once[string, revision]
}

func newAPI(c aws.Config, cluster string) *api {
	limits := newLimiter()
	client := ecs.NewFromConfig(c, func(o *ecs.Options) {
		o.APIOptions = append(slices.Clone(o.APIOptions), limits.add)
	})
	return &api{client: client, config: c, cluster: cluster, definitions: keyed.Once[string, revision]{RetryErrors: true}}
}

// explain shortens an error of the SDK to what AWS said.
func explain(err error) error {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return &refusal{refused.ErrorCode(), refused.ErrorMessage(), err}
	}
	return err
}

// refusal is AWS's error without the SDK's words around it.
type refusal struct {
	code, message string
	err           error
}

func (e *refusal) Error() string {
	if e.message == "" {
		return e.code
	}
	return e.code + ": " + e.message
}

func (e *refusal) Unwrap() error { return e.err }

// code is the code of AWS's error; empty for another error.
func code(err error) string {
	var refused smithy.APIError
	if errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return ""
}

// requireCluster wants the cluster to be there and active.
func (a *api) requireCluster(ctx context.Context) error {
	out, err := a.client.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: []string{a.cluster}})
	if err != nil {
		return fmt.Errorf("reading cluster %q: %w", a.cluster, explain(err))
	}
	if len(out.Clusters) == 0 {
		return fmt.Errorf("reading cluster %q: there is none of that name in this account and region (%s); create it, or name another one in slipway.yaml", a.cluster, a.client.Options().Region)
	}
	if status := aws.ToString(out.Clusters[0].Status); status != "ACTIVE" {
		return fmt.Errorf("reading cluster %q: it is %s, and nothing can be deployed to it", a.cluster, status)
	}
	return nil
}

// services are the services of those names, with their tags; those that are
// not there are absent.
func (a *api) services(ctx context.Context, names []string) (map[string]types.Service, error) {
	var lists [][]types.Service
	var chunks [][]string
	for chunk := range slices.Chunk(names, servicesPerCall) {
		chunks = append(chunks, chunk)
	}
	lists = make([][]types.Service, len(chunks))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i, chunk := range chunks {
		group.Go(func() error {
			out, err := a.client.DescribeServices(ctx, &ecs.DescribeServicesInput{
				Cluster: aws.String(a.cluster), Services: chunk, Include: []types.ServiceField{types.ServiceFieldTags},
			})
			if err != nil {
				return fmt.Errorf("reading services of cluster %q: %w", a.cluster, explain(err))
			}
			for _, f := range out.Failures {
				if reason := aws.ToString(f.Reason); reason != "MISSING" {
					return fmt.Errorf("reading service %q: %s", shortARN(aws.ToString(f.Arn)), reason)
				}
			}
			lists[i] = out.Services
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	found := map[string]types.Service{}
	for _, s := range slices.Concat(lists...) {
		found[aws.ToString(s.ServiceName)] = s
	}
	return found, nil
}

// allServices are the services of the cluster.
func (a *api) allServices(ctx context.Context) (map[string]types.Service, error) {
	var arns []string
	pages := ecs.NewListServicesPaginator(a.client, &ecs.ListServicesInput{Cluster: aws.String(a.cluster), MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the services of cluster %q: %w", a.cluster, explain(err))
		}
		arns = append(arns, page.ServiceArns...)
	}
	return a.services(ctx, arns)
}

// taskARNs are the ARNs of the tasks that in asks for, all pages.
func (a *api) taskARNs(ctx context.Context, in ecs.ListTasksInput) ([]string, error) {
	in.Cluster = aws.String(a.cluster)
	var arns []string
	pages := ecs.NewListTasksPaginator(a.client, &in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing tasks of cluster %q: %w", a.cluster, explain(err))
		}
		arns = append(arns, page.TaskArns...)
	}
	return arns, nil
}

// tasks reads tasks; those that are gone are absent.
func (a *api) tasks(ctx context.Context, arns []string) ([]types.Task, error) {
	var tasks []types.Task
	for chunk := range slices.Chunk(arns, tasksPerCall) {
		out, err := a.client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(a.cluster), Tasks: chunk})
		if err != nil {
			return nil, fmt.Errorf("reading tasks of cluster %q: %w", a.cluster, explain(err))
		}
		tasks = append(tasks, out.Tasks...)
	}
	return tasks, nil
}

// revisions are the ARNs of a family's newest active revisions, at most limit.
func (a *api) revisions(ctx context.Context, family string, limit int) ([]string, error) {
	var arns []string
	pages := ecs.NewListTaskDefinitionsPaginator(a.client, &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: aws.String(family), Status: types.TaskDefinitionStatusActive, Sort: types.SortOrderDesc,
		MaxResults: aws.Int32(int32(min(limit, 100))),
	})
	for pages.HasMorePages() && len(arns) < limit {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the revisions of task definition %q: %w", family, explain(err))
		}
		for _, arn := range page.TaskDefinitionArns {
			if name, _, _ := strings.Cut(shortARN(arn), ":"); name == family && len(arns) < limit {
				arns = append(arns, arn)
			}
		}
	}
	return arns, nil
}

// shortARN is the last part of an ARN: such as "api:12" or a task's id.
func shortARN(arn string) string {
	return arn[strings.LastIndexByte(arn, '/')+1:]
}

// familyOf is the family of a revision's ARN.
func familyOf(revision string) string {
	family, _, _ := strings.Cut(shortARN(revision), ":")
	return family
}
