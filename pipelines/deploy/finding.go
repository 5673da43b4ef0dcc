package deploy

// Finding is what came of one thing that was tried on a host before a deploy.
type Finding struct {
	// Host is empty for this machine.
	Host string `json:"host,omitempty"`
	// Target is empty for what is the same for all targets there.
	Target string `json:"target"`
	// Subject is what was tried, such as "docker".
	Subject string `json:"subject"`
	OK      bool   `json:"ok"`
	// Found is a version, a size, or what is wrong.
	Found string `json:"found"`
	// Advice is what to do about it; empty when it is fine, and when Found says that.
	Advice string `json:"advice,omitempty"`
}
