package ecs

import (
	"context"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// category is a group of operations that ECS counts together, for one account
// in one region.
type category struct {
	burst, perSecond float64
	operations       []string
}

// categories are ECS's published limits of the operations that are used here.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
var categories = []category{
	{50, 20, []string{"DescribeClusters", "ListClusters"}},
	{20, 1, []string{"RegisterTaskDefinition", "DeregisterTaskDefinition"}},
	{50, 20, []string{"DescribeTaskDefinition", "ListTaskDefinitions"}},
	{100, 40, []string{"RunTask", "StopTask"}},
	{100, 20, []string{"DescribeTasks", "ListTasks"}},
	{50, 5, []string{"CreateService", "UpdateService", "DeleteService"}},
	{100, 20, []string{"DescribeServices", "ListServices"}},
	{50, 20, []string{"ListServiceDeployments"}},
	{50, 20, []string{"DescribeServiceRevisions"}},
}

// share is the part of a limit that one deploy takes: others work in the same
// account.
const share = 0.9

// limiter keeps every attempt of a call, retries too, within the limits.
type limiter struct{ buckets map[string]*bucket }

func newLimiter() *limiter {
	l := &limiter{buckets: map[string]*bucket{}}
	for _, c := range categories {
		b := &bucket{capacity: c.burst * share, tokens: c.burst * share, perSecond: c.perSecond * share, last: time.Now()}
		for _, operation := range c.operations {
			l.buckets[operation] = b
		}
	}
	return l
}

// ID is the middleware's name.
func (l *limiter) ID() string { return "SlipwayRateLimit" }

// HandleFinalize waits for its turn before each attempt.
func (l *limiter) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	if b := l.buckets[awsmiddleware.GetOperationName(ctx)]; b != nil {
		if err := b.take(ctx); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
	}
	return next.HandleFinalize(ctx, in)
}

// add puts the limiter behind the SDK's retries.
func (l *limiter) add(stack *middleware.Stack) error {
	return stack.Finalize.Insert(l, "Retry", middleware.After)
}

// bucket is a token bucket.
type bucket struct {
	mu                          sync.Mutex
	capacity, tokens, perSecond float64
	last                        time.Time
}

// take waits for a token.
func (b *bucket) take(ctx context.Context) error {
	b.mu.Lock()
	now := time.Now()
	b.tokens = min(b.capacity, b.tokens+now.Sub(b.last).Seconds()*b.perSecond)
	b.last = now
	b.tokens--
	wait := time.Duration(-b.tokens / b.perSecond * float64(time.Second))
	b.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	return sleep(ctx, wait)
}
