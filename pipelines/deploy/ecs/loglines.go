package ecs

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// logReader reads one source, from where it has come.
type logReader struct {
	logSource
	client *cloudwatchlogs.Client
	token  *string
}

// reader reads a source in its own region.
func (a *api) reader(source logSource) *logReader {
	client := cloudwatchlogs.NewFromConfig(a.config, func(o *cloudwatchlogs.Options) {
		if source.region != "" {
			o.Region = source.region
		}
	})
	return &logReader{logSource: source, client: client}
}

// last are the newest lines, at most n, oldest first; what follows is read by next.
func (r *logReader) last(ctx context.Context, n int, since time.Time) ([]logtypes.OutputLogEvent, error) {
	in := r.input()
	in.Limit, in.StartTime = aws.Int32(int32(n)), milliseconds(since)
	out, err := r.client.GetLogEvents(ctx, in)
	if code(err) == "ResourceNotFoundException" {
		return nil, nil // nothing was written yet
	}
	if err != nil {
		return nil, r.failed(err)
	}
	r.token = out.NextForwardToken
	return out.Events, nil
}

// next are the lines after those that were read; from the first one at first.
func (r *logReader) next(ctx context.Context, since time.Time) ([]logtypes.OutputLogEvent, error) {
	var all []logtypes.OutputLogEvent
	for {
		in := r.input()
		in.StartFromHead, in.NextToken = aws.Bool(true), r.token
		if r.token == nil {
			in.StartTime = milliseconds(since)
		}
		out, err := r.client.GetLogEvents(ctx, in)
		if code(err) == "ResourceNotFoundException" {
			return all, nil
		}
		if err != nil {
			return all, r.failed(err)
		}
		all = append(all, out.Events...)
		end := out.NextForwardToken == nil || aws.ToString(r.token) == aws.ToString(out.NextForwardToken)
		if r.token = out.NextForwardToken; end {
			return all, nil
		}
	}
}

func (r *logReader) input() *cloudwatchlogs.GetLogEventsInput {
	return &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String(r.group), LogStreamName: aws.String(r.stream)}
}

func (r *logReader) failed(err error) error {
	return fmt.Errorf("reading log group %q: %w", r.group, explain(err))
}

func milliseconds(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	return aws.Int64(t.UnixMilli())
}

// factLines is how many of a container's last lines a failure has.
const factLines = 20

// logFacts are the last log lines of the containers of a task that failed. What can't be
// read is said: it must not hide why the task failed.
func (a *api) logFacts(ctx context.Context, service string, task types.Task) []string {
	r, err := a.taskDefinition(ctx, aws.ToString(task.TaskDefinitionArn))
	if err != nil {
		return []string{"its log can't be found: " + err.Error()}
	}
	var facts []string
	for _, source := range r.document.logsOf(service, task) {
		name := "container " + source.container
		if source.elsewhere != "" {
			facts = append(facts, name+": no log lines here: "+source.elsewhere)
			continue
		}
		events, err := a.reader(source).last(ctx, factLines, time.Time{})
		switch {
		case err != nil:
			facts = append(facts, name+": "+err.Error())
		case len(events) == 0:
			facts = append(facts, fmt.Sprintf("%s wrote nothing into log group %s", name, source.group))
		default:
			facts = append(facts, fmt.Sprintf("%s, its last log lines (log group %s, stream %s):", name, source.group, source.stream))
			for _, e := range events {
				facts = append(facts, "  "+strings.TrimRight(aws.ToString(e.Message), "\n"))
			}
		}
	}
	return facts
}
