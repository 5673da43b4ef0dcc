// Package journal is what an environment remembers: who holds its lock, which
// deploy is live, the history of deploys, and what the last ones wanted of each
// target. It is a directory on the environment's first host, or parameters.
package journal
