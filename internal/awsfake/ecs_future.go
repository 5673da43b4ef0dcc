package awsfake

import "maps"

// AddMember gives a structure of a service's model a member that AWS has not
// published yet: a key that no library knows.
func (s *Server) AddMember(service, structure, member string) {
	m := *s.models[service]
	m.shapes = maps.Clone(m.shapes)
	for id, is := range m.shapes {
		if local(id) == structure {
			changed := *is
			changed.Members = maps.Clone(is.Members)
			changed.Members[member] = &reference{Target: "smithy.api#Document"}
			m.shapes[id] = &changed
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.models = maps.Clone(s.models)
	s.models[service] = &m
}
