package awsfake

// OnCall calls do at the nth call of an operation from now, after its work was
// done or in place of it, and ends that connection without an answer.
func (s *Server) OnCall(service, operation string, nth int, done bool, do func()) {
	key := service + " " + operation
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.handlers[key]
	s.handlers[key] = func(c *Call) (any, error) {
		s.mu.Lock()
		nth--
		now := nth == 0
		s.mu.Unlock()
		if !now {
			return before(c)
		}
		if done {
			_, _ = before(c)
		}
		if !done {
			s.mu.Lock()
			c.Failed = "dropped"
			s.mu.Unlock()
		}
		do()
		return nil, Dropped(c)
	}
}
