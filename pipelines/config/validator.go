package config

// validator has the rules that the parts of a file share. A value that did not
// decode is empty here, has been reported, and is passed over.
type validator struct {
	*document
	config *Config
}
