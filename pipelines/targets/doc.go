// Package targets has everything that the verbs need of an environment's targets:
// the kinds there are, each in a file of its own, the hosts that they are on and
// how those are reached, the secrets that a deploy takes along, where the
// environment's journal is, and what differs from what is live.
//
// A kind is a type with all of a kind's methods, behind the interface in kind.go.
// Nothing else knows which kinds there are, but open.go, which makes them.
package targets
