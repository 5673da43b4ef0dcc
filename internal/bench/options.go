package main

import "regexp"

// options are the command line's.
type options struct {
	// slipway is the path of the program to measure.
	slipway string
	// runs is how often everything is measured; the median counts.
	runs int
	// only are the names of the rows to measure.
	only *regexp.Regexp
	// json is the file to write the results to; none when empty.
	json string
}
