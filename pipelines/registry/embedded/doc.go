// Package embedded is a registry inside Slipway: distribution, as a library, on
// a fixed loopback address, kept on disk and served while a command needs it.
//
// Several commands may serve the same directory at once. On Linux they all
// listen on the one address, and the kernel spreads connections over them; an
// upload that one has begun another can finish, because its state is on disk and
// the secret that signs it is the directory's. Elsewhere one serves, and the
// others take over when it ends.
package embedded
