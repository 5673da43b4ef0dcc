package config

// validate reports what the types alone can't tell.
func (d *document) validate(c *Config) {
}
