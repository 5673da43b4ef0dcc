package sshtest

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// descendants are the processes below some, on Linux.
func descendants(of ...int) []int {
	parents := map[int]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		data, _ := os.ReadFile(stat)
		// "pid (name) state parent …", where a name may have anything in it.
		text := string(data)
		end := strings.LastIndex(text, ")")
		if end < 0 {
			continue
		}
		fields := strings.Fields(text[end+1:])
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		if len(fields) > 1 {
			parents[pid], _ = strconv.Atoi(fields[1])
		}
	}
	var found []int
	for next := of; len(next) > 0; {
		var children []int
		for pid, parent := range parents {
			if slices.Contains(next, parent) {
				children = append(children, pid)
			}
		}
		found, next = append(found, children...), children
	}
	return found
}
