package fleet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// canaryThenHalves are the batches when nobody says otherwise.
var canaryThenHalves = []string{"1", "50%"}

// batches are the members that have something to do, in the order of their
// batches. A first host that runs steps goes alone: they come before everything.
func (t *Target) batches(d deploy.Desired, a actions) ([][]int, error) {
	var all []int
	for i, m := range t.Members {
		if plan, ok := a.Members[m.Host]; ok && !plan.Empty() {
			all = append(all, i)
		}
	}
	if d.Reachable {
		return [][]int{all}, nil
	}
	sizes, err := batchSizes(t.Batches, len(t.Members), len(all))
	if err != nil {
		return nil, fmt.Errorf("target %q: %w", t.Name(), err)
	}
	isStep := func(c deploy.Change) bool { return c.Kind == deploy.RunStep }
	if len(all) > 1 && sizes[0] > 1 && slices.ContainsFunc(a.Members[t.Members[all[0]].Host].Changes, isStep) {
		sizes = append([]int{1, sizes[0] - 1}, sizes[1:]...)
	}
	var batches [][]int
	for _, size := range sizes {
		batches = append(batches, all[:size])
		all = all[size:]
	}
	return batches, nil
}

// batchSizes are how many hosts are changed at a time, of n that have to be;
// percentages are of all.
func batchSizes(batches []string, all, n int) ([]int, error) {
	if batches == nil {
		batches = canaryThenHalves
	}
	var sizes []int
	for _, text := range batches {
		size, err := batchSize(text, all)
		if err != nil {
			return nil, err
		}
		if size = min(size, n-sum(sizes)); size > 0 {
			sizes = append(sizes, size)
		}
	}
	if rest := n - sum(sizes); rest > 0 {
		sizes = append(sizes, rest)
	}
	return sizes, nil
}

func batchSize(text string, all int) (int, error) {
	number, percent := strings.CutSuffix(text, "%")
	size, err := strconv.Atoi(number)
	if err != nil || size < 1 || percent && size > 100 {
		return 0, fmt.Errorf("batch %q: it is no number of hosts; write a number such as 2, or a percentage such as 50%%", text)
	}
	if percent {
		size = (all*size + 99) / 100
	}
	return size, nil
}

func sum(sizes []int) int {
	total := 0
	for _, size := range sizes {
		total += size
	}
	return total
}
