package registry

import "time"

// How much runs at once in one call of a Client.
const (
	// requestsAtOnce bounds the small requests.
	requestsAtOnce = 8
	// blobsAtOnce bounds the blobs that are on their way.
	blobsAtOnce = 4
)

// requestTimeout bounds one attempt at a request without a large body.
const requestTimeout = 30 * time.Second

// maxBlob is the largest blob that is read into memory: configs and the files of
// small artifacts.
const maxBlob = 64 << 20
