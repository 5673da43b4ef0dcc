// Package foreign makes text that others wrote fit to be shown: what containers,
// hosts, registries and git say reaches a terminal, an error, an annotation, a
// summary, a report or a file through here, and nowhere else.
//
//   - A carriage return ends a line, so that nothing is overwritten.
//   - Escape sequences go, but for colours; those end with their line.
//   - Control and formatting characters and bytes that are no UTF-8 are shown as
//     \x07, \u202e, \xff, as Go and most languages write them.
//   - No line can be taken for a command of the runner that reads the log:
//     "::" at its start is written ":\:", "##[" and "##vso[" get a backslash before
//     the bracket.
//
// Text that went through once stays as it is when it goes through again. What has
// secrets is redacted before: what is taken for a secret are the bytes that came.
package foreign
