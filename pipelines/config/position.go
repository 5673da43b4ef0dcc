package config

// position is a place in the file; both count from 1.
type position struct{ line, column int }
