// Package content hashes what an image is built from: the build context after
// its ignore file, the Dockerfile, target, arguments, platforms, base images and
// copied artifacts. Equal hashes mean the same image, so an image whose content
// tag a registry has is not built again.
package content
