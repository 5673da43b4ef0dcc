// Package sshconfig reads the configuration of OpenSSH's client (~/.ssh/config and
// /etc/ssh/ssh_config) as ssh itself does: which address, user, port, keys, jump
// hosts and known hosts a name stands for. The first value wins; a test holds the
// results to those of "ssh -G".
//
// It opens no connection and runs no program. What ssh would run a program for
// (Match exec, ProxyCommand) is told to whoever asks, with file and line.
package sshconfig
