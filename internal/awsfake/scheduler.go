package awsfake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Scheduler is EventBridge Scheduler.
type Scheduler struct {
	s         *Server
	mu        sync.Mutex
	schedules map[string]map[string]any // by group/name
}

// Scheduler makes the fake answer for EventBridge Scheduler.
func (s *Server) Scheduler() *Scheduler {
	m := &Scheduler{s: s, schedules: map[string]map[string]any{}}
	s.Handle("scheduler", "ListSchedules", m.list)
	s.Handle("scheduler", "GetSchedule", m.get)
	s.Handle("scheduler", "UpdateSchedule", m.update)
	return m
}

// Put makes a schedule, from JSON as in CreateSchedule.
func (m *Scheduler) Put(text string) {
	var input map[string]any
	if err := json.Unmarshal([]byte(text), &input); err != nil {
		panic(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(input)
}

// Schedule is what a schedule of the default group has.
func (m *Scheduler) Schedule(name string) map[string]any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.schedules["default/"+name])
}

func (m *Scheduler) put(input map[string]any) map[string]any {
	s := maps.Clone(input)
	group, name := groupOf(input), s["Name"].(string)
	delete(s, "ClientToken")
	s["GroupName"] = group
	s["Arn"] = fmt.Sprintf("arn:aws:scheduler:%s:%s:schedule/%s/%s", m.s.Region, m.s.Admin.Account, group, name)
	s["State"] = cmp.Or(s["State"], any("ENABLED"))
	m.schedules[group+"/"+name] = s
	return s
}

func groupOf(input map[string]any) string {
	group, _ := input["GroupName"].(string)
	return cmp.Or(group, "default")
}

func (m *Scheduler) list(c *Call) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []any
	for _, key := range slices.Sorted(maps.Keys(m.schedules)) {
		s := m.schedules[key]
		if group := c.String("GroupName"); group != "" && s["GroupName"] != group || !strings.HasPrefix(s["Name"].(string), c.String("NamePrefix")) {
			continue
		}
		all = append(all, map[string]any{"Arn": s["Arn"], "Name": s["Name"], "GroupName": s["GroupName"], "State": s["State"],
			"Target": map[string]any{"Arn": s["Target"].(map[string]any)["Arn"]}})
	}
	start := 0
	_, _ = fmt.Sscanf(c.String("NextToken"), "from-%d", &start)
	end := min(start+c.Int("MaxResults", 2), len(all)) // so that there are pages
	out := map[string]any{"Schedules": append([]any{}, all[min(start, len(all)):end]...)}
	if end < len(all) {
		out["NextToken"] = fmt.Sprintf("from-%d", end)
	}
	return out, nil
}

func (m *Scheduler) get(c *Call) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.schedules[groupOf(c.Input)+"/"+c.String("Name")]
	if !ok {
		return nil, &Error{Code: "ResourceNotFoundException", Message: "Schedule " + c.String("Name") + " does not exist."}
	}
	return maps.Clone(s), nil
}

// update replaces the whole schedule, as the service does: what the input leaves out is
// gone.
func (m *Scheduler) update(c *Call) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.schedules[groupOf(c.Input)+"/"+c.String("Name")]; !ok {
		return nil, &Error{Code: "ResourceNotFoundException", Message: "Schedule " + c.String("Name") + " does not exist."}
	}
	return map[string]any{"ScheduleArn": m.put(c.Input)["Arn"]}, nil
}
