// Code generated from ../report.go by make update; DO NOT EDIT.

package main

import "context"

// What a function found.
type Report struct {
	// All of it to read, as the slipway command line prints it.
	Text string
	// All of it as JSON, as "slipway --json" prints it.
	Json string
}

// report runs a verb whose result is there to be read.
func (s *Slipway) report(ctx context.Context, v verb) (*Report, error) {
	e, err := s.do(ctx, v, nil)
	if err != nil {
		return nil, err
	}
	return &Report{Text: e.text, Json: e.json}, nil
}
