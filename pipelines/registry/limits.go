package registry

// How much runs at once in one call of a Client.
const (
	// requestsAtOnce bounds the small requests, which registries limit for each
	// client.
	requestsAtOnce = 8
	// blobsAtOnce bounds the blobs that are on their way: a few fill the line.
	blobsAtOnce = 4
)

// CallsAtOnce is how many calls of a Client those may have under way who have one
// for each of many images or repositories: registries limit the requests of each
// client.
const CallsAtOnce = 16

// maxBlob is the largest blob that is read into memory: configs and the files of
// small artifacts.
const maxBlob = 64 << 20
