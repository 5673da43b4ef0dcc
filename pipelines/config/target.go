package config

// Hosts are the machines that the target is deployed to over SSH. A kind that has
// none in slipway.yaml has none here.
func (t Target) Hosts() []Host {
	switch {
	case t.Compose != nil:
		return t.Compose.Hosts
	case t.GitSync != nil:
		return t.GitSync.Hosts
	}
	return nil
}

// OnThisMachine says that the target is deployed to the machine that Slipway
// runs on: it is of a kind that has hosts, and no host is given.
func (t Target) OnThisMachine() bool {
	return (t.Compose != nil || t.GitSync != nil) && len(t.Hosts()) == 0
}

// NeedsAWS says that the target can't be deployed without signing in to AWS.
func (t Target) NeedsAWS() bool { return t.ECS != nil }
