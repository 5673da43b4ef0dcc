package engine

import "net"

// IsLoopback says whether a host, with or without a port, is this machine by its
// name or address: what engines reach by another way than other hosts.
func IsLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
