// Package keyed computes what several ask for once for each key.
package keyed
