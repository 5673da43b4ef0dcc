package campaign

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seeds reads "1-50", "3" or "1-5,9"; all up to most when empty.
func seeds(text string, most int) ([]int, error) {
	if text == "" {
		text = fmt.Sprintf("1-%d", most)
	}
	var all []int
	for part := range strings.SplitSeq(text, ",") {
		first, last, ok := strings.Cut(part, "-")
		if !ok {
			last = first
		}
		from, err := strconv.Atoi(first)
		if err != nil {
			return nil, fmt.Errorf("reading the seeds %q: want such as 1-50", text)
		}
		to, err := strconv.Atoi(last)
		if err != nil || to < from {
			return nil, fmt.Errorf("reading the seeds %q: want such as 1-50", text)
		}
		for seed := from; seed <= to; seed++ {
			all = append(all, seed)
		}
	}
	return all, nil
}

func seedName(seed int) string { return strconv.Itoa(seed) }

// chance is what a trial draws from.
func chance(phase string, seed int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(phase))
	return rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
}

func TestSeeds(t *testing.T) {
	for text, want := range map[string][]int{"": {1, 2, 3}, "2": {2}, "2-4": {2, 3, 4}, "1,7-8": {1, 7, 8}} {
		if got, err := seeds(text, 3); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"x", "3-1", "1-", ",", "-1"} {
		if got, err := seeds(text, 3); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestChance(t *testing.T) {
	if a, b := chance("rolling", 7).Uint64(), chance("rolling", 7).Uint64(); a != b {
		t.Errorf("one seed gives %d and %d", a, b)
	}
	if a, b := chance("rolling", 7).Uint64(), chance("publish", 7).Uint64(); a == b {
		t.Error("two phases draw the same")
	}
}
