package deploy

// Finding is one thing that was looked at on a host before a deploy.
type Finding struct {
	// Host is empty for this machine.
	Host   string `json:"host,omitempty"`
	Target string `json:"target"`
	// Subject is what was looked at, such as "docker".
	Subject string `json:"subject"`
	OK      bool   `json:"ok"`
	// Found is a version, a size, or what is wrong.
	Found string `json:"found"`
	// Advice is what to do about it; empty when it is fine.
	Advice string `json:"advice,omitempty"`
}
