// Package deploy is what the targets of a deploy fulfil, and the values that
// they are handed and hand back: a Target observes what runs, plans, applies and
// proves what is Desired of it, on a Host.
//
// What an environment remembers of its deploys is in package journal; what
// deploys, verifies and goes back is in package rollout.
package deploy
