package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// result is one row of the table. Times are in seconds: medians, or the best
// run where the goal is a time, which what else the machine does only lengthens.
type result struct {
	What string  `json:"what"`
	Ours float64 `json:"ours"`
	// Plain is what it is compared with; empty when nothing else does the same.
	Plain        string  `json:"plain,omitempty"`
	PlainSeconds float64 `json:"plainSeconds,omitempty"`
	// Ratio is ours to the plain tool's: the median of the pairs' ratios, since
	// the two of a pair ran right after each other.
	Ratio float64 `json:"ratio,omitempty"`
	// Count says that the values are no times, but how many there were in all runs.
	Count bool `json:"count,omitempty"`
	// Bytes says that the values are no times, but bytes of memory.
	Bytes bool `json:"bytes,omitempty"`
	// MostSeconds, MostBytes and MostRatio are the goal; zero is none.
	MostSeconds float64 `json:"mostSeconds,omitempty"`
	MostBytes   float64 `json:"mostBytes,omitempty"`
	MostRatio   float64 `json:"mostRatio,omitempty"`
}

// errSkipped says that something is not measured here.
var errSkipped = errors.New("skipped")

// action is something to be timed; round is different in each call.
type action func(ctx context.Context, round int) (time.Duration, error)

// compare times ours and plain in turns, the one first, then the other.
func (r *result) compare(ctx context.Context, runs int, ours, plain action) error {
	var our, their, ratios []float64
	for i := range runs {
		pair := []action{ours, plain}
		times := make([]float64, len(pair))
		for j := range pair {
			which := (i + j) % len(pair)
			took, err := pair[which](ctx, i*len(pair)+j)
			if err != nil {
				return err
			}
			times[which] = took.Seconds()
		}
		our, their = append(our, times[0]), append(their, times[1])
		ratios = append(ratios, times[0]/times[1])
	}
	r.Ours, r.PlainSeconds, r.Ratio = r.typical(our), r.typical(their), median(ratios)
	return nil
}

// time times ours alone.
func (r *result) time(ctx context.Context, runs int, ours action) error {
	var all []float64
	for i := range runs {
		took, err := ours(ctx, i)
		if err != nil {
			return err
		}
		all = append(all, took.Seconds())
	}
	r.Ours = r.typical(all)
	return nil
}

// typical is the time that stands for all.
func (r *result) typical(all []float64) float64 {
	if r.MostSeconds > 0 {
		return slices.Min(all)
	}
	return median(all)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// met says whether the goal was reached.
func (r result) met() bool {
	return (r.MostSeconds == 0 || r.Ours < r.MostSeconds) && (r.MostBytes == 0 || r.Ours < r.MostBytes) && (r.MostRatio == 0 || r.Ratio <= r.MostRatio)
}

func (r result) goal() string {
	text := "-"
	switch {
	case r.MostSeconds > 0:
		text = "< " + r.value(r.MostSeconds)
	case r.MostBytes > 0:
		text = "< " + r.value(r.MostBytes)
	case r.MostRatio > 0:
		text = fmt.Sprintf("<= %.2gx", r.MostRatio)
	default:
		return text
	}
	if r.met() {
		return text + ", met"
	}
	return text + ", MISSED"
}

func (r result) value(v float64) string {
	switch {
	case r.Count:
		return fmt.Sprintf("%.0f", v)
	case r.Bytes:
		return fmt.Sprintf("%.1f MB", v/(1<<20))
	}
	return duration(v)
}

// duration reads as "34 ms" or "1.23 s".
func duration(seconds float64) string {
	if seconds < 1 {
		return fmt.Sprintf("%.0f ms", seconds*1000)
	}
	return fmt.Sprintf("%.2f s", seconds)
}
