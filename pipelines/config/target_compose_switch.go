package config

// ProxySwitch moves a proxy of the stack over to the new containers. The proxy
// itself goes on running.
type ProxySwitch struct {
	// Service of the compose file that is the proxy.
	Service string `yaml:"service"`
	// File is what the proxy reads, such as a list of upstream servers; relative to
	// the target's path. The compose file mounts the directory it is in.
	File string `yaml:"file"`
	// Template is a file of the project that File is made from: a Go text/template
	// over services, such as {{range .web}}server {{.Name}}:3000;{{end}}.
	Template string `yaml:"template"`
	// Run is the command in the proxy's container that makes it read File. When it
	// fails, File becomes what it was, and the deploy fails.
	Run Command `yaml:"run"`
}
