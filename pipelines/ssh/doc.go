// Package ssh runs programs on, and moves files to and from, hosts behind SSH.
// A Pool keeps one connection for each host; programs and files share it.
package ssh
