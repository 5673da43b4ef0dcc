package ecs

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// logSource is where the lines of one container of one task are.
type logSource struct {
	service, task, container string
	// group, region and stream of CloudWatch Logs.
	group, region, stream string
	// elsewhere is why they are not there, for people; empty when they are.
	elsewhere string
}

// name tells the source apart from others.
func (l logSource) name() string {
	return fmt.Sprintf("%s/%s/%.8s", l.service, l.container, l.task)
}

// logsOf are the sources of a task's containers, in the document's order.
func (d document) logsOf(service string, task types.Task) []logSource {
	var sources []logSource
	for _, c := range d.containers() {
		source := logSource{service: service, task: shortARN(aws.ToString(task.TaskArn)), container: c.name()}
		source.find(c)
		sources = append(sources, source)
	}
	return sources
}

// find reads a container's logConfiguration. Source:
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
func (l *logSource) find(c container) {
	configuration, _ := c["logConfiguration"].(map[string]any)
	options, _ := configuration["options"].(map[string]any)
	driver := textOf(configuration["logDriver"])
	l.group, l.region = textOf(options["awslogs-group"]), textOf(options["awslogs-region"])
	prefix := textOf(options["awslogs-stream-prefix"])
	l.stream = strings.Join([]string{prefix, c.name(), l.task}, "/")
	switch {
	case driver == "":
		l.elsewhere = "its task definition has no logConfiguration: on Fargate its lines go nowhere, on an instance docker logs has them"
	case driver == "awsfirelens":
		where := textOf(options["Name"])
		if where != "" {
			where = " (" + where + ")"
		}
		l.elsewhere = "FireLens routes its lines elsewhere" + where + ": look there"
	case driver != "awslogs":
		l.elsewhere = fmt.Sprintf("its log driver is %s: look where that sends its lines", driver)
	case l.group == "" || prefix == "":
		l.elsewhere = "its log stream can't be told without the options awslogs-group and awslogs-stream-prefix"
	}
}
