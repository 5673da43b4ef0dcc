package main

// options are the command line's.
type options struct {
	// slipway is the path of the program to measure.
	slipway string
	// runs is how often everything is measured; the median counts.
	runs int
	// json is the file to write the results to; none when empty.
	json string
}
