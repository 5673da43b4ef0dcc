// Package deploytest has what the tests of several kinds of target need: images
// whose containers behave as a test wants, a process that is killed in the middle
// of a deploy, and what a journal tells.
package deploytest
