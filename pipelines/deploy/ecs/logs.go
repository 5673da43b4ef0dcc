package ecs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"
)

// LogOptions say which log lines to show.
type LogOptions struct {
	// Services of the target; all when empty.
	Services []string
	// Follow goes on until ctx ends, with tasks that start meanwhile.
	Follow bool
	// Tail is how many of the last lines of each container, "all" or empty for all.
	Tail string
	// Since is a time or a duration, as docker logs takes it.
	Since string
}

// Logs copies the log lines of what runs to out, with service, container and task in
// front: of each container those that CloudWatch Logs has. Where the lines of others are
// is told to notice.
func (t *Target) Logs(ctx context.Context, o LogOptions, out io.Writer, notice func(text string)) error {
	services, err := t.logServices(o.Services)
	if err != nil {
		return err
	}
	since, err := sinceWhen(o.Since)
	if err != nil {
		return err
	}
	tail, err := tailCount(o.Tail)
	if err != nil {
		return err
	}
	cluster, err := t.connect(ctx)
	if err != nil {
		return err
	}
	f := &follower{api: cluster, out: out, notice: notice, since: since, tail: tail, readers: map[string]*logReader{}, said: map[string]bool{}}
	for {
		err := f.look(ctx, services)
		if err == nil {
			err = f.read(ctx)
		}
		if err == nil && o.Follow {
			err = sleep(ctx, t.poll())
		}
		switch {
		case o.Follow && ctx.Err() != nil:
			return nil // interrupted, which is how following ends
		case err != nil || !o.Follow:
			return err
		}
	}
}

// logServices are the services that are asked for.
func (t *Target) logServices(asked []string) ([]string, error) {
	names := t.Config.Services.Names()
	for _, name := range asked {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("target %q has no service %q; it has %s", t.Name(), name, strings.Join(names, ", "))
		}
	}
	if len(asked) > 0 {
		return asked, nil
	}
	return names, nil
}

// follower reads the logs of the tasks that it has seen.
type follower struct {
	api    *api
	notice func(string)
	since  time.Time
	tail   int // -1 for all

	mu      sync.Mutex
	out     io.Writer
	readers map[string]*logReader // by stream
	said    map[string]bool
	looked  bool
}

// look finds tasks that were not there before.
func (f *follower) look(ctx context.Context, services []string) error {
	for _, service := range services {
		arns, err := f.api.taskARNs(ctx, ecs.ListTasksInput{ServiceName: aws.String(service), DesiredStatus: types.DesiredStatusRunning})
		if code(errors.Unwrap(err)) == "ServiceNotFoundException" {
			return fmt.Errorf("cluster %q has no service %q yet: deploy first", f.api.cluster, service)
		}
		if err != nil {
			return err
		}
		tasks, err := f.api.tasks(ctx, arns)
		if err != nil {
			return err
		}
		for _, task := range tasks {
			if err := f.add(ctx, service, task); err != nil {
				return err
			}
		}
	}
	if len(f.readers) == 0 && len(f.said) == 0 {
		f.tell("no task runs: " + strings.Join(services, ", "))
	}
	return nil
}

// add begins to read a task's containers.
func (f *follower) add(ctx context.Context, service string, task types.Task) error {
	r, err := f.api.taskDefinition(ctx, aws.ToString(task.TaskDefinitionArn))
	if err != nil {
		return err
	}
	for _, source := range r.document.logsOf(service, task) {
		if source.elsewhere != "" {
			f.tell(fmt.Sprintf("service %s, container %s: %s", service, source.container, source.elsewhere))
		} else if key := source.stream; f.readers[key] == nil {
			f.readers[key] = f.api.reader(source)
		}
	}
	return nil
}

// tell says something once.
func (f *follower) tell(text string) {
	if !f.said[text] {
		f.notice(text)
	}
	f.said[text] = true
}

// read writes the lines that are new, each container's in their order.
func (f *follower) read(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	first := !f.looked
	f.looked = true
	for _, stream := range slices.Sorted(maps.Keys(f.readers)) {
		r := f.readers[stream]
		group.Go(func() error {
			var events []logtypes.OutputLogEvent
			var err error
			if first && f.tail >= 0 {
				if f.tail == 0 {
					_, err = r.last(ctx, 1, f.since) // to know where to go on
				} else {
					events, err = r.last(ctx, min(f.tail, mostEvents), f.since)
				}
			} else {
				events, err = r.next(ctx, f.since)
			}
			if err != nil {
				return err
			}
			return f.write(r.name(), events)
		})
	}
	return group.Wait()
}

// mostEvents is how many lines one call gives.
const mostEvents = 10000

func (f *follower) write(name string, events []logtypes.OutputLogEvent) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range events {
		if _, err := fmt.Fprintf(f.out, "%s  %s\n", name, strings.TrimRight(aws.ToString(e.Message), "\n")); err != nil {
			return err
		}
	}
	return nil
}

// tailCount reads --tail; -1 is all.
func tailCount(text string) (int, error) {
	if text == "" || text == "all" {
		return -1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("--tail is %q: want a number of lines, or all", text)
	}
	return n, nil
}

// sinceWhen reads --since.
func sinceWhen(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return time.Now().Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), nil
	}
	return time.Time{}, fmt.Errorf("--since is %q: want a duration such as 10m, or a time such as 2026-01-02T15:04:05Z", text)
}
