// Package rehearsal does on a host what a deploy does there, each step for real,
// and undoes it again: files and directories in the places of the deploy, the
// programs that scripts run, docker, compose, a pull. What came of a step is a
// deploy.Finding. All that is made is in stages, directories of a name of their own,
// which are gone afterwards, also when the rehearsal is killed.
package rehearsal
