package observe

import "github.com/compose-spec/compose-go/v2/types"

// Replicas is how many containers a service is to have. When neither
// slipway.yaml nor the compose file says, those that somebody scaled it to stay.
func (o Observation) Replicas(s types.ServiceConfig) int {
	if n, ok := o.Scale.Get(s.Name); ok {
		return n
	}
	if s.Scale != nil || s.Deploy != nil && s.Deploy.Replicas != nil {
		return s.GetScale()
	}
	// A killed rolling deploy leaves two generations; each has one hash, and one
	// place.
	byHash, most := map[string]int{}, 1
	for _, c := range o.Containers[s.Name] {
		if c.Running() {
			generation := c.ConfigHash() + o.Elsewhere(c)
			byHash[generation]++
			most = max(most, byHash[generation])
		}
	}
	return most
}
