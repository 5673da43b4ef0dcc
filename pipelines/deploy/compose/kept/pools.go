package kept

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// hasPools says whether a network has every pool of addresses of its definition.
// More of them are the engine's: those of IPv6.
func hasPools(want []*types.IPAMPool, has []pool) bool {
	for _, w := range want {
		if !slices.ContainsFunc(has, func(h pool) bool { return isPool(w, h) }) {
			return false
		}
	}
	return true
}

// isPool says whether a pool is as the file says; what it does not say, docker chose.
func isPool(want *types.IPAMPool, has pool) bool {
	for name, address := range want.AuxiliaryAddresses {
		if !sameAddress(address, has.AuxiliaryAddresses[name]) {
			return false
		}
	}
	return sameAddress(want.Subnet, has.Subnet) && sameAddress(want.Gateway, has.Gateway) && sameAddress(want.IPRange, has.IPRange)
}

// sameAddress compares addresses or prefixes, however they are written; an empty
// one is wanted to be any.
func sameAddress(want, has string) bool {
	if want == "" || want == has {
		return true
	}
	if a, err := netip.ParseAddr(want); err == nil {
		b, err := netip.ParseAddr(has)
		return err == nil && a == b
	}
	a, err := netip.ParsePrefix(want)
	b, err2 := netip.ParsePrefix(has)
	return err == nil && err2 == nil && a.Masked() == b.Masked()
}

// hadPools says that the definition had pools, or more of them, that the file has
// no more. Every network has pools, so only compose's hash tells: it is that of the
// definition with the pools that are there.
func hadPools(want types.NetworkConfig, has inspected) bool {
	label := has.Labels[labelHash]
	all := asPools(has.IPAM.Config)
	var bare []*types.IPAMPool
	for _, p := range all {
		bare = append(bare, &types.IPAMPool{Subnet: p.Subnet, IPRange: p.IPRange, AuxiliaryAddresses: p.AuxiliaryAddresses})
	}
	for _, former := range [][]*types.IPAMPool{all, bare} {
		want.Ipam.Config = former
		if hash(want) == label {
			return true
		}
	}
	return false
}

func asPools(has []pool) []*types.IPAMPool {
	var all []*types.IPAMPool
	for _, h := range has {
		all = append(all, &types.IPAMPool{Subnet: h.Subnet, Gateway: h.Gateway, IPRange: h.IPRange, AuxiliaryAddresses: h.AuxiliaryAddresses})
	}
	return all
}

// pools reads as "10.0.0.0/24 with gateway 10.0.0.9, fd00::/64". A gateway that
// docker takes by itself is left out: not every docker tells it.
func pools(all []*types.IPAMPool) string {
	var texts []string
	for _, p := range all {
		var with []string
		for _, part := range []struct{ name, value string }{{"gateway", p.Gateway}, {"ip_range", p.IPRange}} {
			if part.value != "" && part.value != first(p.Subnet) {
				with = append(with, part.name+" "+part.value)
			}
		}
		if len(p.AuxiliaryAddresses) > 0 {
			with = append(with, "aux_addresses")
		}
		text := p.Subnet
		if len(with) > 0 {
			text += " with " + strings.Join(with, " and ")
		}
		texts = append(texts, strings.TrimSpace(text))
	}
	return strings.Join(texts, ", ")
}

// first is the first address of a subnet, which docker takes for its gateway.
func first(subnet string) string {
	prefix, err := netip.ParsePrefix(subnet)
	if err != nil {
		return ""
	}
	return prefix.Masked().Addr().Next().String()
}
